/** How fresh and how right one platform's feed is. */
import type { FeedHeaders } from '@onenet/feed';
import type { Position } from './positions.ts';

export const feedStates = [
  'OK',
  'QUIET',
  'BEHIND',
  'UNREACHABLE',
  'BROKEN',
  'NOT_CONNECTED',
] as const;
export type FeedState = (typeof feedStates)[number];

/** What a feed that does not go on waits for: `FeedWait` of analytics.graphql. */
export type FeedWait =
  /** The platform, or something on the way to it, does not answer. */
  | 'ANSWER'
  /** What comes is not the feed as it was numbered: it is asked for again until it is. */
  | 'TRUE_ANSWER'
  /** ClickHouse or MongoDB has no room for what was read. */
  | 'DISK_SPACE'
  /** ClickHouse or MongoDB does not take what was read, for another reason. */
  | 'STORES';

/** `FeedStatus` of analytics.graphql. */
export interface FeedStatus {
  readonly platform: string;
  readonly state: FeedState;
  readonly epoch: number;
  readonly sequence: string;
  readonly lastSequence: string | null;
  readonly pending: number | null;
  readonly completeTo: string | null;
  readonly seenAt: string | null;
  readonly lagSeconds: number | null;
  readonly head: string | null;
  readonly rejected: number;
  readonly contiguous: boolean;
  /** Null while it goes on. */
  readonly waitingFor: FeedWait | null;
  readonly waitingSince: string | null;
}

/** Nothing new for this long, and the feed is quiet. */
const quietAfterMs = 10 * 60_000;
/** Not in for this long, and the feed is behind. */
const behindAfterMs = 30_000;

/** The part of it that is not in the position. */
export interface SharedProgress {
  readonly headers: FeedHeaders | null;
  readonly seenAtMs: number | null;
  readonly completeTo: string | null;
  readonly lastLineAtMs: number | null;
  readonly behindSinceMs: number | null;
  readonly trouble: 'UNREACHABLE' | 'BROKEN' | null;
  readonly waiting: Waiting | null;
}

interface Waiting {
  readonly for: FeedWait;
  /** UTC ms. */
  readonly sinceMs: number;
}

/** What a poller knows of its platform; `status` is what it amounts to now. */
export class FeedProgress {
  readonly platform: string;
  position: Position | undefined;
  headers: FeedHeaders | undefined;
  /** UTC ms of the last answer. */
  seenAtMs: number | undefined;
  /** Everything committed before this is in; RFC 3339. */
  completeTo: string | null = null;
  /** UTC ms at which a line last came in. */
  lastLineAtMs: number | undefined;
  /** UTC ms since when lines are known that are not in. */
  behindSinceMs: number | undefined;
  trouble: 'UNREACHABLE' | 'BROKEN' | undefined;
  waiting: Waiting | undefined;
  /** For the log only. */
  detail = '';

  constructor(platform: string) {
    this.platform = platform;
  }

  /** Takes in an answer's word on how the feed stands, and how far we are now. */
  saw(headers: FeedHeaders, sequence: number, nowMs: number): void {
    this.headers = headers;
    this.seenAtMs = nowMs;
    this.trouble = undefined;
    this.waiting = undefined;
    if (sequence >= headers.lastSequence && headers.pending === 0) {
      this.behindSinceMs = undefined;
    } else {
      this.behindSinceMs ??= nowMs;
    }
    // Complete to that time only when everything that is numbered is in.
    if (sequence >= headers.lastSequence && headers.completeTo)
      this.completeTo = headers.completeTo;
  }

  /** What was read is not in, or what is next cannot be read, until that is there. */
  waitFor(what: FeedWait, nowMs: number): void {
    if (this.waiting?.for !== what) this.waiting = { for: what, sinceMs: nowMs };
    this.behindSinceMs ??= nowMs;
  }

  /** What other processes are told. */
  shared(): SharedProgress {
    const { headers, seenAtMs, completeTo, lastLineAtMs, behindSinceMs, trouble, waiting } = this;
    return {
      headers: headers ?? null,
      seenAtMs: seenAtMs ?? null,
      completeTo,
      lastLineAtMs: lastLineAtMs ?? null,
      behindSinceMs: behindSinceMs ?? null,
      trouble: trouble ?? null,
      waiting: waiting ?? null,
    };
  }

  /** Takes over what another process tells. */
  takeOver(told: SharedProgress): void {
    this.headers = told.headers ?? undefined;
    this.seenAtMs = told.seenAtMs ?? undefined;
    this.completeTo = told.completeTo;
    this.lastLineAtMs = told.lastLineAtMs ?? undefined;
    this.behindSinceMs = told.behindSinceMs ?? undefined;
    this.trouble = told.trouble ?? undefined;
    this.waiting = told.waiting ?? undefined;
  }

  status(nowMs: number): FeedStatus {
    const { position, headers, waiting } = this;
    return {
      platform: this.platform,
      state: this.state(nowMs),
      epoch: position?.epoch ?? 0,
      sequence: String(position?.sequence ?? 0),
      lastSequence: headers ? String(headers.lastSequence) : null,
      pending: headers?.pending ?? null,
      completeTo: this.completeTo,
      seenAt: this.seenAtMs === undefined ? null : new Date(this.seenAtMs).toISOString(),
      lagSeconds: this.lagSeconds(nowMs),
      head: position?.head ?? null,
      rejected: position?.rejected ?? 0,
      contiguous: this.trouble !== 'BROKEN',
      waitingFor: waiting?.for ?? null,
      waitingSince: waiting ? new Date(waiting.sinceMs).toISOString() : null,
    };
  }

  private state(nowMs: number): FeedState {
    if (this.trouble) return this.trouble;
    if (!this.headers) return 'BEHIND';
    if (this.behindSinceMs !== undefined && nowMs - this.behindSinceMs > behindAfterMs) {
      return 'BEHIND';
    }
    const quiet = nowMs - (this.lastLineAtMs ?? 0) > quietAfterMs && this.headers.pending === 0;
    return quiet ? 'QUIET' : 'OK';
  }

  private lagSeconds(nowMs: number): number | null {
    if (!this.headers) return null;
    if (this.behindSinceMs === undefined && !this.trouble) return 0;
    const since = this.completeTo ? Date.parse(this.completeTo) : this.behindSinceMs;
    return since === undefined ? null : Math.max(0, (nowMs - since) / 1000);
  }
}
