/** One platform's feed: the sequencer that numbers, and the answer to GET /events. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Db } from 'mongodb';

export interface FeedOptions {
  /** The platform's code. */
  readonly code: string;
  /** The platform's own database. */
  readonly db: Db;
  /** Keys the references of persons in the claims; at least 32 bytes, the same for ever. */
  readonly personKey: string | Buffer;
  /** Persons of events older than this are not counted. Default 400. */
  readonly maxFirstsAgeDays?: number;
  /** How often the outbox is looked at without a `wake()`. Default 2,000. */
  readonly pollMs?: number;
  /** Told of every failed pass; the feed tries again by itself. */
  readonly onError?: (error: unknown) => void;
}

/** The platform's own totals of one event type. */
export interface EventTotal {
  readonly type: string;
  /** Lines. */
  readonly events: number;
  /** The sum of `data.count`, 1 where it is absent. */
  readonly count: number;
  /** Counted up to this sequence, 20 digits. */
  readonly through: string;
}

/** How the feed stands: what the headers say, for health. */
export interface FeedStatus {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly completeTo: Date | undefined;
  readonly pending: number;
  readonly quarantined: number;
}

export interface Feed {
  /** Answers GET /events; the path is the caller's business. Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Something was committed: number it now. */
  wake(): void;
  totals(): Promise<readonly EventTotal[]>;
  status(): Promise<FeedStatus>;
  /** Resolves when all that was committed before the call is numbered. */
  drained(): Promise<void>;
  /** Answers those who wait, finishes the pass, gives the lease back. */
  stop(): Promise<void>;
}

/** Makes the indexes and starts the sequencer. */
export async function startFeed(options: FeedOptions): Promise<Feed> {
  throw new Error(`not built: ${options.code}`);
}
