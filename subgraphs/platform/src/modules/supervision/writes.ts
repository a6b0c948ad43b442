/** Reference supervisions as documents and events. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { recordWrites } from '../../writes.ts';
import { supervisionFacets, supervisions, type SupervisionDoc } from './store.ts';

export function* supervisionWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Record' || record.of !== 'Supervision') return;
  const fields = record.fields as unknown as SupervisionDoc;
  yield* recordWrites(supervisions, record, { facets: supervisionFacets(fields) });
}
