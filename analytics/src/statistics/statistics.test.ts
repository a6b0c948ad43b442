/** Figures of closed months on the real engine: right, unchanged by what comes later, and of no use to whoever subtracts. */
import type { EventTypeName } from '@onenet/contract';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testNet } from '../fixture-net.ts';
import { testOwner, testSnapshot, until } from '../fixture.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { closeDue, closedMonths } from './close.ts';
import type { ClosingSources } from './close.ts';
import { Decisions } from './decisions.ts';
import { monthAt, monthStart, nextMonth } from '../months.ts';
import { beforeOpenMonths } from '../operation/retention.ts';
import { statistics, type StatisticsInput, type StatisticsRow } from './statistics.ts';

const county = '420111';
const towns = ['420111001', '420111003', '420111004', '420111006'];
const places = [
  county,
  '420103001',
  ...towns,
  ...towns.flatMap((town) => ['001', '002', '003', '004'].map((last) => `${town}${last}`)),
];
const counted = {
  requestsSubmitted: 'onenet.request.submitted',
  requestsReopened: 'onenet.request.reopened',
  requestsTransferredIn: 'onenet.request.received',
} as const satisfies Readonly<Record<string, EventTypeName>>;
const metrics = Object.keys(counted);
/** In the middle of a month. */
const nowMs = Date.parse('2026-11-24T12:00:00+08:00');
const months = monthsBefore(4);

const startedMs = Date.now();
let sources: ClosingSources;
let happenedLater: () => Promise<void>;
let happened: readonly { readonly month: string; readonly place: string; readonly type: string }[];
const cleanUp = new AsyncDisposableStack();

beforeAll(async () => {
  const net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100']));
  const [platform] = net.platforms;
  sources = { ...net, decisions: new Decisions(net.db) };
  happened = someEvents();
  const eventOf = ({ month, place, type }: (typeof happened)[number], simulated?: true) => ({
    // One of the list above.
    type: type as EventTypeName,
    time: new Date(monthStart(month) + 86_400_000),
    data: { place, ...(simulated && { simulated }) },
  });
  await platform.happened(happened.map((event) => eventOf(event)));
  await platform.happened(happened.slice(0, 50).map((event) => eventOf(event, true)));
  // Nobody listens at the second one's address.
  const silent = testOwner('420500', 'http://127.0.0.1:1');
  net.ingest.use(testSnapshot([platform.owner, silent]));
  await net.allIn();
  // The feed's word that nothing earlier is to come follows what it had.
  await until(() => Date.parse(net.ingest.statuses()[0]?.completeTo ?? '') > startedMs);
  happenedLater = async () => {
    await platform.happened(happened.slice(0, 40).map((event) => eventOf(event)));
    await net.allIn();
  };
});
afterAll(() => cleanUp.disposeAsync());

function ask(input: Partial<StatisticsInput>): Promise<readonly StatisticsRow[]> {
  const whole = { metrics, from: months[0] ?? null, place: '420000', below: false, ...input };
  return statistics(sources.clickhouse, whole).then(({ rows }) => rows);
}

function plainCount(month: string, metric: string, within: string): number {
  const type = counted[metric as keyof typeof counted];
  return happened.filter(
    (event) => event.month === month && event.type === type && event.place.startsWith(within),
  ).length;
}

test('of a month that is not closed raw forgets nothing', async () => {
  const first = monthStart(months[0] ?? '') - 86_400_000;
  expect(await beforeOpenMonths(sources, Date.now())).toBe(first);
  expect(await beforeOpenMonths(sources, first - 1)).toBe(first - 1);
});

test('a month waits for who is behind, for nine days; then it is closed without them', async () => {
  await closeDue(sources, { nowMs, mayLack: false });
  expect(await closedMonths(sources.clickhouse)).toEqual([]);
  // The first time its process ends when the first month is written, and not said to be closed.
  const { clickhouse } = sources;
  let closings = 0;
  const run: ClickHouse['run'] = async (sql) => {
    if (sql.includes('INTO onenet.closings') && ++closings === 1) throw new Error('It ended.');
    await clickhouse.run(sql);
  };
  const broken = closeDue(
    { ...sources, clickhouse: { ...clickhouse, run } },
    { nowMs, mayLack: true },
  );
  await expect(broken).rejects.toThrow('It ended.');
  expect(await closedMonths(clickhouse)).toEqual([]);
  await closeDue(sources, { nowMs, mayLack: true });
  const closed = await closedMonths(clickhouse);
  expect(closed.map(({ month }) => month).slice(0, months.length)).toEqual(months);
  expect(closed.map(({ platforms }) => platforms)).toEqual(closed.map(() => ['420100']));
});

test('counties and above are what happened in the month, without what is simulated', async () => {
  for (const [place, within] of [
    ['420000', '42'],
    ['420100', '4201'],
    [county, county],
  ] as const) {
    const rows = await ask({ place });
    expect(rows).toHaveLength(months.length * metrics.length);
    for (const { month, metric, value } of rows) {
      expect([month, metric, value]).toEqual([month, metric, plainCount(month, metric, within)]);
    }
  }
  const below = await ask({ place: '420100', below: true });
  expect(new Set(below.map(({ place }) => place))).toEqual(new Set([county, '420103']));
  for (const { month, metric, place, value } of below) {
    expect(value).toBe(plainCount(month, metric, place));
  }
});

test('below the county what is shown is right, and what is small is not shown', async () => {
  const rows = [
    ...(await ask({ place: county, below: true })),
    ...(await Promise.all(towns.map((place) => ask({ place, below: true })))).flat(),
  ];
  const kinds = new Map<string, number>();
  for (const { month, metric, place, value, withheld } of rows) {
    const plain = plainCount(month, metric, place);
    kinds.set(withheld ?? 'shown', (kinds.get(withheld ?? 'shown') ?? 0) + 1);
    if (withheld === null) expect([place, value]).toEqual([place, plain]);
    else expect(value).toBeNull();
    if (withheld === null || withheld === 'COMPLEMENTARY')
      expect(plain === 0 || plain > 4).toBe(true);
    else expect(plain > 0 && plain < 5).toBe(true);
  }
  // Each of them occurs among what was generated: else nothing was tried.
  expect([...kinds.keys()].toSorted()).toEqual(['COMPLEMENTARY', 'SMALL', 'shown']);
});

test('whoever asks everything and subtracts cannot tell a small count', async () => {
  const known = new Map<string, number>();
  const note = (rows: readonly StatisticsRow[]): void => {
    for (const { month, metric, place, value } of rows) {
      if (value !== null) known.set(`${month} ${metric} ${place}`, value);
    }
  };
  for (const place of ['420000', '420100', county, ...towns]) {
    note(await ask({ place }));
    note(await ask({ place, below: true }));
  }
  for (const place of places.filter(({ length }) => length === 12)) note(await ask({ place }));
  let tried = 0;
  for (const month of months) {
    for (const metric of metrics) {
      for (const parent of [county, ...towns]) {
        const children = places.filter(
          (place) => place.length === (parent === county ? 9 : 12) && place.startsWith(parent),
        );
        const of = (place: string): number | undefined => known.get(`${month} ${metric} ${place}`);
        const whole = of(parent);
        const small = children.filter((child) => {
          const plain = plainCount(month, metric, child);
          return plain > 0 && plain < 5;
        });
        for (const child of small) expect(of(child)).toBeUndefined();
        if (whole === undefined || small.length === 0) continue;
        tried++;
        // What happened at the place itself is shown nowhere; that it is nothing may be guessed.
        const below = children.reduce((sum, child) => sum + plainCount(month, metric, child), 0);
        const isAtItself = plainCount(month, metric, parent) > below;
        const unknown = children.filter((child) => of(child) === undefined);
        const rest = children.reduce((sum, child) => sum - (of(child) ?? 0), whole);
        const unknowns = unknown.length + (isAtItself ? 1 : 0);
        expect(unknowns, `${month} ${metric} ${parent}`).toBeGreaterThan(1);
        // Two of 1 to 4 that make 8 are 4 each, two that make 2 are 1 each.
        if (!isAtItself && unknown.every((child) => small.includes(child))) {
          expect(rest).toBeGreaterThan(unknown.length);
          expect(rest).toBeLessThan(4 * unknown.length);
        }
      }
    }
  }
  expect(tried).toBeGreaterThan(5);
});

test('what comes later changes nothing, and closes nothing again', async () => {
  const before = await ask({ place: county });
  const closed = await closedMonths(sources.clickhouse);
  await happenedLater();
  await closeDue(sources, { nowMs, mayLack: true });
  expect(await ask({ place: county })).toEqual(before);
  expect(await closedMonths(sources.clickhouse)).toEqual(closed);
});

test.each([
  [{ metrics: ['requestsSubmited'] }, 'is no metric'],
  [{ metrics: ['requestsBacklog'] }, 'is a STOCK'],
  [{ metrics: ['apiRequests'] }, 'of the net’s own use'],
  [{ metrics: ['engagement'], place: county, below: true }, 'not given below the county'],
  [{ metrics: ['onTimeRate'], place: towns[0] ?? '' }, 'not given below the county'],
  [{ from: '2026-13' }, 'is no month'],
  [{ from: '2026-02', to: '2026-01' }, 'is after'],
  [{ from: '1990-01' }, 'more than 36 months'],
  [{ place: '42' }, 'is no division of the table'],
  [{ place: '420111199' }, 'Did you mean "420111'],
  [{ place: '420111001001', below: true }, 'nothing is below it'],
])('%o is refused', async (input, message) => {
  await expect(ask(input)).rejects.toThrow(message);
});

/** Months that are over for more than nine days, the last of them last. */
function monthsBefore(n: number): readonly string[] {
  const all: string[] = [];
  for (let ms = nowMs - 33 * 86_400_000; all.length < n; ms = monthStart(monthAt(ms)) - 1) {
    if (monthStart(nextMonth(monthAt(ms))) + 9 * 86_400_000 < nowMs) all.unshift(monthAt(ms));
  }
  return all;
}

/** Few in most places, some in others: the same ones every time. */
function someEvents() {
  let state = 7;
  const pick = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  return months.flatMap((month) =>
    Object.values(counted).flatMap((type) =>
      places.flatMap((place) => {
        const n = [0, 0, 1 + pick(4), 1 + pick(4), 5 + pick(20)][pick(5)] ?? 0;
        return Array.from({ length: n }, () => ({ month, place, type }));
      }),
    ),
  );
}
