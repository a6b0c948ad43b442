/** What is kept of what was read: every answer is the one that reads everything anew, whatever came in since; and it is kept. */
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { OutboxEntryInput } from '@onenet/feed';
import type { ClickHouse } from './clickhouse.ts';
import { comparedRange } from './comparisons.ts';
import { testNet } from './fixture-net.ts';
import type { TestNet } from './fixture-net.ts';
import { testSnapshot } from './fixture.ts';
import { Positions } from './ingest/positions.ts';
import { KeptRows } from './kept-rows.ts';
import { knownMetric } from './known.ts';
import { rebuild } from './operation/rebuild.ts';
import { dayMs, hourMs, minuteMs, rangeOf } from './periods.ts';
import type { Period } from './periods.ts';
import { answer } from './query.ts';
import type { Group } from './cells.ts';
import type { Question } from './query.ts';
import { epochsIn } from './scope.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('rows', () => {
  const sequences = new Map([
    ['A', 5],
    ['B', 9],
  ]);
  const read = vi.fn<() => Promise<number[]>>(() => Promise.resolve([1]));
  const of = { platforms: ['A', 'B'], untilMs: 1_000 };
  const came = (platform: string, to: number, earliestMs: number) => {
    const from = (sequences.get(platform) ?? 0) + 1;
    sequences.set(platform, to);
    return { platform, from, to, news: { newest: [], earliestMs } };
  };
  const timesRead = async (kept: KeptRows, before: () => void): Promise<number> => {
    await kept.rows('SELECT', of, read);
    read.mockClear();
    before();
    expect(await kept.rows('SELECT', of, read)).toEqual([1]);
    return read.mock.calls.length;
  };

  test.for<[string, number, (kept: KeptRows) => void]>([
    ['nothing came in', 0, () => undefined],
    ['what came in is of later', 0, (kept) => kept.cameIn(came('A', 8, 1_000))],
    ['what came in is of before', 1, (kept) => kept.cameIn(came('A', 12, 999))],
    ['it is of another platform', 0, (kept) => kept.cameIn(came('C', 1, 0))],
    ['a position moved otherwise', 1, () => sequences.set('B', 10)],
    [
      'of later, behind what is not known',
      1,
      (kept) => {
        sequences.set('A', 20);
        kept.cameIn(came('A', 21, 1_000));
      },
    ],
  ])('%s: read again %i times', async ([, times, before]) => {
    const kept = new KeptRows((code) => sequences.get(code) ?? 0);
    expect(await timesRead(kept, () => before(kept))).toBe(times);
  });

  test('who asks at the same time shares the reading, and a failure is nobody’s later', async () => {
    const kept = new KeptRows((code) => sequences.get(code) ?? 0);
    const failing = vi.fn<() => Promise<number[]>>(() => Promise.reject(new Error('gone')));
    const both = [kept.rows('SELECT', of, failing), kept.rows('SELECT', of, failing)];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(failing).toHaveBeenCalledTimes(1);
    expect(await kept.rows('SELECT', of, read)).toEqual([1]);
  });

  test('what came in while it was read takes it out', async () => {
    const kept = new KeptRows((code) => sequences.get(code) ?? 0);
    const slow = Promise.withResolvers<number[]>();
    const first = kept.rows('SELECT', of, () => slow.promise);
    kept.cameIn(came('A', 40, 0));
    slow.resolve([0]);
    expect(await first).toEqual([0]);
    expect(await kept.rows('SELECT', of, read)).toEqual([1]);
  });

  test('what was not asked for longest goes first, and what is very large at once', async () => {
    const kept = new KeptRows((code) => sequences.get(code) ?? 0);
    const many = (n: number) =>
      vi.fn<() => Promise<number[]>>(() => Promise.resolve(Array.from({ length: n }, () => 0)));
    const large = many(20_001);
    for (let n = 0; n < 2; n++) await kept.rows('large', of, large);
    expect(large).toHaveBeenCalledTimes(2);
    const each = Array.from({ length: 16 }, () => many(20_000));
    for (const [i, one] of each.entries()) await kept.rows(`SELECT ${i}`, of, one);
    for (const i of [15, 0]) await kept.rows(`SELECT ${i}`, of, each[i] ?? many(0));
    expect(each[15]).toHaveBeenCalledTimes(1);
    expect(each[0]).toHaveBeenCalledTimes(2);
  });
});

/** 14:30 in Shanghai. */
const nowMs = Date.UTC(2026, 5, 17, 6, 30);
const cleanUp = new AsyncDisposableStack();
let net: TestNet<['420100', '420500']>;
let queries = 0;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100', '420500'], { nowMs }));
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
  for (const each of net.platforms) {
    await each.happened(
      [0, 1, 30, 31, 365, 366, 400].flatMap((days) => [
        happened(days * dayMs, 'onenet.request.submitted', { place: '420102001001' }),
        happened(days * dayMs + 2 * hourMs, 'onenet.request.resolved', {
          place: '420102',
          value: 60 + days,
          onTime: days % 2 === 0,
        }),
        happened(days * dayMs + minuteMs, 'onenet.article.liked', { category: '防汛' }),
      ]),
    );
  }
  await net.allIn();
});
afterAll(() => cleanUp.disposeAsync());

function happened(
  agoMs: number,
  type: OutboxEntryInput['type'],
  data: OutboxEntryInput['data'] = {},
): OutboxEntryInput {
  return { type, time: new Date(nowMs - agoMs), data };
}

const metrics = [
  'requestsSubmitted',
  'requestsResolved',
  'requestsBacklog',
  'onTimeRate',
  'resolveHoursMedian',
  'engagement',
  'activePeople',
].map(knownMetric);
const periods: readonly Period[] = ['TODAY', 'WEEK', 'MONTH', 'YEAR', 'LAST_30_DAYS', 'ALL'];
const groups: readonly Group[] = [
  { by: 'all' },
  { by: 'platform' },
  { by: 'category' },
  { by: 'divisions', codes: ['420000', '420100', '420102'] },
  { by: 'divisions', codes: ['420102001'] },
  { by: 'level', digits: 4 },
];

function questions(): Question[] {
  return periods.flatMap((period) => {
    const range = rangeOf(period, nowMs);
    return groups.map((group): Question => ({
      metrics,
      range,
      compared: comparedRange(range, 'PREVIOUS_PERIOD'),
      grain: group.by === 'all' && range.fromMs !== undefined ? 'DAY' : undefined,
      group,
      filter: {
        epochs: epochsIn(net.ingest, {}),
        place: undefined,
        categories: undefined,
        channels: undefined,
        simulated: true,
      },
      nowMs,
    }));
  });
}

/** By what is kept, and how many queries that took. */
async function byKept() {
  queries = 0;
  const clickhouse: ClickHouse = {
    ...net.clickhouse,
    rows(sql) {
      queries += 1;
      return net.clickhouse.rows(sql);
    },
  };
  const answers = [];
  for (const question of questions()) {
    answers.push(await answer({ clickhouse, ingest: net.ingest }, question));
  }
  return answers;
}

async function anew() {
  const tables = { clickhouse: net.clickhouse, ingest: { kept: undefined } };
  return await Promise.all(questions().map((question) => answer(tables, question)));
}

const correction = (sequence: number): OutboxEntryInput => ({
  ...happened(0, 'onenet.request.resolved', { count: -1 }),
  corrects: String(sequence).padStart(20, '0'),
});
const opening: OutboxEntryInput = {
  type: 'onenet.opening',
  time: new Date(nowMs),
  data: {
    opening: {
      measure: 'onenet.request.submitted',
      kind: 'flow',
      value: 40,
      asOf: new Date(nowMs - 800 * dayMs).toISOString(),
    },
  },
};

/** How many queries all questions take where a question has its three: what is over, what is not, and distributions. */
const most = { nothing: 0, thisHour: 2, all: 3 } as const;

test.for<[string, readonly OutboxEntryInput[], keyof typeof most]>([
  ['of this hour', [happened(5 * minuteMs, 'onenet.request.submitted')], 'thisHour'],
  ['of an hour before', [happened(3 * hourMs, 'onenet.request.submitted')], 'all'],
  ['of months ago', [happened(90 * dayMs, 'onenet.request.submitted')], 'all'],
  ['of a clock that is ahead', [happened(-2 * hourMs, 'onenet.article.liked')], 'nothing'],
  ['a correction', [correction(2)], 'all'],
  ['an opening balance', [opening], 'all'],
])('what came in is %s: answers are those that read everything', async ([, events, read]) => {
  await byKept();
  await byKept();
  expect(queries, 'nothing came in').toBe(0);
  await net.platforms[1].happened(events);
  await net.allIn();
  expect(await byKept()).toEqual(await anew());
  const each = queries / questions().length;
  // One more finds the lines that corrections have put out, for all of them.
  expect(queries).toBeLessThanOrEqual(most[read] * questions().length + 1);
  if (read === 'all') expect(each).toBeGreaterThan(most.thisHour);
  if (read === 'thisHour') expect(each).toBeGreaterThan(most.nothing);
});

test('a rebuilt epoch is another', async () => {
  await byKept();
  const { clickhouse, ingest, db } = net;
  const stores = { clickhouse, ingest, positions: new Positions(db) };
  await rebuild(stores, '420100', () => undefined);
  expect(await byKept()).toEqual(await anew());
});
