/** The gateway's feed into ClickHouse on real parts: once, whatever ends or is restored in between. */
import { localCaller } from '@onenet/contract';
import type { UsageData } from '@onenet/feed';
import { expect, inject, test } from 'vitest';
import { sightOfUse } from '../access/who.ts';
import { testDirectory, until } from '../fixture.ts';
import { testGateway, testReader, wholeLog } from './fixture.ts';
import type { TestGateway, TestUsage } from './fixture.ts';
import { operationUsage, topOperations, usageStatus } from './queries.ts';
import type { UsageSources } from './queries.ts';

const use: UsageData = {
  document: 'a'.repeat(64),
  name: 'Requests',
  kind: 'query',
  client: 'local',
  result: 'OK',
  count: 1,
  durationMs: 4,
  coordinates: ['Query.serviceRequests', 'ServiceRequest.title'],
  owners: [{ platform: '420100', calls: 1, failed: 0 }],
};

test('coordinates, by client, with their counts', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  await gateway.used([
    { ...use, count: 3 },
    { ...use, count: 2, client: 'civil-affairs', document: 'b'.repeat(64), result: 'FAILED' },
    { ...use, count: 5, document: 'b'.repeat(64), owners: [], durationMs: 6 },
  ]);
  await parts.caughtUp();
  expect(await operationUsage(usage, {})).toMatchObject([
    { coordinate: 'Query.serviceRequests', client: 'local', requests: 8, operations: 2 },
    { coordinate: 'ServiceRequest.title', client: 'local', requests: 8, operations: 2 },
    { coordinate: 'Query.serviceRequests', client: 'civil-affairs', requests: 2, operations: 1 },
    { coordinate: 'ServiceRequest.title', client: 'civil-affairs', requests: 2, operations: 1 },
  ]);
  const coordinates = ['ServiceRequest', 'Query.nothing'];
  expect(await operationUsage(usage, { coordinates, platform: '420100' })).toMatchObject([
    { coordinate: 'ServiceRequest', client: 'local', requests: 3, operations: 1 },
    { coordinate: 'ServiceRequest', client: 'civil-affairs', requests: 2 },
  ]);
  expect(await operationUsage(usage, { to: '2026-01-01T00:00:00Z' })).toEqual([]);
  const reversed = { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' };
  await expect(operationUsage(usage, reversed)).rejects.toThrow('wrong way round');
  await expect(topOperations(usage, reversed)).rejects.toThrow('wrong way round');
  expect(await topOperations(usage, { first: 2 })).toMatchObject([
    { document: 'b'.repeat(64), client: 'local', requests: 5, meanMs: 1.2, failedShare: 0 },
    { document: 'a'.repeat(64), client: 'local', requests: 3, owners: ['420100'] },
  ]);
});

test('a platform’s team sees what its own platform was asked for, and nothing of the others', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  const both = [...use.owners, { platform: '420800', calls: 1, failed: 0 }];
  await gateway.used([
    { ...use, coordinates: [...use.coordinates, 'Query.p420800Cards'], owners: both },
    { ...use, client: 'taxation', document: 'b'.repeat(64), owners: both.slice(1) },
  ]);
  await parts.caughtUp();
  const seen = (await operationUsage(usage, {}, '420100')).map((row) => [
    row.client,
    row.coordinate,
  ]);
  expect(seen).toEqual([
    ['local', 'Query.serviceRequests'],
    ['local', 'ServiceRequest.title'],
  ]);
  expect(await operationUsage(usage, { platform: '420800' }, '420800')).toHaveLength(5);
  await expect(operationUsage(usage, { platform: '420800' }, '420100')).rejects.toThrow(
    'for its own platform: ask with `platform: "420100"`',
  );
  expect(await topOperations(usage, {}, '420100')).toMatchObject([
    { client: 'local', requests: 1, owners: ['420100'] },
  ]);
  const as = (roles: readonly string[], platform: string | null) =>
    sightOfUse({ ...localCaller, client: 'dashboard', roles, platform });
  expect(as(['team'], '420100')).toBe('420100');
  expect(as(['team', 'leader'], '420100')).toBeUndefined();
  expect(as([], null)).toBeUndefined();
  expect(() => as(['team'], null)).toThrow('for its own platform');
});

test('a line that continues another counts its coordinates and owners, and no request', async () => {
  await using parts = await started();
  await parts.gateway.used([
    { ...use, count: 3 },
    {
      ...use,
      count: 3,
      coordinates: ['Query.more'],
      owners: [{ platform: '420500', calls: 3, failed: 0 }],
      continued: true,
    },
  ]);
  await parts.caughtUp();
  expect(await topOperations(parts.usage, {})).toMatchObject([
    { requests: 3, owners: ['420100', '420500'] },
  ]);
  const coordinates = ['Query.more', 'ServiceRequest.title'];
  const asked = await operationUsage(parts.usage, { coordinates, platform: '420500' });
  expect(asked.map(({ coordinate, requests }) => [coordinate, requests])).toEqual([
    ['Query.more', 3],
    ['ServiceRequest.title', 3],
  ]);
});

test('an end between the insert and what follows it loses nothing and repeats nothing', async () => {
  await using directory = await testDirectory();
  await using gateway = await testGateway(inject('mongodbUri'));
  for (let round = 1; round <= 3; round++) {
    await gateway.used(Array.from({ length: 20 }, () => use));
    await using parts = await testReader(gateway, directory.path);
    await parts.caughtUp();
    // The same lines once more, as by a reader whose acknowledgement was lost.
    const beginning = { epoch: 1, sequence: 0, head: '', recordedMs: 0 };
    await parts.usage.reader.log.append(beginning, await wholeLog(gateway));
    expect(await requestsIn(parts.usage)).toBe(20 * round);
  }
});

test('what a restored log no longer has counts no more, and what it has now counts once', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  await gateway.used([use]);
  await parts.caughtUp();
  const restore = await gateway.backup();
  await gateway.used([{ ...use, client: 'lost', count: 7 }]);
  await parts.caughtUp();
  expect(await requestsIn(usage)).toBe(8);
  await restore();
  await gateway.used([{ ...use, client: 'after', count: 2 }]);
  await until(() => usage.reader.progress.position.epoch === 2);
  await parts.caughtUp();
  expect(await requestsIn(usage)).toBe(3);
  const byClient = await operationUsage(usage, { coordinates: ['ServiceRequest.title'] });
  expect(byClient.map(({ client, requests: n }) => [client, n])).toEqual([
    ['after', 2],
    ['local', 1],
  ]);
  expect(await usageStatus(usage, Date.now())).toMatchObject({ ok: true, epoch: 2, sequence: '2' });
});

test('lines that are no uses are kept and counted, and hold nobody up', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  await gateway.used([use]);
  await gateway.used([use], 'onenet.something.later');
  await gateway.used([use]);
  await until(() => usage.reader.progress.position.sequence === 3);
  expect(await requestsIn(usage)).toBe(2);
  expect(await usageStatus(usage, Date.now())).toMatchObject({ rejected: 1, sequence: '3' });
});

/** A gateway and its reader, with nothing used yet. */
async function started(): Promise<TestUsage & { readonly gateway: TestGateway }> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await testDirectory());
  const gateway = stack.use(await testGateway(inject('mongodbUri')));
  const parts = stack.use(await testReader(gateway, directory.path));
  const kept = stack.move();
  return { ...parts, gateway, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function requestsIn(usage: UsageSources): Promise<number> {
  const all = await topOperations(usage, {});
  return all.reduce((sum, each) => sum + each.requests, 0);
}
