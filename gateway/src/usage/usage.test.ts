/** The gateways' feed on a real MongoDB: numbered, chained, shared, read by who may. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  gatewayCode,
  gatewayEvents,
  isAccess,
  readFeedOf,
  type AccessData,
  type UsageData,
} from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { openUsage, type Usage } from './usage.ts';
import type { Access } from './access.ts';
import type { Use } from './use.ts';

const use: Use = {
  at: Date.UTC(2026, 0, 1, 8, 0, 1),
  document: 'a'.repeat(64),
  name: 'Requests',
  kind: 'query',
  client: 'local',
  result: 'OK',
  durationMs: 2,
  coordinates: ['Query.serviceRequests', 'Query.serviceRequests(filter:)'],
  owners: [{ platform: '420100', calls: 1, failed: 0 }],
};

const access: Access = {
  at: Date.UTC(2026, 0, 1, 8, 0, 1),
  requestId: 'r-1',
  client: 'civil-affairs',
  person: 'clerk-7',
  roles: ['consumer'],
  purpose: '低保核对',
  operation: 'Requests',
  document: 'a'.repeat(64),
  kind: 'query',
  coordinates: use.coordinates,
  result: 'OK',
  codes: [],
  status: 200,
  durationMs: 2,
  owners: [
    {
      platform: '420100',
      outcome: 'OK',
      status: 200,
      rows: 2,
      grant: 'g-1',
      leaf: 'b'.repeat(64),
    },
  ],
};

async function open(database: string, jwksUrl?: string, dir?: string): Promise<[Usage, string]> {
  const stateDir = dir ?? (await mkdtemp(join(tmpdir(), 'onenet-usage-')));
  const usage = await openUsage({
    mongodbUri: inject('mongodbUri'),
    database,
    stateDir,
    jwksUrl,
    log: pino({ level: 'silent' }),
  });
  const server = createServer((request, response) => void usage.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await usage.stop();
    server.closeAllConnections();
    server.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  return [usage, `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`];
}

function newDatabase(): string {
  const database = `gateway_test_${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => {
    await using client = new MongoClient(inject('mongodbUri'));
    await client.db(database).dropDatabase();
  });
  return database;
}

interface Found {
  readonly uses: readonly UsageData[];
  readonly accesses: readonly AccessData[];
}

/** Reads until so many lines are in the feed. */
async function readAll(url: string, isWhole: (found: Found) => boolean): Promise<Found> {
  const uses: UsageData[] = [];
  const accesses: AccessData[] = [];
  let place: { after: number; head?: string } = { after: 0 };
  while (!isWhole({ uses, accesses })) {
    const answer = await readFeedOf(gatewayEvents, {
      url,
      code: gatewayCode,
      ...place,
      waitSeconds: 5,
    });
    if (answer.kind !== 'batch') throw new Error(JSON.stringify(answer));
    for (const line of answer.lines) {
      if (line.kind === 'rejected') throw new Error(line.reason);
      if (isAccess(line.event)) accesses.push(line.event.data);
      else uses.push(line.event.data);
    }
    place = { after: answer.last, head: answer.head };
  }
  return { uses, accesses };
}

const requestsIn = (uses: readonly UsageData[]): number =>
  uses.reduce((sum, { count }) => sum + count, 0);

test('what two gateways note is one feed, and everything is in it once', async () => {
  const database = newDatabase();
  const [one, url] = await open(database);
  const [other] = await open(database);
  for (let i = 0; i < 200; i++) {
    one.note({ use });
    other.note({ use: { ...use, client: 'civil-affairs', result: 'PARTIAL' } });
  }
  const { uses: data } = await readAll(url, ({ uses }) => requestsIn(uses) === 400);
  const counts = Map.groupBy(data, ({ client, result }) => `${client} ${result}`);
  expect(
    Object.fromEntries(
      [...counts].map(([key, each]) => [key, each.reduce((sum, { count }) => sum + count, 0)]),
    ),
  ).toEqual({ 'local OK': 200, 'civil-affairs PARTIAL': 200 });
  expect(data[0]?.coordinates).toEqual(use.coordinates);
});

test('with keys, an unsigned reader learns nothing', async () => {
  const [, url] = await open(newDatabase(), 'http://127.0.0.1:9/jwks.json');
  const response = await fetch(url);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ code: 'ASSERTION_REQUIRED' });
});

test('every request is an event of its own, beside what it counts as', async () => {
  const [usage, url] = await open(newDatabase());
  const both = ['r-1', 'r-2'].map((requestId) => ({ use, access: { ...access, requestId } }));
  for (const noted of both) usage.note(noted);
  const { uses, accesses } = await readAll(url, (found) => found.accesses.length === 2);
  const { at: _, ...data } = access;
  expect(accesses).toEqual([data, { ...data, requestId: 'r-2' }]);
  expect(requestsIn(uses)).toBe(2);
});

test('to when everything is delivered is said, and not beyond what a gateway that was killed holds', async () => {
  const database = newDatabase();
  const [, url] = await open(database);
  const deliveredTo = async (): Promise<number> => {
    const response = await fetch(url);
    await response.body?.cancel();
    return Date.parse(response.headers.get('onenet-delivered-to') ?? '');
  };
  const before = Date.now();
  await vi.waitUntil(async () => (await deliveredTo()) > before, { timeout: 10_000 });
  const dir = await mkdtemp(join(tmpdir(), 'onenet-usage-'));
  await mkdir(join(dir, 'usage'));
  await writeFile(join(dir, 'usage', 'id'), 'killed');
  await using client = new MongoClient(inject('mongodbUri'));
  const deliveries = client.db(database).collection<{ readonly _id: string }>('deliveries');
  const killed = { deliveredTo: new Date(before - 60_000), dropped: 3, isClosed: false };
  await deliveries.insertOne({ _id: 'killed', ...killed });
  expect(await deliveredTo()).toBe(before - 60_000);
  // Under its own folder it goes on, and what it lost stays counted.
  await open(database, undefined, dir);
  await vi.waitUntil(async () => (await deliveredTo()) > before, { timeout: 10_000 });
  const response = await fetch(url);
  await response.body?.cancel();
  expect(response.headers.get('onenet-dropped')).toBe('3');
});

test('what can be no event stands aside, and holds nobody up', async () => {
  const [usage, url] = await open(newDatabase());
  usage.note({ use: { ...use, coordinates: ['a person: 13912345678'] } });
  usage.note({ access: { ...access, person: 'Zhang San, 13912345678' } });
  usage.note({ use });
  const { uses } = await readAll(url, (found) => found.uses.length === 1);
  expect(uses).toMatchObject([{ coordinates: use.coordinates }]);
  const response = await fetch(url);
  await response.body?.cancel();
  expect(response.headers.get('onenet-quarantined')).toBe('2');
});
