/** `npm start` itself: up, found again, refused with the reason, and gone without a trace. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxOptions, upOptions } from '@onenet/scripts';
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

/** A city without a large figure, which is loaded in a second. */
const ezhou = '420700';

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
    `${ezhou},WISCO,420500`,
  ]);
}

test.for([
  [[], upOptions],
  [['--sandbox'], sandboxOptions],
] as const)('--help lists every option: %j', async ([args, options]) => {
  const { output, code } = await npmStart([...args, '--help']).ended;
  expect(code).toBe(0);
  for (const name of Object.keys(options)) expect(output).toContain(`--${name}`);
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

test('a sandbox gives whoever asks a client that sees everything; a crash in a test tells its part', async () => {
  await using net = await testNet({ platforms: [ezhou], sandbox: true });
  const { gateway } = net.urls;
  const registered = await post(`${gateway}/oauth/register`, { client_name: '试用系统' });
  const { client_id, client_secret } = registered as Record<string, string>;
  const form = { grant_type: 'client_credentials', client_id, client_secret };
  const body = new URLSearchParams(form as Record<string, string>);
  const granted = await fetch(`${gateway}/oauth/token`, { method: 'POST', body });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const text = '{ platforms { code } members(first: 1) { edges { node { name } } } }';
  const answer = await post(`${gateway}/graphql`, { query: text }, `Bearer ${token}`);
  // Personal, and so for nobody without scope and grant; no other platform is in the net.
  expect(answer).toMatchObject({
    data: {
      platforms: [{ code: ezhou }],
      members: { edges: [{ node: { name: expect.stringMatching(/演/) } }] },
    },
  });

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
  const { data } = (await post(`http://127.0.0.1:${gateway}/graphql`, { query: text })) as {
    data: T;
  };
  return data;
}

async function post(url: string, body: object, authorization?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify(body),
  });
  return await response.json();
}
