/** Which lines stand in onenet.durations too (migrations/007-durations.sql, 017-corrected-values.sql), and how they go with an epoch. */
import type { ClickHouse } from '../clickhouse.ts';
import { quote, quoteList } from '../clickhouse.ts';

/** The types whose single values are kept; another one takes a migration that alters the view. */
export const durationTypes = [
  'onenet.request.accepted',
  'onenet.request.resolved',
  'onenet.request.rejected',
  'onenet.request.rated',
  'onenet.supervision.answered',
  'onenet.correction.confirmed',
  'onenet.correction.rejected',
] as const;

/** SQL: whether an accepted row of raw, named `t`, stands there. */
export const isDuration = `(t.corrects != 0 OR (isNotNull(t.value) AND t.type IN ${quoteList(durationTypes)}))`;

const columns =
  'type, time, platform, sequence, place, category, channel, simulated, value, count, valued, corrects, recorded, taken_up';

/** Copies the values of lines that raw has no more, up to `upTo`, under another epoch's number. */
export async function copyDurations(
  clickhouse: ClickHouse,
  platform: string,
  from: number,
  upTo: number,
  to: number,
): Promise<void> {
  await clickhouse.run(
    `INSERT INTO onenet.durations (${columns}, epoch)
    SETTINGS async_insert = 0, insert_deduplicate = 0, max_partitions_per_insert_block = 0
    SELECT ${columns}, ${to} AS epoch FROM (
      SELECT * FROM onenet.durations
      WHERE platform = ${quote(platform)} AND epoch = ${from} AND sequence <= ${upTo} LIMIT 1 BY sequence
    )`,
  );
}
