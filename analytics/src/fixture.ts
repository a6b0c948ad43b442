/** For the tests: real feeds on real MongoDB, and ingest into the real engine. All of it ends with the test. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NetOwner, NetSnapshot } from '@onenet/contract';
import { outboxCollection, outboxEntry, startFeed } from '@onenet/feed';
import type { Feed, OutboxEntryInput } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { openClickHouse, quote } from './clickhouse.ts';
import { clickHouseFront } from './fixture-http.ts';
import type { Tier } from './tiers.ts';
import type { ClickHouse } from './clickhouse.ts';
import { Ingest } from './ingest/ingest.ts';
import type { IngestOptions } from './ingest/options.ts';
import { Positions } from './ingest/positions.ts';
import { unsignedCalls } from './owner-call.ts';

/** A database of its own, dropped at the end. */
export async function testDatabase(uri: string): Promise<AsyncDisposable & { readonly db: Db }> {
  const client = await MongoClient.connect(uri);
  const db = client.db(`analytics_${randomUUID().slice(0, 8)}`);
  return {
    db,
    async [Symbol.asyncDispose]() {
      await db.dropDatabase();
      await client.close();
    },
  };
}

/** A directory for the engine, with copies to restore from. */
export async function testDirectory(): Promise<
  AsyncDisposable & { readonly path: string; backup(): Promise<() => Promise<void>> }
> {
  const root = await mkdtemp(join(tmpdir(), 'onenet-analytics-'));
  const path = join(root, 'clickhouse');
  return {
    path,
    async backup() {
      const copy = join(root, randomUUID());
      await cp(path, copy, { recursive: true });
      return async () => {
        await rm(path, { recursive: true });
        await cp(copy, path, { recursive: true });
      };
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true });
    },
  };
}

/** A platform that is nothing but its feed. */
export interface TestPlatform extends AsyncDisposable {
  readonly owner: NetOwner;
  readonly db: Db;
  readonly feed: Feed;
  /** Commits what happened, and waits until it is numbered. */
  happened(events: readonly OutboxEntryInput[]): Promise<void>;
}

/**
 * A feed on a database of `mongodb`; `name` tells two databases of one platform apart. Where the test's now
 * lies in the past, people are counted as far back from there as they are from today.
 */
export async function testPlatform(
  client: MongoClient,
  code: string,
  name: string,
  nowMs = Date.now(),
): Promise<TestPlatform> {
  const db = client.db(name);
  const maxFirstsAgeDays = 400 + (Date.now() - nowMs) / 86_400_000;
  const personKey = 'k'.repeat(32);
  const feed = await startFeed({ code, db, personKey, maxFirstsAgeDays, pollMs: 200 });
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/events')) void feed.handle(request, response);
    else void answerTotals(feed, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    db,
    feed,
    owner: testOwner(code, url),
    async happened(events) {
      await outboxCollection(db).insertMany(events.map((event) => outboxEntry(event)));
      feed.wake();
      await feed.drained();
    },
    async [Symbol.asyncDispose]() {
      await feed.stop();
      server.close();
      server.closeAllConnections();
      await db.dropDatabase();
    },
  };
}

/** The one question that the self-check asks: `platforms: _entities { ... on Platform { eventTotals } }`. */
async function answerTotals(feed: Feed, response: ServerResponse): Promise<void> {
  const totals = await feed.totals();
  const eventTotals = totals.map(({ through, ...total }) => ({
    ...total,
    throughSequence: through,
  }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ data: { platforms: [{ __typename: 'Platform', eventTotals }] } }));
}

/** An owner as the directory has it. */
export function testOwner(code: string, url: string): NetOwner {
  return {
    code,
    name: code,
    nameEn: code,
    kind: 'CITY',
    parent: null,
    connection: 'CONNECTED',
    graphqlUrl: `${url}/graphql`,
    eventsUrl: `${url}/events`,
    addresses: 'ANY',
    serves: [/^\d{6}$/.test(code) ? code : '420000'],
    modules: ['core'],
    contractVersion: '1.0',
    version: 1,
    lacks: [],
    additions: [],
    scope: { above: ['420000'] },
  };
}

/** A directory of these owners. */
export function testSnapshot(owners: readonly NetOwner[]): NetSnapshot {
  return {
    version: 1,
    revision: 1,
    contractVersion: '1.0',
    supergraph: 'type Query',
    services: { province: 'http://127.0.0.1:1', analytics: 'http://127.0.0.1:1' },
    clients: [],
    grants: [],
    owners,
  };
}

/** The engine on a directory: embedded, or behind a front that speaks ClickHouse's HTTP (the project `http`). */
async function testClickHouse(dataDir: string): Promise<ClickHouse> {
  if (process.env['ONENET_TEST_CLICKHOUSE'] !== 'http') return openClickHouse({ dataDir });
  const front = await clickHouseFront(dataDir);
  const clickhouse = openClickHouse({ url: front.url });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await clickhouse.close();
    await front[Symbol.asyncDispose]();
  };
  return { ...clickhouse, close: () => (closed ??= close()) };
}

/** Ingest on a directory and a database, prepared; it stops and closes the engine at the end. */
export async function testIngest(
  dataDir: string,
  db: Db,
  log: (message: string, detail?: unknown) => void = () => undefined,
  told: Partial<Pick<IngestOptions, 'ingested' | 'feedChanged' | 'answerWithinMs'>> = {},
): Promise<AsyncDisposable & { readonly ingest: Ingest; readonly clickhouse: ClickHouse }> {
  const clickhouse = await testClickHouse(dataDir);
  const ingest = new Ingest({
    clickhouse,
    positions: new Positions(db),
    log,
    ownerHeaders: unsignedCalls,
    ingested: () => undefined,
    feedChanged: () => undefined,
    ...told,
  });
  try {
    await ingest.prepare();
  } catch (error) {
    await clickhouse.close();
    throw error;
  }
  return {
    ingest,
    clickhouse,
    async [Symbol.asyncDispose]() {
      await ingest.stop();
      await clickhouse.close();
    },
  };
}

/** Resolves when a condition holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Lines and counts by platform and type, of the current epochs, as one tier has them. */
export async function tierTotals(
  clickhouse: ClickHouse,
  tier: 'raw' | Tier,
  epochs: ReadonlyMap<string, number>,
): Promise<Record<string, string>> {
  const current = [...epochs].map(([code, epoch]) => `('${code}', ${epoch})`).join(', ');
  const sums =
    tier === 'raw'
      ? `count() AS lines, sum(t.count) AS n FROM onenet.raw AS t`
      : `sum(t.events) AS lines, sum(t.total) AS n FROM onenet.cells AS t`;
  const counted =
    tier === 'raw' ? `t.rejected = '' AND t.type != 'onenet.opening'` : `t.tier = ${quote(tier)}`;
  const rows = await clickhouse.rows<{ platform: string; type: string; lines: number; n: number }>(
    `SELECT platform, type, ${sums} WHERE (platform, epoch) IN (${current || "('', 0)"}) AND ${counted} GROUP BY platform, type ORDER BY platform, type`,
  );
  return Object.fromEntries(
    rows.map((row) => [`${row.platform} ${row.type}`, `${row.lines} lines, ${row.n}`]),
  );
}
