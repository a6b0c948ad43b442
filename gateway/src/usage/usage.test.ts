/** The gateways' feed on a real MongoDB: numbered, chained, shared, read by who may. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFeedOf, usageCode, usageEvents, type UsageData } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { openUsage, type Usage } from './usage.ts';
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

async function open(database: string, jwksUrl?: string): Promise<[Usage, string]> {
  const stateDir = await mkdtemp(join(tmpdir(), 'onenet-usage-'));
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
    await rm(stateDir, { recursive: true });
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

/** Reads until so many requests are in the feed. */
async function readAll(url: string, requests: number): Promise<UsageData[]> {
  const found: UsageData[] = [];
  let place: { after: number; head?: string } = { after: 0 };
  while (found.reduce((sum, { count }) => sum + count, 0) < requests) {
    const answer = await readFeedOf(usageEvents, {
      url,
      code: usageCode,
      ...place,
      waitSeconds: 5,
    });
    if (answer.kind !== 'batch') throw new Error(JSON.stringify(answer));
    for (const line of answer.lines) {
      if (line.kind === 'rejected') throw new Error(line.reason);
      found.push(line.event.data);
    }
    place = { after: answer.last, head: answer.head };
  }
  return found;
}

test('what two gateways note is one feed, and everything is in it once', async () => {
  const database = newDatabase();
  const [one, url] = await open(database);
  const [other] = await open(database);
  for (let i = 0; i < 200; i++) {
    one.note(use);
    other.note({ ...use, client: 'civil-affairs', result: 'PARTIAL' });
  }
  const data = await readAll(url, 400);
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

test('what can be no event stands aside, and holds nobody up', async () => {
  const [usage, url] = await open(newDatabase());
  usage.note({ ...use, coordinates: ['a person: 13912345678'] });
  usage.note(use);
  expect(await readAll(url, 1)).toMatchObject([{ coordinates: use.coordinates }]);
  const response = await fetch(url);
  await response.body?.cancel();
  expect(response.headers.get('onenet-quarantined')).toBe('1');
});
