import { platformEvents } from './platform-event.ts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { batch, code, databases, personKey, readAll, serveFeed, write } from '../test/harness.ts';
import type { OutboxEntry } from './entry.ts';
import { Sequencer } from './sequencer.ts';
import type { FeedStore } from './store.ts';
import { totalsAt } from './totals.ts';

const options = {
  code,
  vocabulary: platformEvents,
  firsts: { personKey, maxAgeDays: 400 },
  onAppended: () => {},
};

afterEach(() => vi.useRealTimers());

describe.each(databases)('$name', ({ fresh }) => {
  test('8 concurrent writers, in transactions: every event once, contiguous and chained', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const writer = async (): Promise<void> => {
      for (let i = 0; i < 25; i += 1) {
        await database.record();
        served.feed.wake();
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    await served.feed.drained();

    const events = await readAll(served.url, 17);
    expect(events).toHaveLength(200);
    expect(new Set(events.map(({ id }) => id))).toEqual(new Set(await database.recordedIds()));
    expect(await database.store.outboxSize(1)).toBe(0);
  });

  test('sequencers that all believe they have the lease cannot break the chain', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    const withoutLease: FeedStore = { ...store, takeLease: () => Promise.resolve(true) };
    const signal = new AbortController().signal;
    const sequencers = [1, 2, 3].map(() => new Sequencer(withoutLease, options));
    const people = (n: number) => ({
      type: 'onenet.article.liked' as const,
      person: `p${n % 100}`,
    });
    for (let round = 0; round < 5; round += 1) {
      await write(database, ...Array.from({ length: 500 }, (_, n) => people(n)));
      await Promise.all(sequencers.map((sequencer) => sequencer.pass(signal)));
    }
    await using served = await serveFeed(database);
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

  test('totals are saved every thousand lines, and exact at every line', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    let saved = 0;
    const counting: FeedStore = {
      ...store,
      async saveTotals(totals) {
        saved += 1;
        await store.saveTotals(totals);
      },
    };
    const sequencer = new Sequencer(counting, options);
    const signal = new AbortController().signal;
    for (const [lines, all, saves] of [
      [1, 1, 1],
      [400, 401, 1],
      [400, 801, 1],
      [400, 1_201, 2],
      [1, 1_202, 2],
    ] as const) {
      const liked = { type: 'onenet.article.liked' as const };
      await write(database, ...Array.from({ length: lines }, () => liked));
      await sequencer.pass(signal);
      expect(saved).toBe(saves);
      const end = await store.lastPosition();
      const totals = end && (await totalsAt(store, end));
      expect(totals).toMatchObject({ through: all, types: [{ events: all }] });
    }
  });

  test('two feeds of one platform share the work by the lease', async () => {
    await using database = await fresh();
    await using one = await serveFeed(database);
    await using two = await serveFeed(database);
    for (let round = 0; round < 10; round += 1) {
      await write(database, {}, {}, {});
      one.feed.wake();
      two.feed.wake();
    }
    await Promise.all([one.feed.drained(), two.feed.drained()]);
    expect(await readAll(one.url)).toHaveLength(30);
    expect(await readAll(two.url)).toEqual(await readAll(one.url));
  });

  test('recordedtime never falls, even when the clock does', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T12:00:00Z') });
    await write(database, {});
    await served.feed.drained();
    vi.setSystemTime(new Date('2026-11-24T09:00:00Z'));
    await write(database, {});
    await served.feed.drained();
    vi.useRealTimers();
    const events = await readAll(served.url);
    expect(events.map(({ recordedtime }) => recordedtime)).toEqual([
      '2026-11-24T12:00:00.000Z',
      '2026-11-24T12:00:00.000Z',
    ]);
  });

  test('an id that comes again is the same event', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    await write(database, { id: 'once' }, {});
    await served.feed.drained();
    await write(database, {}, { id: 'once' }, {});
    await served.feed.drained();
    const events = await readAll(served.url);
    expect(events).toHaveLength(4);
    expect(events.filter(({ id }) => id === 'once')).toHaveLength(1);
  });

  test('what is no event stands aside, counted, and holds nobody up', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    await write(database, {});
    const faults = await database.insertFaulty();
    await write(database, {});
    await served.feed.drained();

    expect(await readAll(served.url)).toHaveLength(2);
    expect(await served.feed.status()).toMatchObject({ pending: 0, quarantined: faults.length });
    const aside = await database.aside();
    expect(aside.map(({ fault }) => fault).toSorted()).toEqual(faults);
    expect(aside.find(({ entry }) => entry._id === 'place')?.entry.data.place).toBe('武汉');
  });

  test('two under one id that are no events both stand aside', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    for (const place of ['武汉', '宜昌']) {
      const entry = {
        _id: 'twice',
        type: 'onenet.article.liked',
        time: new Date(),
        data: { place },
      };
      await database.insert([entry as OutboxEntry]);
      await served.feed.drained();
    }
    expect(await served.feed.status()).toMatchObject({ pending: 0, quarantined: 2 });
    const aside = await database.aside();
    expect(new Set(aside.map(({ entry }) => `${entry._id} ${entry.data.place}`))).toEqual(
      new Set(['twice 武汉', 'twice 宜昌']),
    );
  });

  test('the secret for counting people is made once', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    const keys = await Promise.all([store.personKey(), store.personKey(), store.personKey()]);
    expect(keys[0]).toHaveLength(32);
    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
    expect(await store.personKey()).toEqual(keys[0]);
  });

  test('a feed that watches is woken by what others commit', async () => {
    await using database = await fresh();
    // No polling within the test.
    await using served = await serveFeed(database, { pollMs: 600_000, watch: true });
    await using other = await serveFeed(database, { pollMs: 600_000, watch: true });
    await served.feed.drained();
    const waiting = [served, other].map(({ url }) => batch(url, { waitSeconds: 60 }));
    await database.record();
    for (const { lines } of await Promise.all(waiting)) expect(lines).toHaveLength(1);
  });
});
