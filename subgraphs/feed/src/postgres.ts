/** A feed's PostgreSQL: the pool, the schema `onenet`, and the notices by which the database wakes a feed. */
import { readFile } from 'node:fs/promises';
import { Pool } from 'pg';
import type { PoolClient } from 'pg';

/** The database cannot carry a feed; the message says what it lacks. */
export class UnfitDatabase extends Error {
  override readonly name = 'UnfitDatabase';
}

/** The first with CREATE OR REPLACE TRIGGER, as PostgreSQL numbers its versions. */
const oldestVersion = 140_000;
/** What stands in `onenet.settings` when the schema is that of postgres.sql. */
const schemaVersion = '1';
const schemaSql = new URL('postgres.sql', import.meta.url);
const channel = 'onenet_feed';
/** Milliseconds after which a lost listener tries again. */
const listenAgainMs = 1_000;

/** Connections whose commits are on disk (and at the synchronous standby, if there is one) when they return. */
export function postgresPool(uri: string, maxConnections = 10): Pool {
  const pool = new Pool({
    connectionString: withOption(uri, 'synchronous_commit=on'),
    application_name: 'onenet',
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
  });
  // A connection that breaks while nobody uses it is replaced; without a listener it ends the process.
  pool.on('error', () => {});
  return pool;
}

/** In the address, so that a connection has it from its first statement on. */
function withOption(uri: string, setting: string): string {
  const option = encodeURIComponent(`-c ${setting}`);
  if (/[?&]options=/.test(uri)) return uri.replace(/([?&]options=[^&]*)/, `$1%20${option}`);
  return `${uri}${uri.includes('?') ? '&' : '?'}options=${option}`;
}

/** Makes the schema where it is missing. Safe to repeat, also by two at once. */
export async function preparePostgres(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number; prepared: boolean }>(
    `SELECT current_setting('server_version_num')::int AS version,
            to_regclass('onenet.settings') IS NOT NULL AS prepared`,
  );
  const { version = 0, prepared = false } = rows[0] ?? {};
  if (version < oldestVersion) {
    throw new UnfitDatabase(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: the feed needs 14.`,
    );
  }
  // Asked first: the DDL's locks wait for the writers' transactions, and later writers for the locks.
  if (prepared && (await schemaVersionOf(pool)) === schemaVersion) return;
  // One simple query is one transaction.
  await pool.query(await readFile(schemaSql, 'utf8'));
}

async function schemaVersionOf(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ value: Buffer }>(
    `SELECT value FROM onenet.settings WHERE name = 'schema-version'`,
  );
  return rows[0]?.value.toString();
}

/**
 * Calls `onNotice` after each commit that wrote to the outbox or the log. A lost connection is made
 * again; what was missed in between is found by polling. Resolves to a function that ends it.
 */
export async function listenPostgres(pool: Pool, onNotice: () => void): Promise<() => void> {
  let client: PoolClient | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isEnded = false;

  function lost(broken: PoolClient): void {
    if (client !== broken) return;
    client = undefined;
    broken.release(true);
    again();
  }
  function again(): void {
    if (isEnded) return;
    retry = setTimeout(() => void connect().catch(again), listenAgainMs);
  }
  async function connect(): Promise<void> {
    const connected = await pool.connect();
    if (isEnded) return connected.release();
    client = connected;
    connected.on('notification', onNotice);
    connected.on('error', () => lost(connected));
    connected.on('end', () => lost(connected));
    try {
      await connected.query(`LISTEN ${channel}`);
    } catch (error) {
      client = undefined;
      connected.release(true);
      throw error;
    }
    onNotice();
  }

  await connect();
  return () => {
    isEnded = true;
    clearTimeout(retry);
    const held = client;
    client = undefined;
    // Destroyed: a connection that listens is of no use to others.
    held?.release(true);
  };
}
