/** What was asked and who was given what, as a feed like a platform's: spooled on disk, numbered in MongoDB, read with GET /events. */
import {
  createGuard,
  mongoGuardStore,
  readBody,
  sendRefusal,
  trustedKeys,
} from '@onenet/assertion';
import type { Guard } from '@onenet/assertion';
import {
  accessType,
  gatewayCode,
  gatewayEvents,
  outboxCollection,
  startFeed,
  usageType,
} from '@onenet/feed';
import type { Feed } from '@onenet/feed';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { MongoBulkWriteError, MongoClient, type Collection } from 'mongodb';
import type { Logger } from 'pino';
import { accessEntries, type Access, type AccessEntry } from './access.ts';
import { Deliveries } from './deliveries.ts';
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

/** What is noted of one request. */
export interface Noted {
  /** Of an operation that asked something. */
  readonly use?: Use | undefined;
  readonly access?: Access | undefined;
}

export interface Usage {
  /** Notes a request; its answer need not wait. */
  note(noted: Noted): void;
  /** Answers GET /events. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Requests that found no room on disk. */
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
  const feed = await startFeed({ code: gatewayCode, db, vocabulary: gatewayEvents, onError });
  const guard = await createGuard({
    code: gatewayCode,
    trust: jwksUrl === undefined ? undefined : trustedKeys([jwksUrl]),
    store: mongoGuardStore(db),
    unsigned: jwksUrl === undefined ? 'loopback' : 'refuse',
  });
  const outbox = outboxCollection(db) as unknown as Collection<OutboxEntry>;
  const dir = join(stateDir, 'usage');
  const deliveries = await Deliveries.open(db, dir);
  const spool = await Spool.open({
    dir,
    deliver: async (segment, lines) => {
      await insertOnce(outbox, entriesIn(segment, lines));
      feed.wake();
    },
    delivered: (to) => deliveries.note(to, spool.dropped),
    onError,
  });
  return {
    note: (noted) => spool.append(JSON.stringify(noted)),
    async handle(request, response) {
      for (const [name, value] of await deliveries.headers()) response.setHeader(name, value);
      await answer(guard, feed, request, response);
    },
    get dropped() {
      return spool.dropped;
    },
    async stop() {
      await spool.close();
      await deliveries.close(spool.isEmpty);
      await feed.stop();
      await client.close();
    },
  };
}

/** An entry as the outbox holds it. */
type OutboxEntry =
  | (UsageEntry & { readonly type: typeof usageType })
  | (AccessEntry & { readonly type: typeof accessType });

function entriesIn(segment: string, lines: readonly string[]): readonly OutboxEntry[] {
  const noted = lines.map((line) => notedIn(JSON.parse(line) as Noted | Use));
  const uses = noted.flatMap(({ use }) => use ?? []);
  const accesses = noted.flatMap(({ access }) => access ?? []);
  return [
    ...entriesOf(segment, uses).map((entry): OutboxEntry => ({ ...entry, type: usageType })),
    ...accessEntries(segment, accesses).map((entry): OutboxEntry => ({
      ...entry,
      type: accessType,
    })),
  ];
}

/** A gateway of before, which was killed, left uses alone. */
function notedIn(line: Noted | Use): Noted {
  return 'at' in line ? { use: line } : line;
}

/** A segment that comes again has the same ids: what is in the outbox stays as it is, what is in the log is left out there. */
async function insertOnce(
  outbox: Collection<OutboxEntry>,
  entries: readonly OutboxEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  try {
    await outbox.insertMany(entries, {
      ordered: false,
      writeConcern: { w: 'majority', j: true },
    });
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
