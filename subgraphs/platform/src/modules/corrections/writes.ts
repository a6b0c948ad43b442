/** Reference corrections as documents and events. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { recordWrites } from '../../writes.ts';
import { correctionFacets, corrections, type CorrectionDoc } from './store.ts';

export function* correctionWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Record' || record.of !== 'DataCorrection') return;
  const fields = record.fields as unknown as CorrectionDoc;
  yield* recordWrites(corrections, record, { facets: correctionFacets(fields) });
}
