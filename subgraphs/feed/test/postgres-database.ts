/** A fresh PostgreSQL database for a test. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Pool } from 'pg';
import { inject } from 'vitest';
import type { OutboxEntry } from '../src/entry.ts';
import { postgresPool } from '../src/postgres.ts';
import { postgresStore } from '../src/postgres-store.ts';
import type { TestDatabase } from './databases.ts';

export interface PostgresDatabase extends TestDatabase {
  readonly pool: Pool;
}

export async function freshPostgres(): Promise<PostgresDatabase> {
  const name = `feed_test_${randomUUID().slice(0, 8)}`;
  await asSuperuser(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUri'));
  url.pathname = name;
  const uri = url.href;
  const pool = postgresPool(uri);
  await pool.query('CREATE TABLE records (id text PRIMARY KEY)');
  const tables = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables
       WHERE schemaname IN ('onenet', 'public') ORDER BY 1`,
    );
    return rows.map((table) => table.name);
  };
  return {
    pool,
    store: postgresStore(pool),
    uri,
    async insert(entries) {
      await pool.query(insertSql, [JSON.stringify(entries.map(rowOf))]);
    },
    async insertFaulty() {
      await pool.query(`INSERT INTO onenet.outbox (id, type, time, data, person, corrects) VALUES
        ('no-type', '', now(), '{}', NULL, NULL),
        ('person', 'onenet.article.liked', now(), '{"name": "张三"}', NULL, NULL),
        ('place', 'onenet.article.liked', now(), '{"place": "武汉"}', NULL, NULL),
        ('null', 'onenet.article.liked', now(), 'null', NULL, NULL),
        ('huge', 'onenet.article.liked', now(),
         jsonb_build_object('category', repeat('x', 70000)), NULL, NULL),
        ('420500:7', 'onenet.article.liked', now(), '{}', NULL, NULL),
        ('never', 'onenet.article.liked', 'infinity', '{}', NULL, NULL),
        ('bc', 'onenet.article.liked', '0044-03-15 BC', '{}', NULL, NULL),
        ('empty', 'onenet.article.liked', now(), '{}', '', NULL),
        ('future', 'onenet.article.liked', now(), '{}', NULL, 9223372036854775807),
        ('minus', 'onenet.article.liked', now(), '{}', NULL, -1),
        ('large', 'onenet.article.read', now(), '{"count": 1e400}', NULL, NULL)`);
      return [
        'BAD_CATEGORY',
        'BAD_CORRECTS',
        'BAD_CORRECTS',
        'BAD_COUNT',
        'BAD_ID',
        'BAD_PERSON',
        'BAD_PLACE',
        'BAD_TIME',
        'BAD_TIME',
        'FORBIDDEN_KEY',
        'NOT_AN_EVENT',
        'UNKNOWN_TYPE',
      ];
    },
    async record() {
      const id = randomUUID();
      await inTransaction(pool, [
        ['INSERT INTO records (id) VALUES ($1)', id],
        [
          `INSERT INTO onenet.outbox (id, type, time) VALUES ($1, 'onenet.member.applied', now())`,
          id,
        ],
      ]);
      return id;
    },
    async recordedIds() {
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM records');
      return rows.map(({ id }) => id);
    },
    async claims() {
      return (await pool.query<{ expires: Date }>('SELECT * FROM onenet.feed_claims')).rows;
    },
    async aside() {
      const { rows } = await pool.query<{ fault: string; entry: OutboxEntry }>(
        'SELECT fault, entry FROM onenet.feed_quarantine',
      );
      return rows;
    },
    async removeLines(from, to) {
      await pool.query('DELETE FROM onenet.feed_log WHERE sequence BETWEEN $1 AND $2', [from, to]);
    },
    async holdLease(until) {
      await pool.query(`UPDATE onenet.feed_lease SET holder = 'stuck', until = $1`, [until]);
    },
    async forgetTotals() {
      await pool.query('DELETE FROM onenet.feed_totals');
    },
    async snapshot() {
      const contents = (await tables()).map(async (table) => {
        const sql = `SELECT row::text AS row FROM ${table} AS row ORDER BY 1`;
        const { rows } = await pool.query<{ row: string }>(sql);
        return { name: table, rows: rows.map(({ row }) => row) };
      });
      return await Promise.all(contents);
    },
    async restore(backup) {
      for (const table of await tables()) await pool.query(`DELETE FROM ${table}`);
      for (const { name: table, rows } of backup) {
        await pool.query(
          `INSERT INTO ${table} OVERRIDING SYSTEM VALUE
           SELECT (row::${table}).* FROM unnest($1::text[]) AS row`,
          [rows],
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await pool.end();
      await asSuperuser(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const insertSql = `
  INSERT INTO onenet.outbox (id, type, time, data, person, corrects)
  SELECT id, type, time, data, person, corrects
  FROM jsonb_to_recordset($1::jsonb)
    AS entry (id text, type text, time timestamptz, data jsonb, person text, corrects bigint)`;

function rowOf({ _id, ...entry }: OutboxEntry): object {
  return { id: _id, ...entry };
}

async function inTransaction(
  pool: Pool,
  statements: readonly (readonly [sql: string, value: string])[],
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const [sql, value] of statements) await client.query(sql, [value]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function asSuperuser(sql: string): Promise<void> {
  const client = new Client(inject('postgresUri'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
