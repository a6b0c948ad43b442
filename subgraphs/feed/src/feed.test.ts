/** The feed over HTTP: what is committed is numbered, chained and served, and a reader that asks wrongly is told. Long, because the wire format is tested in one place. */
import { EventEmitter, once } from 'node:events';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { batch, code, databases, readAll, serve, serveFeed, write } from '../test/harness.ts';
import { chainHead0, maxAnswerBytes, readFeed } from './index.ts';

describe.each(databases)('$name', ({ fresh }) => {
  test('the empty feed: 200, empty, head 0', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const response = await fetch(served.url);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/x-ndjson',
      'onenet-first-sequence': '00000000000000000001',
      'onenet-last-sequence': '00000000000000000000',
      'onenet-pending': '0',
      'onenet-quarantined': '0',
      'onenet-chain': chainHead0(code),
    });
    expect(Date.parse(response.headers.get('onenet-complete-to') ?? '')).not.toBeNaN();
  });

  test('a line is a CloudEvent; an answer is sent again byte for byte', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const time = new Date('2016-08-31T12:00:00+08:00');
    await write(database, { id: 'e1', time, data: { place: '420102', category: '微型企业' } });
    await served.feed.drained();
    const text = await (await fetch(`${served.url}?after=0&head=${chainHead0(code)}`)).text();
    const event = JSON.parse(text);
    expect(event).toEqual({
      specversion: '1.0',
      id: 'e1',
      source: '/platforms/420100',
      type: 'onenet.member.applied',
      time: '2016-08-31T04:00:00.000Z',
      datacontenttype: 'application/json',
      sequence: '00000000000000000001',
      recordedtime: event.recordedtime,
      data: { place: '420102', category: '微型企业' },
    });
    expect(await (await fetch(served.url)).text()).toBe(text);
  });

  test('409: another head at after, or after is not there yet; 410: after is before the first', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    await write(database, {}, {}, {}, {});
    await served.feed.drained();
    const two = await batch(served.url, { limit: 2 });
    const other = `sha-256:${createHash('sha256').update('other').digest('hex')}`;
    const ask = (after: number, head?: string) =>
      readFeed({ url: served.url, code, after, ...(head === undefined ? {} : { head }) });

    expect(await ask(2, two.head)).toMatchObject({ kind: 'batch', last: 4 });
    expect(await ask(2, other)).toEqual({ kind: 'conflict', firstSequence: 1, lastSequence: 4 });
    expect(await ask(0, other)).toMatchObject({ kind: 'conflict' });
    expect(await ask(5)).toMatchObject({ kind: 'conflict' });

    // Pruned: line 2 still says what the head was, and is no longer sent.
    await database.removeLines(1, 1);
    expect(await ask(0)).toEqual({ kind: 'gone', firstSequence: 3, lastSequence: 4 });
    expect(await ask(1)).toMatchObject({ kind: 'gone' });
    expect(await ask(2, two.head)).toMatchObject({ kind: 'batch', last: 4 });
  });

  test('a reader is never led over a missing line', async () => {
    await using database = await fresh();
    const failures: unknown[] = [];
    await using served = await serveFeed(database, { onError: (error) => failures.push(error) });
    await write(database, {}, {}, {});
    await served.feed.drained();
    await database.removeLines(2, 2);
    expect(await readFeed({ url: served.url, code, after: 0 })).toEqual({
      kind: 'unreachable',
      detail: 'status 500',
    });
    expect(String(failures[0])).toContain('The log of 420100 has no line 2');
  });

  test.each([
    ['after=-1', '"after"'],
    ['after=1e3', '"after"'],
    ['after=99999999999999999999', '"after"'],
    ['limit=0', '"limit"'],
    ['limit=20001', '"limit"'],
    ['wait=61', '"wait"'],
    ['wait=soon', '"wait"'],
    ['head=abc', '"head"'],
    ['since=4', '"since"'],
  ])('400: %s', async (query, named) => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const response = await fetch(`${served.url}?${query}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      code: 'BAD_INPUT',
      detail: expect.stringContaining(named),
    });
  });

  test('405: the feed is read with GET', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    const response = await fetch(served.url, { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
  });

  test('a long poll is answered by what is committed, not by its end', async () => {
    await using database = await fresh();
    // No polling within the test: what wakes is the commit.
    await using served = await serveFeed(database, { pollMs: 600_000 });
    await served.feed.drained();
    const waiting = batch(served.url, { waitSeconds: 60 });
    await write(database, { id: 'news' });
    served.feed.wake();
    expect((await waiting).lines).toHaveLength(1);
  });

  test('a long poll hears of lines that another process numbers', async () => {
    await using database = await fresh();
    await using idle = await serveFeed(database, { pollMs: 50 });
    await using working = await serveFeed(database);
    const waiting = batch(idle.url, { waitSeconds: 60 });
    await write(database, {});
    working.feed.wake();
    expect((await waiting).lines).toHaveLength(1);
  });

  test('stop answers those who wait; a reader that goes away leaves nothing behind', async () => {
    await using database = await fresh();
    const asked = new EventEmitter();
    const served = await serveFeed(database);
    await using front = await serve((request, response) => {
      void served.feed.handle(request, response).then(() => asked.emit('answered'));
    });
    const answered = once(asked, 'answered');
    const gone = new AbortController();
    const left = readFeed({ url: front.url, code, after: 0, waitSeconds: 60, signal: gone.signal });
    gone.abort();
    expect(await left).toMatchObject({ kind: 'unreachable' });

    const waiting = batch(front.url, { waitSeconds: 60 });
    const other = once(asked, 'answered');
    await served[Symbol.asyncDispose]();
    expect((await waiting).lines).toEqual([]);
    await Promise.race([answered, other]);
  });

  test(
    'limit and 8 MiB bound an answer; the walk over answers is whole',
    { timeout: 120_000 },
    async () => {
      await using database = await fresh();
      await using served = await serveFeed(database);
      const label = '汉'.repeat(64);
      // The longest that a line can be written, so that lines fill an answer before the limit does.
      const inputs = Array.from({ length: 13_000 }, () => ({
        data: { place: '420102001001', category: label, channel: label },
      }));
      for (let at = 0; at < inputs.length; at += 2_000) {
        await write(database, ...inputs.slice(at, at + 2_000));
      }
      await served.feed.drained();
      expect((await batch(served.url, { limit: 3 })).lines).toHaveLength(3);

      const most = await batch(served.url, { limit: 20_000 });
      const bytes = most.lines.reduce((sum, line) => sum + line.bytes.byteLength + 1, 0);
      expect(most.lines.length).toBeLessThan(13_000);
      expect(bytes).toBeLessThanOrEqual(maxAnswerBytes);
      expect(bytes).toBeGreaterThan(maxAnswerBytes - 2_000);
      expect(await readAll(served.url)).toHaveLength(13_000);
    },
  );

  test('pending and complete-to tell a stuck sequencer from a quiet city', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database, { pollMs: 600_000 });
    await write(database, {});
    await served.feed.drained();
    const numbered = await batch(served.url);
    await database.holdLease(new Date(Date.now() + 3_600_000));
    const committedAt = new Date();
    await write(database, {}, {});
    served.feed.wake();
    const stuck = await batch(served.url, { after: 1, head: numbered.head });
    expect(stuck.headers).toMatchObject({ pending: 2, lastSequence: 1 });
    expect(Date.parse(stuck.headers.completeTo ?? '')).toBeLessThan(committedAt.getTime());
  });

  test('a GET changes nothing', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database, { pollMs: 600_000 });
    await write(database, {}, { type: 'onenet.article.liked', person: 'p' });
    await served.feed.drained();
    await served.feed.stop();
    await write(database, {});
    const before = await database.snapshot();
    for (const query of ['', '?after=2', '?after=9', '?limit=x', '?after=2&wait=1']) {
      await (await fetch(served.url + query)).arrayBuffer();
    }
    expect(await database.snapshot()).toEqual(before);
  });

  test("an older backup, restored beneath a running feed: 409, and the new lines' chain is whole", async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    await write(database, {}, { type: 'onenet.article.liked', person: 'p' });
    await served.feed.drained();
    const old = await batch(served.url);
    const backup = await database.snapshot();

    await write(database, {}, {}, {});
    await served.feed.drained();
    const newer = await batch(served.url);
    await database.restore(backup);

    const position = { url: served.url, code, after: newer.last, head: newer.head };
    expect(await readFeed(position)).toMatchObject({ kind: 'conflict', lastSequence: 2 });
    await write(database, {}, {}, {}, { id: 'later' });
    await served.feed.drained();
    // As long as before and longer, yet another log: the head tells.
    expect(await readFeed(position)).toMatchObject({ kind: 'conflict', lastSequence: 6 });
    const again = await batch(served.url, { after: old.last, head: old.head });
    expect(again.last).toBe(6);
    expect(await readAll(served.url)).toHaveLength(6);
    expect(await served.feed.totals()).toMatchObject([
      { type: 'onenet.article.liked', events: 1 },
      { type: 'onenet.member.applied', events: 5, through: '00000000000000000006' },
    ]);
  });

  test('totals are exact, whoever asks, whatever was saved', async () => {
    await using database = await fresh();
    await using served = await serveFeed(database);
    await write(database, { type: 'onenet.article.read', data: { count: 40 } }, {});
    await served.feed.drained();
    await write(database, {
      type: 'onenet.article.read',
      data: { count: -15 },
      corrects: '00000000000000000001',
    });
    await served.feed.drained();
    const totals = [
      { type: 'onenet.article.read', events: 2, count: 25, through: '00000000000000000003' },
      { type: 'onenet.member.applied', events: 1, count: 1, through: '00000000000000000003' },
    ];
    expect(await served.feed.totals()).toEqual(totals);
    await database.forgetTotals();
    expect(await served.feed.totals()).toEqual(totals);
  });
});
