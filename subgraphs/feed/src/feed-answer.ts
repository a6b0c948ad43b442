/** What a reader asks of a feed, and what an answer is after every check. */
import type { FeedEvent } from '@onenet/contract';
import type { EventFault } from './event.ts';

/** Where to read on. */
export interface FeedRequest {
  /** The platform's `/events`. */
  readonly url: string;
  readonly code: string;
  /** The last sequence that the reader has; 0 at the beginning. */
  readonly after: number;
  /** The chain's head at `after`; absent only when `after` is 0. */
  readonly head?: string;
  /** `recordedtime` at `after`, so that its order is checked from batch to batch. */
  readonly recordedTime?: string;
  /** Lines, at most. */
  readonly limit?: number;
  /** How long the platform may hold its answer back while it has nothing. */
  readonly waitSeconds?: number;
  /** How long the whole answer may take beyond `waitSeconds`. Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How the call is made, by whoever restricts or signs it. Default: the platform's `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What an answer is, after every check. */
export type FeedAnswer<Event = FeedEvent> = FeedBatch<Event> | FeedFailure;

/** The same where the lines went one by one to whoever takes them. */
export type FeedStretchAnswer = FeedStretch | FeedFailure;

/** Why there is nothing to go on with. */
export type FeedFailure =
  /** 409: the platform's log is not the one that was read (restored, changed). */
  | ({ readonly kind: 'conflict' } & FeedBounds)
  /** 410: the platform no longer has what follows `after`. */
  | ({ readonly kind: 'gone' } & FeedBounds)
  /** The lines are not those that the platform's `onenet-chain` speaks of. */
  | { readonly kind: 'chainBroken'; readonly announced: string; readonly computed: string }
  /** The answer is not in the wire format; `sequence` is where it breaks. */
  | { readonly kind: 'malformed'; readonly reason: MalformedReason; readonly sequence: number }
  /** No answer, or not the feed's: `detail` is for the log. */
  | { readonly kind: 'unreachable'; readonly detail: string };

export type MalformedReason =
  /** Not `application/x-ndjson`. */
  | 'NOT_NDJSON'
  /** A header of the feed is absent or not well written. */
  | 'BAD_HEADERS'
  /** Over 8 MiB. */
  | 'ANSWER_TOO_LARGE'
  /** More lines than asked for. */
  | 'TOO_MANY_LINES'
  /** Over 64 KiB. */
  | 'LINE_TOO_LARGE'
  /** Not UTF-8, or not JSON. */
  | 'NOT_JSON'
  /** The line's `sequence` is not the next one. */
  | 'NOT_CONTIGUOUS';

/** Lines from `after + 1` to `last`, contiguous and chained. */
export interface FeedBatch<Event = FeedEvent> extends FeedStretch {
  readonly lines: readonly FeedLine<Event>[];
}

/** What an answer reaches over. */
export interface FeedStretch {
  readonly kind: 'batch';
  /** The last sequence that the reader now has: `after` when there are no lines. */
  readonly last: number;
  /** The chain's head at `last`. */
  readonly head: string;
  /** `recordedtime` at `last`; undefined while nothing was read. */
  readonly recordedTime: string | undefined;
  /**
   * The answer broke off: these are the lines that were whole. `onenet-chain` speaks of more, so
   * it is the next question, with this `head`, by which the platform confirms them.
   */
  readonly cut: boolean;
  readonly headers: FeedHeaders;
}

/**
 * Takes a line that was checked, before it is known whether the answer's chain holds. `before.head()` is
 * the chain's head ahead of the line.
 */
export type TakeLine<Event = FeedEvent> = (
  line: FeedLine<Event>,
  before: { head(): string },
) => void;

/** One line: an event, or what only counts for contiguity. */
export type FeedLine<Event = FeedEvent> =
  | {
      readonly kind: 'event';
      readonly sequence: number;
      /** As sent, without LF. */
      readonly bytes: Buffer;
      readonly event: Event;
    }
  | {
      readonly kind: 'rejected';
      readonly sequence: number;
      readonly bytes: Buffer;
      readonly reason: EventFault;
    };

export interface FeedBounds {
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** How the feed stands, by its own word. */
export interface FeedHeaders extends FeedBounds {
  /** RFC 3339; undefined while the platform cannot say. Of the log, not of this answer. */
  readonly completeTo: string | undefined;
  readonly pending: number;
  readonly quarantined: number;
}
