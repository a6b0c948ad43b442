/** Raw that is not kept for ever: what counts stays the same, whatever is made anew afterwards. */
import { expect, inject, test, vi } from 'vitest';
import { Briefs } from '../briefs/store.ts';
import { testNet } from '../fixture-net.ts';
import { testIngest, testSnapshot, tierTotals, until } from '../fixture.ts';
import { Positions } from '../ingest/positions.ts';
import { epochStates } from '../ingest/tables.ts';
import { unsignedCalls } from '../owner-call.ts';
import { requestFunnel } from '../funnel.ts';
import { Editions } from '../ranking/editions.ts';
import { ranking } from '../ranking/ranking.ts';
import { SelfCheck } from '../self-check.ts';
import { check } from './check.ts';
import { rebuild } from './rebuild.ts';
import { forgetRaw } from './retention.ts';

vi.setConfig({ testTimeout: 120_000 });

test('after raw has lost its beginning, check, rebuild and a lost MongoDB find all as before', async () => {
  await using stack = new AsyncDisposableStack();
  const net = stack.use(await testNet(inject('mongodbUri'), ['420100']));
  const { db, directory, ingest, clickhouse } = net;
  const [wuhan] = net.platforms;
  const positions = new Positions(db);
  const log: string[] = [];
  const selfCheck = new SelfCheck({ clickhouse, ingest }, unsignedCalls);
  const sources = {
    clickhouse,
    ingest,
    positions,
    selfCheck,
    editions: new Editions(db),
    briefs: new Briefs(db),
    log: (message: string) => void log.push(message),
  };
  ingest.use(testSnapshot([wuhan.owner]));
  const happened = async (n: number): Promise<void> => {
    await wuhan.happened(
      Array.from({ length: n }, (_, i) => ({
        type: 'onenet.request.resolved' as const,
        time: new Date(Date.now() - i * 3_600_000),
        data: { place: '420102', category: 'WAGES' as const, value: 60 + i, onTime: i % 2 === 0 },
      })),
    );
    await net.allIn();
  };
  const opened = { measure: 'onenet.card.used', value: 500, kind: 'flow' } as const;
  await wuhan.happened([
    {
      type: 'onenet.opening',
      time: new Date(),
      data: { opening: { ...opened, asOf: '2016-08-31T00:00:00Z' } },
    },
  ]);
  await happened(20);
  await happened(30);
  const betweenMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await happened(7);
  const own = async (): Promise<string> => {
    const totals = await wuhan.feed.totals();
    const { events = 0, count = 0 } =
      totals.find(({ type }) => type === 'onenet.request.resolved') ?? {};
    return `${events} lines, ${count}`;
  };
  const expectAllAsBefore = async (): Promise<void> => {
    const epochs = ingest.currentEpochs();
    for (const tier of ['hour', 'day', 'month'] as const) {
      expect(await tierTotals(clickhouse, tier, epochs)).toEqual({
        '420100 onenet.request.resolved': await own(),
      });
    }
    const { findings } = await check(sources, () => undefined);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(
      await clickhouse.rows(
        'SELECT sum(value) AS value FROM onenet.openings WHERE epoch = ' + epochs.get('420100'),
      ),
    ).toEqual([{ value: 500 }]);
  };

  await forgetRaw(sources, betweenMs - 3_600_000);
  expect(ingest.rawFloor('420100')).toBe(0);
  // At the same moment: the latest batch stays, whatever its age.
  await forgetRaw(sources, betweenMs);
  expect(log).toEqual(['420100: raw begins at 52 now']);
  expect(ingest.rawFloor('420100')).toBe(51);
  expect(ingest.rawFromMs(['420500'])).toBe(0);
  expect(ingest.rawFromMs(['420100'])).toBeGreaterThan(betweenMs - 120_000);
  await expectAllAsBefore();
  // The seconds of an odd beginning are in raw alone, and there no more.
  const minuteMs = Math.floor(betweenMs / 60_000) * 60_000;
  const odd = {
    period: 'CUSTOM',
    from: new Date(minuteMs - 10 * 3_600_000 + 1).toISOString(),
    to: new Date(minuteMs - 5 * 3_600_000).toISOString(),
    simulated: true,
  } as const;
  const forgotten = 'single events are kept from';
  await expect(requestFunnel(net, odd, Date.now())).rejects.toThrow(forgotten);
  const ranked = ranking(net, sources.editions, { ...odd, formula: 'v1' }, Date.now());
  await expect(ranked).rejects.toThrow(forgotten);
  await until(async () => {
    const [row] = await clickhouse.rows<{ n: number }>('SELECT count() AS n FROM onenet.raw');
    return row?.n === 8;
  });
  await expectAllAsBefore();

  await clickhouse.run('TRUNCATE TABLE onenet.hour');
  await clickhouse.run('TRUNCATE TABLE onenet.day');
  await clickhouse.run('TRUNCATE TABLE onenet.month');
  await rebuild(sources, '420100', () => undefined);
  await expectAllAsBefore();
  await happened(3);
  await expectAllAsBefore();

  // MongoDB is lost: raw, its floor and the rollups say how far it is.
  await ingest.stop();
  await db.dropDatabase();
  await clickhouse.close();
  const again = stack.use(await testIngest(directory, db));
  expect(again.ingest.sequenceOf('420100')).toBe(61);
  expect(again.ingest.rawFloor('420100')).toBe(51);
  const epoch = again.ingest.currentEpochs().get('420100');
  const state = (await epochStates(again.clickhouse, '420100')).find((s) => s.epoch === epoch);
  expect(state).toMatchObject({
    lines: 61,
    contiguous: true,
    inHours: 60,
    inDays: 60,
    inMonths: 60,
  });
});
