/** Metrics of use against a plain count of the same access records in memory: by platform, client, day, and restored logs. Long, because it counts every metric a second time. */
import { randomUUID } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { accessType } from '@onenet/feed';
import type { AccessData } from '@onenet/feed';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { testDatabase, testDirectory, testOwner, testSnapshot, until } from '../fixture.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Positions } from '../ingest/positions.ts';
import { unsignedCalls } from '../owner-call.ts';
import { dayMs, hourMs, rangeOf, startOf } from '../periods.ts';
import { metricSeries } from '../series.ts';
import type { MetricsInput, Sources } from '../series.ts';
import { tops } from '../tops.ts';
import { testGateway, testReader } from './fixture.ts';
import type { TestGateway } from './fixture.ts';
import { writeFreshness } from './freshness.ts';
import type { UsageReader } from './reader.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const platforms = ['420100', '420500', 'WISCO'] as const;
const clients = ['civil-affairs', 'social-security', 'local'] as const;
const names = [
  'apiRequests',
  'apiErrors',
  'apiRefused',
  'apiErrorRate',
  'apiLatencyMedian',
  'apiLatencyP90',
  'apiRecords',
  'apiOwnerCalls',
  'ownerAvailability',
  'ownerLatencyMedian',
  'ownerLatencyP90',
];
/** Late in a day, so that yesterday's same part has most of what there is. */
const nowMs = startOf('day', Date.now()) + 23 * hourMs;

interface Held {
  readonly data: AccessData;
  readonly atMs: number;
}

const cleanUp = new AsyncDisposableStack();
let gateway: TestGateway;
let sources: Sources;
let caughtUp: () => Promise<void>;
let all: Held[];

beforeAll(async () => {
  const database = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const directory = cleanUp.use(await testDirectory());
  gateway = cleanUp.use(await testGateway(inject('mongodbUri')));
  const running = cleanUp.use(await testReader(gateway, directory.path));
  caughtUp = () => running.caughtUp();
  const { clickhouse, reader } = running.usage;
  const ingest = new Ingest({
    clickhouse,
    positions: new Positions(database.db),
    log: () => undefined,
    ownerHeaders: unsignedCalls,
    ingested: () => undefined,
    feedChanged: () => undefined,
  });
  // They are of the net, and nothing of their feeds is read.
  const owners = platforms.map((code) => testOwner(code, 'http://127.0.0.1:1'));
  ingest.use(testSnapshot(owners.map((owner) => ({ ...owner, connection: 'REGISTERED' }))));
  sources = { clickhouse, ingest, usage: reader };
  all = generated(600);
  await put(all);
});
afterAll(() => cleanUp.disposeAsync());

async function put(held: readonly Held[]): Promise<void> {
  await gateway.used(
    held.map(({ data }) => data),
    accessType,
    held.map(({ atMs }) => new Date(atMs)),
  );
  await caughtUp();
}

/** Requests of three days, of many kinds; some in several lines, some that stand for many. */
function generated(n: number): Held[] {
  const next = random(7);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  return Array.from({ length: n }, (): Held[] => {
    const result = pick(['OK', 'OK', 'OK', 'PARTIAL', 'REFUSED', 'FAILED'] as const);
    const isFlood = result === 'REFUSED' && next() < 0.3;
    const owners = () =>
      Array.from({ length: Math.floor(next() * 4) }, () => {
        const outcome = pick(['OK', 'OK', 'OK', 'TIMEOUT', 'REFUSED', 'REPEATED', 'NOT_OFFERED']);
        const rows = outcome === 'OK' ? pick([0, 3, 20, null]) : outcome === 'REPEATED' ? null : 0;
        // An older gateway does not say how long it took.
        const took = next() < 0.9 && { durationMs: Math.round(next() * 5_000) / 10 };
        const platform = pick(platforms);
        return { platform, outcome, status: 200, ...took, rows, grant: null, leaf: null };
      });
    const data: AccessData = {
      requestId: isFlood ? null : randomUUID(),
      client: pick([...clients, null]),
      person: null,
      roles: [],
      purpose: null,
      operation: null,
      document: 'a'.repeat(64),
      kind: 'query',
      coordinates: ['Query.members'],
      result,
      // Of what stands in several lines only the first has them.
      codes: pick([[], ['INTERNAL'], ['RATE_LIMITED', 'BAD_INPUT']]),
      status: 200,
      durationMs: Math.round(next() * 10_000) / 10,
      owners: isFlood ? [] : owners(),
      ...(isFlood && { count: 21 + Math.floor(next() * 100) }),
    };
    const atMs = nowMs - Math.floor(next() * 3 * dayMs);
    if (isFlood || next() > 0.2) return [{ data, atMs }];
    return [
      { data, atMs },
      { data: { ...data, codes: [], owners: owners(), continued: true as const }, atMs },
    ];
  }).flat();
}

interface Scope {
  readonly fromMs: number;
  readonly toMs: number;
  readonly platforms?: readonly string[];
  readonly clients?: readonly string[];
  readonly code?: string;
}

/** What each metric is, by plain counting. */
function oracle(held: readonly Held[], scope: Scope): Record<string, number | null> {
  const lines = held.filter(
    ({ data, atMs }) =>
      atMs >= scope.fromMs &&
      atMs < scope.toMs &&
      (scope.clients?.includes(data.client ?? '') ?? true),
  );
  const byRequest = Map.groupBy(lines, ({ data }) => data.requestId ?? Symbol('of many'));
  const isAsked = ({ platform, outcome }: { platform: string; outcome: string }): boolean =>
    outcome !== 'REFUSED' && (scope.platforms?.includes(platform) ?? true);
  const requests = [...byRequest.values()]
    .filter((of) => !scope.platforms || of.some(({ data }) => data.owners.some(isAsked)))
    .flatMap(([first]) => (first ? [first.data] : []))
    .filter(({ codes }) => scope.code === undefined || codes.includes(scope.code));
  const count = (of: readonly AccessData[]) => of.reduce((sum, r) => sum + (r.count ?? 1), 0);
  const owners = lines
    .flatMap(({ data }) => data.owners)
    .filter(({ platform }) => scope.platforms?.includes(platform) ?? true);
  const calls = owners.filter(({ outcome }) => !['REFUSED', 'REPEATED'].includes(outcome));
  const answered = calls.filter(({ outcome }) => ['OK', 'NOT_OFFERED'].includes(outcome));
  const lacking = count(requests.filter(({ result }) => ['PARTIAL', 'FAILED'].includes(result)));
  const whole = count(requests);
  return {
    apiRequests: whole,
    apiErrors: lacking,
    apiRefused: count(requests.filter(({ result }) => result === 'REFUSED')),
    apiErrorRate: whole === 0 ? null : lacking / whole,
    apiLatencyMedian: quantile(requests, 0.5),
    apiLatencyP90: quantile(requests, 0.9),
    apiRecords: owners.reduce((sum, { rows }) => sum + (rows ?? 0), 0),
    apiOwnerCalls: calls.length,
    ownerLatencyMedian: quantile(answered, 0.5),
    ownerLatencyP90: quantile(answered, 0.9),
    ownerAvailability: calls.length === 0 ? null : answered.length / calls.length,
  };
}

interface Timed {
  readonly durationMs?: number;
  readonly count?: number;
}

function quantile(timed: readonly Timed[], share: number): number | null {
  const times = timed
    .flatMap(({ durationMs, count = 1 }) =>
      durationMs === undefined ? [] : Array<number>(count).fill(durationMs / count),
    )
    .toSorted((a, b) => a - b);
  return times[Math.ceil(times.length * share) - 1] ?? null;
}

/** Floats added in another order differ in their last digits. */
function rounded(values: Readonly<Record<string, number | null>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, v === null ? null : Number(v.toFixed(6))]),
  );
}

function inputOf(input: Partial<MetricsInput>): MetricsInput {
  return { metrics: names, period: 'TODAY', simulated: true, compareWith: 'NONE', ...input };
}

async function figures(input: Partial<MetricsInput>, of: 'value' | 'previous' = 'value') {
  const series = (await metricSeries(sources, inputOf(input), { of: 'net' }, nowMs)).get('') ?? [];
  return rounded(Object.fromEntries(series.map((each) => [each.metric, each[of]])));
}

const today = (): { fromMs: number; toMs: number } => {
  const { fromMs = 0, toMs } = rangeOf('TODAY', nowMs);
  return { fromMs, toMs };
};

describe('as a plain count has it', () => {
  test.each<[string, Pick<Scope, 'platforms' | 'clients'>]>([
    ['all', {}],
    ['one platform', { platforms: ['420100'] }],
    ['two platforms', { platforms: ['420500', 'WISCO'] }],
    ['one client', { clients: ['civil-affairs'] }],
    ['a client at a platform', { clients: ['local'], platforms: ['420500'] }],
    ['nobody', { clients: ['nobody'] }],
  ])('%s', async (_, scope) => {
    const { fromMs, toMs } = today();
    expect(await figures(scope)).toEqual(rounded(oracle(all, { ...scope, fromMs, toMs })));
    const compared = await figures({ ...scope, compareWith: 'PREVIOUS_PERIOD' }, 'previous');
    const yesterday = { ...scope, fromMs: fromMs - dayMs, toMs: toMs - dayMs };
    expect(compared).toEqual(rounded(oracle(all, yesterday)));
    expect(await figures({ ...scope, period: 'ALL' })).toEqual(
      rounded(oracle(all, { ...scope, fromMs: 0, toMs })),
    );
  });

  test('each platform, as an entity and as a row', async () => {
    const { fromMs, toMs } = today();
    const subjects = { of: 'platforms', codes: platforms } as const;
    const found = await metricSeries(sources, inputOf({}), subjects, nowMs);
    for (const code of platforms) {
      const series = found.get(code) ?? [];
      const got = rounded(Object.fromEntries(series.map((each) => [each.metric, each.value])));
      expect(got).toEqual(rounded(oracle(all, { platforms: [code], fromMs, toMs })));
    }
    const { rows } = await topsOf('apiRequests', 'PLATFORM');
    expect(Object.fromEntries(rows.map(({ key, value }) => [key, value]))).toEqual(
      Object.fromEntries(
        platforms.map((code) => [
          code,
          oracle(all, { platforms: [code], fromMs, toMs })['apiRequests'],
        ]),
      ),
    );
  });

  test.each(['apiRequests', 'apiLatencyP90', 'apiRecords'])('%s of each client', async (metric) => {
    const { fromMs, toMs } = today();
    const { rows } = await topsOf(metric, 'CLIENT');
    const got = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    expect(rounded(got)).toEqual(
      rounded(
        Object.fromEntries(
          clients.map((client) => [
            client,
            oracle(all, { clients: [client], fromMs, toMs })[metric] ?? null,
          ]),
        ),
      ),
    );
  });

  test.each([undefined, ['420100'], ['420500', 'WISCO']])(
    'each code of requests, and each end of calls, at %j',
    async (at) => {
      const { fromMs, toMs } = today();
      const scope = { fromMs, toMs, ...(at && { platforms: at }) };
      const of = async (metric: string) => {
        const { rows } = await topsOf(metric, 'CODE', at);
        return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
      };
      for (const metric of ['apiRequests', 'apiLatencyMedian']) {
        const codes = ['INTERNAL', 'RATE_LIMITED', 'BAD_INPUT'];
        const expected = codes.map((code) => [
          code,
          oracle(all, { ...scope, code })[metric] ?? null,
        ]);
        expect(rounded(await of(metric))).toEqual(rounded(Object.fromEntries(expected)));
      }
      const calls = await of('apiOwnerCalls');
      expect(Object.values(calls).reduce((sum: number, n) => sum + (n ?? 0), 0)).toBe(
        oracle(all, scope)['apiOwnerCalls'],
      );
      expect(calls['TIMEOUT']).toBeGreaterThan(0);
      expect(calls['REFUSED']).toBe(0);
    },
  );

  test('day by day', async () => {
    const input = inputOf({ period: 'LAST_7_DAYS', grain: 'DAY' });
    const series = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    const { fromMs } = today();
    for (const each of series) {
      const expected = Array.from({ length: 7 }, (_, i) => {
        const day = fromMs - (6 - i) * dayMs;
        return oracle(all, { fromMs: day, toMs: day + dayMs })[each.metric] ?? null;
      });
      const points = (each.points ?? []).map(({ value }) => value);
      expect(rounded(Object.fromEntries(points.entries())), each.metric).toEqual(
        rounded(Object.fromEntries(expected.entries())),
      );
    }
  });
});

test('since the beginning is since the first day that has any', async () => {
  const input = inputOf({ metrics: ['apiRequests'], period: 'ALL', grain: 'DAY' });
  const [series] = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
  const points = series?.points ?? [];
  expect(points[0]?.value).toBeGreaterThan(0);
  expect(points.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(series?.value);
});

test('what a restored log no longer has counts no more', async () => {
  const { fromMs, toMs } = today();
  const restore = await gateway.backup();
  await put(generated(50));
  const { position } = progressNow();
  const before = await figures({});
  await restore();
  const later = generated(20);
  await gateway.used(
    later.map(({ data }) => data),
    accessType,
    later.map(({ atMs }) => new Date(atMs)),
  );
  await until(() => sources.usage?.progress.position.epoch === 2);
  await caughtUp();
  all = [...all, ...later];
  expect(await figures({})).toEqual(rounded(oracle(all, { fromMs, toMs })));
  // As far as it was read before, it is what it was, with what was lost since.
  const reader = Object.create(sources.usage ?? null, {
    progress: { value: { ...progressNow(), position } },
  }) as UsageReader;
  const earlier = { ...sources, usage: reader };
  const again = await metricSeries(earlier, inputOf({}), { of: 'net' }, nowMs);
  expect(
    rounded(Object.fromEntries((again.get('') ?? []).map(({ metric, value }) => [metric, value]))),
  ).toEqual(before);
  const [first] = (await metricSeries(sources, inputOf({}), { of: 'net' }, nowMs)).get('') ?? [];
  expect(first).toMatchObject({ answered: 1, asked: 1, behind: [] });
});

test('a row from before calls had their outcome and time has them from its line', async () => {
  const before = await figures({ period: 'ALL' });
  await sources.clickhouse.run(
    'ALTER TABLE onenet.access CLEAR COLUMN outcomes, CLEAR COLUMN durations SETTINGS mutations_sync = 2',
  );
  const [left] = await sources.clickhouse.rows<{ parts: number }>(
    `SELECT count() AS parts FROM system.parts_columns
    WHERE table = 'access' AND column IN ('outcomes', 'durations') AND active`,
  );
  expect(left).toEqual({ parts: 0 });
  expect(await figures({ period: 'ALL' })).toEqual(before);
});

test('how fresh feeds were is noted once a minute, and answered by platform', async () => {
  const status = (platform: string, lagSeconds: number, state: 'OK' | 'BEHIND') => ({
    platform,
    state,
    epoch: 1,
    sequence: '1',
    lastSequence: '1',
    pending: 0,
    completeTo: null,
    seenAt: null,
    lagSeconds,
    head: null,
    rejected: 0,
    contiguous: true,
    waitingFor: null,
    waitingSince: null,
  });
  for (let minute = 10; minute >= 1; minute--) {
    const isBehind = minute === 1;
    const rows = [
      status('420100', isBehind ? 90 : minute / 10, isBehind ? 'BEHIND' : 'OK'),
      status('420500', 0, 'OK'),
    ];
    await writeFreshness(sources.clickhouse, rows, nowMs - minute * 60_000);
    // As after a restart within the minute.
    await writeFreshness(sources.clickhouse, rows, nowMs - minute * 60_000 + 1);
  }
  const metrics = ['feedLagSeconds', 'feedFreshShare'];
  const wuhan = await figures({ metrics, platforms: ['420100'] });
  expect(wuhan).toEqual({ feedLagSeconds: 90, feedFreshShare: 0.9 });
  const { rows } = await topsOf('feedFreshShare', 'PLATFORM');
  expect(rows.map(({ key, value }) => [key, value])).toEqual([
    ['420500', 1],
    ['420100', 0.9],
  ]);
});

test('what a metric is not known by is refused, and says by what it is', async () => {
  const refusal = async (input: Partial<MetricsInput>): Promise<unknown> =>
    await figures(input).catch((error: unknown) =>
      error instanceof NetError ? error.message : error,
    );
  expect(await refusal({ place: '420100' })).toContain(
    '`apiRequests` is not known by `place`: it is by PLATFORM, CLIENT, CODE.',
  );
  expect(await refusal({ metrics: ['reads'], clients: ['local'] })).toContain(
    'it is by PLATFORM, PLACE, CATEGORY, CHANNEL',
  );
  await expect(topsOf('apiRequests', 'CATEGORY')).rejects.toThrow('not known by `categories`');
  await expect(topsOf('reads', 'CLIENT')).rejects.toThrow('not known by `clients`');
});

function progressNow(): UsageReader['progress'] {
  if (!sources.usage) throw new Error('No reader.');
  return sources.usage.progress;
}

async function topsOf(
  metric: string,
  by: 'PLATFORM' | 'CLIENT' | 'CODE' | 'CATEGORY',
  of?: readonly string[],
) {
  const input = {
    metric,
    by,
    period: 'TODAY',
    simulated: true,
    compareWith: 'PREVIOUS_PERIOD',
    ascending: false,
    first: 10,
    platforms: of ?? null,
  } as const;
  return await tops(sources, input, nowMs);
}

/** The same numbers every time (mulberry32). */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
