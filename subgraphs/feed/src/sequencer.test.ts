import { afterEach, expect, test, vi } from 'vitest';
import { code, freshDatabase, personKey, readAll, serveFeed, write } from '../test/harness.ts';
import { outboxCollection } from './collections.ts';
import { mongoStore } from './mongo-store.ts';
import { Sequencer } from './sequencer.ts';
import type { FeedStore } from './store.ts';

const options = { code, firsts: { personKey, maxAgeDays: 400 }, onAppended: () => {} };

afterEach(() => vi.useRealTimers());

test('8 concurrent writers, in transactions: every event once, contiguous and chained', async () => {
  await using database = await freshDatabase();
  const { db } = database;
  await using served = await serveFeed(db);
  const writer = async (n: number): Promise<void> => {
    for (let i = 0; i < 25; i += 1) {
      await db.client.withSession((session) =>
        session.withTransaction(async () => {
          const record = await db.collection('records').insertOne({ n, i }, { session });
          const id = `event-${record.insertedId.toHexString()}`;
          await outboxCollection(db).insertOne(
            { _id: id, type: 'onenet.member.applied', time: new Date(), data: {} },
            { session },
          );
        }),
      );
      served.feed.wake();
    }
  };
  await db.createCollection('records');
  await Promise.all(Array.from({ length: 8 }, (_, n) => writer(n)));
  await served.feed.drained();

  const events = await readAll(served.url, 17);
  const records = await db.collection('records').find().toArray();
  expect(events).toHaveLength(200);
  expect(new Set(events.map(({ id }) => id))).toEqual(
    new Set(records.map(({ _id }) => `event-${_id.toHexString()}`)),
  );
  expect(await outboxCollection(db).countDocuments()).toBe(0);
});

test('sequencers that all believe they have the lease cannot break the chain', async () => {
  await using database = await freshDatabase();
  const store = mongoStore(database.db);
  await store.prepare();
  const withoutLease: FeedStore = { ...store, takeLease: () => Promise.resolve(true) };
  const signal = new AbortController().signal;
  const sequencers = [1, 2, 3].map(() => new Sequencer(withoutLease, options));
  const people = (n: number) => ({
    type: 'onenet.article.liked' as const,
    person: `p${n % 100}`,
  });
  for (let round = 0; round < 5; round += 1) {
    await write(database.db, ...Array.from({ length: 500 }, (_, n) => people(n)));
    await Promise.all(sequencers.map((sequencer) => sequencer.pass(signal)));
  }
  await using served = await serveFeed(database.db);
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(new Set(events.map(({ id }) => id)).size).toBe(2_500);
  expect(events).toHaveLength(2_500);
  expect(events.reduce((sum, { data }) => sum + (data.firsts?.year ?? 0), 0)).toBe(100);
  expect(await served.feed.totals()).toEqual([
    {
      type: 'onenet.article.liked',
      events: 2_500,
      count: 2_500,
      through: '00000000000000002500',
    },
  ]);
});

test('two feeds of one platform share the work by the lease', async () => {
  await using database = await freshDatabase();
  await using one = await serveFeed(database.db);
  await using two = await serveFeed(database.db);
  for (let round = 0; round < 10; round += 1) {
    await write(database.db, {}, {}, {});
    one.feed.wake();
    two.feed.wake();
  }
  await Promise.all([one.feed.drained(), two.feed.drained()]);
  expect(await readAll(one.url)).toHaveLength(30);
  expect(await readAll(two.url)).toEqual(await readAll(one.url));
});

test('recordedtime never falls, even when the clock does', async () => {
  await using database = await freshDatabase();
  await using served = await serveFeed(database.db);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T12:00:00Z') });
  await write(database.db, {});
  await served.feed.drained();
  vi.setSystemTime(new Date('2026-11-24T09:00:00Z'));
  await write(database.db, {});
  await served.feed.drained();
  vi.useRealTimers();
  const events = await readAll(served.url);
  expect(events.map(({ recordedtime }) => recordedtime)).toEqual([
    '2026-11-24T12:00:00.000Z',
    '2026-11-24T12:00:00.000Z',
  ]);
});

test('an id that comes again is the same event', async () => {
  await using database = await freshDatabase();
  await using served = await serveFeed(database.db);
  await write(database.db, { id: 'once' }, {});
  await served.feed.drained();
  await write(database.db, {}, { id: 'once' }, {});
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(events).toHaveLength(4);
  expect(events.filter(({ id }) => id === 'once')).toHaveLength(1);
});

test('what is no event stands aside, counted, and holds nobody up', async () => {
  await using database = await freshDatabase();
  const { db } = database;
  await using served = await serveFeed(db);
  await write(db, {});
  await db.collection<{ _id: string }>('outbox').insertMany([
    { _id: 'no-type' },
    { _id: 'person', type: 'onenet.article.liked', time: new Date(), data: { name: '张三' } },
    { _id: 'place', type: 'onenet.article.liked', time: new Date(), data: { place: '武汉' } },
    { _id: 'null', type: 'onenet.article.liked', time: new Date(), data: null },
    {
      _id: 'huge',
      type: 'onenet.article.liked',
      time: new Date(),
      data: { category: 'x'.repeat(70_000) },
    },
  ] as { _id: string }[]);
  await db.collection('outbox').insertOne({ type: 'onenet.article.liked' });
  await write(db, {});
  await served.feed.drained();

  expect(await readAll(served.url)).toHaveLength(2);
  expect(await served.feed.status()).toMatchObject({ pending: 0, quarantined: 6 });
  const aside = await db.collection('feed_quarantine').find().toArray();
  expect(new Set(aside.map(({ fault }) => fault))).toEqual(
    new Set([
      'BAD_CATEGORY',
      'BAD_PLACE',
      'BAD_TIME',
      'FORBIDDEN_KEY',
      'NOT_AN_EVENT',
      'UNKNOWN_TYPE',
    ]),
  );
  expect(aside.find(({ _id }) => String(_id) === 'place')?.['entry'].data.place).toBe('武汉');
});
