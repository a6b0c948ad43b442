/** Joining for real: a platform goes from registered to connected by the README of the Python platform, word by word. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startBrowser } from './fixtures/browser.ts';
import { testNet, type DisposableNet } from './fixtures/net.ts';
import { freePort } from './fixtures/ports.ts';
import { ask } from './fixtures/small-net.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'subgraphs/examples/python');
const stack = new AsyncDisposableStack();
let net: DisposableNet;

beforeAll(async () => {
  net = stack.use(
    await testNet({ platforms: ['421300', '420500'], scale: 0.001, dashboard: true }),
  );
});
afterAll(() => stack.disposeAsync());

/** The commands of a page, each with the words before it. */
async function commandsOf(page: string): Promise<readonly { words: string; command: string }[]> {
  const text = await readFile(join(folder, page), 'utf8');
  const [, section = ''] = text.split(/^## (?:From nothing to admitted|从零到接纳)$/m);
  const [steps = ''] = section.split(/^## /m);
  return Array.from(
    steps.matchAll(/([^`]*(?:`[^`]+`[^`]*)*?)```sh\n([\s\S]*?)```\n/g),
    (match) => ({
      words: match[1] ?? '',
      command: match[2] ?? '',
    }),
  );
}

test('both pages have the same commands', async () => {
  const [english, chinese] = await Promise.all(['README.md', 'README.zh-CN.md'].map(commandsOf));
  expect(english?.length).toBe(8);
  expect(chinese?.map(({ command }) => command)).toEqual(english?.map(({ command }) => command));
});

// An environment is made and a whole platform audited on the way.
test(
  'who follows them is admitted, and seen with all that it has',
  { timeout: 400_000 },
  async () => {
    expect(await connectionOf('422800')).toBe('REGISTERED');
    await removedAfterwards(['.venv', 'records.ndjson']);
    stack.defer(dropEnshi);
    const [server, sidecar] = [await freePort(), await freePort()];
    const here = (text: string): string =>
      text
        .replaceAll('127.0.0.1:4000', new URL(net.urls.gateway).host)
        .replaceAll('127.0.0.1:8000', `127.0.0.1:${server}`)
        .replaceAll('127.0.0.1:4100', `127.0.0.1:${sidecar}`)
        .replaceAll('--port 8000', `--port ${server}`)
        .replaceAll('--port 4100', `--port ${sidecar}`)
        .replaceAll('$ONENET/.onenet', net.dataDir);
    const urls = [
      `http://127.0.0.1:${sidecar}/health/live`,
      `http://127.0.0.1:${sidecar}/health/ready`,
    ];
    const steps = (await commandsOf('README.md')).map(({ words, command }) =>
      words.includes('in a terminal of its own')
        ? `(${here(command).trim()}) &\nuntil curl -sf ${urls.shift()} > /dev/null; do sleep 0.2; done`
        : here(command),
    );
    const script = ['set -euo pipefail', ...steps, 'echo JOINED', 'wait'].join('\n');
    const output = await follow(script);
    expect(output).toContain('JOINED');

    expect(await connectionOf('422800')).toBe('CONNECTED');
    const lists = `{ serviceRequests(filter: { platforms: ["422800"] }) {
    totalCount edges { node { id platform { name } place { name } } }
    completeness { asked answered } } }`;
    const { data } = await ask(`${net.urls.gateway}/graphql`, lists);
    expect(data?.['serviceRequests']).toMatchObject({
      completeness: { asked: 1, answered: 1 },
      edges: expect.arrayContaining([
        { node: expect.objectContaining({ platform: { name: '恩施土家族苗族自治州总工会' } }) },
      ]),
    });
    await untilCounted('422800');
    expect(await seenOnDashboard('422800', '恩施土家族苗族自治州总工会')).toBeGreaterThan(0);
  },
);

/** Runs the script in a shell of its own, until it says that it is through; its servers end with the test. */
async function follow(script: string): Promise<string> {
  const postgres = new URL(inject('postgresUri'));
  const shell = spawn('bash', ['-c', script], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PGHOST: postgres.hostname,
      PGPORT: postgres.port,
      PGUSER: postgres.username,
      ONENET_PROVINCE: net.urls.province,
    },
  });
  const ended = once(shell, 'exit');
  stack.defer(async () => {
    // Its servers are of its group, and outlive a shell that ended at an error.
    try {
      process.kill(-(shell.pid ?? 0), 'SIGTERM');
    } catch {
      // Nobody is left.
    }
    await ended;
  });
  let output = '';
  const through = Promise.withResolvers<void>();
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('JOINED')) through.resolve();
    });
  }
  await Promise.race([through.promise, ended]);
  return output;
}

async function connectionOf(code: string): Promise<unknown> {
  const query = 'query ($code: ID!) { platform(code: $code) { connection } }';
  const { data } = await ask(`${net.urls.gateway}/graphql`, query, { code });
  return (data?.['platform'] as { connection: string } | null)?.connection;
}

/** Its events are in. Bounded by the test's own time. */
async function untilCounted(code: string): Promise<void> {
  const query = `query ($code: ID!) { platform(code: $code) {
    metrics(input: { metrics: ["requestsSubmitted"], period: ALL, compareWith: NONE }) { value } } }`;
  for (;;) {
    const { data } = await ask(`${net.urls.gateway}/graphql`, query, { code });
    const platform = data?.['platform'] as { metrics: { value: number | null }[] } | null;
    if ((platform?.metrics[0]?.value ?? 0) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** The greatest figure on a platform's page, under its name. */
async function seenOnDashboard(code: string, name: string): Promise<number> {
  const browser = await startBrowser();
  stack.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${net.urls.gateway}/platform/${code}?period=ALL`);
  await page.getByText(name).first().waitFor();
  await page.locator('article .value strong').nth(3).waitFor();
  const titles = await page
    .locator('article .value')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title') ?? ''));
  return Math.max(...titles.map((title) => Number(title.replaceAll(/[^\d.-]/g, ''))));
}

/** The page's own database, which a server that was given to the tests would keep. */
async function dropEnshi(): Promise<void> {
  const client = new Client({ connectionString: inject('postgresUri') });
  await client.connect();
  await client.query('DROP DATABASE IF EXISTS enshi WITH (FORCE)');
  await client.end();
}

/** What the page leaves in the folder, unless it was there before. */
async function removedAfterwards(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) stack.defer(() => rm(path, { recursive: true, force: true }));
  }
}
