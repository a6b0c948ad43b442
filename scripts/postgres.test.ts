import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { expect, inject, test } from 'vitest';
import { freePort } from '../tests/fixtures/ports.ts';
import { startPostgres } from './postgres.ts';

const run = promisify(execFile);

test('the PostgreSQL of the tests answers, and orders by bytes', async () => {
  const words = ['～', '𠮷', '吴', 'Z', 'a'];
  const sql = 'SELECT w FROM unnest($1::text[]) w ORDER BY w COLLATE "C"';
  const rows = await ask(inject('postgresUri'), sql, [words]);
  expect(rows.map((row) => row['w'])).toEqual(['Z', 'a', '吴', '～', '𠮷']);
});

test('a server that is started again finds its data, and none outlives its keeper', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-postgres-'));
  const options = {
    dataDir: join(folder, 'data'),
    port: await freePort(),
    logFile: join(folder, 'postgres.log'),
    say: () => undefined,
  };
  try {
    const first = await startPostgres(options);
    await ask(first.uri, 'CREATE TABLE note AS SELECT 1 AS one');
    await first.stop();
    expect(await first.ended).toBe('code 0');

    const second = await startPostgres(options);
    expect(await ask(second.uri, 'SELECT one FROM note')).toEqual([{ one: 1 }]);
    const { stdout } = await run('ps', ['-o', 'ppid=', '-p', String(second.pid)]);
    process.kill(Number(stdout), 'SIGKILL');
    await second.stop();
    // It ended in order, and removed its lock.
    await expect(readFile(join(options.dataDir, 'postmaster.pid'))).rejects.toThrow('ENOENT');
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function ask(
  uri: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client(uri);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
