/** Migrations on the real engine, and on a server by URL: the same statements. Long, since each that moves data has a test. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eventTypes } from '@onenet/contract';
import type { EventType } from '@onenet/contract';
import { expect, test, vi } from 'vitest';
import { openClickHouse, quote, quoteList, sqlTime } from './clickhouse.ts';
import type { ClickHouse } from './clickhouse.ts';
import { clickHouseFront } from './fixture-http.ts';
import { testDirectory } from './fixture.ts';
import { checkCluster } from './operation/cluster.ts';
import { epochTables } from './ingest/tables.ts';
import { durationTypes } from './ingest/durations.ts';
import { deduplicationWindowBlocks, expand, migrate, pendingMigrations } from './migrate.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What put the tables of tiers into one. */
const ofOneTable = ['015-cells.sql', '016-tables-of-tiers-go.sql'];

/** These are not run. */
async function takeAsApplied(clickhouse: ClickHouse, names: readonly string[]): Promise<void> {
  await pendingMigrations(clickhouse);
  for (const name of names) {
    const text = readFileSync(new URL(`../migrations/${name}`, import.meta.url), 'utf8');
    await clickhouse.run(
      `INSERT INTO onenet.migrations VALUES (${quote(name)}, ${quote(hash('sha256', text))}, now())`,
    );
  }
}

async function takeAsPending(clickhouse: ClickHouse, names: readonly string[]): Promise<void> {
  await clickhouse.run(
    `DELETE FROM onenet.migrations WHERE name IN ${quoteList(names)} SETTINGS mutations_sync = 2`,
  );
}

test('each migration runs once, in order, and a changed one is refused', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  try {
    const names = await pendingMigrations(clickhouse);
    expect(names).toEqual(names.toSorted());
    const begun: string[] = [];
    expect(await migrate(clickhouse, (name) => begun.push(name))).toEqual(names);
    expect(begun).toEqual(names);
    expect(await migrate(clickhouse)).toEqual([]);
    expect(await pendingMigrations(clickhouse)).toEqual([]);
    await clickhouse.run('TRUNCATE TABLE onenet.migrations');
    await clickhouse.run(
      `INSERT INTO onenet.migrations VALUES (${quote(names[0] ?? '')}, 'another', now())`,
    );
    await expect(migrate(clickhouse)).rejects.toThrow('001-raw.sql was changed after it ran here');
  } finally {
    await clickhouse.close();
  }
});

test('the deduplication window is on raw and on the target of every view', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  try {
    await migrate(clickhouse);
    const all = await clickhouse.rows<{ name: string; engine_full: string; target: string }>(
      `SELECT name, engine_full, if(create_table_query LIKE '%FROM onenet.raw%', extract(create_table_query, 'TO onenet\\.([a-z]+)'), '') AS target
       FROM system.tables WHERE database = 'onenet' ORDER BY name`,
    );
    const targets = all.map(({ target }) => target).filter((target) => target !== '');
    expect(['raw', ...targets].toSorted()).toEqual(epochTables.toSorted());
    const tables = all.filter(({ name }) => (epochTables as readonly string[]).includes(name));
    expect(tables).toHaveLength(epochTables.length);
    for (const { engine_full: engine } of tables) {
      expect(engine).toContain(
        `non_replicated_deduplication_window = ${deduplicationWindowBlocks}`,
      );
    }
  } finally {
    await clickhouse.close();
  }
});

test('an insert that is replayed after a restart counts once in raw and in the target of every view', async () => {
  await using directory = await testDirectory();
  const time = sqlTime(Date.now() - 60_000);
  const insert = `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, place, count, value, opening_measure)
    SETTINGS insert_deduplication_token = 'a', insert_deduplicate = 1,
      deduplicate_blocks_in_dependent_materialized_views = 1, async_insert = 0, max_insert_threads = 1
    FORMAT JSONCompactEachRow
    ["420100", 1, 1, "${time}", "onenet.request.resolved", "420102001", 1, 5, ""]
    ["420100", 1, 2, "${time}", "onenet.opening", "", 1, null, "onenet.card.used"]\n`;
  const before = openClickHouse({ dataDir: directory.path });
  try {
    await migrate(before);
    await before.run(insert);
  } finally {
    await before.close();
  }
  const after = openClickHouse({ dataDir: directory.path });
  try {
    await after.run(insert);
    const rows = (table: string): string =>
      table === 'raw' || table === 'durations' ? 'count()' : 'sum(events)';
    const counts = epochTables.map(
      (table) => `SELECT '${table}' AS table, toInt64(${rows(table)}) AS n FROM onenet.${table}`,
    );
    const found = await after.rows<{ table: string; n: number }>(counts.join(' UNION ALL '));
    // Of cells one in each tier.
    const more = { raw: 2, cells: 5, openings: 1, durations: 1 };
    const once = epochTables.map((table) => [table, more[table]]);
    expect(Object.fromEntries(found.map(({ table, n }) => [table, n]))).toEqual(
      Object.fromEntries(once),
    );
  } finally {
    await after.close();
  }
});

test('values that were in before there was a table of them are in it, once, and those of every type that has any', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const own = '007-durations.sql';
  const line = async (sequence: number, type: string, minutes: string, corrects = 0) =>
    await clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, count, value, corrects)
      VALUES ('420100', 1, ${sequence}, now64(3), ${quote(type)}, 1, ${minutes}, ${corrects})`,
    );
  const held = async (): Promise<unknown> =>
    await clickhouse.rows(
      'SELECT sequence, value, corrects FROM onenet.durations ORDER BY sequence',
    );
  const again = async (): Promise<void> => {
    await clickhouse.run(
      `DELETE FROM onenet.migrations WHERE name = ${quote(own)} SETTINGS mutations_sync = 2`,
    );
    expect(await migrate(clickhouse)).toEqual([own]);
  };
  try {
    await migrate(clickhouse);
    // As it was before 007.
    await clickhouse.run('DROP TABLE onenet.durations_view');
    await clickhouse.run('DROP TABLE onenet.durations');
    await line(1, 'onenet.request.resolved', '90');
    await line(2, 'onenet.request.resolved', 'NULL');
    await line(3, 'onenet.card.used', '500');
    await line(4, 'onenet.article.read', 'NULL', 1);
    const before = [
      { sequence: 1, value: 90, corrects: 0 },
      { sequence: 4, value: 0, corrects: 1 },
    ];
    await again();
    expect(await held()).toEqual(before);
    // An attempt that broke off before it was noted.
    await again();
    expect(await held()).toEqual(before);
    const types = Object.entries<EventType>(eventTypes).flatMap(([type, { value }]) =>
      value === 'minutes' || value === 'rating' ? [type] : [],
    );
    expect(types.toSorted()).toEqual(durationTypes.toSorted());
    for (const [i, type] of types.entries()) await line(10 + i, type, String(i));
    expect(await held()).toEqual([
      ...before,
      ...types.map((_, i) => ({ sequence: 10 + i, value: i, corrects: 0 })),
    ]);
  } finally {
    await clickhouse.close();
  }
});

test('what was in before there were months and places below the county is in them, once', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const own = '012-months-and-places.sql';
  const line = async (sequence: number, time: string, place: string) =>
    await clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, place, count, value)
      VALUES ('420100', 1, ${sequence}, ${quote(time)}, 'onenet.card.used', ${quote(place)}, 1, 7)`,
    );
  const held = async (): Promise<unknown> =>
    await clickhouse.rows(
      `SELECT * FROM (
        SELECT toString(t.month) AS at, t.county AS of, sum(t.events) AS n, sum(t.value_sum) AS fen FROM onenet.month AS t GROUP BY at, of
        UNION ALL
        SELECT toString(t.day) AS at, t.place AS of, sum(t.events) AS n, sum(t.value_sum) AS fen FROM onenet.places AS t GROUP BY at, of
      ) ORDER BY at, of`,
    );
  try {
    await takeAsApplied(clickhouse, ofOneTable);
    await migrate(clickhouse);
    // As it was before.
    for (const table of ['month_view', 'month', 'places_view', 'places']) {
      await clickhouse.run(`DROP TABLE onenet.${table}`);
    }
    // The last minute of February 2024 in Shanghai, and the first of March.
    await line(1, '2024-02-29 15:59:00', '420102002');
    await line(2, '2024-02-29 16:00:00', '420102002003');
    await line(3, '2024-02-29 16:00:00', '420102');
    for (const _ of ['at first', 'after an attempt that broke off before it was noted']) {
      await clickhouse.run(
        `DELETE FROM onenet.migrations WHERE name = ${quote(own)} SETTINGS mutations_sync = 2`,
      );
      expect(await migrate(clickhouse)).toEqual([own]);
    }
    await line(4, '2024-02-29 16:00:00', '420102002003');
    expect(await held()).toEqual([
      { at: '2024-02-01', of: '420102', n: 1, fen: 7 },
      { at: '2024-02-29', of: '420102002', n: 1, fen: 7 },
      { at: '2024-03-01', of: '420102', n: 3, fen: 21 },
      { at: '2024-03-01', of: '420102002003', n: 2, fen: 14 },
    ]);
  } finally {
    await clickhouse.close();
  }
});

test('what was in the tables of tiers is in the one table, once', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const line = async (sequence: number, time: string, place: string) =>
    await clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, place, count, value, first_day)
      VALUES ('420100', 1, ${sequence}, ${quote(time)}, 'onenet.card.used', ${quote(place)}, 2, 7, 1)`,
    );
  const held = async (): Promise<unknown> =>
    await clickhouse.rows(
      `SELECT t.tier AS tier, formatDateTime(t.at, '%F %T', 'Asia/Shanghai') AS from, t.place AS place, t.county AS county,
        sum(t.events) AS n, sum(t.total) AS count, sum(t.value_sum) AS fen, sum(t.first_day) AS firsts
      FROM onenet.cells AS t WHERE t.tier != 'minute' GROUP BY ALL ORDER BY tier, from, place`,
    );
  const minutes = async (): Promise<unknown> =>
    await clickhouse.rows(
      `SELECT toUnixTimestamp(t.at) * 1000 AS at, sum(t.events) AS n FROM onenet.cells AS t WHERE t.tier = 'minute' GROUP BY t.at`,
    );
  const of = (tier: string, from: string, n: number, place = '') => ({
    tier,
    from,
    place,
    county: place === '' ? '420102' : '',
    n,
    count: 2 * n,
    fen: 7 * n,
    firsts: n,
  });
  try {
    await takeAsApplied(clickhouse, ofOneTable);
    await migrate(clickhouse);
    // The last minute of February 2024 in Shanghai, the first of March, and one that minutes are kept of.
    await line(1, '2024-02-29 15:59:30', '420102002');
    await line(2, '2024-02-29 16:00:30', '420102');
    const nowMs = Date.now();
    await line(3, sqlTime(nowMs), '');
    await takeAsPending(clickhouse, ofOneTable);
    expect(await migrate(clickhouse)).toEqual(ofOneTable);
    const known = [
      of('hour', '2024-02-29 23:00:00', 1),
      of('hour', '2024-03-01 00:00:00', 1),
      of('day', '2024-02-29 00:00:00', 1),
      of('day', '2024-03-01 00:00:00', 1),
      of('month', '2024-02-01 00:00:00', 1),
      of('month', '2024-03-01 00:00:00', 1),
      of('places', '2024-02-29 00:00:00', 1, '420102002'),
    ];
    const old = async () =>
      ((await held()) as { from: string }[]).filter(({ from }) => from.startsWith('2024'));
    expect(await old()).toEqual(known);
    expect(await minutes()).toEqual([{ at: Math.floor(nowMs / 60_000) * 60_000, n: 1 }]);
    // What comes in from now on is added by the one view, to the same.
    await line(4, '2024-02-29 15:59:40', '420102002');
    await line(5, '2024-02-29 16:00:40', '420102');
    expect(await old()).toEqual(known.map(({ tier, from, place }) => of(tier, from, 2, place)));
    const tables = await clickhouse.rows<{ name: string }>(
      `SELECT name FROM system.tables WHERE database = 'onenet' AND name IN ('minute', 'hour', 'day', 'month', 'places')`,
    );
    expect(tables).toEqual([]);
  } finally {
    await clickhouse.close();
  }
});

test('an attempt at the one table that broke off is begun anew', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const run = clickhouse.run.bind(clickhouse);
  const events = async (): Promise<unknown> =>
    await clickhouse.rows(
      `SELECT tier, sum(t.events) AS n FROM onenet.cells AS t GROUP BY tier ORDER BY tier`,
    );
  try {
    await takeAsApplied(clickhouse, ofOneTable);
    await migrate(clickhouse);
    await run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, place, count)
      VALUES ('420100', 1, 1, now64(3), 'onenet.card.used', '420102002', 1)`,
    );
    await takeAsPending(clickhouse, ofOneTable);
    for (const at of ['DROP VIEW IF EXISTS onenet.day_view', 'DROP TABLE IF EXISTS onenet.day']) {
      clickhouse.run = async (sql) => {
        if (sql.includes(at)) throw new Error('The power is gone.');
        await run(sql);
      };
      await expect(migrate(clickhouse)).rejects.toThrow('The power is gone.');
    }
    clickhouse.run = run;
    expect(await migrate(clickhouse)).toEqual(['016-tables-of-tiers-go.sql']);
    const tiers = ['minute', 'hour', 'day', 'month', 'places'];
    expect(await events()).toEqual(tiers.map((tier) => ({ tier, n: 1 })));
  } finally {
    await clickhouse.close();
  }
});

test('corrections that were in before their count was kept have it from raw, or by their sign where raw has them no more', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const own = '017-corrected-values.sql';
  const line = async (sequence: number, count: number, minutes: string, corrects: number) =>
    await clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, count, value, corrects)
      VALUES ('420100', 1, ${sequence}, now64(3), 'onenet.request.resolved', ${count}, ${minutes}, ${corrects})`,
    );
  try {
    await takeAsApplied(clickhouse, [own]);
    await migrate(clickhouse);
    await line(1, 1, '90', 0);
    await line(2, -1, '-90', 1);
    await line(3, 1, '60', 1);
    await line(4, 1, 'NULL', 1);
    await line(5, -1, '0', 1);
    await line(6, 1, '0', 1);
    await clickhouse.run('DELETE FROM onenet.raw WHERE sequence < 4');
    for (const attempt of ['first', 'after one that broke off']) {
      await takeAsPending(clickhouse, [own]);
      expect(await migrate(clickhouse), attempt).toEqual([own]);
      const held = await clickhouse.rows<{ line: string }>(
        `SELECT concat(toString(sequence), ': ', toString(count), if(valued, ' with ', ' without '), toString(value)) AS line
        FROM onenet.durations ORDER BY sequence`,
      );
      expect(held.map((row) => row.line)).toEqual([
        '1: 1 with 90',
        '2: -1 with -90',
        '3: 1 with 60',
        '4: 1 without 0',
        '5: -1 with 0',
        '6: 1 with 0',
      ]);
    }
  } finally {
    await clickhouse.close();
  }
});

test('balances that came before there was a choice stay those of a number', async () => {
  await using directory = await testDirectory();
  const clickhouse = openClickHouse({ dataDir: directory.path });
  const opening = async (columns: string, values: string): Promise<void> =>
    await clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, opening_measure, opening_kind, ${columns})
      VALUES ('420100', 1, ${values})`,
    );
  const common = `now64(3), 'onenet.opening', 'onenet.card.used', 'flow'`;
  try {
    // As it was before 005: what is taken for applied is not run.
    const names = await pendingMigrations(clickhouse);
    const later = ['005-openings-of-values.sql', '014-taken-up.sql', '017-corrected-values.sql'];
    await takeAsApplied(clickhouse, later);
    expect(await migrate(clickhouse)).toHaveLength(names.length - later.length);
    await opening('opening_value', `1, ${common}, 90000`);

    await takeAsPending(clickhouse, later);
    expect(await migrate(clickhouse)).toEqual(later);
    await opening('opening_of, opening_value', `2, ${common}, 'count', 10000`);
    await opening('opening_of, opening_value', `3, ${common}, 'value', 9007199254740990`);
    expect(
      await clickhouse.rows(
        `SELECT sum(t.events) AS events, sum(t.value) AS value, sum(t.value_sum) AS fen FROM onenet.openings AS t`,
      ),
    ).toEqual([{ events: 3, value: 100_000, fen: 9_007_199_254_740_990 }]);
  } finally {
    await clickhouse.close();
  }
});

test('on a cluster the tables are replicated, and a replay is deduplicated for a year', () => {
  const sql = expand(
    'CREATE TABLE t {{onCluster}} ENGINE = {{MergeTree}} SETTINGS {{deduplication}}',
    'net',
  );
  expect(sql).toBe(
    "CREATE TABLE t ON CLUSTER 'net' ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}') " +
      'SETTINGS replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 31536000',
  );
  expect(() => expand('{{nothing}}', undefined)).toThrow('Unknown word {{nothing}}');
});

test('a server by URL is asked with the same SQL', async () => {
  await using directory = await testDirectory();
  await using front = await clickHouseFront(directory.path);
  const clickhouse = openClickHouse({ url: front.url });
  try {
    await migrate(clickhouse);
    const insert = `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, count)
      SETTINGS insert_deduplication_token = 'a', async_insert = 0
      FORMAT JSONCompactEachRow
      ["420100", 1, 1, "2026-01-01 00:00:00.000", "onenet.article.read", 3]\n`;
    await clickhouse.run(insert);
    await clickhouse.run(insert);
    expect(
      await clickhouse.rows(
        `SELECT count() AS lines, (SELECT sum(total) FROM onenet.cells WHERE tier = 'day') AS reads, ${quote("it's \\ 一")} AS text FROM onenet.raw`,
      ),
    ).toEqual([{ lines: 1, reads: 3, text: "it's \\ 一" }]);
    await expect(clickhouse.run('SELECT nothing')).rejects.toThrow('nothing');
    const elsewhere = openClickHouse({ url: front.url, cluster: 'elsewhere' });
    await expect(checkCluster(elsewhere)).rejects.toThrow('the server knows no such cluster');
    await elsewhere.close();
  } finally {
    await clickhouse.close();
  }
});
