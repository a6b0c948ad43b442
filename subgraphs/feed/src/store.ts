/** What a feed needs of its platform's database: what an operation wrote is committed by a majority when it returns. */
import type { OutboxEntry } from './entry.ts';
import type { EventFault } from './event.ts';

/** Where the log stands at one sequence. */
export interface LogPosition {
  /** 0 before the first line. */
  readonly sequence: number;
  /** The chain's head at `sequence`. */
  readonly head: string;
  /** Undefined at 0. */
  readonly recordedTime: Date | undefined;
}

/** A line as it is kept. */
export interface LogLine {
  readonly sequence: number;
  /** The outbox entry's id: unique, so that nothing is numbered twice. */
  readonly entryId: string;
  readonly type: string;
  /** `data.count`, 1 where it is absent. */
  readonly count: number;
  readonly recordedTime: Date;
  /** Without LF, as it is sent for ever. */
  readonly bytes: Buffer;
  /** The chain's head at this line. */
  readonly head: string;
}

/** One person in one period: whoever holds the key was the first. */
export interface Claim {
  readonly key: string;
  /** The event's id. */
  readonly event: string;
  /** From when on no event can ask for the key any more. */
  readonly expires: Date;
}

/** Sums over the log up to `through`; good for the log whose head there is `head`. */
export interface LogTotals {
  readonly through: number;
  readonly head: string;
  readonly types: readonly TypeTotal[];
}

export interface TypeTotal {
  readonly type: string;
  /** Lines. */
  readonly events: number;
  /** The sum of the lines' `count`. */
  readonly count: number;
}

export interface Refusal {
  readonly entry: OutboxEntry;
  readonly fault: EventFault;
}

/**
 * Reads see what is majority-committed (PostgreSQL: committed), and only that. A store keeps two unique keys, on the
 * sequence and on the entry's id; all else that is promised follows from them.
 */
export interface FeedStore {
  /** Makes collections or tables, and indexes. Safe to repeat. */
  prepare(): Promise<void>;
  /**
   * Calls `onNews` soon after something was committed to the outbox or the log; it may miss some.
   * Resolves to a function that ends it.
   */
  watch(onNews: () => void): Promise<() => void>;
  /** The secret by which references of persons are keyed; made once, and the same for ever. */
  personKey(): Promise<Buffer>;

  /** Takes or renews the lease by the database's clock; false while another holds it. */
  takeLease(holder: string, forMs: number): Promise<boolean>;
  /** Ends the own lease, and keeps `completeTo` for those who answer readers. */
  endLease(holder: string, completeTo: Date | undefined): Promise<void>;
  completeTo(): Promise<Date | undefined>;

  /** The oldest entries, in the order in which they were written. */
  outbox(limit: number): Promise<readonly OutboxEntry[]>;
  /** How many entries wait, counted up to `limit`. */
  outboxSize(limit: number): Promise<number>;
  removeFromOutbox(ids: readonly string[]): Promise<void>;
  /** Sets entries aside that are no events, and takes them out of the outbox. */
  quarantine(refusals: readonly Refusal[]): Promise<void>;
  quarantined(): Promise<number>;

  /** Who holds the keys; free ones are left out. */
  claimHolders(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Takes every key that is still free; false when some were not. */
  addClaims(claims: readonly Claim[]): Promise<boolean>;

  /** The log's first stored line, and its last; undefined while there is none. */
  firstPosition(): Promise<LogPosition | undefined>;
  lastPosition(): Promise<LogPosition | undefined>;
  position(sequence: number): Promise<LogPosition | undefined>;
  /** Inserts one after the other and stops at the first conflict: then false. */
  append(lines: readonly LogLine[]): Promise<boolean>;
  /** Which of the entries the log has. */
  logged(entryIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** The lines after `after`, in order, until either bound; LFs count. */
  read(after: number, bounds: ReadBounds): Promise<readonly LogLine[]>;

  savedTotals(): Promise<LogTotals | undefined>;
  saveTotals(totals: LogTotals): Promise<void>;
  /** Sums over the lines after `after` up to `through`. */
  sum(after: number, through: number): Promise<readonly TypeTotal[]>;
}

export interface ReadBounds {
  readonly limit: number;
  readonly maxBytes: number;
}
