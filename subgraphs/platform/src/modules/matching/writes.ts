/** Reference comparisons as documents and events. */
import type { PlatformDefinition, ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { documentWrite, recordWrites } from '../../writes.ts';
import { matchDepartments, matchRuns, runFacets } from './store.ts';

/** What a record of the module becomes. */
export function* matchWrites(
  record: ReferenceRecord,
  definition: PlatformDefinition,
): Generator<Write> {
  if (record.type !== 'Record' || record.of !== 'MatchRun') return;
  const { fields, events } = record;
  const placeCode = typeof fields['placeCode'] === 'string' ? fields['placeCode'] : null;
  yield* recordWrites(matchRuns, record, { facets: runFacets({ definition }, placeCode) });
  const connected = events.find(({ type }) => type === 'onenet.matching.connected');
  if (!connected) return;
  yield documentWrite(matchDepartments, {
    _id: fields['department'],
    connectedAt: connected.at,
    day: '',
    lists: 0,
  });
}
