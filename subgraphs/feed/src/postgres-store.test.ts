/** What PostgreSQL alone can do to a feed: commits out of order, locks, roles, lost connections. */
import { setImmediate as turn } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { batch, readAll, serveFeed, write } from '../test/harness.ts';
import { freshPostgres } from '../test/postgres-database.ts';
import { postgresPool, postgresStore } from './index.ts';

const insert = `INSERT INTO onenet.outbox (id, type, time) VALUES ($1, 'onenet.member.applied', now())`;

test('a transaction that began earlier and commits later is numbered later, and not lost', async () => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database);
  const early = await database.pool.connect();
  await early.query('BEGIN');
  await early.query(insert, ['early']);
  await database.pool.query(insert, ['late']);
  await served.feed.drained();
  expect((await readAll(served.url)).map(({ id }) => id)).toEqual(['late']);
  // What is not committed does not count as waiting either: it may never be.
  expect(await served.feed.status()).toMatchObject({ pending: 0, lastSequence: 1 });

  await early.query('COMMIT');
  early.release();
  await served.feed.drained();
  expect((await readAll(served.url)).map(({ id }) => id)).toEqual(['late', 'early']);
});

test.each([
  [
    'nested deeper than a program can write it',
    `'2026-01-01'`,
    `(repeat('[', 9000) || repeat(']', 9000))`,
  ],
  ['of null', `'2026-01-01'`, `'null'`],
  ['with a number beyond every number', `'2026-01-01'`, `'{"count": 1e400}'`],
  ['at the end of all times', `'infinity'`, `'{}'`],
  ['in a year that JavaScript has not', `'280000-01-01'`, `'{}'`],
])('an entry %s stands aside, and holds nobody up', async (_, time, data) => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database);
  await database.pool.query(
    `INSERT INTO onenet.outbox (id, type, time, data) VALUES ('wrong', 'onenet.member.applied', ${time}, ${data}::jsonb)`,
  );
  await database.pool.query(insert, ['right']);
  await served.feed.drained();
  expect((await readAll(served.url)).map(({ id }) => id)).toEqual(['right']);
  // As it was written, for whoever has to mend it.
  const { rows } = await database.pool.query(
    `SELECT id FROM onenet.feed_quarantine
     WHERE entry->'data' = ${data}::jsonb AND (entry->>'time')::timestamptz = ${time}`,
  );
  expect(rows).toEqual([{ id: 'wrong' }]);
});

test.each([
  ['data', `'onenet.article.liked'`, `jsonb_build_object('place', repeat('x', 3000000))`, 'NULL'],
  ['a type', `repeat('x', 3000000)`, `'{}'`, 'NULL'],
  ['a person', `'onenet.article.liked'`, `'{}'`, `repeat('x', 3000000)`],
])('%s that no line could hold is not fetched, and stands aside whole', async (_, ...values) => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database);
  await database.pool.query(
    `INSERT INTO onenet.outbox (id, time, type, data, person) VALUES ('huge', now(), ${values.join(', ')})`,
  );
  const [entry] = await database.store.outbox(1);
  expect(JSON.stringify(entry).length).toBeLessThan(200);
  await database.pool.query(insert, ['right']);
  await served.feed.drained();
  expect((await readAll(served.url)).map(({ id }) => id)).toEqual(['right']);
  const { rows } = await database.pool.query(
    'SELECT fault, octet_length(entry::text) > 3000000 AS whole FROM onenet.feed_quarantine',
  );
  expect(rows).toEqual([{ fault: 'TOO_LARGE', whole: true }]);
});

test('12 transactions that always overlap, one in five rolled back: each committed event once', async () => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database, { watch: true });
  const pool = postgresPool(database.uri, 12);
  const committed: string[] = [];
  const writer = async (n: number): Promise<void> => {
    const client = await pool.connect();
    for (let i = 0; i < 20; i += 1) {
      const ids = Array.from({ length: 1 + (i % 4) }, (_, k) => `event-${n}-${i}-${k}`);
      await client.query('BEGIN');
      for (const id of ids) {
        await client.query(insert, [id]);
        // Others commit meanwhile, a different number of them each time.
        for (let turns = (n * i) % 17; turns > 0; turns -= 1) await turn();
      }
      const isKept = (n + i) % 5 !== 0;
      await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
      if (isKept) committed.push(...ids);
    }
    client.release();
  };
  await Promise.all(Array.from({ length: 12 }, (_, n) => writer(n)));
  await pool.end();
  await served.feed.drained();
  const ids = (await readAll(served.url, 50)).map(({ id }) => id);
  expect(ids).toHaveLength(committed.length);
  expect(new Set(ids)).toEqual(new Set(committed));
});

test('four that start at once make the schema once', async () => {
  await using database = await freshPostgres();
  const pools = Array.from({ length: 4 }, () => postgresPool(database.uri));
  await Promise.all(pools.map((pool) => postgresStore(pool).prepare()));
  const keys = await Promise.all(pools.map((pool) => postgresStore(pool).personKey()));
  await Promise.all(pools.map((pool) => pool.end()));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  const leases = await database.pool.query('SELECT * FROM onenet.feed_lease');
  expect(leases.rows).toHaveLength(1);
});

test("a start waits for no writer's transaction, and makes no writer wait", async () => {
  await using database = await freshPostgres();
  await database.store.prepare();
  const writing = await database.pool.connect();
  await writing.query('BEGIN');
  await writing.query(insert, ['long']);
  await database.store.prepare();
  await database.pool.query(insert, ['short']);
  await writing.query('COMMIT');
  writing.release();
  expect(await database.store.outboxSize(10)).toBe(2);
});

test('a role that may only insert and see the totals is enough for a writer', async () => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database, { watch: true, pollMs: 600_000 });
  const role = `writer_${database.uri.slice(-8)}`;
  await database.pool.query(`CREATE ROLE ${role} LOGIN`);
  try {
    await database.pool.query(`
      GRANT USAGE ON SCHEMA onenet TO ${role};
      GRANT INSERT ON onenet.outbox TO ${role};
      GRANT SELECT ON onenet.event_totals TO ${role}`);
    const uri = new URL(database.uri);
    uri.username = role;
    const client = new Client(uri.href);
    await client.connect();
    const waiting = batch(served.url, { waitSeconds: 60 });
    await client.query(insert, ['by-the-role']);
    expect((await waiting).lines).toHaveLength(1);
    const totals = await client.query('SELECT * FROM onenet.event_totals');
    expect(totals.rows).toEqual([
      {
        type: 'onenet.member.applied',
        events: '1',
        count: '1',
        through_sequence: '00000000000000000001',
      },
    ]);
    for (const table of ['outbox', 'feed_log', 'settings', 'feed_claims']) {
      await expect(client.query(`SELECT * FROM onenet.${table}`)).rejects.toThrow('denied');
    }
    await client.end();
  } finally {
    await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

test('onenet.event_totals is what the feed itself says, whatever was saved', async () => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database);
  const viewed = async () => {
    const { rows } = await database.pool.query<Record<string, string>>(
      'SELECT * FROM onenet.event_totals',
    );
    return rows.map(({ type, events, count, through_sequence: through }) => ({
      type,
      events: Number(events),
      count: Number(count),
      through,
    }));
  };
  expect(await viewed()).toEqual([]);
  await write(database, { type: 'onenet.article.read', data: { count: 40 } }, {});
  await served.feed.drained();
  await write(database, { type: 'onenet.article.liked' });
  await served.feed.drained();
  expect(await viewed()).toHaveLength(3);
  expect(await viewed()).toEqual(await served.feed.totals());
  const saved = [
    'UPDATE onenet.feed_totals SET through = 1, head = (SELECT head FROM onenet.feed_log WHERE sequence = 1), ' +
      `types = '[{"type": "onenet.article.read", "events": 1, "count": 40}]'`,
    // Of another log: it counts for nothing.
    `UPDATE onenet.feed_totals SET head = 'sha-256:other'`,
    'DELETE FROM onenet.feed_totals',
  ];
  for (const sql of saved) {
    await database.pool.query(sql);
    expect(await viewed()).toEqual(await served.feed.totals());
  }
});

test('an append at a number that is taken leaves nothing behind', async () => {
  await using database = await freshPostgres();
  const { store } = database;
  await store.prepare();
  const line = (sequence: number, entryId = `e${sequence}`) => ({
    sequence,
    entryId,
    type: 'onenet.member.applied',
    count: 1,
    recordedTime: new Date(),
    bytes: Buffer.from('{}'),
    head: `head ${sequence}`,
  });
  expect(await store.append([line(1), line(2)])).toBe(true);
  expect(await store.append([line(3), line(2, 'other')])).toBe(false);
  expect(await store.append([line(3), line(4, 'e1')])).toBe(false);
  expect(await store.lastPosition()).toMatchObject({ sequence: 2, head: 'head 2' });
});

test('claims that no event can ask for any more are taken away', async () => {
  await using database = await freshPostgres();
  const { store } = database;
  await store.prepare();
  const claim = (key: string, expires: Date) => ({ key, event: 'e', expires });
  await store.addClaims([claim('old', new Date(Date.now() - 1_000))]);
  await store.addClaims([claim('new', new Date(Date.now() + 60_000))]);
  expect(await database.claims()).toMatchObject([{ key: 'new' }]);
});

test('a listener whose connection is lost listens again', async () => {
  await using database = await freshPostgres();
  await using served = await serveFeed(database, { watch: true, pollMs: 600_000 });
  await served.feed.drained();
  const ended = await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
  );
  expect(ended.rowCount).toBe(1);
  const waiting = batch(served.url, { waitSeconds: 60 });
  await write(database, {});
  expect((await waiting).lines).toHaveLength(1);
});
