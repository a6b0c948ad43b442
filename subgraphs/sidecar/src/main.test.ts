/** The process: help is true, mistakes are named without a password, it ends when told. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshPostgres, serverBehind } from '../test/harness.ts';

const onenet = fileURLToPath(new URL('../../../scripts/onenet.ts', import.meta.url));
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const run = promisify(execFile);
/** Nothing but where compiled code is kept: without it half of a start is spent on that. */
const bare = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
const upstream = 'http://127.0.0.1:1/graphql';

test('./onenet sidecar --help names every option', async () => {
  const { stdout } = await run(process.execPath, [onenet, 'sidecar', '--help']);
  const options = [
    'code',
    'upstream',
    'outbox',
    'port',
    'host',
    'trust',
    'unsigned',
    'timeout',
    'help',
  ];
  for (const option of options) expect(stdout).toContain(`--${option}`);
});

test.each([
  [[], 2, /^sidecar: give --code\./],
  [['--code', 'yichang'], 2, /--code yichang: a platform's code/],
  [
    ['--code', '420500', '--upstream', 'localhost:8000'],
    2,
    /--upstream localhost:8000: an address/,
  ],
  [['--code', '420500', '--upstream', upstream], 2, /give --outbox or OUTBOX_URI/],
  [
    ['--code', '420500', '--upstream', upstream, '--outbox', 'redis://x'],
    2,
    /"redis:": give postgres:/,
  ],
  [['--code', '420500', '--upstream', upstream, '--outbox', 'mongodb://x/?a=b'], 2, /no database/],
  [
    ['--code', '420500', '--upstream', upstream, '--outbox', 'postgres://a:secret@127.0.0.1:1/x'],
    1,
    /^sidecar: the outbox \(--outbox or OUTBOX_URI\): connect ECONNREFUSED 127\.0\.0\.1:1\n$/,
  ],
  [
    ['--code', '420500', '--upstream', upstream, '--outbox', 'x://', '--port', 'any'],
    2,
    /--port any/,
  ],
  [['--unsigned'], 2, /--unsigned/],
  [['--bad'], 2, /^sidecar: Unknown option '--bad'\. See --help\.\n$/],
])('%j is refused by name', async (args, exitCode, message) => {
  const failed = run(process.execPath, [main, ...args], { env: bare });
  await expect(failed).rejects.toMatchObject({
    code: exitCode,
    stderr: expect.stringMatching(message),
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)('it serves until %s, and ends well', async (signal) => {
  await using outbox = await freshPostgres();
  await using behind = await serverBehind();
  const child = spawn(
    process.execPath,
    [onenet, 'sidecar', '--code', '420500', '--upstream', behind.url, '--port', '0'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, OUTBOX_URI: outbox.uri } },
  );
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? '';
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  // One that waits for events is answered, and holds nobody up.
  const waiting = fetch(`${url}/events?wait=60`);
  await fetch(`${url}/health/live`);
  child.kill(signal);
  expect((await waiting).status).toBe(200);
  expect(await exited).toEqual([0, null]);
});
