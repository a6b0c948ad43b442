/** Rankings of real feeds on the real engine and mongod: figures, freshness, frozen editions, and what comes later. Long, because an edition's life is one story. */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { EventData, EventTypeName, NetOwner } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testNet } from '../fixture-net.ts';
import { testOwner, testSnapshot, until } from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { dayMs } from '../periods.ts';
import { metricSeries } from '../series.ts';
import type { Sources } from '../series.ts';
import type { Published } from './edition.ts';
import { Editions } from './editions.ts';
import { monthAt, previousMonth, rangeOfMonth } from '../months.ts';
import { RankingPublisher } from './publisher.ts';
import { ranking } from './ranking.ts';
import type { RankingInput, RankingRow } from './ranking.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const nowMs = Date.now();
const thisMonth = monthAt(nowMs);
const lastMonth = previousMonth(thisMonth);
const monthBefore = previousMonth(lastMonth);
const modules = ['core', 'requests', 'members', 'content'] as const;

const cleanUp = new AsyncDisposableStack();
let db: Db;
let ingest: Ingest;
let sources: Sources;
let editions: Editions;
let publisher: RankingPublisher;
let wuhan: TestPlatform;
let yichang: TestPlatform;
let xiantao: TestPlatform;
const log: string[] = [];

/** `n` events of a type within a month. */
function events(
  month: string,
  type: EventTypeName,
  n: number,
  data: EventData = {},
): OutboxEntryInput[] {
  const { fromMs } = rangeOfMonth(month);
  return Array.from({ length: n }, (_, i) => ({
    type,
    // Of this month, what is over by half.
    time: new Date(fromMs + Math.min(5 * dayMs, (nowMs - fromMs) / 2) + i),
    data,
  }));
}

/** All that v2 asks for, in one month. */
function goodMonth(month: string, reads: number, likes: number): OutboxEntryInput[] {
  return [
    ...events(month, 'onenet.request.resolved', 12, { value: 600, onTime: true }),
    ...events(month, 'onenet.request.resolved', 3, { value: 6_000, onTime: false }),
    ...events(month, 'onenet.request.rated', 6, { value: 4 }),
    ...events(month, 'onenet.member.accepted', 5),
    ...events(month, 'onenet.article.read', 1, { count: reads }),
    ...events(month, 'onenet.article.liked', likes),
  ];
}

beforeAll(async () => {
  const net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100', '420500', '429004']));
  [wuhan, yichang, xiantao] = net.platforms;
  ({ db, ingest } = net);
  sources = net;
  const long = new Date('2020-01-01T00:00:00Z');
  for (const platform of [wuhan, yichang, xiantao]) {
    await platform.happened([
      {
        type: 'onenet.opening',
        time: long,
        data: {
          opening: {
            measure: 'onenet.member.accepted',
            value: platform === wuhan ? 20_000 : 1_000,
            kind: 'stock',
            asOf: '2020-01-01T08:00:00+08:00',
          },
        },
      },
    ]);
  }
  await wuhan.happened([...goodMonth(monthBefore, 9_000, 90), ...goodMonth(lastMonth, 900, 2)]);
  await yichang.happened([
    ...goodMonth(monthBefore, 100, 2),
    ...goodMonth(lastMonth, 100, 2),
    ...events(lastMonth, 'onenet.article.read', 1, { count: 5_000, simulated: true }),
  ]);
  await xiantao.happened(events(lastMonth, 'onenet.article.read', 3, { count: 300 }));
  follow({ withSilent: false });
  for (const platform of [wuhan, yichang, xiantao]) await allIsIn(platform);
  editions = new Editions(db);
  await editions.prepare();
  publisher = new RankingPublisher(sources, editions, (message) => log.push(message));
});
afterAll(() => cleanUp.disposeAsync());

/** A connected platform at whose address nothing listens. */
const silent = '422800';

/** The directory: three that answer, an enterprise that is not connected, and the silent one where wanted. */
function follow({ withSilent }: { readonly withSilent: boolean }): void {
  const works = testOwner('WISCO', 'http://127.0.0.1:1');
  const owners: NetOwner[] = [
    ...[wuhan, yichang, xiantao].map(({ owner }) => owner),
    { ...works, kind: 'ENTERPRISE', connection: 'REGISTERED' },
    ...(withSilent ? [testOwner(silent, 'http://127.0.0.1:1')] : []),
  ];
  ingest.use(testSnapshot(owners.map((owner) => ({ ...owner, modules }))));
}

/** All that a platform has is in, and its word reaches beyond the last month. */
async function allIsIn({ owner, feed }: TestPlatform): Promise<void> {
  const { lastSequence } = await feed.status();
  await until(() => {
    const status = ingest.statuses().find(({ platform }) => platform === owner.code);
    return status?.sequence === String(lastSequence) && status.completeTo !== null;
  });
}

const inputOf = (input: Partial<RankingInput>): RankingInput => ({
  formula: 'v2',
  period: 'MONTH',
  simulated: false,
  ...input,
});

const whole = (month: string): Partial<RankingInput> => ({ period: 'MONTH', at: `${month}-15` });

const told = ({ platform, rank, movement, score, reason }: RankingRow) => ({
  platform,
  rank,
  movement,
  score,
  reason,
});

function rowOf(edition: Pick<Published, 'groups'>, platform: string): RankingRow | undefined {
  return edition.groups.flatMap(({ rows }) => rows).find((row) => row.platform === platform);
}

/** A day of the month after, at noon. */
const dayAfter = (month: string, day: number): number =>
  rangeOfMonth(month).toMs + (day - 0.5) * dayMs;

test('a rank opens into parts that are the metrics’ own figures', async () => {
  const input = inputOf(whole(lastMonth));
  const found = await ranking(sources, editions, input, nowMs);
  const rows = found.groups.flatMap((group) => group.rows);
  expect(rows.map(told)).toMatchObject([
    { platform: '420500', rank: 1, movement: null, reason: null },
    { platform: '420100', rank: 2, movement: null, reason: null },
    { platform: '429004', rank: null, score: null, reason: 'BELOW_MINIMUM' },
    { platform: 'WISCO', rank: null, score: null, reason: 'NOT_CONNECTED' },
  ]);
  const metrics = found.formula.parts.map(({ metric }) => metric);
  const series = await metricSeries(
    sources,
    { ...input, metrics, compareWith: 'NONE' },
    { of: 'platforms', codes: ['420100', '420500', '429004'] },
    nowMs,
  );
  for (const code of ['420100', '420500', '429004']) {
    expect(rowOf(found, code)?.parts.map(({ metric, value }) => [metric, value])).toEqual(
      series.get(code)?.map(({ metric, value }) => [metric, value]),
    );
  }
  expect(rowOf(found, '420100')?.parts).toMatchObject([
    { metric: 'onTimeRate', value: 0.8, sample: 15 },
    { metric: 'satisfaction', value: 4, sample: 6 },
    { metric: 'resolveHoursMedian', value: 10, sample: 15 },
    { metric: 'signUps', value: 5, per: 20_010, rate: (5 * 10_000) / 20_010 },
    { metric: 'reads', value: 900, per: 20_010 },
    { metric: 'likes', value: 2 },
  ]);
});

test('what was simulated counts where it is asked for; unlike platforms can be left out', async () => {
  const input = inputOf({ ...whole(lastMonth), formula: 'v1', peers: ['CITY'] });
  const without = await ranking(sources, editions, input, nowMs);
  expect(without.groups.map(({ peers, rows }) => [peers, rows.map(told)])).toEqual([
    [
      'CITY',
      [
        expect.objectContaining({ platform: '420100', rank: 1, score: 902 }),
        expect.objectContaining({ platform: '429004', rank: 2, score: 900 }),
        expect.objectContaining({ platform: '420500', rank: 3, score: 102 }),
      ],
    ],
  ]);
  const withIt = await ranking(sources, editions, { ...input, simulated: true }, nowMs);
  expect(withIt.groups[0]?.rows.map(told)[0]).toMatchObject({ platform: '420500', score: 5_102 });
});

test('what is no formula is refused with those that are', async () => {
  await expect(ranking(sources, editions, inputOf({ formula: 'v9' }), nowMs)).rejects.toThrow(
    '"v9" is no ranking formula: take one of v1, v2.',
  );
});

test('an edition is published in its time, once, whoever tries, and only when all is in', async () => {
  const earlier = previousMonth(monthBefore);
  // On the second, the month that is over is not due yet: of a formula without any edition, the one before it is.
  expect(await publisher.publishDue(dayAfter(monthBefore, 2))).toEqual([
    `v1-${earlier}`,
    `v2-${earlier}`,
  ]);
  follow({ withSilent: true });
  expect(await publisher.publishDue(dayAfter(monthBefore, 4))).toEqual([]);
  expect(log.at(-1)).toBe(`the ranking v2-${monthBefore} waits for ${silent}`);
  await expect(
    publisher.publishNow({ formula: 'v2', month: monthBefore, evenIfBehind: false }, nowMs),
  ).rejects.toThrow('Not all of');
  follow({ withSilent: false });
  const other = new RankingPublisher(sources, editions, () => undefined);
  const all = await Promise.all(
    [publisher, other].map((each) => each.publishDue(dayAfter(monthBefore, 4))),
  );
  expect(all.flat().toSorted()).toEqual([`v1-${monthBefore}`, `v2-${monthBefore}`]);
  expect(await publisher.publishDue(dayAfter(monthBefore, 5))).toEqual([]);
  expect(await editions.find(`v2-${earlier}`)).toMatchObject({ before: null, corrections: null });
  const edition = await editions.find(`v2-${monthBefore}`);
  expect(edition).toMatchObject({
    month: monthBefore,
    publishedBy: 'SCHEDULE',
    before: { id: `v2-${earlier}`, hash: (await editions.find(`v2-${earlier}`))?.hash },
    corrections: [],
    vector: ['420100', '420500', '429004'].map((platform) => ({
      platform,
      epoch: 1,
      sequence: String(ingest.sequenceOf(platform)),
      head: expect.stringMatching(/^sha-256:/),
    })),
  });
  expect(edition?.groups[0]?.rows.map(told)).toMatchObject([
    { platform: '420100', rank: 1, movement: null },
    { platform: '420500', rank: 2 },
    { platform: '429004', rank: null },
  ]);
});

test('a late event and a correction change no edition; the next one names them, and says who moved', async () => {
  const id = `v2-${monthBefore}`;
  const frozen = await editions.find(id);
  const [read] = await sources.clickhouse.rows<{ sequence: number }>(
    `SELECT sequence FROM onenet.raw WHERE platform = '420100' AND type = 'onenet.article.read' ORDER BY time LIMIT 1`,
  );
  await yichang.happened(events(monthBefore, 'onenet.article.read', 1, { count: 77 }));
  await wuhan.happened([
    {
      type: 'onenet.article.read',
      time: new Date(rangeOfMonth(monthBefore).fromMs + 5 * dayMs),
      corrects: String(read?.sequence).padStart(20, '0'),
      data: { count: -400 },
    },
  ]);
  await Promise.all([allIsIn(wuhan), allIsIn(yichang)]);
  const input = { formula: 'v2', month: lastMonth, evenIfBehind: false };
  const published = await publisher.publishNow(input, nowMs);
  expect(published).toMatchObject({
    publishedBy: 'ADMINISTRATOR',
    before: { id, hash: frozen?.hash },
    corrections: [
      { platform: '420100', metric: 'reads', published: 9_000, now: 8_600 },
      { platform: '420500', metric: 'reads', published: 100, now: 177 },
    ],
  });
  expect(published.groups[0]?.rows.map(told)).toMatchObject([
    { platform: '420500', rank: 1, movement: 1 },
    { platform: '420100', rank: 2, movement: -1 },
    { platform: '429004', rank: null, movement: null },
  ]);
  // The state of the published one gives its figures again, computed.
  const again = await ranking(
    sources,
    editions,
    inputOf({ ...whole(monthBefore), state: frozen?.state ?? null }),
    nowMs,
  );
  const partsOf = (groups: Published['groups'] = []): unknown[] =>
    groups.flatMap(({ rows }) => rows.map(({ platform, rank, parts }) => [platform, rank, parts]));
  expect(partsOf(again.groups)).toEqual(partsOf(frozen?.groups));
  // What was published is what it was, though the same question has another answer now.
  expect(await editions.find(id)).toEqual(frozen);
  expect(frozen && rowOf(frozen, '420100')?.parts[4]).toMatchObject({ value: 9_000 });
  const now = await ranking(sources, editions, inputOf(whole(monthBefore)), nowMs);
  expect(rowOf(now, '420100')?.parts[4]).toMatchObject({ value: 8_600 });
  await expect(publisher.publishNow(input, nowMs)).rejects.toThrow('stays as it is');
  await expect(publisher.publishNow({ ...input, month: monthBefore }, nowMs)).rejects.toThrow(
    'no edition of an earlier month',
  );
  await expect(publisher.publishNow({ ...input, month: thisMonth }, nowMs)).rejects.toThrow(
    'is not over',
  );
  await expect(publisher.publishNow({ ...input, month: '2026-13' }, nowMs)).rejects.toThrow(
    'is no month: give one like',
  );
});

test('this month moves against the last edition', async () => {
  await wuhan.happened(goodMonth(thisMonth, 9_000, 90));
  await yichang.happened(goodMonth(thisMonth, 100, 2));
  await Promise.all([allIsIn(wuhan), allIsIn(yichang)]);
  const found = await ranking(sources, editions, inputOf({ peers: ['CITY'] }), nowMs);
  expect(found).toMatchObject({
    comparedWith: `v2-${lastMonth}`,
    partial: true,
    asked: 3,
    answered: 3,
  });
  expect(found.groups[0]?.rows.map(told)).toMatchObject([
    { platform: '420100', rank: 1, movement: 1 },
    { platform: '420500', rank: 2, movement: -1 },
    { platform: '429004', rank: null, movement: null },
  ]);
});

test('from the tenth on, who is not in is named and not ranked, and the others are published', async () => {
  follow({ withSilent: true });
  expect(await publisher.publishDue(dayAfter(lastMonth, 9))).toEqual([]);
  expect(await publisher.publishDue(dayAfter(lastMonth, 11))).toEqual([`v1-${lastMonth}`]);
  follow({ withSilent: false });
  const edition = await editions.find(`v1-${lastMonth}`);
  expect(edition?.groups[0]?.rows.map(told)).toMatchObject([
    { platform: '420100', rank: 1, movement: 0 },
    { platform: '429004', rank: 2 },
    { platform: '420500', rank: 3 },
    { platform: silent, rank: null, reason: 'FEED_BEHIND' },
  ]);
  const unknown = edition && rowOf(edition, silent)?.parts[0];
  expect(unknown).toMatchObject({ value: null, contribution: null, reason: 'FEED_BEHIND' });
});

test('a ranking is had again by its state, whatever came in and was published since', async () => {
  const input = inputOf({ formula: 'v1', simulated: true });
  const stored = db.collection<{ _id: string }>('ranking_editions');
  await stored.deleteOne({ _id: `v1-${lastMonth}` });
  const asked = await ranking(sources, editions, input, nowMs);
  expect(asked.comparedWith).toBe(`v1-${monthBefore}`);
  const publishing = { formula: 'v1', month: lastMonth, evenIfBehind: false };
  await publisher.publishNow(publishing, nowMs + 1);
  await xiantao.happened(goodMonth(thisMonth, 77_000, 2));
  await allIsIn(xiantao);
  const now = await ranking(sources, editions, input, nowMs + 2);
  expect(now.comparedWith).toBe(`v1-${lastMonth}`);
  expect(now.groups[0]?.rows[0]?.platform).toBe('429004');
  const again = { ...input, state: asked.state };
  expect(await ranking(sources, editions, again, nowMs + 40 * dayMs)).toEqual(asked);

  // Since then one was renamed, one offers less, one is of another kind, and one has left the net.
  const changes: Record<string, Partial<NetOwner>> = {
    '420100': { name: '改名', nameEn: 'Renamed' },
    '429004': { modules: ['core'] },
    WISCO: { kind: 'UNIVERSITY' },
  };
  const owners = ingest.netOwners().filter(({ code }) => code !== '420500');
  ingest.use(testSnapshot(owners.map((owner) => ({ ...owner, ...changes[owner.code] }))));
  expect(await ranking(sources, editions, again, nowMs + 40 * dayMs)).toEqual(asked);
  const changed = await ranking(sources, editions, input, nowMs + 3);
  const names = changed.groups.flatMap(({ peers, rows }) => rows.map(({ name }) => [peers, name]));
  expect(names).toEqual([
    ['CITY', '改名'],
    ['CITY', '429004'],
    ['UNIVERSITY', 'WISCO'],
  ]);
  follow({ withSilent: false });

  // A state of which nobody kept the owners, or that never said which they were.
  const directories = db.collection<{ _id: string }>('directories');
  expect(await directories.countDocuments()).toBeGreaterThan(2);
  const of = (change: (body: unknown[]) => void) => ({
    ...input,
    state: rewritten(asked.state ?? '', change),
  });
  const lost = of((body) => body.splice(7, 1, '0'.repeat(16)));
  await expect(ranking(sources, editions, lost, nowMs)).rejects.toThrow('is not kept here (0000');
  const early = of((body) => {
    body.splice(0, 1, 1);
    body.splice(7, 1);
  });
  await expect(ranking(sources, editions, early, nowMs)).rejects.toThrow(
    '`state` does not say of which owners it was',
  );
});

function rewritten(state: string, change: (body: unknown[]) => void): string {
  const body = JSON.parse(inflateRawSync(Buffer.from(state, 'base64url')).toString()) as unknown[];
  change(body);
  return deflateRawSync(JSON.stringify(body)).toString('base64url');
}

test('the newest first; a changed edition is refused, not shown', async () => {
  const ids = async (formula?: string) => (await editions.list(formula, 10)).map(({ id }) => id);
  const months = [lastMonth, monthBefore, previousMonth(monthBefore)];
  expect(await ids()).toEqual(months.flatMap((month) => [`v1-${month}`, `v2-${month}`]));
  expect(await ids('v1')).toEqual(months.map((month) => `v1-${month}`));
  const stored = db.collection<{ _id: string; hash: string; content: string }>('ranking_editions');
  const id = `v1-${monthBefore}`;
  const content = (await stored.findOne({ _id: id }))?.content ?? '';
  await stored.updateOne({ _id: id }, { $set: { content: content.replace('9090', '9091') } });
  await expect(editions.find(id)).rejects.toThrow('is not what was published');
  expect((await editions.check()).faults).toEqual([`${id} no longer gives its hash`]);
  await stored.updateOne({ _id: id }, { $set: { content } });
  expect((await editions.find(id))?.id).toBe(id);
  expect(await editions.check()).toEqual({ count: 6, faults: [] });

  // Whoever changes the hash too, or takes one away, is told by the edition after it.
  const { hash } = (await stored.findOne({ _id: id })) ?? {};
  const forged = content.replace('9090', '9091');
  const forgedHash = createHash('sha256').update(forged).digest('hex');
  await stored.updateOne({ _id: id }, { $set: { content: forged, hash: forgedHash } });
  const next = `v1-${lastMonth}`;
  expect((await editions.check()).faults).toEqual([`${id} is not the one that ${next} names`]);
  await stored.updateOne({ _id: id }, { $set: { content, hash: hash ?? '' } });
  await stored.deleteOne({ _id: id });
  expect((await editions.check()).faults).toEqual([
    `${next} comes after ${id}, and v1-${previousMonth(monthBefore)} is before it`,
  ]);
});
