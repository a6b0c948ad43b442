/** Cuts what was read into batches: contiguous, and each small enough for one exact insert. */
import { chainHead0, maxAnswerBytes, nextHead } from '@onenet/feed';
import type { FeedBatch, FeedLine } from '@onenet/feed';
import { rowOf, withHead } from './row.ts';

/** Months, and days of minutes, of one insert: twice as many partitions in any table. ClickHouse refuses 101, for ever. */
export const maxPartitions = 50;
/** Rows of one insert, so that it is one block. */
export const maxRows = 50_000;

/** The lines `from` to `to` of one platform, as rows of raw. */
export interface Batch {
  readonly platform: string;
  readonly epoch: number;
  /** Of the lease under which it was read. */
  readonly fence: number;
  readonly from: number;
  readonly to: number;
  /** The chain's head at `to`. */
  readonly head: string;
  readonly recordedTime: string | undefined;
  readonly lines: readonly FeedLine[];
  readonly rows: readonly string[];
  /** How many of the lines count nowhere. */
  readonly rejected: number;
  readonly bytes: number;
  /** Partitions of raw, as `year * 12 + month`; of the table of cells each year is one. */
  readonly months: ReadonlySet<number>;
  /** Days since 1970 that minutes are kept of: each is a partition of the table of cells. */
  readonly days: ReadonlySet<number>;
}

/** Where the lines follow on. */
export interface BatchStart {
  readonly platform: string;
  readonly epoch: number;
  readonly fence: number;
  /** The head before the first line; undefined at sequence 0. */
  readonly head: string | undefined;
}

/** Cuts an answer's lines; `nowMs` decides of which days minutes may be kept. */
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
  readonly months: Set<number>;
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

/** Minutes are kept for three days; two more for clocks and for the time until a replay. */
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

function batchOf({ platform, epoch, fence }: BatchStart, piece: Piece, head: string): Batch {
  const from = piece.lines[0]?.sequence ?? 0;
  const last = piece.rows.pop() ?? '';
  return {
    ...piece,
    rows: [...piece.rows, withHead(last, head)],
    platform,
    epoch,
    fence,
    from,
    to: from + piece.lines.length - 1,
    head,
    rejected: piece.lines.filter(({ kind }) => kind === 'rejected').length,
    recordedTime: piece.lines.findLast((line) => line.kind === 'event')?.event.recordedtime,
  };
}
