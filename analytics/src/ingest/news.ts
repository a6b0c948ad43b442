/** What of the lines that are in is told at once: the newest of them, and since when they count. */
import type { FeedEvent } from '@onenet/contract';
import type { FeedLine } from '@onenet/feed';

/** How many events are told, at most. */
export const newestTold = 20;

/** Of some lines of one feed. */
export interface News {
  /** The last that count, oldest first, at most `newestTold`. */
  readonly newest: readonly FeedEvent[];
  /**
   * UTC ms: nothing before it is changed by them. A balance is of before the log, and a correction takes away a value
   * of whatever time: they change everything.
   */
  readonly earliestMs: number;
}

/** Looks at lines as they come. */
export class NewsOfLines {
  #newest: FeedEvent[] = [];
  #earliestMs = Infinity;

  /** `timeMs` is the event's time. */
  add(line: FeedLine, timeMs: number): void {
    if (line.kind === 'rejected') return;
    const { event } = line;
    const isOfAnyTime = event.type === 'onenet.opening' || event.corrects !== undefined;
    this.#earliestMs = Math.min(this.#earliestMs, isOfAnyTime ? -Infinity : timeMs);
    this.#newest.push(event);
    if (this.#newest.length > 2 * newestTold) this.#newest = this.#newest.slice(-newestTold);
  }

  news(): News {
    return { newest: this.#newest.slice(-newestTold), earliestMs: this.#earliestMs };
  }
}
