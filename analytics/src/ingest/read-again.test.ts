/** What an earlier version rejected counts, once, when a later one knows it; states from before go on without it. Long, because an update is one story. */
import { randomUUID } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { eventTypes } from '@onenet/contract';
import type { NetOwner } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse.ts';
import { distribution } from '../distribution.ts';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testPlatform,
  testSnapshot,
  tierTotals,
  until,
} from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import { rebuild } from '../operation/rebuild.ts';
import { differingTotals } from '../operation/totals.ts';
import { dayMs, hourMs } from '../periods.ts';
import { metricSeries } from '../series.ts';
import type { MetricSeries } from '../series.ts';
import { tops } from '../tops.ts';
import type { Ingest } from './ingest.ts';
import { Positions } from './positions.ts';
import type { FeedStatus } from './status.ts';

// Engines start one after another here, on a machine that has other tests to run.
vi.setConfig({ testTimeout: 240_000 });

/** What the earlier version does not know: one with values, one with a place, and what opening balances speak of. */
const unknown = ['onenet.request.resolved', 'onenet.station.opened', 'onenet.channel.followed'];

/** The list of types as an earlier version had it, until it is disposed of. */
function earlierVersion(): Disposable {
  const types: Record<string, unknown> = eventTypes;
  const known = { ...types };
  for (const type of unknown) Reflect.deleteProperty(types, type);
  return {
    [Symbol.dispose]() {
      // In the order in which they stood: the next file of this worker makes texts of them.
      for (const type of Object.keys(types)) Reflect.deleteProperty(types, type);
      Object.assign(types, known);
    },
  };
}

/** `n` of each, and an opening balance; the last line is one that the earlier version does not know. */
function events(n: number, nowMs: number): OutboxEntryInput[] {
  const each = Array.from({ length: n }, (_, i): OutboxEntryInput[] => {
    // Of two months: each month of an insert is a file of its own.
    const time = new Date(nowMs - (i % 2) * 40 * dayMs - hourMs);
    const data = { place: '420102002', category: `C${i % 2}` };
    return [
      { type: 'onenet.request.submitted', time, data },
      {
        type: 'onenet.request.resolved',
        time,
        data: { ...data, value: 60 * (i + 1), onTime: true },
      },
      { type: 'onenet.station.opened', time, data: { place: '420102' } },
    ];
  });
  const measure = 'onenet.channel.followed';
  const asOf = '2016-08-31T00:00:00+08:00';
  const opening = { measure, value: 70_000, kind: 'stock', asOf } as const;
  const time = new Date(nowMs);
  return [{ type: 'onenet.opening', time, data: { opening } }, ...each.flat()];
}

interface Read {
  readonly ingest: Ingest;
  readonly clickhouse: ClickHouse;
}

/** One of each kind that the unknown lines are of, or of those beside them. */
const names = [
  'requestsResolved',
  'requestsBacklog',
  'onTimeRate',
  'resolveHoursP90',
  'stations',
  'followers',
];

/** A bit of everything that may be asked. */
async function answers(of: Read, nowMs: number, states: readonly string[] = []) {
  const common = { simulated: true, compareWith: 'PREVIOUS_PERIOD', metrics: names } as const;
  const state = (i: number) => ({ state: states[i] ?? null });
  const asked = [
    { ...common, period: 'YEAR' as const, ...state(0) },
    { ...common, period: 'ALL' as const, grain: 'AUTO' as const, ...state(1) },
    { ...common, period: 'TODAY' as const, place: '420102002', ...state(2) },
  ];
  const series: MetricSeries[][] = [];
  for (const input of asked) {
    series.push((await metricSeries(of, input, { of: 'net' }, nowMs)).get('') ?? []);
  }
  const times = { period: 'YEAR', simulated: true, of: 'TIME_TO_RESOLVE', ...state(3) } as const;
  const top = {
    metric: 'requestsResolved',
    by: 'CATEGORY',
    period: 'YEAR',
    simulated: true,
  } as const;
  return {
    series,
    resolve: await distribution(of, times, nowMs),
    tops: await tops(
      of,
      { ...top, compareWith: 'NONE', ascending: false, first: 10, ...state(4) },
      nowMs,
    ),
  };
}

function statesOf({ series, resolve, tops: top }: Awaited<ReturnType<typeof answers>>): string[] {
  return [...series.map(([first]) => first), resolve, top].map((each) => each?.state ?? '');
}

/** Without what says when and of which lines. */
function figures(of: Awaited<ReturnType<typeof answers>>): unknown {
  return JSON.parse(
    JSON.stringify(of, (key, value: unknown) => (['state', 'asOf'].includes(key) ? '' : value)),
  );
}

async function allIn(ingest: Ingest, sequence: number): Promise<void> {
  const isIn = ({ state, sequence: at }: FeedStatus) =>
    ['OK', 'QUIET'].includes(state) && at === String(sequence);
  await until(() => ingest.statuses().every(isIn));
}

/** All that is to be the same, however the lines came to count. */
async function counted(of: Read, nowMs: number) {
  const { ingest, clickhouse } = of;
  const epochs = ingest.currentEpochs();
  expect(await differingTotals(clickhouse, '420100', epochs.get('420100') ?? 0)).toEqual([]);
  const tiers = ['raw', 'hour', 'day', 'month'] as const;
  const totals = tiers.map((tier) => tierTotals(clickhouse, tier, epochs));
  return { totals: await Promise.all(totals), figures: figures(await answers(of, nowMs)) };
}

/** Runs an ingest of its own; one engine at a time is open. */
async function reading<T>(
  owner: NetOwner,
  sequence: number,
  work: (of: Read) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await testDirectory());
  const { db } = stack.use(await testDatabase(inject('mongodbUri')));
  const read = stack.use(await testIngest(path, db));
  read.ingest.use(testSnapshot([owner]));
  await allIn(read.ingest, sequence);
  return await work(read);
}

interface Setting extends AsyncDisposable {
  readonly db: Db;
  readonly path: string;
  readonly wuhan: TestPlatform;
}

/** A platform on which so much has happened, and the stores of who reads it. */
async function setting(n: number, nowMs: number): Promise<Setting> {
  await using stack = new AsyncDisposableStack();
  const client = await MongoClient.connect(inject('mongodbUri'));
  stack.defer(() => client.close());
  const { db } = stack.use(await testDatabase(inject('mongodbUri')));
  const { path } = stack.use(await testDirectory());
  const name = `analytics_p_${randomUUID().slice(0, 8)}`;
  const wuhan = stack.use(await testPlatform(client, '420100', name));
  await wuhan.happened(events(n, nowMs));
  const all = stack.move();
  return { db, path, wuhan, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

test('after an update they count as if they had been known at once, and no state changes', async () => {
  const nowMs = Date.now();
  await using stack = new AsyncDisposableStack();
  const { db, path, wuhan } = stack.use(await setting(8, nowMs));
  const known = await reading(wuhan.owner, 25, (of) => counted(of, nowMs));
  let before: Answers;
  {
    using _ = earlierVersion();
    await using read = await testIngest(path, db);
    read.ingest.use(testSnapshot([wuhan.owner]));
    await allIn(read.ingest, 25);
    expect(read.ingest.statuses()).toMatchObject([{ rejected: 17, epoch: 1 }]);
    before = await answers(read, nowMs);
    expect(before.resolve.n).toBe(0);
  }
  const log: string[] = [];
  let rebuilt: ReadonlyMap<string, number>;
  {
    await using updated = await testIngest(path, db, (message, detail) =>
      log.push(`${message} ${String(detail)}`),
    );
    const { ingest, clickhouse } = updated;
    // A rollup that takes nothing: the attempt breaks off when raw has the lines already.
    await clickhouse.run(
      `ALTER TABLE onenet.cells ADD CONSTRAINT refused CHECK type != 'onenet.request.submitted'`,
    );
    ingest.use(testSnapshot([wuhan.owner]));
    await until(() => log.some((line) => line.includes('420100: ingest begins again')));
    expect(ingest.statuses()).toMatchObject([{ rejected: 17, epoch: 1 }]);
    await clickhouse.run('ALTER TABLE onenet.cells DROP CONSTRAINT refused');
    await until(() => ingest.statuses()[0]?.rejected === 0);
    await allIn(ingest, 25);

    expect(await counted(updated, nowMs)).toEqual(known);
    const after = await answers(updated, nowMs);
    expect(after.resolve.n).toBe(8);
    const expectStates = async (): Promise<void> => {
      expect(await answers(updated, nowMs + dayMs, statesOf(before))).toEqual(before);
      expect(await answers(updated, nowMs + dayMs, statesOf(after))).toEqual(after);
    };
    await wuhan.happened(events(3, nowMs));
    await allIn(ingest, 35);
    await expectStates();
    // As a version gave it that did not say how many were rejected.
    const first = statesOf(before).map(ofFirstVersion);
    expect(figures(await answers(updated, nowMs + dayMs, first))).toEqual(figures(before));

    const epochs = ingest.currentEpochs();
    await rebuild({ ...updated, positions: new Positions(db) }, '420100', () => undefined);
    rebuilt = ingest.currentEpochs();
    expect(rebuilt).not.toEqual(epochs);
    expect(await answers(updated, nowMs + dayMs, statesOf(before))).toEqual(before);
  }
  // Nothing is looked for twice.
  await using again = await testIngest(path, db);
  again.ingest.use(testSnapshot([wuhan.owner]));
  await allIn(again.ingest, 35);
  expect(again.ingest.currentEpochs()).toEqual(rebuilt);
});

type Answers = Awaited<ReturnType<typeof answers>>;

function ofFirstVersion(state: string): string {
  const body = JSON.parse(inflateRawSync(Buffer.from(state, 'base64url')).toString()) as unknown[];
  body[0] = 1;
  for (const feed of body[6] as unknown[][]) feed.length = 8;
  return deflateRawSync(JSON.stringify(body)).toString('base64url');
}

test('a rebuild reads them too; a state of lines that another version read anew is refused', async () => {
  const nowMs = Date.now();
  await using stack = new AsyncDisposableStack();
  const { db, path, wuhan } = stack.use(await setting(2, nowMs));
  let before: Answers;
  let rebuilt: unknown;
  {
    const earlier = earlierVersion();
    await using read = await testIngest(path, db);
    read.ingest.use(testSnapshot([wuhan.owner]));
    await allIn(read.ingest, 7);
    before = await answers(read, nowMs);
    earlier[Symbol.dispose]();
    await rebuild({ ...read, positions: new Positions(db) }, '420100', () => undefined);
    expect(read.ingest.statuses()).toMatchObject([{ rejected: 0, epoch: 2 }]);
    expect(await answers(read, nowMs, statesOf(before))).toEqual(before);
    rebuilt = await counted(read, nowMs);
  }
  // The stores are lost, and epochs begin at 1 again: all is read from the platform, and no line says any more that it
  // once counted nowhere.
  const refused = '5 counted nowhere then: of the same lines that would be 0 now';
  await reading(wuhan.owner, 7, async (of) => {
    expect(await counted(of, nowMs)).toEqual(rebuilt);
    await expect(answers(of, nowMs, statesOf(before))).rejects.toThrow(refused);
  });
});
