/** What consumers asked, as a feed like a platform's: spooled on disk, numbered in MongoDB, read with GET /events. */
import {
  createGuard,
  mongoGuardStore,
  readBody,
  sendRefusal,
  trustedKeys,
} from '@onenet/assertion';
import type { Guard } from '@onenet/assertion';
import { outboxCollection, startFeed, usageCode, usageEvents, usageType } from '@onenet/feed';
import type { Feed } from '@onenet/feed';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { MongoBulkWriteError, MongoClient, type Collection } from 'mongodb';
import type { Logger } from 'pino';
import { Spool } from './spool.ts';
import { entriesOf, type UsageEntry, type Use } from './use.ts';

export interface UsageOptions {
  /** Shared by all gateways of the net: they keep one feed. */
  readonly mongodbUri: string;
  readonly database: string;
  /** This gateway's own folder. */
  readonly stateDir: string;
  /** The net's public keys; absent: whoever reads it from this machine is believed. */
  readonly jwksUrl: string | undefined;
  readonly log: Logger;
}

export interface Usage {
  /** Notes an answered operation; its answer need not wait. */
  note(use: Use): void;
  /** Answers GET /events. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Uses that found no room on disk. */
  readonly dropped: number;
  /** Delivers what is spooled, and stops. */
  stop(): Promise<void>;
}

/** Bytes that the body of a GET may have: it has none. */
const maxBodyBytes = 0;

/** Resolves when the feed can be read. */
export async function openUsage(options: UsageOptions): Promise<Usage> {
  const { mongodbUri, database, stateDir, jwksUrl, log } = options;
  const client = await MongoClient.connect(mongodbUri);
  const db = client.db(database);
  const onError = (err: unknown): void => log.error({ err }, 'usage is delivered later');
  const feed = await startFeed({ code: usageCode, db, vocabulary: usageEvents, onError });
  const guard = await createGuard({
    code: usageCode,
    trust: jwksUrl === undefined ? undefined : trustedKeys([jwksUrl]),
    store: mongoGuardStore(db),
    unsigned: jwksUrl === undefined ? 'loopback' : 'refuse',
  });
  const outbox = outboxCollection(db) as unknown as Collection<OutboxUsage>;
  const spool = await Spool.open({
    dir: join(stateDir, 'usage'),
    deliver: async (segment, lines) => {
      const uses = lines.map((line) => JSON.parse(line) as Use);
      await insertOnce(outbox, entriesOf(segment, uses));
      feed.wake();
    },
    onError,
  });
  return {
    note: (use) => spool.append(JSON.stringify(use)),
    handle: (request, response) => answer(guard, feed, request, response),
    get dropped() {
      return spool.dropped;
    },
    async stop() {
      await spool.close();
      await feed.stop();
      await client.close();
    },
  };
}

/** An entry as the outbox holds it. */
type OutboxUsage = UsageEntry & { readonly type: typeof usageType };

/** A segment that comes again has the same ids: what is in the outbox stays as it is, what is in the log is left out there. */
async function insertOnce(
  outbox: Collection<OutboxUsage>,
  entries: readonly UsageEntry[],
): Promise<void> {
  try {
    await outbox.insertMany(
      entries.map((entry) => ({ ...entry, type: usageType })),
      { ordered: false, writeConcern: { w: 'majority', j: true } },
    );
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || !isOnlyRepeats(error)) throw error;
  }
}

const duplicateKey = 11_000;

function isOnlyRepeats({ writeErrors }: MongoBulkWriteError): boolean {
  return [writeErrors].flat().every(({ code }) => code === duplicateKey);
}

async function answer(
  guard: Guard,
  feed: Feed,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return;
  const { method = '', url = '', headers, socket } = request;
  const admission = await guard.admit({
    method,
    url,
    headers,
    remoteAddress: socket.remoteAddress,
    // A body is in no assertion of a GET.
    body: body === 'tooLarge' ? Buffer.from('-') : body,
  });
  if (admission.kind === 'REFUSED') sendRefusal(request, response, admission);
  else await feed.handle(request, response, (status) => admission.record({ status }));
}
