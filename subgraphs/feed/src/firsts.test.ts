import { platformEvents } from './platform-event.ts';
import { describe, expect, test } from 'vitest';
import { code, databases, personKey, readAll, serveFeed, write } from '../test/harness.ts';
import { dayMs } from './periods.ts';
import { Sequencer } from './sequencer.ts';
import type { FeedStore } from './store.ts';

const maxFirstsAgeDays = 10_000;
const at = (text: string) => new Date(`${text}+08:00`);
const like = (time: Date, person: string) => ({
  type: 'onenet.article.liked' as const,
  time,
  person,
});

const options = {
  code,
  vocabulary: platformEvents,
  firsts: { personKey, maxAgeDays: 400 },
  onAppended: () => {},
};

describe.each(databases)('$name', ({ fresh }) => {
  test('a person is first once in each day, week, month, quarter and year of Shanghai', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database, { maxFirstsAgeDays });
    await write(
      database,
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

  test('who is helped counts apart from who is active', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const time = new Date();
    const aid = (type: 'onenet.aid.paid' | 'onenet.aid.completed') => ({ type, time, person: 'a' });
    await write(database, like(time, 'a'), aid('onenet.aid.paid'), aid('onenet.aid.completed'));
    await served.feed.drained();
    const events = await readAll(served.url);
    expect(events.map(({ data }) => data.firsts?.year)).toEqual([1, 1, 0]);
  });

  test('one measure over all its types; simulated persons count apart; no person enters a line', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const time = new Date();
    const comment = { type: 'onenet.article.commented' as const, time, person: 'worker-77' };
    await write(database, like(time, 'worker-77'), comment);
    await write(database, { ...comment, data: { simulated: true } });
    await served.feed.drained();
    const events = await readAll(served.url);
    expect(events.map(({ data }) => data.firsts?.year)).toEqual([1, 0, 1]);
    expect(JSON.stringify(events)).not.toContain('worker-77');
    const claims = await database.claims();
    expect(claims).toHaveLength(10);
    expect(JSON.stringify(claims)).not.toContain('worker-77');
  });

  test('beyond the bound nothing is claimed and nothing is said', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database, { maxFirstsAgeDays: 30 });
    const now = Date.now();
    await write(database, like(new Date(now - 31 * dayMs), 'a'));
    await write(database, like(new Date(now - 29 * dayMs), 'b'));
    await served.feed.drained();
    const events = await readAll(served.url);
    expect(events.map(({ data }) => data.firsts?.day)).toEqual([undefined, 1]);
    const claims = await database.claims();
    expect(claims).toHaveLength(5);
    // A claim outlives every event that could still ask for it.
    for (const { expires } of claims) expect(expires.getTime()).toBeGreaterThan(now + 3 * dayMs);
  });

  test('exact when the sequencer dies between claim and insert, and the next is another', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    const time = new Date();
    await write(database, ...Array.from({ length: 50 }, (_, n) => like(time, `p${n % 20}`)));

    const dying: FeedStore = {
      ...store,
      append: () => Promise.reject(new Error('killed between claim and insert')),
    };
    const killed = new Sequencer(dying, options);
    await expect(killed.pass(new AbortController().signal)).rejects.toThrow('killed');
    expect(await database.claims()).toHaveLength(100);

    // Meanwhile the same persons act again, and what they do is written before.
    const old = await store.outbox(1_000);
    await store.removeFromOutbox(old.map(({ _id }) => _id));
    await write(database, ...Array.from({ length: 20 }, (_, n) => like(time, `p${n}`)));
    await database.insert(old);

    await using served = await serveFeed(database);
    await served.feed.drained();
    const events = await readAll(served.url);
    expect(events).toHaveLength(70);
    const firsts = events.map(({ data }) => data.firsts?.day ?? 0);
    expect(firsts.slice(0, 20)).toEqual(Array(20).fill(0));
    expect(firsts.reduce((sum, one) => sum + one)).toBe(20);
  });

  test('exact when the sequencer dies between the claims of days and those of longer periods', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    const time = new Date();
    const persons = Array.from({ length: 20 }, (_, n) => `p${n}`);
    await write(database, ...persons.map((person) => like(time, person)));
    let claimed = 0;
    const dying: FeedStore = {
      ...store,
      async addClaims(claims) {
        claimed += 1;
        if (claimed > 1) throw new Error('killed between two claims');
        return await store.addClaims(claims);
      },
    };
    const killed = new Sequencer(dying, options);
    await expect(killed.pass(new AbortController().signal)).rejects.toThrow('killed');
    expect(await database.claims()).toHaveLength(20);

    // Whoever acts meanwhile has not the day, and takes no longer period from the event that has it.
    const old = await store.outbox(1_000);
    await store.removeFromOutbox(old.map(({ _id }) => _id));
    await write(database, ...persons.map((person) => like(time, person)));
    await database.insert(old);

    await using served = await serveFeed(database);
    await served.feed.drained();
    const firsts = (await readAll(served.url)).map(({ data }) => Object.values(data.firsts ?? {}));
    expect(firsts.map((each) => each.join(''))).toEqual([
      ...Array<string>(20).fill('00000'),
      ...Array<string>(20).fill('11111'),
    ]);
  });

  test('of somebody who did something today already one key is looked up, and nothing is written', async () => {
    await using database = await fresh();
    const { store } = database;
    await store.prepare();
    const time = new Date();
    const persons = Array.from({ length: 20 }, (_, n) => `p${n}`);
    const lookedUp: number[] = [];
    let written = 0;
    const counting: FeedStore = {
      ...store,
      async claimHolders(keys) {
        lookedUp.push(keys.length);
        return await store.claimHolders(keys);
      },
      async addClaims(claims) {
        written += claims.length;
        return await store.addClaims(claims);
      },
    };
    const sequencer = new Sequencer(counting, options);
    await write(database, ...persons.map((person) => like(time, person)));
    await sequencer.pass(new AbortController().signal);
    expect({ lookedUp, written }).toEqual({ lookedUp: [20, 80], written: 100 });
    await write(database, ...persons.map((person) => like(time, person)));
    await sequencer.pass(new AbortController().signal);
    expect({ lookedUp, written }).toEqual({ lookedUp: [20, 80, 20], written: 100 });
  });
});
