/** One insert into raw: the batches of one or more platforms, and the statement that is run for them, now and in a replay. */
import { hash } from 'node:crypto';
import { maxAnswerBytes } from '@onenet/feed';
import { maxPartitions, maxRows } from './batch.ts';
import type { Batch } from './batch.ts';
import { rawColumns } from './row.ts';

export interface Insert {
  readonly batches: readonly Batch[];
  /** By it ClickHouse knows the insert again. */
  readonly token: string;
  /** SHA-256 of the rows, hexadecimal. */
  readonly hash: string;
  readonly statement: string;
  /** The most partitions that it has in one table: what it takes of the deduplication window. */
  readonly blocks: number;
}

/**
 * As many of the waiting batches as go into one insert, the first always. An insert costs the same
 * few tens of milliseconds for one row and for thousands, so what comes together goes together.
 */
export function batchesTogether(waiting: readonly Batch[]): Batch[] {
  const together: Batch[] = [];
  let rows = 0;
  let bytes = 0;
  let months: ReadonlySet<number> = new Set();
  let days: ReadonlySet<number> = new Set();
  for (const batch of waiting) {
    rows += batch.count;
    bytes += batch.bytes;
    months = months.union(batch.months);
    days = days.union(batch.days);
    const fits =
      rows <= maxRows &&
      bytes <= maxAnswerBytes &&
      months.size <= maxPartitions &&
      days.size <= maxPartitions;
    if (!fits && together.length > 0) break;
    together.push(batch);
  }
  return together;
}

const lf = Buffer.from('\n');

/** The insert of these batches; of each platform at most one. */
export function insertOf(batches: readonly Batch[]): Insert {
  const body = Buffer.concat(batches.flatMap(({ rows }, i) => (i === 0 ? [rows] : [lf, rows])));
  const bodyHash = hash('sha256', body);
  const names = batches.map(
    ({ platform, epoch, from, to }) => `${platform}/${epoch}/${from}-${to}`,
  );
  const token = `${names.length === 1 ? names[0] : `${names[0]}+${names.length - 1}`}/${bodyHash.slice(0, 32)}`;
  const months = batches.reduce((all, batch) => all.union(batch.months), new Set<number>());
  const days = batches.reduce((all, batch) => all.union(batch.days), new Set<number>());
  const years = new Set([...months].map((month) => Math.floor(month / 12)));
  return {
    batches,
    token,
    hash: bodyHash,
    statement: `INSERT INTO onenet.raw (${rawColumns.join(', ')})\n${settings(token)}\nFORMAT JSONCompactEachRow\n${body.toString('utf8')}\n`,
    blocks: Math.max(months.size, years.size + days.size),
  };
}

/**
 * Everything on which exactness rests, written out, since defaults differ between versions:
 * one synchronous block per partition, deduplicated by the token in raw and in every view's target.
 */
function settings(token: string): string {
  return [
    `SETTINGS insert_deduplication_token = '${token}'`,
    'insert_deduplicate = 1',
    'deduplicate_blocks_in_dependent_materialized_views = 1',
    'async_insert = 0',
    'materialized_views_ignore_errors = 0',
    'input_format_parallel_parsing = 0',
    'max_insert_threads = 1',
    "date_time_input_format = 'basic'",
  ].join(', ');
}
