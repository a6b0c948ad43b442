/** The databases on which every test of the feed runs: each is fresh, and dropped with the test. */
import type { OutboxEntry } from '../src/entry.ts';
import type { EventFault } from '../src/event.ts';
import type { FeedStore } from '../src/store.ts';
import { freshMongo } from './mongo-database.ts';
import { freshPostgres } from './postgres-database.ts';

/** A feed's database, with the hands that a test needs inside it. */
export interface TestDatabase extends AsyncDisposable {
  readonly store: FeedStore;
  /** By which a program of its own opens the same database. */
  readonly uri: string;
  /** Writes to the outbox what nobody has checked. */
  insert(entries: readonly OutboxEntry[]): Promise<void>;
  /** Writes what is no event, as far as the database takes it; says with what faults, sorted. */
  insertFaulty(): Promise<readonly EventFault[]>;
  /** A record of the platform and its event, in one transaction. Resolves to the event's id. */
  record(): Promise<string>;
  recordedIds(): Promise<readonly string[]>;
  claims(): Promise<readonly { readonly expires: Date }[]>;
  aside(): Promise<readonly { readonly fault: string; readonly entry: OutboxEntry }[]>;
  /** Takes lines out of the log, as pruning and damage do. */
  removeLines(from: number, to: number): Promise<void>;
  /** Another sequencer has the lease and does nothing with it. */
  holdLease(until: Date): Promise<void>;
  forgetTotals(): Promise<void>;
  /** All that is stored. */
  snapshot(): Promise<Snapshot>;
  restore(backup: Snapshot): Promise<void>;
}

export type Snapshot = readonly { readonly name: string; readonly rows: readonly unknown[] }[];

/** For `describe.each`. */
export const databases = [
  { name: 'MongoDB', fresh: freshMongo },
  { name: 'PostgreSQL', fresh: freshPostgres },
] as const;
