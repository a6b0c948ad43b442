/** The outbox's database, by the scheme of its address: PostgreSQL or MongoDB. */
import { mongoGuardStore, postgresGuardStore } from '@onenet/assertion';
import type { GuardStore } from '@onenet/assertion';
import { mongoStore, postgresPool, postgresStore } from '@onenet/feed';
import type { FeedStore } from '@onenet/feed';
import { MongoClient } from 'mongodb';

export interface Outbox {
  readonly store: FeedStore;
  readonly guardStore: GuardStore;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The address of the outbox is none; the message says what is. */
export class BadOutbox extends Error {
  override readonly name = 'BadOutbox';
}

/** Milliseconds for which health waits for the database. */
const pingMs = 2_000;

/** Opens it. A MongoDB address names the database in its path: `mongodb://host/union?replicaSet=rs0`. */
export async function openOutbox(uri: string): Promise<Outbox> {
  const scheme = /^([a-z+]+):\/\//.exec(uri)?.[1] ?? '';
  if (scheme === 'postgres' || scheme === 'postgresql') return openPostgres(uri);
  if (scheme === 'mongodb' || scheme === 'mongodb+srv') return await openMongo(uri);
  // The address itself stays out of the message: it may hold a password.
  throw new BadOutbox(
    `The outbox is at ${scheme === '' ? 'no address' : `"${scheme}:"`}: ` +
      'give postgres://… or mongodb://…/<database>.',
  );
}

function openPostgres(uri: string): Outbox {
  const pool = postgresPool(uri);
  return {
    store: postgresStore(pool),
    guardStore: postgresGuardStore(pool),
    async ping() {
      await inTime(pool.query('SELECT 1'));
    },
    close: () => pool.end(),
  };
}

async function openMongo(uri: string): Promise<Outbox> {
  const database = /^[^/]*\/\/[^/]*\/([^?]+)/.exec(uri)?.[1];
  if (database === undefined) {
    throw new BadOutbox('The outbox on MongoDB has no database: give mongodb://<host>/<database>.');
  }
  const client = await MongoClient.connect(uri, {
    appName: 'onenet-sidecar',
    writeConcern: { w: 'majority' },
  });
  const db = client.db();
  return {
    store: mongoStore(db),
    guardStore: mongoGuardStore(db),
    async ping() {
      await inTime(db.command({ ping: 1 }));
    },
    close: () => client.close(),
  };
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer in ${pingMs} ms`)), pingMs);
  try {
    await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}
