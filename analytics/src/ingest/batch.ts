/** Cuts what was read into batches: contiguous, small enough for one exact insert, and always cut the same way. */
import { hash } from 'node:crypto';
import { chainHead0, maxAnswerBytes, nextHead } from '@onenet/feed';
import type { FeedBatch, FeedLine } from '@onenet/feed';
import { rawColumns, rowOf, withHead } from './row.ts';

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
  /** SHA-256 of the rows, hexadecimal. */
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
  const pieces = cutLines(start, answer.lines, nowMs);
  const only = pieces.length === 1;
  let head = start.head ?? chainHead0(start.platform);
  return pieces.map((piece) => {
    head = only ? answer.head : piece.lines.reduce((h, line) => nextHead(h, line.bytes), head);
    return batchOf(start, piece, head);
  });
}

/** Lines that go together, with their rows. */
interface Piece {
  readonly lines: FeedLine[];
  readonly rows: string[];
  bytes: number;
  /** Of raw and of the table of hours; as `year * 12 + month`. */
  readonly months: Set<number>;
  /** Of the table of minutes; days since 1970. */
  readonly days: Set<number>;
}

function cutLines(start: BatchStart, lines: readonly FeedLine[], nowMs: number): Piece[] {
  const pieces: Piece[] = [];
  const firstDay = dayOf(nowMs) - minuteDays;
  let piece: Piece | undefined;
  for (const line of lines) {
    const { json, timeMs } = rowOf(start.platform, start.epoch, line);
    const day = dayOf(timeMs);
    const month = monthOf(day);
    const { byteLength } = line.bytes;
    const fits =
      piece !== undefined &&
      piece.lines.length < maxRows &&
      piece.bytes + byteLength <= maxAnswerBytes &&
      (piece.months.size < maxPartitions || piece.months.has(month)) &&
      (day < firstDay || piece.days.size < maxPartitions || piece.days.has(day));
    if (!piece || !fits) {
      piece = { lines: [], rows: [], bytes: 0, months: new Set(), days: new Set() };
      pieces.push(piece);
    }
    piece.lines.push(line);
    piece.rows.push(json);
    piece.bytes += byteLength;
    piece.months.add(month);
    if (day >= firstDay) piece.days.add(day);
  }
  return pieces;
}

/** The table of minutes takes three days; two more for clocks and for the time until a replay. */
const minuteDays = 5;
const dayMs = 86_400_000;
/** Asia/Shanghai has been UTC+8 all year since 1992. */
const shanghaiMs = 8 * 3_600_000;

function dayOf(ms: number): number {
  return Math.floor((ms + shanghaiMs) / dayMs);
}

/** A day's month, found once: a feed has few days. */
const months = new Map<number, number>();

function monthOf(day: number): number {
  const known = months.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * dayMs);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  months.set(day, month);
  return month;
}

function batchOf({ platform, epoch }: BatchStart, piece: Piece, head: string): Batch {
  const { lines, rows } = piece;
  const from = lines[0]?.sequence ?? 0;
  const to = from + lines.length - 1;
  const last = rows.at(-1) ?? '';
  const body = [...rows.slice(0, -1), withHead(last, head)].join('\n');
  const bodyHash = hash('sha256', body);
  const token = `${platform}/${epoch}/${from}-${to}/${bodyHash.slice(0, 16)}`;
  return {
    platform,
    epoch,
    from,
    to,
    head,
    recordedTime: lines.findLast((line) => line.kind === 'event')?.event.recordedtime,
    blocks: Math.max(piece.months.size, piece.days.size),
    token,
    hash: bodyHash,
    statement: `INSERT INTO onenet.raw (${rawColumns.join(', ')})\n${insertSettings(token)}\nFORMAT JSONCompactEachRow\n${body}\n`,
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
