import { expect, test } from 'vitest';
import { code, freshDatabase, personKey, readAll, serveFeed, write } from '../test/harness.ts';
import { dayMs } from './periods.ts';
import { mongoStore } from './mongo-store.ts';
import { Sequencer } from './sequencer.ts';
import type { FeedStore } from './store.ts';

const maxFirstsAgeDays = 10_000;
const at = (text: string) => new Date(`${text}+08:00`);
const like = (time: Date, person: string) => ({
  type: 'onenet.article.liked' as const,
  time,
  person,
});

test('a person is first once in each day, week, month, quarter and year of Shanghai', async () => {
  await using database = await freshDatabase();
  await using served = await serveFeed(database.db, { maxFirstsAgeDays });
  await write(
    database.db,
    like(at('2016-12-31T23:59:59'), 'a'),
    like(at('2017-01-01T00:00:00'), 'a'), // a Sunday: the same ISO week 2016-W52
    like(at('2017-01-02T00:00:00'), 'a'), // Monday
    like(at('2017-01-02T12:00:00'), 'a'),
    like(at('2017-01-02T13:00:00'), 'b'),
    like(at('2017-04-01T00:00:00'), 'a'),
  );
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(events.map(({ data }) => Object.values(data.firsts ?? {}).join(''))).toEqual([
    '11111', // day week month quarter year
    '10111',
    '11000',
    '00000',
    '11111',
    '11110',
  ]);
});

test('one measure over all types; simulated persons count apart; no person enters a line', async () => {
  await using database = await freshDatabase();
  await using served = await serveFeed(database.db);
  const time = new Date();
  const comment = { type: 'onenet.article.commented' as const, time, person: 'worker-77' };
  await write(database.db, like(time, 'worker-77'), comment);
  await write(database.db, { ...comment, data: { simulated: true } });
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(events.map(({ data }) => data.firsts?.year)).toEqual([1, 0, 1]);
  expect(JSON.stringify(events)).not.toContain('worker-77');
  const claims = await database.db.collection('feed_claims').find().toArray();
  expect(claims).toHaveLength(10);
  expect(JSON.stringify(claims)).not.toContain('worker-77');
});

test('beyond the bound nothing is claimed and nothing is said', async () => {
  await using database = await freshDatabase();
  await using served = await serveFeed(database.db, { maxFirstsAgeDays: 30 });
  const now = Date.now();
  await write(database.db, like(new Date(now - 31 * dayMs), 'a'));
  await write(database.db, like(new Date(now - 29 * dayMs), 'b'));
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(events.map(({ data }) => data.firsts?.day)).toEqual([undefined, 1]);
  const claims = await database.db.collection('feed_claims').find().toArray();
  expect(claims).toHaveLength(5);
  // A claim outlives every event that could still ask for it.
  for (const { expires } of claims) expect(expires.getTime()).toBeGreaterThan(now + 3 * dayMs);
});

test('exact when the sequencer dies between claim and insert, and the next is another', async () => {
  await using database = await freshDatabase();
  const store = mongoStore(database.db);
  await store.prepare();
  const time = new Date();
  await write(database.db, ...Array.from({ length: 50 }, (_, n) => like(time, `p${n % 20}`)));

  const dying: FeedStore = {
    ...store,
    append: () => Promise.reject(new Error('killed between claim and insert')),
  };
  const options = { code, firsts: { personKey, maxAgeDays: 400 }, onAppended: () => {} };
  const killed = new Sequencer(dying, options);
  await expect(killed.pass(new AbortController().signal)).rejects.toThrow('killed');
  expect(await database.db.collection('feed_claims').countDocuments()).toBe(100);

  // Meanwhile the same persons act again, and what they do is written before.
  const outbox = database.db.collection('outbox');
  const old = await outbox.find().toArray();
  await outbox.deleteMany({});
  await write(database.db, ...Array.from({ length: 20 }, (_, n) => like(time, `p${n}`)));
  await outbox.insertMany(old);

  await using served = await serveFeed(database.db);
  await served.feed.drained();
  const events = await readAll(served.url);
  expect(events).toHaveLength(70);
  const firsts = events.map(({ data }) => data.firsts?.day ?? 0);
  expect(firsts.slice(0, 20)).toEqual(Array(20).fill(0));
  expect(firsts.reduce((sum, one) => sum + one)).toBe(20);
});
