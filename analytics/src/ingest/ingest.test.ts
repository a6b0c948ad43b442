/**
 * Exactly once, on real feeds, a real MongoDB and the real engine: replays, epochs, and each store restored
 * alone. Together, because all of it is one promise.
 */
import { randomUUID } from 'node:crypto';
import { BSON, MongoClient } from 'mongodb';
import type { Db, Document } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { OutboxEntryInput } from '@onenet/feed';
import type { ClickHouse } from '../clickhouse.ts';
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
import type { Ingest } from './ingest.ts';
import { Positions, statementOf } from './positions.ts';
import { epochStates } from './tables.ts';

// Each batch over many months makes many files, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let client: MongoClient;
beforeAll(async () => {
  client = await MongoClient.connect(inject('mongodbUri'));
});
afterAll(() => client.close());

const minute = 60_000;

/** `n` reads and resolutions within the last hours, so that every tier has them. */
function events(n: number, startMs = Date.now() - 300 * minute): OutboxEntryInput[] {
  return Array.from({ length: n }, (_, i) =>
    i % 3 === 0
      ? {
          type: 'onenet.request.resolved' as const,
          time: new Date(startMs + i * 997),
          data: { place: '420102001', category: 'WAGES', value: 60 + i, onTime: i % 2 === 0 },
        }
      : {
          type: 'onenet.article.read' as const,
          time: new Date(startMs + i * 997),
          data: { place: '420103', channel: 'WECHAT', count: 1 + (i % 5) },
          person: `p${i % 7}`,
        },
  );
}

function platform(code = '420100'): Promise<TestPlatform> {
  return testPlatform(
    client,
    code,
    `analytics_${code.replace('-', '_')}_${randomUUID().slice(0, 8)}`,
  );
}

async function caughtUp(ingest: Ingest, ...platforms: readonly TestPlatform[]): Promise<void> {
  for (const { owner, feed } of platforms) {
    const { lastSequence } = await feed.status();
    await until(() => ingest.sequenceOf(owner.code) >= lastSequence);
  }
}

/** What the platforms say that happened, without openings. */
async function ownTotals(...platforms: readonly TestPlatform[]): Promise<Record<string, string>> {
  const totals: Record<string, string> = {};
  for (const { owner, feed } of platforms) {
    for (const { type, events: lines, count } of await feed.totals()) {
      if (type !== 'onenet.opening') totals[`${owner.code} ${type}`] = `${lines} lines, ${count}`;
    }
  }
  return totals;
}

/** The same sums by every tier. */
async function byTier(
  clickhouse: ClickHouse,
  ingest: Ingest,
): Promise<Record<string, Record<string, string>>> {
  const epochs = ingest.currentEpochs();
  return {
    raw: await tierTotals(clickhouse, 'raw', epochs),
    minute: await tierTotals(clickhouse, 'minute', epochs),
    hour: await tierTotals(clickhouse, 'hour', epochs),
    day: await tierTotals(clickhouse, 'day', epochs),
    month: await tierTotals(clickhouse, 'month', epochs),
  };
}

/** What `byTier` is when every tier has what the platforms say. */
async function ownByTier(
  ...platforms: readonly TestPlatform[]
): Promise<Record<string, Record<string, string>>> {
  const own = await ownTotals(...platforms);
  return { raw: own, minute: own, hour: own, day: own, month: own };
}

async function dump(db: Db): Promise<string> {
  return BSON.EJSON.stringify([
    await db.collection('positions').find().toArray(),
    await db.collection('intents').find().toArray(),
  ]);
}

async function restore(db: Db, text: string): Promise<void> {
  const [positions = [], intents = []] = BSON.EJSON.parse(text) as Document[][];
  await db.collection('positions').deleteMany({});
  await db.collection('intents').deleteMany({});
  await db.collection('positions').insertMany(positions);
  if (intents.length > 0) await db.collection('intents').insertMany(intents);
}

test('feeds of several platforms arrive once in raw and in every rollup', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using directory = await testDirectory();
  await using wuhan = await platform();
  await using aid = await platform('420000-AID');
  await wuhan.happened(events(500));
  await wuhan.happened([
    {
      type: 'onenet.opening',
      time: new Date(),
      data: {
        opening: {
          measure: 'onenet.channel.followed',
          value: 60_000,
          asOf: '2016-08-31T00:00:00+08:00',
          kind: 'stock',
        },
      },
    },
  ]);
  await using running = await testIngest(directory.path, database.db);
  const { ingest, clickhouse } = running;
  ingest.use(testSnapshot([wuhan.owner, aid.owner]));
  await aid.happened(events(200));
  await caughtUp(ingest, wuhan, aid);
  expect(await byTier(clickhouse, ingest)).toEqual(await ownByTier(wuhan, aid));
  const states = await epochStates(clickhouse, '420100');
  expect(states).toMatchObject([
    { lines: 501, contiguous: true, accepted: 501, openings: 1, inOpenings: 1 },
  ]);
});

test('an intent replayed after many batches over many months counts once', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using directory = await testDirectory();
  await using wuhan = await platform();
  const monthMs = 30 * 24 * 60 * minute;
  const history = Array.from({ length: 24 }, (_, i) => events(4, Date.now() - i * monthMs)).flat();
  await wuhan.happened(history);
  await using running = await testIngest(directory.path, database.db);
  const { ingest, clickhouse } = running;
  // Each batch has 24 partitions: by the last one, more than the 100 that would do for a day's batches.
  const statements: string[] = [];
  const run = clickhouse.run.bind(clickhouse);
  clickhouse.run = async (sql) => {
    if (sql.startsWith('INSERT INTO onenet.raw')) statements.push(sql);
    await run(sql);
  };
  ingest.use(testSnapshot([wuhan.owner]));
  await caughtUp(ingest, wuhan);
  for (let i = 0; i < 6; i++) {
    await wuhan.happened(history.map((event) => ({ ...event })));
    await caughtUp(ingest, wuhan);
  }
  const own = await ownTotals(wuhan);
  expect(statements.length).toBeGreaterThan(6);
  for (const statement of statements) await run(statement);
  expect(await tierTotals(clickhouse, 'raw', ingest.currentEpochs())).toEqual(own);
  expect(await tierTotals(clickhouse, 'hour', ingest.currentEpochs())).toEqual(own);
  expect(await tierTotals(clickhouse, 'day', ingest.currentEpochs())).toEqual(own);
});

test('an open intent is replayed unchanged, before reading on', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using directory = await testDirectory();
  await using wuhan = await platform();
  await wuhan.happened(events(100));
  {
    await using first = await testIngest(directory.path, database.db);
    // The insert goes through, and the process dies before it hears of it.
    const run = first.clickhouse.run.bind(first.clickhouse);
    let inserted = false;
    first.clickhouse.run = async (sql) => {
      await run(sql);
      if (!sql.startsWith('INSERT INTO onenet.raw')) return;
      inserted = true;
      await new Promise((_, reject) => setTimeout(() => reject(new Error('lost')), 100));
    };
    first.ingest.use(testSnapshot([wuhan.owner]));
    await until(() => inserted);
    await first.ingest.stop();
  }
  const [intent] = await new Positions(database.db).openIntents('420100');
  expect(intent?.members).toMatchObject([{ platform: '420100', epoch: 1, from: 1, to: 100 }]);
  expect(intent && (await statementOf(intent))).toContain(intent?._id);
  await using second = await testIngest(directory.path, database.db);
  // Without any owner: the replay needs no platform.
  expect(second.ingest.sequenceOf('420100')).toBe(100);
  expect(second.ingest.currentEpochs().get('420100')).toBe(1);
  expect(await byTier(second.clickhouse, second.ingest)).toEqual(await ownByTier(wuhan));
});

test('a platform that is restored gets a new epoch from the last batch that still holds', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using directory = await testDirectory();
  await using wuhan = await platform();
  await using running = await testIngest(directory.path, database.db);
  const { ingest, clickhouse } = running;
  ingest.use(testSnapshot([wuhan.owner]));
  for (let i = 0; i < 4; i++) {
    await wuhan.happened(events(20));
    await caughtUp(ingest, wuhan);
  }
  const backup = await wuhan.db.collection('feed_log').find().toArray();
  await wuhan.happened(events(30));
  await caughtUp(ingest, wuhan);
  expect(ingest.sequenceOf('420100')).toBe(110);
  // The restored log ends at 80, and goes on with other events.
  const kept = new Set(backup.map((line) => JSON.stringify(line['_id'])));
  const all = await wuhan.db.collection('feed_log').find().toArray();
  const gone = all.filter((line) => !kept.has(JSON.stringify(line['_id']))).map((l) => l['_id']);
  await wuhan.db.collection('feed_log').deleteMany({ _id: { $in: gone } });
  await wuhan.happened(events(45));
  await until(() => (ingest.currentEpochs().get('420100') ?? 0) > 1);
  await caughtUp(ingest, wuhan);
  await until(() => ingest.sequenceOf('420100') === 125);
  expect(await byTier(clickhouse, ingest)).toEqual(await ownByTier(wuhan));
  await until(async () => (await epochStates(clickhouse, '420100')).length === 1);
});

test('ClickHouse restored alone, MongoDB restored alone, and either one lost', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using directory = await testDirectory();
  await using wuhan = await platform();
  await using yichang = await platform('420500');
  const snapshot = testSnapshot([wuhan.owner, yichang.owner]);

  /** Runs until everything is in, and checks every tier against the platforms. */
  const runAndCheck = async (): Promise<Map<string, number>> => {
    await using running = await testIngest(directory.path, database.db);
    running.ingest.use(snapshot);
    await caughtUp(running.ingest, wuhan, yichang);
    expect(await byTier(running.clickhouse, running.ingest)).toEqual(
      await ownByTier(wuhan, yichang),
    );
    return running.ingest.currentEpochs();
  };

  await wuhan.happened(events(60));
  await yichang.happened(events(40));
  expect(await runAndCheck()).toEqual(
    new Map([
      ['420100', 1],
      ['420500', 1],
    ]),
  );
  const restoreClickHouse = await directory.backup();
  const positions = await dump(database.db);

  await wuhan.happened(events(50));
  expect((await runAndCheck()).get('420100')).toBe(1);

  await restoreClickHouse();
  // Yichang had nothing new: its epoch stays.
  expect(await runAndCheck()).toEqual(
    new Map([
      ['420100', 2],
      ['420500', 1],
    ]),
  );

  await restore(database.db, positions);
  await wuhan.happened(events(10));
  expect(await runAndCheck()).toEqual(
    new Map([
      ['420100', 3],
      ['420500', 1],
    ]),
  );

  await database.db.dropDatabase();
  const afterMongo = await runAndCheck();
  expect(afterMongo.get('420100')).toBeGreaterThan(3);

  const { rm } = await import('node:fs/promises');
  await rm(directory.path, { recursive: true });
  const afterClickHouse = await runAndCheck();
  expect(afterClickHouse.get('420100')).toBeGreaterThan(afterMongo.get('420100') ?? 0);
});
