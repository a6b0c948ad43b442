/** States on the real engine: what was answered is answered again, to the last digit, whatever came in since. Long, because it asks for states in every way. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { EventTypeName } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { testNet, type TestNet } from './fixture-net.ts';
import { testSnapshot, until } from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import { generated, openings } from './fixture-oracle.ts';
import { States } from './ingest/states.ts';
import { metrics } from './metrics.ts';
import { distribution } from './distribution.ts';
import { requestFunnel } from './funnel.ts';
import { dayMs } from './periods.ts';
import { metricSeries } from './series.ts';
import type { MetricSeries, MetricsInput, Sources, Subjects } from './series.ts';
import { tops } from './tops.ts';
import type { Tops, TopsInput } from './tops.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ofEvents = metrics.filter(({ source }) => !source).map(({ name }) => name);
/** One of each kind. */
const names = [
  'requestsSubmitted',
  'requestsBacklog',
  'onTimeRate',
  'cardUseRate',
  'resolveHoursMedian',
  'aidAmount',
  'activePeople',
];
/** In the middle of a day, month and year. */
const nowMs = Date.parse('2026-11-24T15:23:41.567+08:00');
const cleanUp = new AsyncDisposableStack();
let net: TestNet;
let sources: Sources;
let platforms: readonly TestPlatform[];
let seed = 100;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100', 'WISCO'], { nowMs }));
  ({ platforms } = net);
  sources = net;
  sources.ingest.use(testSnapshot(platforms.map(({ owner }) => owner)));
  await happened((i) => [...events(300, i + 1), ...(i === 0 ? openings : [])]);
});
afterAll(() => cleanUp.disposeAsync());

/** Commits at each platform, and waits until all of it is in. */
async function happened(at: (platform: number) => readonly OutboxEntryInput[]): Promise<void> {
  await Promise.all(platforms.map((platform, i) => platform.happened(at(i))));
  await net.allIn();
}

/** Of few months, because each month of an insert is a file of its own: of these, and of a year ago. */
function events(n: number, kind: number, untilMs = nowMs): OutboxEntryInput[] {
  return generated(n, kind, untilMs).map((event) => {
    const age = untilMs - (event.time ?? new Date()).getTime();
    const yearsMs = age > 350 * dayMs ? 350 * dayMs : 0;
    return { ...event, time: new Date(untilMs - yearsMs - (age % (40 * dayMs))) };
  });
}

/** More of everything: of now, late by months, ahead of the clock, in new categories, and corrections. */
async function more(): Promise<void> {
  seed += 10;
  await happened((i) => [
    ...events(80, seed + i),
    ...events(20, seed + i, nowMs + 30_000).map(({ time }) => ({
      type: 'onenet.request.submitted' as const,
      time,
      data: { category: `NEW_${seed}` },
    })),
    ...(i === 0 ? openings : []),
    ...corrections(i),
    ...resolutions,
  ]);
}

/** More than {@link corrections} takes back, so that nothing is by chance as it was. */
const resolutions: readonly OutboxEntryInput[] = [1, 2, 3].map((value) => ({
  type: 'onenet.request.resolved',
  time: new Date(nowMs - value),
  data: { value, onTime: true },
}));

/** Takes back resolutions that the state counts. */
function corrections(platform: number): OutboxEntryInput[] {
  return (resolved[platform] ?? []).map((event) => ({
    type: event.type as EventTypeName,
    time: new Date(event.time),
    corrects: event.sequence,
    data: { count: -1, value: -1, onTime: true },
  }));
}

interface Line {
  readonly type: string;
  readonly time: string;
  readonly sequence: string;
}
let resolved: readonly (readonly Line[])[] = [];

/** One resolution of each platform that nothing has corrected yet. */
beforeEach(async () => {
  const rows = await sources.clickhouse.rows<Omit<Line, 'time'> & { platform: string; ms: number }>(
    `SELECT platform, type, toUnixTimestamp64Milli(time) AS ms, leftPad(toString(sequence), 20, '0') AS sequence
    FROM onenet.raw WHERE type = 'onenet.request.resolved' AND corrects = 0
      AND (platform, sequence) NOT IN (SELECT platform, corrects FROM onenet.raw WHERE corrects != 0)
    ORDER BY sequence LIMIT 1 BY platform`,
  );
  resolved = platforms.map(({ owner }) =>
    rows
      .filter(({ platform }) => platform === owner.code)
      .map(({ type, sequence, ms }) => ({ type, sequence, time: new Date(ms).toISOString() })),
  );
});

function inputOf(input: Partial<MetricsInput>): MetricsInput {
  return {
    metrics: names,
    period: 'YEAR',
    simulated: true,
    compareWith: 'PREVIOUS_PERIOD',
    ...input,
  };
}

async function ask(
  input: Partial<MetricsInput>,
  subjects: Subjects = { of: 'net' },
  atMs = nowMs,
): Promise<MetricSeries[]> {
  const answers = await metricSeries(sources, inputOf(input), subjects, atMs);
  return [...answers.values()].flat();
}

async function askTops(input: Partial<TopsInput>, atMs = nowMs) {
  return await tops(
    sources,
    {
      metric: 'requestsSubmitted',
      by: 'PLATFORM',
      period: 'YEAR',
      simulated: true,
      ascending: false,
      compareWith: 'PREVIOUS_PERIOD',
      first: 200,
      ...input,
    },
    atMs,
  );
}

describe('the same figures after more came in', () => {
  const scopes: readonly (Partial<MetricsInput> & { readonly subjects?: Subjects })[] = [
    { period: 'TODAY', metrics: ofEvents },
    { period: 'MONTH', compareWith: 'YEAR_AGO' },
    { period: 'LAST_30_DAYS', grain: 'WEEK' },
    { period: 'TODAY', grain: 'HOUR' },
    { period: 'ALL', grain: 'AUTO' },
    { place: '420102' },
    { place: '420102002' },
    { platforms: ['420100'], categories: ['WAGES'], channels: ['WECHAT'] },
    { simulated: false },
    { subjects: { of: 'platforms', codes: ['420100', 'WISCO'] } },
    { subjects: { of: 'divisions', codes: ['420100', '420102', '420102002'] } },
    {
      period: 'CUSTOM',
      from: new Date(nowMs - 40 * dayMs - 1_234_567).toISOString(),
      to: new Date(nowMs - 1_345).toISOString(),
    },
  ];

  test('of metrics', async () => {
    const before: MetricSeries[][] = [];
    for (const { subjects, ...input } of scopes) before.push(await ask(input, subjects));
    await more();
    const valuesOf = (series: readonly MetricSeries[] = []) => series.map(({ value }) => value);
    expect(valuesOf(await ask(scopes[4] ?? {}))).not.toEqual(valuesOf(before[4]));
    for (const [i, { subjects, ...input }] of scopes.entries()) {
      const state = before[i]?.[0]?.state;
      // A month later: words for periods mean what they meant.
      const again = await ask({ ...input, state: state ?? null }, subjects, nowMs + 31 * dayMs);
      expect(again).toEqual(before[i]);
    }
  });

  test('of tops: what only came in since has no row', async () => {
    const inputs: readonly Partial<TopsInput>[] = [
      { by: 'CATEGORY' },
      { by: 'CHANNEL' },
      { by: 'PLACE' },
      { by: 'PLACE', place: '420102' },
      { by: 'PLATFORM', metric: 'resolveHoursMedian' },
      { by: 'CATEGORY', metric: 'requestsBacklog', period: 'ALL' },
      { by: 'MODULE', metric: 'engagement', period: 'ALL' },
    ];
    const before: Tops[] = [];
    for (const input of inputs) before.push(await askTops(input));
    await more();
    for (const [i, input] of inputs.entries()) {
      const { state } = before[i] ?? {};
      expect(await askTops({ ...input, state: state ?? null }, nowMs + dayMs)).toEqual(before[i]);
    }
    const categories = (await askTops({ by: 'CATEGORY' })).rows.map(({ key }) => key);
    expect(categories).toContain(`NEW_${seed}`);
  });

  test('while events come in all the time', async () => {
    let isOver = false;
    const coming = (async () => {
      while (!isOver) await happened((i) => events(20, (seed += 1) + i));
    })();
    try {
      const input = { metrics: ['engagement', 'requestsBacklog'], period: 'ALL' } as const;
      const asked: MetricSeries[][] = [];
      while (new Set(asked.map(([first]) => first?.state)).size < 4) {
        asked.push(await ask(input));
        // What is kept is answered at once: nothing else would ever come to its turn.
        await immediate();
      }
      for (const before of asked) {
        expect(await ask({ ...input, state: before[0]?.state ?? null })).toEqual(before);
      }
    } finally {
      isOver = true;
      await coming;
    }
  });

  test('and another question about the same state agrees with them', async () => {
    const [backlog] = await ask({ metrics: ['requestsBacklog'] });
    const byPlatform = await ask({ metrics: ['requestsBacklog'] }, ofPlatforms('420100', 'WISCO'));
    await more();
    const later = await ask(
      { metrics: ['requestsBacklog'], state: backlog?.state ?? null },
      ofPlatforms('420100', 'WISCO'),
    );
    expect(later.map(({ value }) => value)).toEqual(byPlatform.map(({ value }) => value));
  });
});

test('a state is kept under a short name, for ever, and only what is a state', async () => {
  const [then] = await ask({ metrics: ['reads'] });
  const { states } = sources.ingest;
  const name = await states.keep(then?.state ?? '');
  expect(name).toMatch(/^[0-9a-f]{16}$/);
  await more();
  const [again] = await ask({ metrics: ['reads'], state: name });
  expect(again?.value).toBe(then?.value);
  // The same state, and its name, have the same name.
  expect(await states.keep(then?.state ?? '')).toBe(name);
  expect(await states.keep(name)).toBe(name);
  // After a start, or in another process.
  expect(await new States(net.db).tokenOf(name)).toBe(then?.state);
  await expect(states.keep('yesterday')).rejects.toThrow('`state` is none');
  await expect(ask({ metrics: ['reads'], state: '0123456789abcdef' })).rejects.toThrow(
    'no state of that name is kept here',
  );
});

describe('funnels and distributions', () => {
  const base = { period: 'YEAR', simulated: true } as const;

  test('are what a plain count of the events says, before and after a correction', async () => {
    for (const round of [1, 2]) {
      if (round === 2) await more();
      const funnel = await requestFunnel(sources, base, nowMs);
      const found = await distribution(sources, { ...base, of: 'TIME_TO_RESOLVE' }, nowMs);
      const all = await eventsOf(funnel.from ?? '', funnel.to);
      const steps = ['submitted', 'verified', 'dispatched', 'accepted', 'resolved', 'feedback'];
      const counts = [...steps, 'rated'].map((name) =>
        all.filter(({ type }) => type === `onenet.request.${name}`).reduce((n, e) => n + e.n, 0),
      );
      expect(funnel.steps.map(({ count }) => count)).toEqual(counts);
      expect(funnel.steps[4]?.shareOfBefore).toBe((counts[4] ?? 0) / (counts[3] ?? 0));
      const minutes = all
        .filter((e) => e.type === 'onenet.request.resolved' && e.corrects === 0 && !e.isCorrected)
        .map(({ value }) => value)
        .toSorted((a, b) => a - b);
      const { n, medianHours, p90Hours, meanHours, buckets } = found;
      expect({ n, medianHours, p90Hours, meanHours }).toEqual({
        n: minutes.length,
        medianHours: (minutes[Math.floor(minutes.length * 0.5)] ?? 0) / 60,
        p90Hours: (minutes[Math.floor(minutes.length * 0.9)] ?? 0) / 60,
        meanHours: minutes.reduce((sum, m) => sum + m, 0) / minutes.length / 60,
      });
      expect(buckets.map(({ count }) => count)).toEqual(
        buckets.map(
          ({ fromHours, toHours }) =>
            minutes.filter((m) => m >= fromHours * 60 && m < (toHours ?? Infinity) * 60).length,
        ),
      );
    }
  });

  test('are the same again for their state', async () => {
    const funnel = await requestFunnel(sources, { ...base, place: '420100' }, nowMs);
    const input = { ...base, of: 'TIME_TO_RESOLVE', platforms: ['420100'] } as const;
    const found = await distribution(sources, input, nowMs);
    await more();
    const later = nowMs + 400 * dayMs;
    expect(
      await requestFunnel(sources, { ...base, place: '420100', state: funnel.state }, later),
    ).toEqual(funnel);
    expect(await distribution(sources, { ...input, state: found.state }, later)).toEqual(found);
    expect((await distribution(sources, input, nowMs)).n).not.toBe(found.n);
  });
});

interface Counted {
  readonly type: string;
  readonly n: number;
  readonly value: number;
  readonly corrects: number;
  readonly isCorrected: boolean;
}

/** What raw has of a range, to be counted by hand. */
async function eventsOf(from: string, to: string): Promise<Counted[]> {
  const epochs = sources.ingest.currentEpochs();
  const rows = await sources.clickhouse.rows<
    Omit<Counted, 'isCorrected'> & { platform: string; epoch: number; sequence: number; ms: number }
  >(
    `SELECT platform, epoch, sequence, type, toUnixTimestamp64Milli(time) AS ms, count AS n, ifNull(value, 0) AS value, corrects FROM onenet.raw WHERE type != 'onenet.opening'`,
  );
  const current = rows.filter(({ platform, epoch }) => epochs.get(platform) === epoch);
  const corrected = new Set(current.map(({ platform, corrects }) => `${platform} ${corrects}`));
  return current
    .filter(({ ms }) => ms >= Date.parse(from) && ms < Date.parse(to))
    .map((row) => ({ ...row, isCorrected: corrected.has(`${row.platform} ${row.sequence}`) }));
}

test('a log that is taken up anew keeps the states before, and voids the later ones by name', async () => {
  const [wuhan] = platforms;
  if (!wuhan) throw new Error('No platform.');
  const log = wuhan.db.collection('feed_log');
  const early = await ask({});
  const kept = await log.distinct('_id');
  await more();
  const late = await ask({});
  const epoch = sources.ingest.currentEpochs().get('420100') ?? 0;
  // Its restored log ends where the first state was, and goes on with other events.
  await log.deleteMany({ _id: { $nin: kept } });
  await wuhan.happened(events(300, 7));
  await until(() => (sources.ingest.currentEpochs().get('420100') ?? 0) > epoch);
  await net.allIn();

  expect(await ask({ state: early[0]?.state ?? null })).toEqual(early);
  await expect(ask({ state: late[0]?.state ?? null })).rejects.toThrow(
    /`state` is of epoch \d+ of 420100 up to line \d+, and its log was taken up anew since/,
  );
  // Who is not in the question voids nothing.
  expect(await ask({ state: late[0]?.state ?? null }, ofPlatforms('WISCO'))).toHaveLength(
    names.length,
  );
});

describe('refused by name', () => {
  /** A state as somebody else would have written it. */
  function rewritten(state: string | null | undefined, change: (body: unknown[]) => void): string {
    const bytes = inflateRawSync(Buffer.from(state ?? '', 'base64url'));
    const body = JSON.parse(bytes.toString('utf8')) as unknown[];
    change(body);
    return deflateRawSync(JSON.stringify(body)).toString('base64url');
  }

  test('what is no state, or one of another version, metric or calendar', async () => {
    const [series] = await ask({ metrics: ['reads'] });
    const asked = (state: string): Promise<unknown> => ask({ metrics: ['reads'], state });
    await expect(asked('yesterday')).rejects.toThrow('`state` is none');
    await expect(asked(rewritten(series?.state, (body) => body.splice(0, 1, 3)))).rejects.toThrow(
      '`state` is of version 3, and this is 2',
    );
    await expect(
      asked(rewritten(series?.state, (body) => body.splice(1, 1, '0) OR 1=1'))),
    ).rejects.toThrow('`state` is none');
    await expect(
      asked(rewritten(series?.state, (body) => body.splice(5, 1, [['reads', '00000000']]))),
    ).rejects.toThrow('"reads" is defined otherwise since');
    await expect(
      asked(rewritten(series?.state, (body) => body.splice(4, 1, '{}'))),
    ).rejects.toThrow('which is computed otherwise since');
    await expect(
      asked(rewritten(series?.state, (body) => body.splice(2, 1, false))),
    ).rejects.toThrow('during which events came in');
  });

  test('a platform of which nothing is kept, and what raw no longer has', async () => {
    const before = await ask({});
    const known = before[0]?.state;
    const renamed = rewritten(known, (body) => {
      const feeds = body[6] as unknown[][];
      feeds[0]?.splice(0, 1, 'GONE');
    });
    await expect(ask({ state: renamed })).rejects.toThrow('counts GONE, of which nothing is kept');

    const end = sources.ingest.sequenceOf('WISCO');
    await more();
    await sources.clickhouse.run(
      `ALTER TABLE onenet.raw DELETE WHERE platform = 'WISCO' AND sequence <= ${end + 5} SETTINGS mutations_sync = 2`,
    );
    await expect(ask({ state: known ?? null })).rejects.toThrow(
      `of its lines after ${end}, some are beyond the retention of raw`,
    );
    // Without it the answer comes from the rollups.
    expect(await ask({ metrics: ['reads'] })).toHaveLength(1);
  });
});

function ofPlatforms(...codes: readonly string[]): Subjects {
  return { of: 'platforms', codes };
}
