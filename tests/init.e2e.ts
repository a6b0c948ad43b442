/** `./onenet init`: what it writes is a platform, started by the commands of its own README, and it passes the audit. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { rules } from '@onenet/audit';
import { yichangPython } from '@onenet/scripts/yichang';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testKeys } from './fixtures/keys.ts';
import { freePort } from './fixtures/ports.ts';

const root = join(import.meta.dirname, '..');
const stack = new AsyncDisposableStack();
let scratch: string;
let keysUrl: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'onenet-init-'));
  stack.defer(() => rm(scratch, { recursive: true }));
  const keys = stack.use(await testKeys());
  const jwks = await readFile(keys.jwksFile);
  // In the place of the gateway, where the sidecar reads the net's keys.
  const server = createServer((_request, response) => void response.end(jwks));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.close();
    await once(server, 'close');
  });
  keysUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => stack.disposeAsync());

/** `./onenet init …`, as typed. */
async function init(...args: readonly string[]) {
  const program = join(root, 'scripts/onenet.ts');
  const run = promisify(execFile)(process.execPath, [program, 'init', ...args]);
  return await run.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

/** The libraries of this repository, where a team would install its own. */
const librariesOf: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  python: async (folder) => {
    const python = await yichangPython((line) => console.log(line));
    await symlink(dirname(dirname(python)), join(folder, '.venv'));
  },
  typescript: async (folder) => {
    const modules = join(root, 'subgraphs/examples/typescript/node_modules');
    await symlink(modules, join(folder, 'node_modules'));
  },
};

/** The shell commands of its README, from the database to the audit. */
async function commandsOf(folder: string, page: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, page), 'utf8');
  return Array.from(text.matchAll(/```sh\n([\s\S]*?)```\n/g), (match) => match[1] ?? '');
}

/** What looks at the deadlines once, at a moment of choice. */
const sweepOf: Readonly<Record<string, string>> = {
  python: '.venv/bin/python -m union_platform.sweep',
  typescript: 'node src/sweep.ts',
};
const farAway = '2099-01-01T00:00:00Z';

const cases = [
  { lang: 'python', code: '422800', modules: 'members,content,transfers' },
  // Not in the reference net, and without the optional modules.
  { lang: 'python', code: '420802', modules: '' },
  { lang: 'typescript', code: '422800', modules: 'members,content' },
  { lang: 'typescript', code: '420802', modules: 'content' },
];

/** Each waits for its own servers, and for the audit that asks them. */
const sideBySide = { concurrent: true, timeout: 300_000 };

test.for(cases)('$lang, $code, "$modules"', sideBySide, async ({ lang, code, modules }) => {
  const folder = join(scratch, `${lang}-${code}`);
  const made = await init('--lang', lang, folder, '--code', code, '--modules', modules);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(py|ts|md|toml|json|sql)$/.test(name)) continue;
    const text = await readFile(join(folder, name), 'utf8');
    expect(text, name).not.toMatch(/yichang|宜昌|@onenet|\{\{/i);
  }
  expect(await commandsOf(folder, 'README.zh-CN.md')).toEqual(
    await commandsOf(folder, 'README.md'),
  );
  await librariesOf[lang]?.(folder);

  const [server, sidecar] = [await freePort(), await freePort()];
  const [install = '', tables, sidecarCommand, load, serve, , check] = (
    await commandsOf(folder, 'README.md')
  ).map((command) =>
    command
      .replaceAll('127.0.0.1:8000', `127.0.0.1:${server}`)
      .replaceAll('127.0.0.1:4100', `127.0.0.1:${sidecar}`)
      .replaceAll('--port 8000', `--port ${server}`)
      .replaceAll('--port 4100', `--port ${sidecar}`)
      .replaceAll('127.0.0.1:4000', new URL(keysUrl).host)
      // A database of the test's own.
      .replaceAll('postgres:///platform_', `postgres:///t${server}_platform_`),
  );
  const until = (path: string) =>
    `until curl -sf http://127.0.0.1:${sidecar}/health/${path} > /dev/null; do sleep 0.2; done`;
  const script = [
    'set -euo pipefail',
    install.split('\n')[0],
    tables,
    `(${sidecarCommand?.trim()}) &\n${until('live')}`,
    load,
    `(${serve?.trim()}) &\n${until('ready')}`,
    check,
    // Two servers that look at the clock at once.
    `${sweepOf[lang]} --code ${code} --now ${farAway} & first=$!`,
    `${sweepOf[lang]} --code ${code} --now ${farAway} & wait $first $!`,
    'echo AUDITED; wait',
  ].join('\n');
  const database = /postgres:\/\/\/(\w+)/.exec(script)?.[1] ?? '';
  stack.defer(() => dropDatabase(database));
  const output = await follow(script, folder);
  expect(output.match(/^FAIL .*\n(?: {3}.*\n)*/gm) ?? [], output).toEqual([]);
  expect(output).toContain('AUDITED');
  expect(await overdue(database)).toEqual({ unseen: 0, seen: expect.any(Number), most: 1 });
  const skipped = output.match(/^SKIPPED .*\n.*/gm) ?? [];
  const left = skipped.filter((line) => !line.includes('the platform does not offer'));
  expect(left).toEqual([]);
  const offered = ['core', 'organizations', 'requests', ...modules.split(',')];
  const without = rules.filter(({ module }) => !offered.includes(module));
  expect(skipped.length).toBe(without.length);
});

test('a mistake is told in one line, and nothing is written', async () => {
  const folder = join(scratch, 'mistakes');
  expect((await init('--lang', 'cobol', folder)).stderr).toBe(
    '--lang is "cobol": python or typescript.\n',
  );
  expect((await init('--lang', 'python')).stderr).toMatch(/^Into which folder\?/);
  expect((await init('--lang', 'python', folder, '--modules', 'votes')).stderr).toMatch(
    /no module "votes"/,
  );
  // A module that the language's example has not is not left out in silence.
  expect((await init('--lang', 'typescript', folder, '--modules', 'transfers')).stderr).toBe(
    '--modules: the example in typescript has no "transfers": members, content.\n',
  );
  expect((await init('--lang', 'python', folder, '--code', 'ZONE')).stderr).toMatch(/--serves/);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'mine.txt'), 'mine');
  expect((await init('--lang', 'python', folder)).stderr).toMatch(/holds mine\.txt/);
  expect(await readdir(folder)).toEqual(['mine.txt']);
});

/** Runs the script until it says that it is through; its servers end with the test. */
async function follow(script: string, cwd: string): Promise<string> {
  const postgres = new URL(inject('postgresUri'));
  const shell = spawn('bash', ['-c', script], {
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      PYTHONDONTWRITEBYTECODE: '1',
      PGHOST: postgres.hostname,
      PGPORT: postgres.port,
      PGUSER: postgres.username,
    },
  });
  const ended = once(shell, 'close');
  let output = '';
  const through = Promise.withResolvers<void>();
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('AUDITED')) through.resolve();
    });
  }
  await Promise.race([through.promise, once(shell, 'exit')]);
  try {
    process.kill(-(shell.pid ?? 0), 'SIGTERM');
  } catch {
    // It ended with all that it started.
  }
  await ended;
  return output;
}

/** Open requests that were not found overdue; those that were, far away; and how often at most. */
async function overdue(name: string): Promise<unknown> {
  const url = new URL(inject('postgresUri'));
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const { rows } = await client.query(
    `WITH found AS (
      SELECT request, count(*) AS n FROM help_request_log
      WHERE what = 'OVERDUE' AND happened = $1 GROUP BY request
    )
    SELECT count(*)::int AS seen, max(n)::int AS most, (
      SELECT count(*)::int FROM help_request WHERE found_overdue IS NULL
        AND state IN ('SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED')
    ) AS unseen FROM found`,
    [farAway],
  );
  await client.end();
  return rows[0];
}

async function dropDatabase(name: string): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUri') });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await client.end();
}
