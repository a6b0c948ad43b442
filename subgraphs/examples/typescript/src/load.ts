/** `node src/load.ts`: makes database and tables, and puts the first records into them. Once: all, or nothing. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Client, DatabaseError } from 'pg';

const home = new URL('../', import.meta.url);
const { values } = parseArgs({
  options: {
    database: { type: 'string', default: process.env['DATABASE_URL'] ?? '' },
    records: { type: 'string' },
  },
});
if (values.database === '') {
  console.error('Give a PostgreSQL database with --database or DATABASE_URL.');
  process.exit(2);
}
await makeDatabase(values.database);
console.log(await load(values.database, values.records));

/** Loads divisions and records; says what it did. `records` is a file of lines `{"record": …}` or `{"event": …}`. */
async function load(database: string, records: string | undefined): Promise<string> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Two that start at once: the second waits, and finds it done.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('platform load'))`);
    await client.query(await readFile(new URL('schema.sql', home), 'utf8'));
    const done = [`${await loadDivisions(client)} divisions`];
    if (records !== undefined) {
      done.push(`${await loadRecords(client, records)} lines of records and events`);
    }
    await client.query('COMMIT');
    return `Loaded: ${done.join(', ')}.`;
  } finally {
    await client.end();
  }
}

/** Makes the database where it is missing, by way of the one that every server has. */
async function makeDatabase(database: string): Promise<void> {
  const url = new URL(database);
  const name = decodeURIComponent(url.pathname.slice(1)) || 'postgres';
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    const quoted = client.escapeIdentifier(name);
    await client.query(`CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    const isThere = error instanceof DatabaseError && error.code === '42P04';
    if (!isThere) throw error;
  } finally {
    await client.end();
  }
}

async function loadDivisions(client: Client): Promise<number> {
  if (!(await isFirst(client, 'divisions'))) return 0;
  const text = await readFile(new URL('divisions.csv', home), 'utf8');
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const column = head.split(',').indexOf('code');
  const codes = lines.map((line) => line.split(',')[column]);
  await client.query('INSERT INTO area SELECT unnest($1::text[])', [codes]);
  return codes.length;
}

async function loadRecords(client: Client, file: string): Promise<number> {
  if (!(await isFirst(client, 'records'))) return 0;
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const end: unknown = JSON.parse(lines.at(-1) ?? 'null');
  // Whoever wrote the file may have been killed: half a load must not pass for a whole one.
  if (JSON.stringify(end) !== JSON.stringify({ end: lines.length - 1 })) {
    throw new Error(`${file} was cut off after ${lines.length} lines: nothing was loaded.`);
  }
  await client.query(`CREATE TEMPORARY TABLE incoming (
    n bigint GENERATED ALWAYS AS IDENTITY, line jsonb) ON COMMIT DROP`);
  await client.query('INSERT INTO incoming (line) SELECT unnest($1::text[])::jsonb', [lines]);
  await client.query(await readFile(new URL('load.sql', home), 'utf8'));
  return lines.length - 1;
}

/** Whether it is loaded for the first time; it is marked in the transaction that loads it. */
async function isFirst(client: Client, what: string): Promise<boolean> {
  const text = 'INSERT INTO loaded (what) VALUES ($1) ON CONFLICT DO NOTHING';
  return (await client.query(text, [what])).rowCount === 1;
}
