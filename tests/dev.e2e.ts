/** `./onenet dev URL` as a team types it: their platform alone in a net of its own, seen on the dashboard. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { MongoClient } from 'mongodb';
import { startBrowser } from './fixtures/browser.ts';
import { freePortRange } from './fixtures/ports.ts';
import { allProcesses } from './fixtures/processes.ts';
import { ask } from './fixtures/small-net.ts';

const root = join(import.meta.dirname, '..');
const code = '422800';
const name = '恩施土家族苗族自治州总工会';
const stack = new AsyncDisposableStack();
let port: number;
let platformUrl: string;
let dataDir: string;

beforeAll(async () => {
  port = await freePortRange(64);
  dataDir = await mkdtemp(join(tmpdir(), 'onenet-dev-'));
  stack.defer(() => rm(dataDir, { recursive: true }));
});
afterAll(() => stack.disposeAsync());

/** A program of this repository, with what it says. */
function start(args: readonly string[]) {
  // With a database of its own, as where none is configured.
  const { MONGODB_URI: _, CLICKHOUSE_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    child,
    ended,
    said: () => output,
    untilSaid: async (text: string, since = 0) => {
      const end = performance.now() + 120_000;
      while (!output.includes(text, since)) {
        if (child.exitCode !== null || performance.now() > end) {
          throw new Error(`It did not say "${text}":\n${output}`);
        }
        await delay(50);
      }
    },
  };
}

/** A reference platform in a process of its own, which offers what its definition says. */
async function startPlatform(): Promise<void> {
  const mongodbUri = inject('mongodbUri');
  const prefix = `t${port}_`;
  stack.defer(async () => {
    await using client = await MongoClient.connect(mongodbUri);
    await client.db(`${prefix}platform_${code}`).dropDatabase();
  });
  const base = port + 30;
  platformUrl = `http://127.0.0.1:${base + 14}`;
  const flags = {
    'mongodb-uri': mongodbUri,
    'database-prefix': prefix,
    'base-port': base,
    platforms: code,
    scale: 0.0005,
    trust: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    unsigned: 'loopback',
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  start(['subgraphs/platform/src/main.ts', ...args]);
}

test('its help is true', async () => {
  const { said, ended } = start(['scripts/onenet.ts', 'dev', '--help']);
  expect(await ended).toEqual([0, null]);
  expect(said()).toContain('./onenet dev <URL> [options]');
  expect(said()).toContain('--code <text>');
});

test('a platform sees itself in the net before it is published', { timeout: 300_000 }, async () => {
  platformUrl = `http://127.0.0.1:${port + 44}`;
  const dev = start([
    'scripts/onenet.ts',
    'dev',
    `${platformUrl}/graphql`,
    '--port',
    String(port),
    '--data',
    dataDir,
  ]);
  await dev.untilSaid('OneNet is up');
  // It is not there yet: that is told, and looked at again.
  await dev.untilSaid('does not answer');
  await startPlatform();
  await dev.untilSaid(`${code} is at version 1.`);
  expect(dev.said()).toContain('✓ PROBE');

  const gateway = `http://127.0.0.1:${port}`;
  const query = `{ organizations(first: 3) { edges { node { id platform { name } } }
    completeness { asked answered missing { reason } } } }`;
  const organizations = await untilAsked(`${gateway}/graphql`, query);
  expect(organizations).toMatchObject({
    edges: expect.arrayContaining([
      { node: { id: expect.stringMatching(`^${code}:`), platform: { name } } },
    ]),
    completeness: { asked: 1, answered: 1, missing: [] },
  });
  const browser = await startBrowser();
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${gateway}/platform/${code}?period=ALL`);
  await page.getByText(name).first().waitFor();
  await browser.close();

  // Enter publishes again.
  const before = dev.said().length;
  dev.child.stdin.write('\n');
  await dev.untilSaid(`${code} is at version`, before);

  const processes = (await allProcesses()).filter(({ command }) => command.includes(dataDir));
  expect(processes.length).toBeGreaterThan(3);
  dev.child.kill('SIGINT');
  expect(await dev.ended).toEqual([0, null]);
  expect(dev.said()).toContain('OneNet has stopped.');
  const left = (await allProcesses()).filter(({ command }) => command.includes(dataDir));
  expect(left).toEqual([]);
});

test('what is no address is refused in one line', async () => {
  const wrong = start(['scripts/onenet.ts', 'dev', 'localhost']);
  expect(await wrong.ended).toEqual([2, null]);
  expect(wrong.said()).toBe('"localhost" is no address: write http://127.0.0.1:4100.\n');
});

/** The gateway takes the platform in within two seconds. Bounded by the test's own time. */
async function untilAsked(url: string, query: string): Promise<unknown> {
  for (;;) {
    const { data } = await ask(url, query);
    const list = data?.['organizations'] as { completeness: { asked: number } } | null;
    if (list && list.completeness.asked > 0) return list;
    await delay(100);
  }
}
