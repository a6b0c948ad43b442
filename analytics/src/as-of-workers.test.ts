/** States beside other workers that insert without a pause: what was answered, published or composed there can be had again. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { Alerts } from './alerts/store.ts';
import { Outbox } from './alerts/outbox.ts';
import { briefOf } from './briefs/compose.ts';
import { periodAt } from './briefs/calendar.ts';
import { differencesOf } from './briefs/verify.ts';
import { testWorker } from './fixture-worker.ts';
import { testDatabase, testDirectory, testPlatform, testSnapshot, until } from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import { clickHouseFront } from './fixture-http.ts';
import { Ingest } from './ingest/ingest.ts';
import { editionOf } from './ranking/edition.ts';
import { Editions } from './ranking/editions.ts';
import { formulas } from './ranking/formula.ts';
import { ranking } from './ranking/ranking.ts';
import { monthAt, previousMonth } from './months.ts';
import { dayMs } from './periods.ts';
import { metricSeries } from './series.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** So long every insert of the busy worker is half done: raw has it, and its position does not say so. */
const halfDoneMs = 350;
const likes = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    type: 'onenet.article.liked' as const,
    time: new Date(Date.now() - i * 3 * dayMs),
  }));
const cleanUp = new AsyncDisposableStack();
let db: Db;
let platforms: readonly TestPlatform[];
/** Who asks, and reads one of the platforms. */
let asking: Awaited<ReturnType<typeof worker>>;
let isOver = false;
let inserted = 0;

const worker = (name: string, url: string) => testWorker(name, url, db, 5_000);

beforeAll(async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  cleanUp.defer(() => client.close());
  ({ db } = cleanUp.use(await testDatabase(inject('mongodbUri'))));
  const { path } = cleanUp.use(await testDirectory());
  const { url } = cleanUp.use(await clickHouseFront(path));
  platforms = await Promise.all(
    ['420100', '420200'].map(async (code) =>
      cleanUp.use(await testPlatform(client, code, `analytics_s_${randomUUID().slice(0, 8)}`)),
    ),
  );
  asking = cleanUp.use(await worker('asking', url));
  const busy = cleanUp.use(await worker('busy', url));
  const run = busy.clickhouse.run.bind(busy.clickhouse);
  busy.clickhouse.run = async (sql) => {
    await run(sql);
    if (!sql.startsWith('INSERT INTO onenet.raw')) return;
    inserted += 1;
    await delay(halfDoneMs);
  };
  const snapshot = testSnapshot(
    platforms.map(({ owner }) => ({ ...owner, modules: ['content', 'requests'] })),
  );
  asking.ingest.use(snapshot);
  busy.ingest.use(snapshot);
  const shareOf = (ingest: Ingest): number =>
    platforms.filter(({ owner }) => ingest.works(owner.code)).length;
  await until(() => shareOf(asking.ingest) === 1 && shareOf(busy.ingest) === 1);
  await Promise.all(platforms.map((platform) => platform.happened(likes(20))));
  await until(() => platforms.every(({ owner }) => asking.ingest.sequenceOf(owner.code) >= 20));
  const coming = (async () => {
    while (!isOver) {
      await Promise.all(platforms.map((platform) => platform.happened(likes(20))));
      await delay(100);
    }
  })();
  cleanUp.defer(async () => {
    isOver = true;
    await coming;
  });
});
afterAll(() => cleanUp.disposeAsync());

describe('while another worker has an insert half done all the time', () => {
  test('every answer can be had again, and inserts go on', async () => {
    const input = {
      metrics: ['likes'],
      period: 'ALL',
      simulated: true,
      compareWith: 'NONE',
    } as const;
    const ask = async (state: string | null) =>
      (await metricSeries(asking, { ...input, state }, { of: 'net' }, Date.now())).get('')?.[0];
    const before = inserted;
    const asked = [];
    while (asked.length < 5 || inserted < before + 5) asked.push(await ask(null));
    expect(new Set(asked.map((each) => each?.value)).size).toBeGreaterThan(1);
    for (const answered of asked) {
      expect(answered?.state).toEqual(expect.any(String));
      expect(await ask(answered?.state ?? null)).toEqual(answered);
    }
  });

  test('several at once share what holds the inserts up', async () => {
    const input = {
      metrics: ['likes'],
      period: 'ALL',
      simulated: true,
      compareWith: 'NONE',
    } as const;
    const before = inserted;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        metricSeries(asking, input, { of: 'net' }, Date.now()).then((all) => all.get('')?.[0]),
      ),
    );
    for (const answered of answers) expect(answered?.state).toEqual(expect.any(String));
    await until(() => inserted > before + 1);
  });

  test('an edition that is published can be had again', async () => {
    const [formula] = formulas;
    if (!formula) throw new Error('No formula.');
    const nowMs = Date.now();
    const month = previousMonth(monthAt(nowMs));
    const edition = await editionOf(asking, formula, month, undefined, { by: 'SCHEDULE', nowMs });
    const again = await ranking(
      asking,
      new Editions(db),
      {
        formula: formula.id,
        period: 'MONTH',
        at: edition.from,
        simulated: false,
        state: edition.state,
      },
      nowMs,
    );
    const ranked = (of: typeof edition.groups) =>
      of.map(({ rows }) => rows.map(({ platform, parts }) => ({ platform, parts })));
    expect(ranked(again.groups)).toEqual(ranked(edition.groups));
    expect(edition.groups.flatMap(({ rows }) => rows)).toHaveLength(platforms.length);
    // The published vector is what was counted, not what was last heard of the other's feed.
    for (const { platform, sequence, head } of edition.vector) {
      const [line] = await asking.clickhouse.rows<{ head: string }>(
        `SELECT head FROM onenet.raw WHERE platform = '${platform}' AND sequence = ${sequence}`,
      );
      expect(line?.head).toBe(head);
    }
  });

  test('a brief that is composed can be had again', async () => {
    const editions = new Editions(db);
    const alerts = new Alerts(db, new Outbox(db));
    const nowMs = Date.now();
    const period = periodAt('WEEK', nowMs - 7 * dayMs);
    const subject = { kind: 'WEEK', period } as const;
    const sources = { ...asking, editions, alerts };
    const brief = await briefOf(sources, subject, { by: 'SCHEDULE', nowMs });
    expect(await differencesOf(asking, { ...brief, hash: '' }, nowMs)).toEqual([]);
    expect(brief.figures.some(({ value }) => (value ?? 0) > 0)).toBe(true);
  });
});

test('an insert that stands still is not waited for, and the answer says that it cannot be had again', async () => {
  const [position] = [...(await asking.positions.all()).values()].filter(
    ({ _id }) => !asking.ingest.works(_id),
  );
  if (!position) throw new Error('No platform of the other worker.');
  const intents = db.collection<{ _id: string }>('intents');
  const member = { platform: position._id, epoch: 1, fence: 0, from: 1, to: 1, head: '' };
  await intents.insertOne({
    _id: 'gone',
    members: [member],
    openedAt: new Date(Date.now() - 60_000),
  } as never);
  const ask = async (codes: readonly string[]) =>
    (
      await metricSeries(
        asking,
        { metrics: ['likes'], period: 'ALL', simulated: true, compareWith: 'NONE' },
        { of: 'platforms', codes },
        Date.now(),
      )
    ).get(codes[0] ?? '')?.[0];
  try {
    const answered = await ask([position._id]);
    expect(answered?.value).toBeGreaterThan(0);
    expect(answered?.state).toBeNull();
    // Of a platform that nobody stands still over, it can.
    const [own] = platforms.map(({ owner }) => owner.code).filter((code) => code !== position._id);
    expect((await ask([own ?? '']))?.state).toEqual(expect.any(String));
  } finally {
    await intents.deleteOne({ _id: 'gone' });
  }
});
