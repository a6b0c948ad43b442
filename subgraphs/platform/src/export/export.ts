/** Reference records and their events as NDJSON, for a platform that keeps its data elsewhere than we do. */
import type { PlatformDefinition, ReferenceRecord } from '@onenet/platforms';
import { writesOf } from '../reference-writes.ts';

/**
 * A line for each record, as the contract names its fields (`{"record": {"type": …}}`), each followed
 * by a line for each of its events (`{"event": {id, type, time, data, person}}`), oldest first. At
 * the end `{"end": <lines before>}`: a text without it was cut off.
 */
export function* exportLines(
  definition: PlatformDefinition,
  records: Iterable<ReferenceRecord>,
): Generator<string> {
  let count = 0;
  const line = (content: object): string => {
    count += 1;
    return `${JSON.stringify(content)}\n`;
  };
  for (const record of records) {
    yield line({ record });
    for (const { collection, document } of writesOf(definition, record)) {
      if (collection !== 'outbox') continue;
      const { _id: id, ...event } = document;
      yield line({ event: { id, ...event } });
    }
  }
  yield line({ end: count });
}
