/** Cuts what was read into batches: contiguous, small enough for one exact insert, and always cut the same way. */
import { hash } from 'node:crypto';
import { chainHead0, maxAnswerBytes, nextHead } from '@onenet/feed';
import type { FeedBatch, FeedLine } from '@onenet/feed';
import { rawColumns, rowOf } from './row.ts';
import type { RawRow } from './row.ts';

/** Partitions of one insert, in any table. ClickHouse refuses 101, for ever. */
export const maxPartitions = 50;
/** Rows of one insert, so that it is one block. */
const maxRows = 50_000;

/** One insert into raw: the lines `from` to `to` of one platform. */
export interface Batch {
  readonly platform: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** The chain's head at `to`. */
  readonly head: string;
  readonly recordedTime: string | undefined;
  /** The most partitions that it has in one table: what it takes of the deduplication window. */
  readonly blocks: number;
  readonly token: string;
  /** SHA-256 of `statement`, hexadecimal. */
  readonly hash: string;
  /** The whole insert: run as it is, now and in a replay. */
  readonly statement: string;
  readonly lines: readonly FeedLine[];
}

/** Where the lines follow on. */
export interface BatchStart {
  readonly platform: string;
  readonly epoch: number;
  /** The head before the first line; undefined at sequence 0. */
  readonly head: string | undefined;
}

/** Cuts an answer's lines; `nowMs` decides which days of the minute table may be touched. */
export function cutBatches(start: BatchStart, answer: FeedBatch, nowMs: number): Batch[] {
  const pieces = cutLines(answer.lines, nowMs);
  const only = pieces.length === 1;
  let head = start.head ?? chainHead0(start.platform);
  return pieces.map(({ lines, blocks }) => {
    head = only ? answer.head : lines.reduce((h, line) => nextHead(h, line.bytes), head);
    return batchOf(start, lines, head, blocks);
  });
}

interface Piece {
  readonly lines: FeedLine[];
  readonly blocks: number;
}

function cutLines(lines: readonly FeedLine[], nowMs: number): Piece[] {
  const pieces: Piece[] = [];
  let piece: FeedLine[] = [];
  let bytes = 0;
  let months = new Set<string>();
  let days = new Set<string>();
  const close = (): void => {
    if (piece.length > 0) pieces.push({ lines: piece, blocks: Math.max(months.size, days.size) });
    piece = [];
    bytes = 0;
    months = new Set();
    days = new Set();
  };
  for (const line of lines) {
    const day = partitionDay(line);
    const month = day.slice(0, 7);
    const recent = Date.parse(day) > nowMs - 5 * 86_400_000;
    const fits =
      piece.length < maxRows &&
      bytes + line.bytes.byteLength <= maxAnswerBytes &&
      (months.has(month) || months.size < maxPartitions) &&
      (!recent || days.has(day) || days.size < maxPartitions);
    if (!fits) close();
    piece.push(line);
    bytes += line.bytes.byteLength;
    months.add(month);
    if (recent) days.add(day);
  }
  close();
  return pieces;
}

/** The day in Asia/Shanghai, which has been UTC+8 all year since 1992. */
function partitionDay(line: FeedLine): string {
  const { timeMs } = rowTime(line);
  return new Date(timeMs + 8 * 3_600_000).toISOString().slice(0, 10);
}

function rowTime(line: FeedLine): Pick<RawRow, 'timeMs'> {
  return line.kind === 'event' ? { timeMs: Date.parse(line.event.time) } : rowOf('', 0, line, '');
}

function batchOf(
  start: BatchStart,
  lines: readonly FeedLine[],
  head: string,
  blocks: number,
): Batch {
  const { platform, epoch } = start;
  const from = lines[0]?.sequence ?? 0;
  const to = from + lines.length - 1;
  const rows = lines.map((line, i) =>
    rowOf(platform, epoch, line, i === lines.length - 1 ? head : ''),
  );
  const body = rows.map((row) => row.json).join('\n');
  const token = `${platform}/${epoch}/${from}-${to}/${hash('sha256', body).slice(0, 16)}`;
  const statement = `INSERT INTO onenet.raw (${rawColumns.join(', ')})\n${insertSettings(token)}\nFORMAT JSONCompactEachRow\n${body}\n`;
  return {
    platform,
    epoch,
    from,
    to,
    head,
    recordedTime: lines.findLast((line) => line.kind === 'event')?.event.recordedtime,
    blocks,
    token,
    hash: hash('sha256', statement),
    statement,
    lines,
  };
}

/**
 * Everything on which exactness rests, written out, since defaults differ between versions:
 * one synchronous block per partition, deduplicated by the token in raw and in every view's target.
 */
function insertSettings(token: string): string {
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
