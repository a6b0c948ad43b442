/**
 * Rejected lines by today's rules. Raw keeps their bytes, so a line of a type that an earlier version did not know
 * counts once a version does: whenever an epoch is made, what is readable now is taken up into it.
 */
import { hash } from 'node:crypto';
import { eventTypes } from '@onenet/contract';
import { feedChecks, readLine } from '@onenet/feed';
import type { ClickHouse } from '../clickhouse.ts';
import { quote, quoteList } from '../clickhouse.ts';
import { floorsOf, isKept } from './floors.ts';
import type { Position } from './positions.ts';
import { rawColumns, rowOf, withHead } from './row.ts';

/** Read at a time: 64 MiB at most. */
const pageLines = 1_000;

/** By which rules lines are read here: where they were read by others, the rejected ones are worth another look. Without one too much nothing is lost. */
export function readingRules(): string {
  return hash('sha256', JSON.stringify([feedChecks, eventTypes])).slice(0, 16);
}

/** Which lines of an epoch. */
interface Stretch {
  readonly platform: string;
  readonly epoch: number;
  /** Behind this one. */
  readonly after: number;
  readonly upTo: number;
}

/** Whether one of the lines that were rejected counts by today's rules. */
export async function hasReadable(
  clickhouse: ClickHouse,
  { _id: platform, epoch, sequence }: Position,
): Promise<boolean> {
  const all = { platform, epoch, after: 0, upTo: sequence };
  for await (const rows of readableRows(clickhouse, all, epoch)) {
    if (rows.length > 0) return true;
  }
  return false;
}

/** Writes the lines that count by today's rules under another epoch's number, which says since when they count. */
export async function takeUp(clickhouse: ClickHouse, from: Stretch, to: number): Promise<void> {
  for await (const rows of readableRows(clickhouse, from, to)) {
    if (rows.length === 0) continue;
    await clickhouse.run(
      `INSERT INTO onenet.raw (${rawColumns.join(', ')}, taken_up)
      SETTINGS insert_deduplicate = 0, async_insert = 0, materialized_views_ignore_errors = 0,
        max_partitions_per_insert_block = 0, max_insert_threads = 1, input_format_parallel_parsing = 0,
        date_time_input_format = 'basic'
      FORMAT JSONCompactEachRow\n${rows.map((row) => `${row.slice(0, -1)},${to}]`).join('\n')}\n`,
    );
  }
}

/** SQL: whether a row of raw is one that was not taken up into the epoch that is being made. */
export function isNotTakenUp(platform: string, epoch: number): string {
  return `sequence NOT IN (SELECT sequence FROM onenet.raw WHERE platform = ${quote(platform)} AND epoch = ${epoch} AND taken_up = ${epoch})`;
}

interface RejectedLine {
  readonly sequence: number;
  readonly line: string;
  readonly head: string;
}

/** The rejected lines that count by today's rules, as rows of an epoch, page by page. */
async function* readableRows(
  clickhouse: ClickHouse,
  { platform, epoch, after, upTo }: Stretch,
  to: number,
): AsyncGenerator<readonly string[]> {
  const floors = await floorsOf(clickhouse, platform);
  // What came out of its time did so whatever the rules; of types that nobody knows yet there may be very many.
  const mayBeReadable = `t.rejected NOT IN ('', 'BAD_RECORDED_TIME')
    AND (t.rejected != 'UNKNOWN_TYPE' OR t.type IN ${quoteList(Object.keys(eventTypes))})`;
  for (let last = after; ;) {
    const lines = await clickhouse.rows<RejectedLine>(
      `SELECT sequence, line, head FROM onenet.raw AS t
      WHERE t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.sequence > ${last} AND t.sequence <= ${upTo}
        AND ${mayBeReadable} AND ${isKept(floors)}
      ORDER BY sequence LIMIT 1 BY sequence LIMIT ${pageLines}`,
    );
    yield lines.flatMap(({ sequence, line, head }) => {
      const read = readLine(Buffer.from(line), { code: platform, sequence });
      return read.kind === 'event' ? [withHead(rowOf(platform, to, read).json, head)] : [];
    });
    if (lines.length < pageLines) return;
    last = lines.at(-1)?.sequence ?? upTo;
  }
}
