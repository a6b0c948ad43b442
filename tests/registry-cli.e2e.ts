/** The registry's commands, as one types them: what they print, and their exit codes. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistryNet, type RegistryNet } from './fixtures/registry-net.ts';

const code = '422800';
let net: RegistryNet;
let folder: string;
let url: string;

beforeAll(async () => {
  net = await startRegistryNet([code]);
  folder = await mkdtemp(join(tmpdir(), 'registry-cli-'));
  await writeFile(join(folder, 'operator-token'), `${net.operatorToken}\n`);
  url = net.platformUrls[code] ?? '';
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('from a token to a connected platform, and back', async () => {
  const asOperator = ['--data', folder];
  const made = await onenet('platform', 'token', '--platform', code, ...asOperator);
  expect(made.code).toBe(0);
  const token = made.stdout.trim();
  expect(token).toMatch(/^[\w-]{43}$/);

  const published = await onenet('publish', '--platform', code, '--url', url, '--token', token);
  expect(published).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ PROBE') });
  expect(published.stdout).toContain(`${code} is at version 1.`);

  const skew = await onenet('contract', 'skew');
  expect(skew.stdout).toMatch(new RegExp(`${code} +CONNECTED +1 +1\\.2`));
  const list = await onenet('platform', 'list', '--json');
  expect(JSON.parse(list.stdout)).toContainEqual(
    expect.objectContaining({ code, connection: 'CONNECTED' }),
  );

  const suspended = await onenet('platform', 'suspend', '--platform', code, ...asOperator);
  expect(suspended.stdout.trim()).toBe(`${code} is SUSPENDED.`);
  await onenet('platform', 'resume', '--platform', code, ...asOperator);
  const withdrawn = await onenet('withdraw', '--platform', code, '--token', token);
  expect(withdrawn).toMatchObject({ code: 0, stdout: expect.stringContaining('REGISTERED') });
  expect((await onenet('rollback', '--platform', code, '--token', token)).code).toBe(0);
});

test('a refusal is read step by step, and exits with 1', async () => {
  const file = join(folder, 'wrong.graphql');
  await writeFile(file, 'type Query {\n  a: Fund\n}\n');
  const token = await net.token(code);
  const args = ['publish', '--platform', code, '--url', url, '--sdl', file, '--token', token];
  const refused = await onenet(...args);
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('✗ VALID');
  expect(refused.stdout).toContain('Unknown type');
  expect(refused.stdout).toContain('nothing has changed');
  expect(JSON.parse((await onenet(...args, '--json')).stdout)).toMatchObject({ admitted: false });
});

test('mistakes are one line: exit 2 for how it was typed, 1 for what the registry says', async () => {
  for (const [args, exit, text] of [
    [['publish', '--platform', code], 2, '--url is missing'],
    [['publish', '--plattform', code], 2, '--plattform'],
    [['withdraw', '--platform', code], 2, 'A token is needed'],
    [['withdraw', '--platform', code, '--token', 'x'], 1, 'TOKEN_REQUIRED'],
    [['contract', 'sdl', '--modules', 'votes'], 2, 'there is no module "votes"'],
    [['platform', 'remove'], 2, 'No command "platform remove"'],
  ] as const) {
    const answer = await onenet(...args);
    expect(answer).toMatchObject({ code: exit, stderr: expect.stringContaining(text) });
    expect(answer.stderr).not.toMatch(/^ {4}at /m);
  }
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run in the test's own folder: no token of a net on this machine is taken by chance. */
function onenet(...args: readonly string[]): Promise<Ended> {
  const main = new URL('../scripts/onenet.ts', import.meta.url).pathname;
  return new Promise((resolve) => {
    const env = { ...process.env, ONENET_PROVINCE: net.province.url };
    execFile(process.execPath, [main, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
