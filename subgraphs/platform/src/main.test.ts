/** The process: help is true, mistakes are named, one platform runs alone and ends when told. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { databaseName } from './serve.ts';

const main = new URL('main.ts', import.meta.url).pathname;
const run = promisify(execFile);

test('--help names every option', async () => {
  const { stdout } = await run(process.execPath, [main, '--help']);
  for (const option of [
    'mongodb-uri',
    'platforms',
    'base-port',
    'platform',
    'port',
    'host',
    'database-prefix',
    'scale',
    'simulate',
    'trust',
    'unsigned',
    'help',
  ]) {
    expect(stdout).toContain(`--${option}`);
  }
});

test.each([
  [['--scale', '2'], /--scale 2: a number from 0 to 1/],
  [['--platform', '999999'], /--platform 999999: no platform/],
  [['--simulate', 'much'], /--simulate much: a number/],
  [['--unsigned', 'take'], /--unsigned take: refuse or loopback/],
  [['--bad'], /^platform: Unknown option '--bad'\. See --help\.\n$/],
])('%j is refused by name', async (args, message) => {
  const failed = run(process.execPath, [main, '--mongodb-uri', inject('mongodbUri'), ...args]);
  await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
});

test('a single platform, without reference records, until SIGTERM', async () => {
  const prefix = `platform_test_${randomUUID().slice(0, 8)}_`;
  const child = spawn(
    process.execPath,
    [
      main,
      '--mongodb-uri',
      inject('mongodbUri'),
      '--platform',
      '421087',
      '--port',
      '0',
      '--database-prefix',
      prefix,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? '';
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ organizations { totalCount } }' }),
  });
  expect(await answer.json()).toEqual({ data: { organizations: { totalCount: 0 } } });
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  await using client = new MongoClient(inject('mongodbUri'));
  await client.db(databaseName('421087', prefix)).dropDatabase();
});
