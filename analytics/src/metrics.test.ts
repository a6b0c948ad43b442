/** Every metric over every period against a plain count of the same events in memory. Long, because it asks in every way. */
import { randomUUID } from 'node:crypto';
import type { EventTypeName, FeedEvent } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { comparedRange } from './comparisons.ts';
import type { Comparison } from './comparisons.ts';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testPlatform,
  testSnapshot,
  until,
} from './fixture.ts';
import { categories, channels, generated, openings, oracle } from './fixture-oracle.ts';
import type { Held, Scope } from './fixture-oracle.ts';
import { metrics as allMetrics } from './metrics.ts';
import { dayMs, hourMs, rangeOf } from './periods.ts';
import type { Period } from './periods.ts';
import { recentEvents } from './recent.ts';
import { metricSeries } from './series.ts';
import type { MetricSeries, MetricsInput, Sources } from './series.ts';
import type { TopBy } from './dimension.ts';
import { metricTable } from './table.ts';
import type { MetricTableInput } from './table.ts';
import { tops } from './tops.ts';

const codes = ['420100', '429004', 'WISCO'] as const;
const nowMs = Date.now();
// Those of the net's own use have an oracle of their own: usage/figures.test.ts.
const metrics = allMetrics.filter(({ source }) => source === undefined);
const names = metrics.map((metric) => metric.name);
const people = new Set(metrics.flatMap(({ kind, name }) => (kind === 'PEOPLE' ? [name] : [])));
let sources: Sources;
let all: Held[];
// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();

beforeAll(async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  cleanUp.defer(() => client.close());
  const database = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const directory = cleanUp.use(await testDirectory());
  const platforms = await Promise.all(
    codes.map((code) => testPlatform(client, code, `analytics_m_${randomUUID().slice(0, 8)}`)),
  );
  for (const platform of platforms) cleanUp.use(platform);
  await Promise.all(
    platforms.map((platform, i) =>
      platform.happened([...generated(2_000, i + 1, nowMs), ...(i === 0 ? openings : [])]),
    ),
  );
  // Corrections take back Wuhan’s first resolution, first read and first payment.
  const [wuhan] = platforms;
  if (!wuhan) throw new Error('No platform.');
  const lines = async (platform: (typeof platforms)[number]): Promise<FeedEvent[]> => {
    const documents = await platform.db.collection('feed_log').find().sort({ _id: 1 }).toArray();
    return documents.map((document) => JSON.parse(bytesOf(document)) as FeedEvent);
  };
  const corrections = (await lines(wuhan)).filter(
    (event, i, list) =>
      ['onenet.request.resolved', 'onenet.article.read', 'onenet.aid.paid'].includes(event.type) &&
      list.findIndex((other) => other.type === event.type) === i,
  );
  await wuhan.happened(
    corrections.map(({ type, time, sequence, data }) => ({
      // What was in the feed is of the list.
      type: type as EventTypeName,
      time: new Date(time),
      corrects: sequence,
      data: {
        ...(data.place === undefined ? {} : { place: data.place }),
        ...(data.category === undefined ? {} : { category: data.category }),
        ...(data.channel === undefined ? {} : { channel: data.channel }),
        ...(data.onTime === undefined ? {} : { onTime: data.onTime }),
        ...(data.simulated === undefined ? {} : { simulated: data.simulated }),
        count: -(data.count ?? 1),
        ...(data.value === undefined ? {} : { value: -data.value }),
      },
    })),
  );
  const running = cleanUp.use(await testIngest(directory.path, database.db));
  sources = running;
  running.ingest.use(testSnapshot(platforms.map((platform) => platform.owner)));
  for (const { owner, feed } of platforms) {
    const { lastSequence } = await feed.status();
    await until(() => running.ingest.sequenceOf(owner.code) === lastSequence);
  }
  const held = await Promise.all(
    platforms.map(async (platform) =>
      (await lines(platform)).map((event) => ({
        platform: platform.owner.code,
        event,
        timeMs: Date.parse(event.time),
      })),
    ),
  );
  all = held.flat();
});
afterAll(() => cleanUp.disposeAsync());

/** The line of a document of the feed's log. */
function bytesOf(document: Readonly<Record<string, unknown>>): string {
  const { line } = document;
  if (typeof line === 'string') return line;
  return Buffer.from((line as { buffer: Uint8Array }).buffer).toString('utf8');
}

function inputOf(input: Partial<MetricsInput>): MetricsInput {
  return {
    metrics: names,
    period: 'TODAY',
    simulated: true,
    compareWith: 'PREVIOUS_PERIOD',
    ...input,
  };
}

/** Floats added in another order differ in their last digits. */
function rounded(value: number | null | undefined): number | null | undefined {
  return typeof value === 'number' ? Number(value.toFixed(6)) : value;
}

/** Value and previous value of every metric, by the subgraph and by the oracle. */
async function bothOf(
  input: MetricsInput,
): Promise<Record<'answered' | 'expected', Record<string, unknown>>> {
  const series = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
  const range = rangeOf(input.period, nowMs, input);
  const compared = comparedRange(range, input.compareWith);
  const scope: Scope = {
    platforms: input.platforms ?? undefined,
    place: input.place ?? undefined,
    categories: input.categories ?? undefined,
    channels: input.channels ?? undefined,
    simulated: input.simulated,
  };
  // People of a month and those of so many other days are no comparison.
  const isComparable = (name: string): boolean =>
    !people.has(name) || compared?.calendar === range.calendar;
  const expected = (name: string): unknown[] => [
    rounded(oracle(all, name, range, scope)),
    compared && isComparable(name) ? rounded(oracle(all, name, compared, scope)) : null,
  ];
  return {
    answered: Object.fromEntries(
      series.map((s) => [s.metric, [rounded(s.value), rounded(s.previous)]]),
    ),
    expected: Object.fromEntries(names.map((name) => [name, expected(name)])),
  };
}

describe('periods', () => {
  const comparisons: readonly Comparison[] = [
    'PREVIOUS_PERIOD',
    'YEAR_AGO',
    'WEEKDAY',
    'SPRING_FESTIVAL',
  ];
  const periods: readonly Period[] = [
    'TODAY',
    'WEEK',
    'MONTH',
    'QUARTER',
    'YEAR',
    'LAST_7_DAYS',
    'LAST_30_DAYS',
    'ALL',
  ];
  test.for(periods)('%s', async (period) => {
    for (const compareWith of comparisons) {
      const { answered, expected } = await bothOf(inputOf({ period, compareWith }));
      expect(answered).toEqual(expected);
    }
  });

  test('any other range, to the millisecond', async () => {
    const { answered, expected } = await bothOf(
      inputOf({
        period: 'CUSTOM',
        from: new Date(nowMs - 40 * dayMs - 1_234_567).toISOString(),
        to: new Date(nowMs - 3 * hourMs - 345).toISOString(),
      }),
    );
    expect(answered).toEqual(expected);
  });
});

const scopes: readonly Partial<MetricsInput>[] = [
  { platforms: ['420100'] },
  { platforms: ['420100', 'WISCO'] },
  { place: '420000' },
  { place: '420100' },
  { place: '420102' },
  { place: '420102002' },
  { place: '429004' },
  { categories: ['WAGES', 'MEDICAL'] },
  { channels: ['WECHAT'] },
  { simulated: false },
  { simulated: false, platforms: ['420100'], place: '420102', channels: ['WEB'] },
];
test.for(scopes)('scope %o', async (scope) => {
  for (const period of ['YEAR', 'ALL'] as const) {
    const { answered, expected } = await bothOf(inputOf({ ...scope, period }));
    expect(answered).toEqual(expected);
  }
});

test('many divisions and platforms at once are what each is alone', async () => {
  const input = inputOf({ period: 'YEAR', compareWith: 'NONE' });
  const range = rangeOf('YEAR', nowMs);
  const divisions = ['420000', '420100', '420102', '429004', '421000'];
  const values = (series: ReadonlyMap<string, readonly MetricSeries[]>): unknown[][] =>
    [...series].flatMap(([code, ofCode]) =>
      ofCode.map(({ metric, value }) => [code, metric, rounded(value)]),
    );
  const expected = (
    subjects: readonly string[],
    scopeOf: (code: string) => Omit<Scope, 'simulated'>,
  ): unknown[][] =>
    subjects.flatMap((code) =>
      names.map((name) => [
        code,
        name,
        rounded(oracle(all, name, range, { ...scopeOf(code), simulated: true })),
      ]),
    );
  const byDivision = await metricSeries(
    sources,
    input,
    { of: 'divisions', codes: divisions },
    nowMs,
  );
  expect(values(byDivision)).toEqual(expected(divisions, (place) => ({ place })));
  const byPlatform = await metricSeries(sources, input, { of: 'platforms', codes }, nowMs);
  expect(values(byPlatform)).toEqual(expected(codes, (code) => ({ platforms: [code] })));
});

test('points by minute, hour and day are the metric of each bucket', async () => {
  const grains = [
    ['MINUTE', 60_000, 30 * 60_000],
    ['HOUR', hourMs, 30 * hourMs],
    ['DAY', dayMs, 20 * dayMs],
  ] as const;
  for (const [grain, unit, length] of grains) {
    const to = Math.floor((nowMs + 8 * hourMs) / unit) * unit - 8 * hourMs;
    const fromMs = to - length;
    const period = { from: new Date(fromMs).toISOString(), to: new Date(to).toISOString() };
    const input = inputOf({ period: 'CUSTOM', ...period, grain });
    const series = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    const isUnknown = (name: string): boolean => people.has(name) && grain !== 'DAY';
    const expected = names.map((name) =>
      Array.from({ length: length / unit }, (_, i) => {
        const at = fromMs + i * unit;
        const bucket = { fromMs: at, toMs: at + unit, endMs: at + unit, calendar: 'day' } as const;
        const value = isUnknown(name) ? null : oracle(all, name, bucket, { simulated: true });
        return { at: new Date(at).toISOString(), value: rounded(value) };
      }),
    );
    expect(
      series.map(({ points }) => points?.map(({ at, value }) => ({ at, value: rounded(value) }))),
    ).toEqual(expected);
  }
});

test('money is right to the fen, with opening balances of trillions', async () => {
  const money = metrics.filter(({ inFen }) => inFen).map(({ name }) => name);
  const input = inputOf({ metrics: money, period: 'ALL' });
  const series = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
  const range = rangeOf('ALL', nowMs);
  expect(series.map(({ metric, value }) => [metric, value])).toEqual(
    money.map((name) => [name, oracle(all, name, range, { simulated: true })]),
  );
  expect(series.map(({ metric, opening }) => [metric, opening])).toEqual([
    ['cardDiscounts', 1_600_000.37],
    ['claimsPaidAmount', 0],
    ['aidAmount', (2 ** 52 + 1) / 100],
    ['fundsCredited', 0],
  ]);
});

test('tops by platform, county, what lies below a place, category and channel', async () => {
  const base = {
    metric: 'reads',
    period: 'YEAR',
    simulated: true,
    compareWith: 'PREVIOUS_PERIOD',
    ascending: false,
    first: 10,
  } as const;
  const range = rangeOf('YEAR', nowMs);
  const reads = (scope: Omit<Scope, 'simulated'>): number =>
    oracle(all, 'reads', range, { ...scope, simulated: true }) ?? 0;
  const rows = async (input: Partial<Parameters<typeof tops>[1]>): Promise<[string, number][]> =>
    (await tops(sources, { ...base, by: 'PLATFORM', ...input }, nowMs)).rows.map((row) => [
      row.key,
      row.value ?? 0,
    ]);
  const sorted = (of: readonly [string, number][]): [string, number][] =>
    of.toSorted((a, b) => b[1] - a[1]);

  expect(await rows({})).toEqual(sorted(codes.map((code) => [code, reads({ platforms: [code] })])));
  expect(await rows({ by: 'PLACE' })).toEqual(
    sorted(['420102', '420103', '429004', '421087'].map((place) => [place, reads({ place })])),
  );
  expect(await rows({ by: 'PLACE', place: '420000' })).toEqual(
    sorted(['420100', '429004', '421000'].map((place) => [place, reads({ place })])),
  );
  expect(await rows({ by: 'PLACE', place: '420102' })).toEqual([
    ['420102002', reads({ place: '420102002' })],
  ]);
  expect(await rows({ by: 'PLACE', place: '420102002' })).toEqual([
    ['420102002003', reads({ place: '420102002003' })],
  ]);
  expect(await rows({ by: 'CATEGORY', ascending: true })).toEqual(
    sorted(
      categories.map((category) => [category, reads({ categories: [category] })]),
    ).toReversed(),
  );
  expect(await rows({ by: 'CHANNEL', first: 1 })).toEqual(
    sorted(channels.map((channel) => [channel, reads({ channels: [channel] })])).slice(0, 1),
  );
});

/** A table’s figures by row and metric, with what is expected where the oracle is asked for each. */
async function tableOf(
  input: Partial<MetricTableInput>,
): Promise<Map<string, readonly (readonly [string, unknown, unknown])[]>> {
  const { rows } = await metricTable(sources, { ...tableInput, ...input }, nowMs);
  return new Map(
    rows.map(({ key, cells }) => [
      key,
      cells.map(({ metric, value, previous }) => [metric, rounded(value), rounded(previous)]),
    ]),
  );
}

const tableInput: MetricTableInput = {
  metrics: names,
  by: 'PLATFORM',
  period: 'YEAR',
  simulated: true,
  compareWith: 'YEAR_AGO',
  orderOf: 'VALUE',
  ascending: false,
  first: 200,
};

describe('a table', () => {
  const range = rangeOf('YEAR', nowMs);
  const compared = comparedRange(range, 'YEAR_AGO') ?? range;
  const expected = (scope: Omit<Scope, 'simulated'>): unknown[] =>
    names.map((name) =>
      [range, compared].reduce<unknown[]>(
        (row, of) => [...row, rounded(oracle(all, name, of, { ...scope, simulated: true }))],
        [name],
      ),
    );

  test('every metric by platform, place, category, channel and module', async () => {
    const wanted: readonly (readonly [TopBy, string, Omit<Scope, 'simulated'>])[] = [
      ...codes.map((code) => ['PLATFORM', code, { platforms: [code] }] as const),
      ...['420102', '429004'].map((place) => ['PLACE', place, { place }] as const),
      ...categories.map((one) => ['CATEGORY', one, { categories: [one] }] as const),
      ...channels.map((one) => ['CHANNEL', one, { channels: [one] }] as const),
      ...['requests', 'transfers', 'cards'].map((one) => ['MODULE', one, { module: one }] as const),
    ];
    for (const [by, ofDimension] of Map.groupBy(wanted, ([of]) => of)) {
      const rows = await tableOf({ by });
      for (const [, key, scope] of ofDimension) {
        expect([by, key, rows.get(key)]).toEqual([by, key, expected(scope)]);
      }
    }
  });

  test('is sorted by any metric, what has none last, and read page by page', async () => {
    const input = { metrics: ['reads', 'satisfaction'], by: 'PLACE', first: 2 } as const;
    for (const orderOf of ['VALUE', 'PREVIOUS', 'CHANGE', 'KEY'] as const) {
      for (const ascending of [false, true]) {
        const ask = { ...tableInput, ...input, orderBy: 'satisfaction', orderOf, ascending };
        const whole = await metricTable(sources, { ...ask, first: 200 }, nowMs);
        const read: string[] = [];
        for (let after: string | null | undefined; after !== null;) {
          const page = await metricTable(sources, { ...ask, after: after ?? null }, nowMs);
          read.push(...page.rows.map(({ key }) => key));
          expect(page.totalRows).toBe(whole.totalRows);
          after = page.hasNextPage ? page.endCursor : null;
        }
        expect(read).toEqual(whole.rows.map(({ key }) => key));
        const column = ({ key, cells: [, cell] }: (typeof whole.rows)[number]) =>
          ({ VALUE: cell?.value, PREVIOUS: cell?.previous, CHANGE: cell?.change, KEY: key })[
            orderOf
          ];
        const told = whole.rows.map(column).filter((value) => value != null);
        const sorted = told.toSorted((a, b) => (a < b ? -1 : 1));
        expect(told).toEqual(ascending ? sorted : sorted.toReversed());
        expect(whole.rows.slice(told.length).map(column)).toEqual(
          whole.rows.slice(told.length).map(() => null),
        );
      }
    }
  });

  test('a platform that offers a module and has nothing of it stands with zero, another not at all', async () => {
    const [wuhan, ...others] = sources.ingest.netOwners();
    if (!wuhan) throw new Error('No owner.');
    const ask = { by: 'PLATFORM', metrics: ['reads'], period: 'TODAY', at: '2001-01-01' } as const;
    sources.ingest.use(testSnapshot([{ ...wuhan, modules: ['core', 'content'] }, ...others]));
    const rows = await tableOf(ask);
    sources.ingest.use(testSnapshot([wuhan, ...others]));
    expect([...rows]).toEqual([['420100', [['reads', 0, 0]]]]);
  });

  test('a cursor of another table, an order by what is not in it, no metrics and too many rows are told', async () => {
    const ask = (input: Partial<MetricTableInput>) =>
      metricTable(sources, { ...tableInput, metrics: ['reads'], ...input }, nowMs);
    const { endCursor: after } = await ask({ first: 1 });
    await expect(ask({ after, ascending: true })).rejects.toThrow('of another table or order');
    await expect(ask({ after: 'x' })).rejects.toThrow('it cannot be read');
    await expect(ask({ orderBy: 'likes' })).rejects.toThrow('`orderBy: likes` is not among');
    await expect(ask({ metrics: [] })).rejects.toThrow('from 1 to 100');
    await expect(ask({ first: 201 })).rejects.toThrow('from 1 to 200');
  });
});

test('the latest events, of one platform and of one place', async () => {
  const newest = await recentEvents(sources, 20, 'WISCO', undefined);
  const own = all
    .filter(({ platform }) => platform === 'WISCO')
    .slice(-20)
    .toReversed();
  expect(newest.map((event) => event.sequence)).toEqual(
    own.map(({ event }) => String(Number(event.sequence))),
  );
  const inPlace = await recentEvents(sources, 10, undefined, '420102');
  expect(inPlace).toHaveLength(10);
  expect(inPlace.every((event) => event.place?.startsWith('420102'))).toBe(true);
});

test('an unknown metric, a wrong range and too many points are told', async () => {
  const ask = (input: Partial<MetricsInput>): Promise<unknown> =>
    metricSeries(sources, inputOf(input), { of: 'net' }, nowMs);
  await expect(ask({ metrics: ['happiness'] })).rejects.toThrow('"happiness" is no metric');
  await expect(ask({ period: 'CUSTOM', from: 'yesterday' })).rejects.toThrow('`from: yesterday`');
  await expect(ask({ period: 'YEAR', grain: 'MINUTE' })).rejects.toThrow(
    'Take DAY, the next that fits',
  );
});
