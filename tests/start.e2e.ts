/** `npm start` itself: up, found again, refused with the reason, and gone without a trace. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upOptions } from '@onenet/scripts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npmStart, type NpmStart } from './fixtures/npm-start.ts';
import { freePortRange } from './fixtures/ports.ts';
import { portsOfANet, testNet } from './fixtures/net.ts';

let dataDir: string;
let port: number;
let organizationsAtFirst: readonly string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'onenet-start-'));
  port = await freePortRange(portsOfANet);
});
afterAll(() => rm(dataDir, { recursive: true }));

/** A net that is small, but of every part. */
function startSmall(): NpmStart {
  return npmStart([
    '--port',
    port,
    '--data',
    dataDir,
    '--scale',
    0.0001,
    '--platforms',
    '420100,WISCO,420500',
  ]);
}

test('--help lists every option', async () => {
  const { output, code } = await npmStart(['--help']).ended;
  expect(code).toBe(0);
  for (const name of Object.keys(upOptions)) expect(output).toContain(`--${name}`);
});

test('says that it is up, answers, and Ctrl-C stops all of it', async () => {
  await using start = startSmall();
  await start.up();
  expect(start.output()).toContain(`http://127.0.0.1:${port}/graphql`);
  expect(start.output()).toContain('which gets nothing personal');
  expect(await platformNames(port)).toContain('武汉市总工会');
  organizationsAtFirst = await organizationIds(port);

  const parts = await start.descendants();
  start.signal('SIGINT');
  const { output } = await start.ended;
  expect(output).toContain('OneNet has stopped.');
  expect(await start.left(parts)).toEqual([]);
});

test('a second start finds the data of the first; SIGTERM leaves no process', async () => {
  await using start = startSmall();
  await start.up();
  expect(organizationsAtFirst).not.toEqual([]);
  expect(await organizationIds(port)).toEqual(organizationsAtFirst);

  const parts = await start.descendants();
  start.signal('SIGTERM');
  await start.ended;
  expect(await start.left(parts)).toEqual([]);
});

test('Ctrl-C while it is starting leaves no process', async () => {
  await using start = startSmall();
  await start.whenRunning('province/src/main.ts');
  const parts = await start.descendants();
  start.signal('SIGINT');
  await start.ended;
  expect(start.output()).not.toContain('OneNet is up');
  expect(start.output()).toContain('OneNet is stopping …');
  expect(await start.left(parts)).toEqual([]);
});

test('a busy port names itself, its holder and the flag', async () => {
  const holder = createServer().listen(port + 1, '127.0.0.1');
  await once(holder, 'listening');
  const { output, code } = await startSmall().ended;
  holder.close();
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port + 1} (province) is in use by`);
  expect(output).toContain(`(pid ${process.pid})`);
  expect(output).toContain('--port');
});

test.for(['npm start', 'scripts/start.ts'])('SIGKILL of %s leaves no process', async (victim) => {
  await using start = startSmall();
  await start.up();
  const parts = await start.descendants();
  process.kill(await start.find(victim), 'SIGKILL');
  expect(await start.left(parts)).toEqual([]);
});

test('a crash of one part stops all, shows its last lines, and fails', async () => {
  await using start = startSmall();
  await start.up();
  const parts = await start.descendants();
  process.kill(await start.find(' --dbpath '), 'SIGKILL');
  const { output, code } = await start.ended;
  expect(code).toBe(1);
  expect(output).toMatch(/mongod ended \(.+\); the end of .+\.log:/);
  expect(await start.left(parts)).toEqual([]);
});

test('a net in a test tells which part crashed, and stops with its block', async () => {
  await using net = await testNet({ platforms: ['420100'] });
  process.kill(net.processes['gateway'] ?? 0, 'SIGKILL');
  expect((await net.crashed).message).toContain('gateway ended (signal SIGKILL)');
});

async function platformNames(gateway: number): Promise<readonly string[]> {
  const data = await query<{ platforms: { name: string }[] }>(gateway, '{ platforms { name } }');
  return data.platforms.map(({ name }) => name);
}

async function organizationIds(gateway: number): Promise<readonly string[]> {
  const data = await query<{ organizations: { edges: { node: { id: string } }[] } }>(
    gateway,
    '{ organizations(first: 50) { edges { node { id } } } }',
  );
  return data.organizations.edges.map(({ node }) => node.id);
}

async function query<T>(gateway: number, text: string): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  });
  const { data } = (await response.json()) as { data: T };
  return data;
}
