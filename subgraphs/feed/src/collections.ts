/** The feed's collections in a platform's own MongoDB database. */
import { MongoServerError } from 'mongodb';
import type { Binary, Collection, Db } from 'mongodb';
import type { OutboxEntry } from './entry.ts';

/** A line of the log. `_id` is the sequence: the first of the two unique keys. */
export interface LogDocument {
  readonly _id: number;
  /** The outbox entry's id: the second unique key. */
  readonly entry: string;
  readonly type: string;
  readonly count: number;
  readonly recordedTime: Date;
  readonly line: Buffer;
  readonly head: string;
}

export interface ClaimDocument {
  readonly _id: string;
  readonly event: string;
  readonly expires: Date;
}

export interface LeaseDocument {
  readonly _id: 'sequencer';
  readonly holder: string | null;
  readonly until: Date;
  readonly completeTo: Date | null;
}

export interface TotalsDocument {
  readonly _id: 'totals';
  readonly through: number;
  readonly head: string;
  readonly types: readonly { type: string; events: number; count: number }[];
}

/** The secret by which references of persons are keyed. */
export interface PersonKeyDocument {
  readonly _id: 'person-key';
  readonly key: Binary;
}

export interface QuarantineDocument {
  readonly _id: string;
  readonly fault: string;
  readonly at: Date;
  readonly entry: OutboxEntry;
}

/** Where a platform writes, in the transaction of the thing that happened. */
export function outboxCollection(db: Db): Collection<OutboxEntry> {
  return db.collection<OutboxEntry>('outbox');
}

/** All of them. Majority both ways: what is acted on must outlive a failover. */
export function feedCollections(db: Db) {
  const majority = { readConcern: { level: 'majority' }, writeConcern: { w: 'majority' } } as const;
  return {
    outbox: db.collection<OutboxEntry>('outbox', majority),
    log: db.collection<LogDocument>('feed_log', { ...majority, promoteBuffers: true }),
    claims: db.collection<ClaimDocument>('feed_claims', majority),
    lease: db.collection<LeaseDocument>('feed_lease', majority),
    totals: db.collection<TotalsDocument>('feed_totals', majority),
    quarantine: db.collection<QuarantineDocument>('feed_quarantine', majority),
    settings: db.collection<PersonKeyDocument>('settings', majority),
  };
}

/** Makes what the feed needs. Safe to repeat. */
export async function ensureFeedIndexes(db: Db): Promise<void> {
  const { log, claims, lease } = feedCollections(db);
  await Promise.all([
    createOutbox(db),
    log.createIndex({ entry: 1 }, { unique: true }),
    claims.createIndex({ expires: 1 }, { expireAfterSeconds: 0 }),
    lease.updateOne(
      { _id: 'sequencer' },
      { $setOnInsert: { holder: null, until: new Date(0), completeTo: null } },
      { upsert: true },
    ),
  ]);
}

async function createOutbox(db: Db): Promise<void> {
  try {
    await db.createCollection('outbox');
  } catch (error) {
    if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error;
  }
}
