/** Access records on the real engine: each once, in a chain that can be proved, seen by whom they are for. */
import { localCaller, type Caller } from '@onenet/contract';
import { accessType, chainHead0, gatewayCode, nextHead } from '@onenet/feed';
import type { AccessData, OwnerAccess, UsageData } from '@onenet/feed';
import { expect, inject, test } from 'vitest';
import { testDirectory } from '../fixture.ts';
import { testGateway, testReader, wholeLog } from '../usage/fixture.ts';
import type { TestGateway, TestUsage } from '../usage/fixture.ts';
import { callsTo, linesAfter, linesOfClient } from './lines.ts';
import { accessRecords, accessSummary } from './queries.ts';
import { leastRetentionDays, setRetention } from './retention.ts';
import { sightOfRecords, sightOfSummary } from './who.ts';

const call: OwnerAccess = {
  platform: '420100',
  outcome: 'OK',
  status: 200,
  rows: 2,
  grant: 'g-1',
  leaf: 'b'.repeat(64),
};
const access: AccessData = {
  requestId: 'r-1',
  client: 'civil-affairs',
  person: 'clerk-7',
  roles: ['consumer'],
  purpose: '低保核对',
  operation: 'Requests',
  document: 'a'.repeat(64),
  kind: 'query',
  coordinates: ['Query.metrics', 'Query.serviceRequests', 'Query.p420800Cards'],
  result: 'OK',
  codes: [],
  status: 200,
  durationMs: 2,
  owners: [call, { ...call, platform: '420800', rows: 3, leaf: 'c'.repeat(64) }],
};
const use: UsageData = {
  document: 'a'.repeat(64),
  name: 'Requests',
  kind: 'query',
  client: 'civil-affairs',
  result: 'OK',
  count: 1,
  durationMs: 4,
  coordinates: ['Query.serviceRequests'],
  owners: [{ platform: '420100', calls: 1, failed: 0 }],
};
const always = { fromMs: 0, toMs: Date.UTC(2100, 0, 1) };

test('the newest first, page by page, by what is filtered', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  const refused: AccessData = {
    ...access,
    requestId: null,
    client: 'taxation',
    operation: null,
    document: null,
    result: 'REFUSED',
    codes: ['RATE_LIMITED'],
    owners: [],
    coordinates: [],
    count: 30,
  };
  const page3 = `${'e'.repeat(32)}-s1-3`;
  const others = ['r-2', page3].map((requestId) => ({ ...access, requestId }));
  await gateway.used([access, ...others, refused], accessType);
  await parts.caughtUp();
  const page = async (after?: string | null) =>
    await accessRecords(usage, { first: 3, ...(after != null && { after }) }, {});
  const first = await page();
  expect(first.edges.map(({ node }) => [node.requestId, node.count, node.rows])).toEqual([
    [null, 30, 0],
    [page3, 1, 5],
    ['r-2', 1, 5],
  ]);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const last = await page(first.pageInfo.endCursor);
  const { requestId, ...rest } = access;
  expect(last).toMatchObject({
    edges: [{ node: { ...rest, requestId, sequence: '1' } }],
    pageInfo: { hasNextPage: false },
  });
  const found = async (filter: object): Promise<number> =>
    (await accessRecords(usage, { filter }, {})).edges.length;
  expect(await found({ client: 'taxation', result: 'REFUSED' })).toBe(1);
  expect(await found({ platform: '420800', operation: 'Requests' })).toBe(3);
  expect(await found({ requestId: 'r-2' })).toBe(1);
  // An export's id stands for its pages.
  expect(await found({ requestId: 'e'.repeat(32) })).toBe(1);
  expect(await found({ requestId: 'f'.repeat(32) })).toBe(0);
  expect(await found({ to: '2026-01-01T00:00:00Z' })).toBe(0);
  await expect(accessRecords(usage, { after: 'x' }, {})).rejects.toThrow('no cursor');
  await expect(accessRecords(usage, { first: 101 }, {})).rejects.toThrow('out of range');
  const [from, to] = ['2026-11-02T00:00:00Z', '2026-11-01T00:00:00Z'];
  for (const ask of [accessRecords, accessSummary]) {
    await expect(ask(usage, { filter: { from, to } }, {})).rejects.toThrow('wrong way round');
    await expect(ask(usage, { filter: { from, to: from } }, {})).rejects.toThrow('is not after');
  }
});

test('a team sees its own part, and nothing of whom else the client asked', async () => {
  await using parts = await started();
  await parts.gateway.used([access, { ...access, requestId: 'r-2', owners: [call] }], accessType);
  await parts.caughtUp();
  const seen = await accessRecords(parts.usage, {}, { platform: '420800' });
  expect(seen.edges).toMatchObject([
    {
      node: {
        requestId: 'r-1',
        rows: 3,
        owners: [{ platform: '420800' }],
        coordinates: ['Query.serviceRequests', 'Query.p420800Cards'],
      },
    },
  ]);
  const summary = await accessSummary(parts.usage, {}, { platform: '420100' });
  expect(summary).toMatchObject([
    {
      client: 'civil-affairs',
      platform: '420100',
      requests: 2,
      rows: 4,
      fields: ['Query.serviceRequests'],
    },
  ]);
  // Else it would learn which of its requests asked the other as well.
  const others = { filter: { platform: '420800' } };
  const own = { platform: '420100' };
  await expect(accessRecords(parts.usage, others, own)).rejects.toThrow('platform: "420100"');
  await expect(accessSummary(parts.usage, others, own)).rejects.toThrow('platform: "420100"');
  expect((await accessRecords(parts.usage, { filter: own }, own)).edges).toHaveLength(2);
  expect(await accessSummary(parts.usage, {}, { client: 'taxation' })).toEqual([]);
  expect(await accessSummary(parts.usage, { filter: { platform: '420800' } }, {})).toHaveLength(1);
});

test('a request of many owners is one record, also to the owner in its last line', async () => {
  await using parts = await started();
  const more = { ...access, owners: [{ ...call, platform: '420500' }], continued: true } as const;
  await parts.gateway.used([access, { ...more, coordinates: ['Member.id'] }], accessType);
  await parts.caughtUp();
  for (const filter of [{}, { platform: '420500' }]) {
    const { edges } = await accessRecords(parts.usage, { filter }, {});
    expect(edges.map(({ node }) => node.owners.map(({ platform }) => platform))).toEqual([
      ['420100', '420800', '420500'],
    ]);
    expect(edges[0]?.node.coordinates).toEqual([...access.coordinates, 'Member.id']);
  }
  expect(await callsTo(parts.usage, '420500', always, 0, 10)).toMatchObject([
    { requestId: 'r-1', client: 'civil-affairs', grant: 'g-1', leaf: call.leaf },
  ]);
});

test('every line of the log is there with its head, whatever it says; one that comes twice is one', async () => {
  await using parts = await started();
  const { gateway, usage } = parts;
  await gateway.used([access], accessType);
  await gateway.used([use]);
  await gateway.used([use], 'onenet.something.later');
  await gateway.used([{ ...access, client: 'taxation' }], accessType);
  await parts.caughtUp();
  const beginning = { epoch: 1, sequence: 0, head: '', recordedMs: 0 };
  await usage.reader.log.append(beginning, await wholeLog(gateway));
  const lines = await linesAfter(usage, 0, 10);
  let head = chainHead0(gatewayCode);
  for (const line of lines) {
    head = nextHead(head, Buffer.from(line.line));
    expect(line.head).toBe(head);
  }
  expect(lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect(await linesAfter(usage, 2, 1)).toEqual([lines[2]]);
  // One client's lines are proved by the head before each.
  expect(await linesOfClient(usage, 'taxation', always, 0, 10)).toEqual([
    { ...lines[3], before: lines[2]?.head },
  ]);
});

test('who sees what', () => {
  const who = (...held: readonly string[]): Caller => ({
    ...localCaller,
    client: 'x',
    roles: held,
  });
  const team = { ...who('team'), platform: '420100' };
  const sights = [localCaller, who('administrator'), who('auditor'), team, who('consumer')];
  expect(sights.map((caller) => sightOfRecords(caller))).toEqual([
    {},
    {},
    {},
    { platform: '420100' },
    { client: 'x' },
  ]);
  expect(sightOfSummary(who('leader'))).toEqual({});
  for (const nobody of [who(), who('team'), who('leader')]) {
    expect(() => sightOfRecords(nobody)).toThrow('Access records are for');
  }
  expect(() => sightOfSummary(who())).toThrow('The summary');
});

test('records are kept for three years at least, or longer', async () => {
  await using parts = await started();
  const { clickhouse } = parts.usage;
  const ttl = async (): Promise<string | undefined> => {
    const [table] = await clickhouse.rows<{ engine_full: string }>(
      `SELECT engine_full FROM system.tables WHERE database = 'onenet' AND name = 'access'`,
    );
    return /toIntervalDay\((\d+)\)/.exec(table?.engine_full ?? '')?.[1];
  };
  expect(await ttl()).toBe(String(leastRetentionDays));
  await setRetention(clickhouse, 4_000);
  expect(await ttl()).toBe('4000');
  await expect(setRetention(clickhouse, 1_095)).rejects.toThrow('1096 days at least');
});

/** A gateway and its reader, with nothing in it yet. */
async function started(): Promise<TestUsage & { readonly gateway: TestGateway }> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await testDirectory());
  const gateway = stack.use(await testGateway(inject('mongodbUri')));
  const parts = stack.use(await testReader(gateway, directory.path));
  const kept = stack.move();
  return { ...parts, gateway, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
