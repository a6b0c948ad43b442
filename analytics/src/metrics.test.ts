/**
 * Every metric over every period against a plain count of the same events in memory.
 * Long, because that count says every metric a second time.
 */
import { randomUUID } from 'node:crypto';
import type { FeedEvent } from '@onenet/contract';
import { divisionContains } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testPlatform,
  testSnapshot,
  until,
} from './fixture.ts';
import { metrics } from './metrics.ts';
import { comparedRange, dayMs, hourMs, rangeOf } from './periods.ts';
import type { Comparison, Period, Range } from './periods.ts';
import { recentEvents } from './recent.ts';
import { metricSeries } from './series.ts';
import type { MetricSeries, MetricsInput, Sources } from './series.ts';
import { tops } from './tops.ts';

const codes = ['420100', '429004', 'WISCO'] as const;
const places = [
  '420100',
  '420102',
  '420102001',
  '420102001001',
  '420103',
  '429004',
  '429004001',
  '421087',
  '',
];
const categories = ['WAGES', 'MEDICAL', 'TRAINING'];
const channels = ['WEB', 'WECHAT'];

/** A small generator: the same events every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const types = [
  'onenet.request.submitted',
  'onenet.request.resolved',
  'onenet.request.rejected',
  'onenet.request.rated',
  'onenet.request.reopened',
  'onenet.member.applied',
  'onenet.member.accepted',
  'onenet.member.left',
  'onenet.article.published',
  'onenet.article.read',
  'onenet.article.shared',
  'onenet.article.liked',
  'onenet.article.commented',
  'onenet.channel.followed',
  'onenet.organization.founded',
  'onenet.station.opened',
] as const;

function generated(n: number, seed: number, nowMs: number): OutboxEntryInput[] {
  const pick = random(seed);
  return Array.from({ length: n }, () => {
    const type = types[pick(types.length)] ?? 'onenet.article.read';
    // Half within two days, the rest over two years: every tier and every comparison has some.
    const age = pick(2) === 0 ? pick(2 * dayMs) : pick(700) * dayMs + pick(dayMs);
    const place = places[pick(places.length)];
    const isRead = type === 'onenet.article.read';
    const people = isRead || /shared|liked|commented|submitted/.test(type);
    return {
      type,
      time: new Date(nowMs - age),
      data: {
        ...(place ? { place } : {}),
        ...(pick(3) > 0 ? { category: categories[pick(3)] ?? '' } : {}),
        ...(pick(3) > 0 ? { channel: channels[pick(2)] ?? '' } : {}),
        ...(isRead ? { count: 1 + pick(9) } : {}),
        ...(type === 'onenet.request.resolved' || type === 'onenet.request.rejected'
          ? { value: pick(10_000), onTime: pick(4) > 0 }
          : {}),
        ...(type === 'onenet.request.rated' ? { value: 1 + pick(5) } : {}),
        ...(pick(5) === 0 ? { simulated: true as const } : {}),
      },
      ...(people ? { person: `p${pick(40)}` } : {}),
    };
  });
}

const openings: OutboxEntryInput[] = [
  opening('onenet.member.accepted', 60_000, 'flow'),
  opening('onenet.channel.followed', 70_000, 'stock'),
  opening('onenet.request.submitted', 500, 'flow'),
  opening('onenet.request.resolved', 480, 'flow'),
];

function opening(measure: string, value: number, kind: 'stock' | 'flow'): OutboxEntryInput {
  const asOf = '2016-08-31T00:00:00+08:00';
  return {
    type: 'onenet.opening',
    time: new Date('2016-08-31T00:00:00+08:00'),
    data: { place: '420100', opening: { measure, value, asOf, kind } },
  };
}

interface Held {
  readonly platform: string;
  readonly event: FeedEvent;
  readonly timeMs: number;
}

interface Scope {
  readonly platforms?: readonly string[] | undefined;
  readonly place?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly simulated: boolean;
}

/** What every metric is, said a second time in plain TypeScript. */
function oracle(all: readonly Held[], name: string, range: Range, scope: Scope): number | null {
  const inScope = all.filter(
    ({ platform, event: { data } }) =>
      (!scope.platforms || scope.platforms.includes(platform)) &&
      (scope.place === undefined ||
        (data.place !== undefined && divisionContains(scope.place, data.place))) &&
      (!scope.categories || scope.categories.includes(data.category ?? '')) &&
      (!scope.channels || scope.channels.includes(data.channel ?? '')) &&
      (scope.simulated || data.simulated !== true),
  );
  const corrected = new Set(
    all.flatMap(({ platform, event }) => (event.corrects ? [`${platform} ${event.corrects}`] : [])),
  );
  const from = range.fromMs ?? 0;
  const happened = inScope.filter(({ event }) => event.type !== 'onenet.opening');
  const before = happened.filter(({ timeMs }) => timeMs < range.toMs);
  const within = before.filter(({ timeMs }) => timeMs >= from);
  const sum = (held: readonly Held[], type: string): number =>
    held
      .filter(({ event }) => event.type === type)
      .reduce((n, { event }) => n + (event.data.count ?? 1), 0);
  const opened = (type: string, kinds: readonly string[]): number =>
    inScope.reduce((n, { event: { data } }) => {
      const { opening: o } = data;
      return o && o.measure === type && kinds.includes(o.kind) ? n + o.value : n;
    }, 0);
  const flow = (type: string): number =>
    sum(within, type) + (range.fromMs === undefined ? opened(type, ['flow']) : 0);
  const level = (type: string): number => sum(before, type) + opened(type, ['stock', 'flow']);
  const ended = within.filter(
    ({ event }) =>
      (event.type === 'onenet.request.resolved' || event.type === 'onenet.request.rejected') &&
      event.data.onTime !== undefined,
  );
  const times = within
    .filter(
      ({ platform, event }) =>
        event.type === 'onenet.request.resolved' &&
        event.data.value !== undefined &&
        event.corrects === undefined &&
        !corrected.has(`${platform} ${event.sequence}`),
    )
    .map(({ event }) => event.data.value ?? 0)
    .toSorted((a, b) => a - b);
  const quantile = (q: number): number | null => {
    const minutes = times[Math.floor(q * times.length)];
    return minutes === undefined ? null : minutes / 60;
  };
  const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  const weight = (held: readonly Held[]): number =>
    held.reduce((n, { event }) => n + (event.data.count ?? 1), 0);
  switch (name) {
    case 'requestsSubmitted':
      return flow('onenet.request.submitted');
    case 'requestsResolved':
      return flow('onenet.request.resolved');
    case 'requestsBacklog':
      return (
        level('onenet.request.submitted') +
        level('onenet.request.reopened') -
        level('onenet.request.resolved') -
        level('onenet.request.rejected')
      );
    case 'onTimeRate':
      return share(weight(ended.filter(({ event }) => event.data.onTime)), weight(ended));
    case 'resolveHoursMedian':
      return quantile(0.5);
    case 'resolveHoursP90':
      return quantile(0.9);
    case 'satisfaction': {
      const rated = within.filter(({ event }) => event.type === 'onenet.request.rated');
      return share(
        rated.reduce((n, { event }) => n + (event.data.value ?? 0), 0),
        weight(rated),
      );
    }
    case 'ratedShare':
      return share(sum(within, 'onenet.request.rated'), sum(within, 'onenet.request.resolved'));
    case 'requestsReopened':
      return flow('onenet.request.reopened');
    case 'membersApplied':
      return flow('onenet.member.applied');
    case 'signUps':
      return flow('onenet.member.accepted');
    case 'members':
      return level('onenet.member.accepted') - level('onenet.member.left');
    case 'articlesPublished':
      return flow('onenet.article.published');
    case 'reads':
      return flow('onenet.article.read');
    case 'shares':
      return flow('onenet.article.shared');
    case 'likes':
      return flow('onenet.article.liked');
    case 'comments':
      return flow('onenet.article.commented');
    case 'followers':
      return level('onenet.channel.followed');
    case 'engagement':
      return ['read', 'shared', 'liked', 'commented'].reduce(
        (n, what) => n + flow(`onenet.article.${what}`),
        0,
      );
    case 'activePeople': {
      if (scope.categories ?? scope.channels) return null;
      const period = range.fromMs === undefined ? 'year' : (range.calendar ?? 'day');
      return within.reduce((n, { event }) => n + (event.data.firsts?.[period] ?? 0), 0);
    }
    case 'organizations':
      return level('onenet.organization.founded') - level('onenet.organization.dissolved');
    case 'stations':
      return level('onenet.station.opened') - level('onenet.station.closed');
    default:
      throw new Error(`The oracle does not know ${name}.`);
  }
}

const nowMs = Date.now();
const names = metrics.map((metric) => metric.name);
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
      platform.happened([...generated(1_500, i + 1, nowMs), ...(i === 0 ? openings : [])]),
    ),
  );
  // A correction takes back the first resolution and the first read of Wuhan.
  const [wuhan] = platforms;
  if (!wuhan) throw new Error('No platform.');
  const lines = async (platform: (typeof platforms)[number]): Promise<FeedEvent[]> => {
    const documents = await platform.db.collection('feed_log').find().sort({ _id: 1 }).toArray();
    return documents.map((document) => JSON.parse(bytesOf(document)) as FeedEvent);
  };
  const corrections = (await lines(wuhan)).filter(
    (event, i, list) =>
      ['onenet.request.resolved', 'onenet.article.read'].includes(event.type) &&
      list.findIndex((other) => other.type === event.type) === i,
  );
  await wuhan.happened(
    corrections.map(({ type, time, sequence, data }) => ({
      type: type as (typeof types)[number],
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
  const compared = comparedRange(range, input.period, input.compareWith);
  const scope: Scope = {
    platforms: input.platforms ?? undefined,
    place: input.place ?? undefined,
    categories: input.categories ?? undefined,
    channels: input.channels ?? undefined,
    simulated: input.simulated,
  };
  const expected = (name: string): unknown[] => [
    rounded(oracle(all, name, range, scope)),
    compared ? rounded(oracle(all, name, compared, scope)) : null,
  ];
  return {
    answered: Object.fromEntries(
      series.map((s) => [s.metric, [rounded(s.value), rounded(s.previous)]]),
    ),
    expected: Object.fromEntries(names.map((name) => [name, expected(name)])),
  };
}

describe('periods', () => {
  const comparisons: readonly Comparison[] = ['PREVIOUS_PERIOD', 'YEAR_AGO'];
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
  { place: '420102001' },
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
    const isUnknown = (name: string): boolean => name === 'activePeople' && grain !== 'DAY';
    const expected = names.map((name) =>
      Array.from({ length: length / unit }, (_, i) => {
        const at = fromMs + i * unit;
        const bucket = { fromMs: at, toMs: at + unit, calendar: 'day' } as const;
        const value = isUnknown(name) ? null : oracle(all, name, bucket, { simulated: true });
        return { at: new Date(at).toISOString(), value: rounded(value) };
      }),
    );
    expect(
      series.map(({ points }) => points?.map(({ at, value }) => ({ at, value: rounded(value) }))),
    ).toEqual(expected);
  }
});

test('tops by platform, county, what lies below a place, category and channel', async () => {
  const base = {
    metric: 'reads',
    period: 'YEAR',
    simulated: true,
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
    ['420102001', reads({ place: '420102001' })],
  ]);
  expect(await rows({ by: 'PLACE', place: '420102001' })).toEqual([
    ['420102001001', reads({ place: '420102001001' })],
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
  await expect(ask({ period: 'YEAR', grain: 'MINUTE' })).rejects.toThrow('at most 2000 points');
});
