/** While a platform's first load is on its way: silent is not zero, and what has come so far is no fall. */
import { beforeAll, afterAll, expect, inject, test, vi } from 'vitest';
import { testNet, type TestNet } from './fixture-net.ts';
import { testSnapshot } from './fixture.ts';
import { metricTable } from './table.ts';
import { metricSeries } from './series.ts';
import { tops } from './tops.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const nowMs = Date.parse('2026-11-24T15:23:41.567+08:00');
const dayMs = 86_400_000;
const input = { period: 'TODAY', simulated: true, compareWith: 'PREVIOUS_PERIOD' } as const;
const metrics = ['reads', 'signUps'];
let net: TestNet;

beforeAll(async () => {
  net = await testNet(inject('mongodbUri'), ['420100', 'WISCO'], { nowMs });
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
  // Both had reads yesterday alone, by this time of the day.
  const yesterday = {
    type: 'onenet.article.read' as const,
    time: new Date(nowMs - dayMs - 60_000),
    data: { channel: 'WECHAT' },
  };
  for (const platform of net.platforms) await platform.happened([yesterday, yesterday]);
  await net.allIn();
  await vi.waitUntil(() => net.ingest.statuses().every(({ completeTo }) => completeTo !== null));
});
afterAll(() => net[Symbol.asyncDispose]());

const table = () =>
  metricTable(
    net,
    { ...input, metrics, by: 'PLATFORM', orderOf: 'KEY', ascending: true, first: 10 },
    nowMs,
  );
const ofPlatforms = { of: 'platforms', codes: ['420100', 'WISCO'] } as const;
const cells = async () =>
  (await table()).rows.map(({ key, cells: [reads, signUps] }) => [
    key,
    reads?.value,
    reads?.previous,
    reads?.change,
    signUps?.value,
  ]);

test('of a feed that was all in, nothing is zero; of one that never was, nothing is known', async () => {
  expect(await cells()).toEqual([
    ['420100', 0, 2, -1, 0],
    ['WISCO', 0, 2, -1, 0],
  ]);
  const statuses = net.ingest.statuses.bind(net.ingest);
  using spied = vi
    .spyOn(net.ingest, 'statuses')
    .mockImplementation(() =>
      statuses().map((status) =>
        status.platform === 'WISCO'
          ? { ...status, state: 'BEHIND' as const, completeTo: null }
          : status,
      ),
    );
  expect(await cells()).toEqual([
    ['420100', 0, 2, -1, 0],
    ['WISCO', null, 2, null, null],
  ]);
  expect(spied).toHaveBeenCalled();
  // The cards say the same.
  const series = await metricSeries(net, { ...input, metrics }, ofPlatforms, nowMs);
  expect(series.get('WISCO')?.map(({ value, change }) => [value, change])).toEqual([
    [null, null],
    [null, null],
  ]);
  expect(series.get('420100')?.[0]).toMatchObject({ value: 0, change: -1 });
  // Shares: of it alone nothing; where another is in, what is counted counts.
  const byCategory = {
    ...input,
    metric: 'reads',
    by: 'MODULE',
    ascending: false,
    first: 10,
  } as const;
  expect((await tops(net, { ...byCategory, platforms: ['WISCO'] }, nowMs)).rows).toEqual([]);
  expect((await tops(net, byCategory, nowMs)).rows).toMatchObject([{ value: 0, previous: 4 }]);
});
