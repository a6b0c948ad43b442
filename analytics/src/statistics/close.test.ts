/** Several processes that close the same month at once: it is closed once, of one state, whoever ends in between. */
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse.ts';
import { testNet, type TestNet } from '../fixture-net.ts';
import { testSnapshot, until } from '../fixture.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { monthAt, monthStart, nextMonth } from '../months.ts';
import { dayMs } from '../periods.ts';
import { metricSeries } from '../series.ts';
import { closeDue, closedMonths } from './close.ts';
import type { ClosingSources } from './close.ts';
import { Decisions } from './decisions.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const startedMs = Date.now();
/** The month before the last one that may be closed by now. */
const month = monthAt(monthStart(monthAt(startedMs - 20 * dayMs)) - 20 * dayMs);
const nowMs = monthStart(nextMonth(month)) + 15 * dayMs;
const cleanUp = new AsyncDisposableStack();
let net: TestNet;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100', '420500']));
  await happened(5);
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
  await net.allIn();
  await until(() =>
    net.ingest.statuses().every(({ completeTo }) => Date.parse(completeTo ?? '') > startedMs),
  );
});
afterAll(() => cleanUp.disposeAsync());

async function happened(n: number): Promise<void> {
  const time = new Date(monthStart(month) + dayMs);
  const events = Array.from({ length: n }, () => ({
    type: 'onenet.request.submitted' as const,
    time,
    data: { place: '420102' },
  }));
  await Promise.all(net.platforms.map((platform) => platform.happened(events)));
}

/** A process that has heard of some platforms alone, and does something before its insert of figures. */
function closer(heard: readonly string[], beforeInsert: () => Promise<void>): ClosingSources {
  const ingest = Object.create(net.ingest, {
    statuses: {
      value: () => net.ingest.statuses().filter(({ platform }) => heard.includes(platform)),
    },
  }) as Ingest;
  const run: ClickHouse['run'] = async (sql) => {
    if (sql.includes('INTO onenet.statistics')) await beforeInsert();
    await net.clickhouse.run(sql);
  };
  return {
    clickhouse: { ...net.clickhouse, run },
    ingest,
    decisions: new Decisions(net.db),
  };
}

test('two that close at once, and one that ended in between, write one month of one state', async () => {
  const closing = { nowMs, mayLack: true };
  const ended = closer(['420100', '420500'], async () => {
    throw new Error('It ended.');
  });
  await expect(closeDue(ended, closing)).rejects.toThrow('It ended.');
  // More comes, late, and of the others one has not heard of a platform.
  await happened(3);
  await net.allIn();
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const together = async (): Promise<void> => {
    if (++waiting === 2) both.resolve();
    await both.promise;
  };
  await Promise.all([
    closeDue(closer(['420100'], together), closing),
    closeDue(closer(['420100', '420500'], together), closing),
  ]);
  expect(waiting).toBe(2);
  const rows = await net.clickhouse.rows(
    `SELECT toString(month) AS month, type, place, total FROM onenet.statistics ORDER BY month`,
  );
  expect(rows).toEqual([
    { month: `${month}-01`, type: 'onenet.request.submitted', place: '420102', total: 10 },
  ]);
  const [closed] = await closedMonths(net.clickhouse);
  expect(closed).toMatchObject({ month, platforms: ['420100', '420500'] });
  // What it is of can be had again.
  const decision = await new Decisions(net.db).of(month);
  const input = {
    metrics: ['requestsSubmitted'],
    period: 'MONTH',
    at: `${month}-01`,
    simulated: false,
    compareWith: 'NONE',
    state: decision?.state ?? null,
  } as const;
  const again = (await metricSeries(net, input, { of: 'net' }, Date.now())).get('')?.[0];
  expect(again?.value).toBe(10);
});
