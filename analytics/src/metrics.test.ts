/** Every metric over every period against a plain count of the same events in memory. Long, because it asks in every way. */
import type { EventTypeName, FeedEvent } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { comparedRange } from './comparisons.ts';
import type { Comparison } from './comparisons.ts';
import { distribution } from './distribution.ts';
import { testNet } from './fixture-net.ts';
import { testSnapshot } from './fixture.ts';
import { requestFunnel } from './funnel.ts';
import type { Grain } from './grains.ts';
import type { OutboxEntryInput } from '@onenet/feed';
import {
  categories,
  channels,
  generated,
  openings,
  oracle,
  oraclePoints,
} from './fixture-oracle.ts';
import type { Held, Scope } from './fixture-oracle.ts';
import { metrics as allMetrics } from './metrics.ts';
import { dayMs, hourMs, rangeOf } from './periods.ts';
import type { Period, PeriodInput } from './periods.ts';
import { recentEvents } from './recent.ts';
import { metricSeries } from './series.ts';
import type { MetricSeries, MetricsInput, Sources } from './series.ts';
import type { TopBy } from './dimension.ts';
import { metricTable } from './table.ts';
import type { MetricTableInput } from './table.ts';
import { tops } from './tops.ts';

const codes = ['420100', '429004', 'WISCO'] as const;
/** A Tuesday in the middle of an afternoon, month, quarter and year. */
const nowMs = Date.parse('2026-11-24T15:23:41.567+08:00');
// Those of the net's own use have an oracle of their own: usage/figures.test.ts.
const metrics = allMetrics.filter(({ source }) => source === undefined);
const names = metrics.map((metric) => metric.name);
const types = new Set<string>(metrics.flatMap((metric) => metric.types));
const people = new Set(metrics.flatMap(({ kind, name }) => (kind === 'PEOPLE' ? [name] : [])));
let sources: Sources;
let all: Held[];
// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();

beforeAll(async () => {
  const net = cleanUp.use(await testNet(inject('mongodbUri'), codes, { nowMs }));
  const { platforms } = net;
  sources = net;
  await Promise.all(
    platforms.map((platform, i) =>
      platform.happened([...historyOf(i).slice(0, 1_200), ...(i === 0 ? openings : [])]),
    ),
  );
  net.ingest.use(testSnapshot(platforms.map((platform) => platform.owner)));
  await net.allIn();
  // The rest comes late, of the same days, to rollups that have them already.
  await Promise.all(platforms.map((platform, i) => platform.happened(historyOf(i).slice(1_200))));
  const [wuhan] = platforms;
  if (!wuhan) throw new Error('No platform.');
  const lines = async (platform: (typeof platforms)[number]): Promise<FeedEvent[]> => {
    const documents = await platform.db.collection('feed_log').find().sort({ _id: 1 }).toArray();
    return documents.map((document) => JSON.parse(bytesOf(document)) as FeedEvent);
  };
  // Of each type Wuhan’s first line is taken back, of its second that is taken back, and so on to the fifth.
  const first = await lines(wuhan);
  let ends = ['onenet.request.resolved', 'onenet.article.read', 'onenet.aid.paid'].flatMap((of) =>
    first.filter(({ type }) => type === of).slice(0, chains),
  );
  for (let depth = 0; depth < chains; depth += 1) {
    const before = (await lines(wuhan)).length;
    const going = ends.filter((_, i) => i % chains >= depth);
    await wuhan.happened(going.map(correctionOf));
    const added = (await lines(wuhan)).slice(before);
    ends = ends.map((end) => added.find(({ corrects }) => corrects === end.sequence) ?? end);
  }
  // One line may be corrected by two, of which one is corrected.
  await wuhan.happened(
    first
      .filter(({ type }) => type === 'onenet.request.resolved')
      .slice(1, 2)
      .map(correctionOf),
  );
  // Others are put right: taken back, and put in again with another value, some in another category too.
  const wrong = first.filter(({ type }) => type === 'onenet.request.resolved').slice(6, 30);
  await wuhan.happened(
    wrong.flatMap((line, i) => {
      const { data, ...correction } = correctionOf(line);
      const value = (line.data.value ?? 0) + 50_000;
      const right = { ...data, count: 1, value, ...(i % 2 === 0 && { category: 'TRAINING' }) };
      const both = [
        { ...correction, data: { ...data } },
        { ...correction, data: right },
      ];
      // Now and then what is right is said first.
      return i % 3 === 0 ? both.toReversed() : both;
    }),
  );
  // And one of them once more.
  const again = (await lines(wuhan)).filter(
    ({ corrects, data }) => corrects === wrong[0]?.sequence && data.count === 1,
  );
  await wuhan.happened(
    again.flatMap((line) => {
      const back = correctionOf(line);
      return [back, { ...back, data: { ...back.data, count: 1, value: 7 } }];
    }),
  );
  await net.allIn();
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

/** Lines of a type that are corrected, the nth by a chain of n. */
const chains = 5;

/** The same of it, taken back. */
function correctionOf({ type, time, sequence, data }: FeedEvent): OutboxEntryInput {
  const { place, category, channel, onTime, simulated, value, count = 1 } = data;
  return {
    // What was in the feed is of the list.
    type: type as EventTypeName,
    time: new Date(time),
    corrects: sequence,
    data: {
      ...(place === undefined ? {} : { place }),
      ...(category === undefined ? {} : { category }),
      ...(channel === undefined ? {} : { channel }),
      ...(onTime === undefined ? {} : { onTime }),
      ...(simulated === undefined ? {} : { simulated }),
      count: -count,
      ...(value === undefined ? {} : { value: -value }),
    },
  };
}

/** What happens at one platform. */
function historyOf(platform: number): OutboxEntryInput[] {
  return generated(2_000, platform + 1, nowMs);
}

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

function oracleScope(input: Partial<MetricsInput>): Scope {
  return {
    platforms: input.platforms ?? undefined,
    place: input.place ?? undefined,
    categories: input.categories ?? undefined,
    channels: input.channels ?? undefined,
    simulated: input.simulated ?? true,
  };
}

/** What the oracle has of a metric: value, previous value and points. */
function expectedOf(name: string, input: MetricsInput, grain: Grain): unknown[] {
  const range = rangeOf(input.period, nowMs, input);
  const compared = comparedRange(range, input.compareWith);
  const scope = oracleScope(input);
  // People of a month and those of so many other days are no comparison.
  const isComparable = compared && (!people.has(name) || compared.calendar === range.calendar);
  const points = oraclePoints(all, name, range, scope, grain, types);
  return [
    rounded(oracle(all, name, range, scope)),
    isComparable ? rounded(oracle(all, name, compared, scope)) : null,
    points.map(({ at, value }) => `${at} ${rounded(value)}`),
  ];
}

const at = (days: number, ms: number): string => new Date(nowMs - days * dayMs - ms).toISOString();
const periods: readonly (PeriodInput & { readonly period: Period })[] = [
  { period: 'TODAY' },
  { period: 'WEEK' },
  { period: 'MONTH' },
  { period: 'QUARTER' },
  { period: 'YEAR' },
  { period: 'LAST_7_DAYS' },
  { period: 'LAST_30_DAYS' },
  { period: 'ALL' },
  // A leap day, the days about it, and the first day of a Spring Festival.
  { period: 'TODAY', at: '2024-02-29' },
  { period: 'CUSTOM', from: '2024-02-28', to: '2024-03-02' },
  { period: 'TODAY', at: '2026-02-17' },
  { period: 'WEEK', at: '2025-01-01' },
  { period: 'MONTH', at: '2025-01-29' },
  { period: 'QUARTER', at: '2024-03-31' },
  { period: 'YEAR', at: '2024-12-31' },
  // To the millisecond, not over yet, and short enough for minutes.
  { period: 'CUSTOM', from: at(40, 1_234_567), to: at(0, 3 * hourMs + 345) },
  { period: 'CUSTOM', from: at(9, 0), to: at(-2, 0) },
  { period: 'CUSTOM', from: at(1, 40 * 60_000 + 1), to: at(1, 7) },
  { period: 'CUSTOM', from: at(0, 50 * 60_000), to: at(0, 0) },
];
const comparisons = ['PREVIOUS_PERIOD', 'YEAR_AGO', 'WEEKDAY', 'SPRING_FESTIVAL'] as const;
const grains = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const;
const scopes: readonly Partial<MetricsInput>[] = [
  {},
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

/** The three finest grains that give a range not too many points: the oracle counts each of them again. */
function grainsOf(period: (typeof periods)[number]): Grain[] {
  const range = rangeOf(period.period, nowMs, period);
  const lengthMs = range.toMs - (range.fromMs ?? range.toMs - 1_100 * dayMs);
  const unitMs = { MINUTE: 60_000, HOUR: hourMs, DAY: dayMs, WEEK: 7 * dayMs, MONTH: 28 * dayMs };
  return grains.filter((grain) => lengthMs / unitMs[grain] <= 100).slice(0, 3);
}

/** Each period with two comparisons; scopes and grains in turn. */
const questions = periods.flatMap((period, p) =>
  [0, 2].map((c) => {
    const compareWith: Comparison = comparisons[(p + c) % comparisons.length] ?? 'NONE';
    const grain = grainsOf(period)[(p + c / 2) % grainsOf(period).length] ?? 'MONTH';
    const scope = scopes[(5 * (2 * p + c / 2)) % scopes.length] ?? {};
    return { ...period, ...scope, compareWith, grain };
  }),
);

test('the questions have every comparison, grain and scope several times', () => {
  const told = questions.flatMap((question) => [
    question.compareWith,
    question.grain,
    JSON.stringify(oracleScope(question)),
  ]);
  const times = Map.groupBy(told, (name) => name);
  expect(times.size).toBe(comparisons.length + grains.length + scopes.length);
  expect(Math.min(...[...times.values()].map(({ length }) => length))).toBeGreaterThan(1);
});

describe('every metric over every period, by every comparison, scope and grain', () => {
  test.for(questions)('%o', async (question) => {
    const input = inputOf(question);
    const series = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    for (const { metric, value, previous, points } of series) {
      const shown = points?.map((point) => `${point.at} ${rounded(point.value)}`);
      const expected = expectedOf(metric, input, question.grain);
      expect([metric, rounded(value), rounded(previous), shown]).toEqual([metric, ...expected]);
    }
    expect(series.map(({ metric }) => metric)).toEqual(names);
  });
});

test('of no category or channel at all nothing is counted, not what has none', async () => {
  const reads = async (of: Partial<MetricsInput>): Promise<number | null | undefined> => {
    const input = inputOf({ metrics: ['reads'], period: 'ALL', ...of });
    return (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('')?.[0]?.value;
  };
  expect(await reads({ categories: [''] })).toBeGreaterThan(0);
  expect(await reads({ channels: [''] })).toBeGreaterThan(0);
  expect(await reads({ categories: [] })).toBe(0);
  expect(await reads({ channels: [] })).toBe(0);
});

test('people are those whom the histories name, each once at each platform', async () => {
  const active = new Set(metrics.find(({ name }) => name === 'activePeople')?.types);
  for (const period of ['TODAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const) {
    const { fromMs = 0, toMs } = rangeOf(period, nowMs);
    const named = codes.flatMap((code, i) =>
      historyOf(i)
        .filter(({ type, time }) => active.has(type) && +time >= fromMs && +time < toMs)
        .map(({ person, data }) => `${code} ${person} ${data?.simulated === true}`),
    );
    const input = inputOf({ metrics: ['activePeople'], period });
    const [series] = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    expect([period, series?.value]).toEqual([period, new Set(named).size]);
    expect(series?.upperBound).toBe(true);
  }
});

test('AUTO takes the grain that can be read, and says it; of all there ever was too', async () => {
  const grainOf = async (period: (typeof periods)[number]): Promise<unknown[]> => {
    const input = inputOf({ metrics: ['reads'], ...period, grain: 'AUTO' });
    const [series] = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    return [series?.grain, (series?.points?.length ?? 0) > 0];
  };
  expect(await grainOf({ period: 'TODAY' })).toEqual(['HOUR', true]);
  expect(await grainOf({ period: 'CUSTOM', from: at(0, hourMs), to: at(0, 0) })).toEqual([
    'MINUTE',
    true,
  ]);
  expect(await grainOf({ period: 'QUARTER' })).toEqual(['DAY', true]);
  expect(await grainOf({ period: 'YEAR', at: '2024-12-31' })).toEqual(['WEEK', true]);
  expect(await grainOf({ period: 'ALL' })).toEqual(['MONTH', true]);
});

test('many divisions and platforms at once are what each is alone', async () => {
  const input = inputOf({ period: 'YEAR', compareWith: 'NONE' });
  const range = rangeOf('YEAR', nowMs);
  const divisions = ['420000', '420100', '420102', '420102002', '429004', '421000'];
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

  test('where no record of what was asked is read, use beside events is not zero', async () => {
    const rows = await tableOf({ metrics: ['reads', 'apiRequests'] });
    expect([...rows.keys()].toSorted()).toEqual(codes.toSorted());
    for (const [, use] of rows.values()) expect(use).toEqual(['apiRequests', null, null]);
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
  await expect(ask({ metrics: ['signUp'] })).rejects.toThrow('no metric. Did you mean "signUps"');
  await expect(ask({ platforms: ['420101'] })).rejects.toThrow('Did you mean "420100"');
  await expect(ask({ place: '420199' })).rejects.toThrow('`place: 420199` is no division');
  await expect(ask({ place: '420199' })).rejects.toThrow('Did you mean "4201');
  await expect(ask({ place: '武汉' })).rejects.toThrow('Did you mean "420100 (武汉市)"');
  await expect(recentEvents(sources, 1, 'WISC', undefined)).rejects.toThrow('"WISCO"');
  const part = { period: 'YEAR', simulated: true } as const;
  const funnel = requestFunnel(sources, { ...part, place: '420199' }, nowMs);
  await expect(funnel).rejects.toThrow('Did you mean "4201');
  const taken = { ...part, of: 'TIME_TO_RESOLVE', platforms: ['WISC'] } as const;
  await expect(distribution(sources, taken, nowMs)).rejects.toThrow('"WISCO"');
  await expect(ask({ period: 'CUSTOM', from: 'yesterday' })).rejects.toThrow('`from: yesterday`');
  await expect(ask({ period: 'YEAR', grain: 'MINUTE' })).rejects.toThrow(
    'Take DAY, the next that fits',
  );
});
