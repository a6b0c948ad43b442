/** Raw that is not kept for ever: what counts stays the same, whatever is made anew afterwards. Long, since each table that forgets is tried beside those that keep. */
import { expect, inject, test, vi } from 'vitest';
import { Briefs } from '../briefs/store.ts';
import { testNet } from '../fixture-net.ts';
import { testDirectory, testIngest, testSnapshot, tierTotals, until } from '../fixture.ts';
import { openClickHouse, quote, sqlTime } from '../clickhouse.ts';
import { migrate } from '../migrate.ts';
import { monthAt, nextMonth } from '../months.ts';
import { dayMs } from '../periods.ts';
import { metricSeries } from '../series.ts';
import type { MetricSeries } from '../series.ts';
import { Positions } from '../ingest/positions.ts';
import { epochStates } from '../ingest/tables.ts';
import { unsignedCalls } from '../owner-call.ts';
import { requestFunnel } from '../funnel.ts';
import { Editions } from '../ranking/editions.ts';
import { ranking } from '../ranking/ranking.ts';
import { SelfCheck } from '../self-check.ts';
import { check } from './check.ts';
import { rebuild } from './rebuild.ts';
import { forgetRaw, keepRawFor, setTimeToLive } from './retention.ts';

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

  await clickhouse.run('TRUNCATE TABLE onenet.cells');
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

test('so many days are kept, but for months that are open; what asks for more is refused by name', async () => {
  await using net = await testNet(inject('mongodbUri'), ['420100']);
  const { clickhouse, ingest, db } = net;
  const [wuhan] = net.platforms;
  const nowMs = Date.now();
  ingest.use(testSnapshot([wuhan.owner]));
  const happened = async (n: number): Promise<void> => {
    const time = new Date(nowMs - 3_600_000);
    const data = { place: '420102002' };
    await wuhan.happened(
      Array.from({ length: n }, () => ({ type: 'onenet.request.submitted', time, data })),
    );
    await net.allIn();
  };
  const asked = { metrics: ['requestsSubmitted'], period: 'ALL', simulated: true } as const;
  const ask = async (more: { place?: string; state?: string } = {}): Promise<MetricSeries> => {
    const input = { ...asked, compareWith: 'NONE', ...more } as const;
    const [series] = (await metricSeries(net, input, { of: 'net' }, nowMs)).get('') ?? [];
    if (!series) throw new Error('No answer.');
    return series;
  };
  const states: string[] = [];
  for (const n of [10, 10, 5]) {
    await happened(n);
    states.push((await ask()).state ?? '');
  }
  /** One round, so many days from now. */
  const round = async (inDays: number): Promise<void> => {
    const stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watched = Object.create(ingest, {
      refreshFloors: { value: () => ingest.refreshFloors().then(resolve) },
    }) as typeof ingest;
    const log = (message: string, detail?: unknown): void => {
      if (detail) reject(new Error(message, { cause: detail }));
    };
    const sources = { clickhouse, ingest: watched, positions: new Positions(db), log };
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs + inDays * dayMs });
    try {
      const running = keepRawFor(sources, 62, stop.signal);
      await promise;
      stop.abort();
      await running;
    } finally {
      vi.useRealTimers();
    }
  };
  // The month is open: its lines are what it is closed from, however old.
  await round(70);
  expect(ingest.rawFloor('420100')).toBe(0);
  const month = nextMonth(nextMonth(monthAt(nowMs)));
  await clickhouse.run(
    `INSERT INTO onenet.closings SETTINGS async_insert = 0 VALUES ('${month}-01', '${sqlTime(nowMs)}', ['420100'])`,
  );
  await round(61);
  expect(ingest.rawFloor('420100')).toBe(0);
  await round(63);
  expect(ingest.rawFloor('420100')).toBe(20);

  expect((await ask()).value).toBe(25);
  await expect(ask({ place: '420102002' })).rejects.toThrow('single events are kept from');
  const [first = '', second = ''] = states;
  await expect(ask({ state: first })).rejects.toThrow('lies before what is kept of 420100');
  expect((await ask({ state: second })).value).toBe(20);

  // What was asked, and who was given what, go by their time.
  const old = sqlTime(Date.now() - 100 * dayMs);
  const recent = sqlTime(Date.now() - 61 * dayMs);
  for (const table of ['usage', 'access'] as const) {
    for (const [i, recorded] of [old, recent].entries()) {
      await clickhouse.run(
        `INSERT INTO onenet.${table} (epoch, sequence, recorded) VALUES (1, ${i + 1}, ${quote(recorded)})`,
      );
    }
    await setTimeToLive(clickhouse, table, 62);
    await setTimeToLive(clickhouse, table, 62);
    await clickhouse.run(`OPTIMIZE TABLE onenet.${table} FINAL`);
    expect(await clickhouse.rows(`SELECT sequence FROM onenet.${table}`)).toEqual([
      { sequence: 2 },
    ]);
  }
});

test('an event that a clock dates ahead stays, so that what is asked of now is not refused until then', async () => {
  await using net = await testNet(inject('mongodbUri'), ['420100']);
  const { clickhouse, ingest, db } = net;
  const [wuhan] = net.platforms;
  ingest.use(testSnapshot([wuhan.owner]));
  const nowMs = Date.now();
  const happenedAt = async (ms: number): Promise<void> => {
    const data = { place: '420102002' };
    await wuhan.happened([{ type: 'onenet.request.submitted', time: new Date(ms), data }]);
    await net.allIn();
  };
  await happenedAt(nowMs - 3_600_000);
  await happenedAt(Date.UTC(2099, 0, 1));
  await happenedAt(nowMs - 3_600_000);
  await happenedAt(nowMs - 3_600_000);
  const log: string[] = [];
  let knownFloor: number | undefined;
  const sources = {
    clickhouse: {
      ...clickhouse,
      run: async (sql: string) => {
        if (sql.startsWith('ALTER TABLE onenet.raw')) knownFloor = ingest.rawFloor('420100');
        await clickhouse.run(sql);
      },
    },
    ingest,
    positions: new Positions(db),
    log: (message: string) => void log.push(message),
  };
  await forgetRaw(sources, Date.now() + 1);
  // Before a line goes, what asks for it is refused.
  expect(knownFloor).toBe(1);
  expect(log).toEqual([
    "420100: raw keeps 2 and what came after it: the event's clock was ahead",
    '420100: raw begins at 2 now',
  ]);
  expect(ingest.rawFloor('420100')).toBe(1);
  expect(ingest.rawFromMs(['420100'])).toBeLessThanOrEqual(nowMs);
  const asked = { period: 'LAST_7_DAYS', simulated: true, place: '420102002' } as const;
  const later = await requestFunnel(net, { ...asked, period: 'TODAY' }, nowMs + 2 * dayMs);
  expect(later.steps[0]).toMatchObject({ step: 'SUBMITTED', count: 0 });
  // By the end of that day raw has forgotten some of the last seven.
  await expect(requestFunnel(net, asked, nowMs)).rejects.toThrow('single events are kept from');
});

test('minutes go after three days, by whole days of them; hours of the same time stay', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  try {
    await migrate(clickhouse);
    const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
    const [old = '', recent = ''] = [96, 71].map((hours) =>
      sqlTime(nowMs - hours * 3_600_000).slice(0, 19),
    );
    for (const at of [old, recent]) {
      await clickhouse.run(
        `INSERT INTO onenet.cells (tier, at, events) VALUES ('minute', '${at}', 1), ('hour', '${at}', 1)`,
      );
    }
    await clickhouse.run('OPTIMIZE TABLE onenet.cells FINAL');
    expect(
      await clickhouse.rows('SELECT tier, toString(at) AS at FROM onenet.cells ORDER BY tier, at'),
    ).toEqual([
      { tier: 'minute', at: recent },
      { tier: 'hour', at: old },
      { tier: 'hour', at: recent },
    ]);
  } finally {
    await clickhouse.close();
  }
});
