/** Cuts what was read into batches: contiguous, and each small enough for one exact insert. */
import { maxAnswerBytes } from '@onenet/feed';
import type { FeedLine } from '@onenet/feed';
import { NewsOfLines } from './news.ts';
import type { News } from './news.ts';
import { RowBuffer } from './row-buffer.ts';
import { rowOf } from './row.ts';

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
  /** Of them all, as `JSONCompactEachRow`, UTF-8. */
  readonly rows: Buffer;
  /** How many lines, each a row. */
  readonly count: number;
  readonly news: News;
  /** How many of the lines count nowhere. */
  readonly rejected: number;
  /** Of the lines, as they were sent. */
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
}

/** Cuts an answer's lines as they come into batches of rows. */
export class BatchCutter {
  readonly #start: BatchStart;
  readonly #firstDay: number;
  readonly #batches: Batch[] = [];
  #piece: Piece | undefined;

  /** `nowMs` decides of which days minutes may be kept. */
  constructor(start: BatchStart, nowMs: number) {
    this.#start = start;
    this.#firstDay = dayOf(nowMs) - minuteDays;
  }

  /** The next line; `before` has the chain's head ahead of it. */
  add(line: FeedLine, before: { head(): string }): void {
    const { json, timeMs } = rowOf(this.#start.platform, this.#start.epoch, line);
    const day = dayOf(timeMs);
    const month = monthOf(day);
    const hasMinutes = day >= this.#firstDay;
    const { byteLength } = line.bytes;
    let piece = this.#piece;
    const fits =
      piece !== undefined &&
      piece.count < maxRows &&
      piece.bytes + byteLength <= maxAnswerBytes &&
      (piece.months.size < maxPartitions || piece.months.has(month)) &&
      (!hasMinutes || piece.days.size < maxPartitions || piece.days.has(day));
    if (!piece || !fits) {
      this.#close(before.head());
      piece = newPiece(line.sequence);
      this.#piece = piece;
    }
    piece.rows.add(json);
    piece.news.add(line, timeMs);
    piece.count += 1;
    piece.bytes += byteLength;
    piece.months.add(month);
    if (hasMinutes) piece.days.add(day);
    if (line.kind === 'rejected') piece.rejected += 1;
    else piece.recordedTime = line.event.recordedtime;
  }

  /** All batches, in order; `head` is the chain's at the last line. */
  end(head: string): readonly Batch[] {
    this.#close(head);
    return this.#batches;
  }

  #close(head: string): void {
    if (!this.#piece) return;
    const { rows, news, ...piece } = this.#piece;
    const to = piece.from + piece.count - 1;
    const whole = { ...this.#start, ...piece, to, head, rows: rows.end(head), news: news.news() };
    this.#batches.push(whole);
    this.#piece = undefined;
  }
}

/** Lines that go together. */
interface Piece {
  readonly from: number;
  readonly rows: RowBuffer;
  readonly news: NewsOfLines;
  readonly months: Set<number>;
  readonly days: Set<number>;
  count: number;
  bytes: number;
  rejected: number;
  recordedTime: string | undefined;
}

function newPiece(from: number): Piece {
  return {
    from,
    rows: new RowBuffer(),
    news: new NewsOfLines(),
    months: new Set(),
    days: new Set(),
    count: 0,
    bytes: 0,
    rejected: 0,
    recordedTime: undefined,
  };
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
