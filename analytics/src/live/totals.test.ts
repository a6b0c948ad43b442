/** What a look adds up is what one query over the whole day says, whatever came in since the last look. */
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { OutboxEntryInput } from '@onenet/feed';
import type { ClickHouse } from '../clickhouse.ts';
import { testNet } from '../fixture-net.ts';
import type { TestNet } from '../fixture-net.ts';
import { testSnapshot } from '../fixture.ts';
import { overviewMetrics } from '../metrics.ts';
import { dayMs, hourMs, minuteMs } from '../periods.ts';
import { metricSeries } from '../series.ts';
import { TodaysTotals } from './totals.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** 14:30 in Shanghai. */
const nowMs = Date.UTC(2026, 5, 17, 6, 30);
const cleanUp = new AsyncDisposableStack();
let net: TestNet;
let today: TodaysTotals;
let tablesRead: string[] = [];

beforeAll(async () => {
  net = cleanUp.use(
    await testNet(inject('mongodbUri'), ['420100', '420500'], {
      nowMs,
      ingested: (_, news) => today.ingested(news),
    }),
  );
  const clickhouse: ClickHouse = {
    ...net.clickhouse,
    rows(sql) {
      tablesRead.push(
        ...Array.from(sql.matchAll(/FROM onenet\.(\w+)/g), ([, table]) => table ?? ''),
      );
      return net.clickhouse.rows(sql);
    },
  };
  today = new TodaysTotals({ ingest: net.ingest, clickhouse });
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
});
afterAll(() => cleanUp.disposeAsync());

const happenedAt = (agoMs: number, type: OutboxEntryInput['type']): OutboxEntryInput => ({
  type,
  time: new Date(nowMs - agoMs),
});

async function look(): Promise<{ told: Record<string, number | null>; tables: string[] }> {
  tablesRead = [];
  const told = await today.at(nowMs);
  return {
    told: Object.fromEntries(told.map(({ metric, value }) => [metric, value])),
    tables: [...new Set(tablesRead)].toSorted(),
  };
}

/** The same by one question over all of today. */
async function asked(): Promise<Record<string, number | null>> {
  const input = { period: 'TODAY', simulated: true, compareWith: 'NONE' } as const;
  const series = await metricSeries(
    net,
    { ...input, metrics: overviewMetrics },
    { of: 'net' },
    nowMs,
  );
  return Object.fromEntries((series.get('') ?? []).map(({ metric, value }) => [metric, value]));
}

test('where no feed ever came in, nothing is zero', async () => {
  expect(Object.values((await look()).told)).toEqual(overviewMetrics.map(() => null));
});

test.for<[string, readonly OutboxEntryInput[], number]>([
  [
    'of this hour',
    [
      happenedAt(5 * minuteMs, 'onenet.request.submitted'),
      happenedAt(minuteMs, 'onenet.request.resolved'),
      happenedAt(0, 'onenet.article.liked'),
    ],
    1,
  ],
  ['of an hour before', [happenedAt(3 * hourMs, 'onenet.request.submitted')], 2],
  ['of yesterday', [happenedAt(dayMs, 'onenet.request.submitted')], 2],
  ['of months ago', [happenedAt(90 * dayMs, 'onenet.request.submitted')], 2],
  ['of a clock that is ahead', [happenedAt(-2 * hourMs, 'onenet.article.liked')], 1],
  ['again of this hour', [happenedAt(minuteMs, 'onenet.member.accepted')], 1],
  [
    'an opening balance',
    [
      {
        type: 'onenet.opening',
        time: new Date(nowMs),
        data: {
          opening: {
            measure: 'onenet.request.submitted',
            kind: 'flow',
            value: 40,
            asOf: new Date(nowMs - 200 * dayMs).toISOString(),
          },
        },
      },
    ],
    2,
  ],
])('%s: the figures are those of one question', async ([, events, tables]) => {
  for (const each of net.platforms) await each.happened([happenedAt(0, 'onenet.article.read')]);
  await net.allIn();
  await look();
  await net.platforms[1]?.happened(events);
  await net.allIn();
  const { told, tables: read } = await look();
  expect(told).toEqual(await asked());
  expect(read).toHaveLength(tables);
  // Nothing came in: what is before this hour is not asked for again.
  expect((await look()).tables).toEqual(['cells']);
});

test('what another process read is not known: everything is asked for again', async () => {
  await look();
  today.ingested(undefined);
  expect((await look()).tables).toEqual(['cells', 'openings']);
});
