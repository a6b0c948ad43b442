/** Feeds that are not as they should be: one that is broken, stuck or odd holds up itself alone. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chainHead0, formatSequence, nextHead } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testOwner,
  testPlatform,
  testSnapshot,
  tierTotals,
  until,
} from '../fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A feed of given lines, chained as they are; `tampered` changes the bytes after they were chained. */
async function cannedFeed(
  code: string,
  lines: readonly string[],
  options: { readonly tampered?: boolean; readonly status?: number } = {},
) {
  const heads = [chainHead0(code)];
  for (const line of lines) heads.push(nextHead(heads.at(-1) ?? '', Buffer.from(line)));
  const server = createServer((request, response) => {
    const after = Number(new URL(request.url ?? '/', 'http://feed').searchParams.get('after'));
    const text = lines
      .slice(after)
      .map((line) => `${line}\n`)
      .join('');
    response.writeHead(options.status ?? 200, {
      'content-type': 'application/x-ndjson',
      'onenet-first-sequence': formatSequence(1),
      'onenet-last-sequence': formatSequence(lines.length),
      'onenet-complete-to': new Date().toISOString(),
      'onenet-pending': '0',
      'onenet-quarantined': '0',
      'onenet-chain': heads[lines.length],
    });
    response.end(options.tampered ? text.replace('WECHAT', 'WEBCAT') : text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    owner: testOwner(code, `http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function lineAt(code: string, sequence: number, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    source: `/platforms/${code}`,
    type: 'onenet.article.read',
    time: new Date(Date.now() - 60_000).toISOString(),
    datacontenttype: 'application/json',
    sequence: formatSequence(sequence),
    recordedtime: new Date().toISOString(),
    data: { place: '420102', channel: 'WECHAT' },
    ...changes,
  });
}

test('a broken chain and a stuck platform are told, and the others go on', async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => client.close());
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const broken = stack.use(
    await cannedFeed('420200', [lineAt('420200', 1), lineAt('420200', 2)], { tampered: true }),
  );
  const failing = stack.use(await cannedFeed('420300', [], { status: 500 }));
  const wuhan = stack.use(
    await testPlatform(client, '420100', `analytics_t_${randomUUID().slice(0, 8)}`),
  );
  const { ingest } = stack.use(await testIngest(directory.path, database.db));
  ingest.use(testSnapshot([broken.owner, failing.owner, wuhan.owner]));
  await wuhan.happened([{ type: 'onenet.article.liked', time: new Date() }]);
  const stateOf = (code: string): string | undefined =>
    ingest.statuses().find(({ platform }) => platform === code)?.state;
  await until(() => stateOf('420200') === 'BROKEN' && stateOf('420300') === 'UNREACHABLE');
  await until(() => ingest.sequenceOf('420100') === 1);
  expect(stateOf('420100')).toBe('OK');
  expect(ingest.sequenceOf('420200')).toBe(0);
});

test('an address that is not public, or a name that leads to one, is not connected to', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const feed = stack.use(await cannedFeed('420100', [lineAt('420100', 1)]));
  let connections = 0;
  feed.server.on('connection', () => connections++);
  const named = {
    ...feed.owner,
    eventsUrl: feed.owner.eventsUrl.replace('127.0.0.1', 'localhost'),
  };
  const told: string[] = [];
  const { ingest } = stack.use(
    await testIngest(directory.path, database.db, (message, detail) => {
      if (message.includes('UNREACHABLE')) told.push(`${message} ${String(detail)}`);
    }),
  );
  const owners = [named, { ...feed.owner, code: '420200' }];
  ingest.use(testSnapshot(owners.map((owner) => ({ ...owner, addresses: 'PUBLIC' }))));
  await until(() => ingest.statuses().every(({ state }) => state === 'UNREACHABLE'));
  expect(told.toSorted()).toEqual([
    expect.stringMatching(/^420100: UNREACHABLE .*localhost .*not public/),
    expect.stringMatching(/^420200: UNREACHABLE .*127\.0\.0\.1 .*not public/),
  ]);
  expect(connections).toBe(0);
  ingest.use(testSnapshot([named]));
  await until(() => ingest.sequenceOf('420100') === 1);
});

test('a platform that is switched off and on again at once is read on', async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => client.close());
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const wuhan = stack.use(
    await testPlatform(client, '420100', `analytics_t_${randomUUID().slice(0, 8)}`),
  );
  const { ingest } = stack.use(await testIngest(directory.path, database.db));
  ingest.use(testSnapshot([wuhan.owner]));
  ingest.use(testSnapshot([]));
  ingest.use(testSnapshot([wuhan.owner]));
  await wuhan.happened([{ type: 'onenet.article.liked', time: new Date() }]);
  await until(() => ingest.sequenceOf('420100') === 1);
  expect(ingest.statuses()).toMatchObject([{ platform: '420100', state: 'OK', sequence: '1' }]);
});

test('a rejected line is a row with its reason, counts nowhere, and leaves no hole', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const lines = [
    lineAt('420200', 1),
    lineAt('420200', 2, { type: 'onenet.weather.changed' }),
    lineAt('420200', 3, { time: '1969-07-20T20:17:00Z' }),
    lineAt('420200', 4, { data: { place: '420102', person: '张三' } }),
    lineAt('420200', 5),
    lineAt('420200', 6, { type: 'half a pair: \ud842' }),
  ];
  const odd = stack.use(await cannedFeed('420200', lines));
  const { ingest, clickhouse } = stack.use(await testIngest(directory.path, database.db));
  ingest.use(testSnapshot([odd.owner]));
  await until(() => ingest.sequenceOf('420200') === 6);
  expect(
    await clickhouse.rows(
      `SELECT sequence, type, rejected FROM onenet.raw WHERE rejected != '' ORDER BY sequence`,
    ),
  ).toEqual([
    { sequence: 2, type: 'onenet.weather.changed', rejected: 'UNKNOWN_TYPE' },
    { sequence: 3, type: 'onenet.article.read', rejected: 'BAD_TIME' },
    { sequence: 4, type: 'onenet.article.read', rejected: 'FORBIDDEN_KEY' },
    { sequence: 6, type: 'half a pair: \ufffd', rejected: 'UNKNOWN_TYPE' },
  ]);
  expect(await tierTotals(clickhouse, 'day', ingest.currentEpochs())).toEqual({
    '420200 onenet.article.read': '2 lines, 2',
  });
  expect(ingest.statuses()).toMatchObject([{ rejected: 4, contiguous: true, sequence: '6' }]);
});

test('an answer over more months than an insert may have is cut, and every cut is a boundary', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const lines = Array.from({ length: 130 }, (_, i) =>
    lineAt('420200', i + 1, { time: new Date(Date.UTC(2010, i, 15)).toISOString() }),
  );
  const long = stack.use(await cannedFeed('420200', lines));
  const { ingest, clickhouse } = stack.use(await testIngest(directory.path, database.db));
  ingest.use(testSnapshot([long.owner]));
  await until(() => ingest.sequenceOf('420200') === 130);
  const boundaries = await clickhouse.rows<{ sequence: number }>(
    `SELECT sequence FROM onenet.raw WHERE head != '' ORDER BY sequence`,
  );
  expect(boundaries.map(({ sequence }) => sequence)).toEqual([50, 100, 130]);
  expect(await tierTotals(clickhouse, 'hour', ingest.currentEpochs())).toEqual({
    '420200 onenet.article.read': '130 lines, 130',
  });
});

test('rows that ClickHouse refuses hold up their own platform alone, also when they came with others', async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const codes = Array.from({ length: 9 }, (_, i) => `42${i + 1}000`);
  const owners = [];
  for (const code of codes) {
    const lines = Array.from({ length: 20 }, (_, i) => lineAt(code, i + 1));
    owners.push(stack.use(await cannedFeed(code, lines)).owner);
  }
  const { ingest, clickhouse } = stack.use(await testIngest(directory.path, database.db));
  const refused = codes.slice(4, 6);
  const others = codes.filter((code) => !refused.includes(code));
  await clickhouse.run(
    `ALTER TABLE onenet.raw ADD CONSTRAINT refused CHECK platform NOT IN ('${refused.join("', '")}')`,
  );
  // All begin at once: two inserts run, and what comes meanwhile waits together.
  ingest.use(testSnapshot(owners));
  const isIn = (code: string): boolean => ingest.sequenceOf(code) === 20;
  await until(() => others.every(isIn));
  expect(refused.some(isIn)).toBe(false);
  await clickhouse.run('ALTER TABLE onenet.raw DROP CONSTRAINT refused');
  await until(() => codes.every(isIn));
  const epochs = ingest.currentEpochs();
  for (const tier of ['raw', 'minute', 'hour', 'day'] as const) {
    expect(await tierTotals(clickhouse, tier, epochs)).toEqual(
      Object.fromEntries(codes.map((code) => [`${code} onenet.article.read`, '20 lines, 20'])),
    );
  }
});
