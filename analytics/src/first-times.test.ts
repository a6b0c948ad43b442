/** The earliest time that a line may have: every tier holds it right, and a wrong one that was taken back begins no chart. */
import { expect, inject, test, vi } from 'vitest';
import { testNet } from './fixture-net.ts';
import { testSnapshot, tierTotals } from './fixture.ts';
import { metricSeries } from './series.ts';

vi.setConfig({ testTimeout: 60_000 });

test('the first of all times stands in its own day, month and year, and charts begin where anything is left', async () => {
  await using net = await testNet(inject('mongodbUri'), ['420100']);
  const [wuhan] = net.platforms;
  net.ingest.use(testSnapshot([wuhan.owner]));
  const of = (time: string, corrects?: number) => ({
    type: 'onenet.organization.founded' as const,
    time: new Date(time),
    data: { place: '420102002', ...(corrects !== undefined && { count: -1 }) },
    ...(corrects !== undefined && { corrects: String(corrects).padStart(20, '0') }),
  });
  await wuhan.happened([
    of('1971-01-01T00:00:00Z'),
    of('1985-06-01T00:00:00Z'),
    of('2026-03-05T00:00:00Z'),
  ]);
  await net.allIn();
  const all = { '420100 onenet.organization.founded': '3 lines, 3' };
  for (const tier of ['raw', 'hour', 'day', 'month'] as const) {
    expect(await tierTotals(net.clickhouse, tier, net.ingest.currentEpochs())).toEqual(all);
  }
  const starts = await net.clickhouse.rows<{ tier: string; first: string }>(
    `SELECT tier, toString(min(toTimeZone(at, 'Asia/Shanghai'))) AS first FROM onenet.cells
    WHERE tier IN ('day', 'month', 'places') GROUP BY tier ORDER BY tier`,
  );
  expect(starts.map(({ tier, first }) => `${tier} ${first}`)).toEqual([
    'day 1971-01-01 00:00:00',
    'month 1971-01-01 00:00:00',
    'places 1971-01-01 00:00:00',
  ]);
  const chart = async (place: string | null = null) => {
    const input = {
      metrics: ['organizations'],
      period: 'ALL',
      simulated: true,
      compareWith: 'NONE',
      grain: 'AUTO',
      place,
    } as const;
    const nowMs = Date.parse('2026-11-30T12:00:00+08:00');
    const [series] = (await metricSeries(net, input, { of: 'net' }, nowMs)).get('') ?? [];
    return { begins: series?.points?.[0]?.at, value: series?.value };
  };
  // An organization may be as old as that: then its chart is.
  for (const place of [null, '420102002']) {
    expect(await chart(place)).toEqual({ begins: '1970-12-31T16:00:00.000Z', value: 3 });
  }
  await wuhan.happened([of('1971-01-01T00:00:00Z', 1)]);
  await net.allIn();
  for (const place of [null, '420102002']) {
    expect(await chart(place)).toEqual({ begins: '1985-05-31T16:00:00.000Z', value: 2 });
  }
});
