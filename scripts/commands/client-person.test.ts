/** `./onenet client` and `./onenet person`, as one types them: what they print, and their exit codes. */
import { generateKeyPairSync } from 'node:crypto';
import { netIssuers } from '@onenet/assertion';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AccessFixture, basic } from '../../subgraphs/province/src/access/access.fixture.ts';
import { client } from './client.ts';
import { keys } from './keys.ts';
import { person } from './person.ts';

let access: AccessFixture;
beforeAll(async () => {
  access = await AccessFixture.start({ referenceClients: true });
});
afterAll(() => access[Symbol.asyncDispose]());

const who = ['--client', 'pensions'];
const pensions =
  '--name 养老金系统 --name-en Pensions --kind SOCIAL_SECURITY --scopes members:read,requests:read --purposes pension-review'.split(
    ' ',
  );
const tokenStatus = async (id: string, secret: string): Promise<number> => {
  const address = { 'onenet-client-address': '198.51.100.1' };
  return (await access.token({}, { ...basic(id, secret), ...address })).status;
};

test('a client from its first secret to its end', async () => {
  const added = await onenet('client', 'add', ...who, ...pensions, '--per-day', '500');
  expect(added.code).toBe(0);
  // Alone on its line: a script takes it, and a person reads the rest.
  expect(added.stdout).toMatch(/^[\w-]{43}\n$/);
  expect(added.stderr).toContain('shown this once');
  const first = added.stdout.trim();
  expect(await tokenStatus('pensions', first)).toBe(200);

  const list = await onenet('client', 'list');
  expect(list.stdout).toMatch(
    /pensions +ACTIVE +FILTER +1 +requests:read members:read +养老金系统/,
  );
  expect(list.stdout).toMatch(/taxation +ACTIVE +FILTER +0 .*示例/);

  const rotated = await onenet('client', 'rotate', ...who, '--overlap', '0', '--json');
  const { secret } = JSON.parse(rotated.stdout) as { secret: string };
  expect(await tokenStatus('pensions', first)).toBe(401);
  expect(await tokenStatus('pensions', secret)).toBe(200);

  const scoped = await onenet('client', 'scopes', ...who, '--scopes', 'requests:read');
  expect(scoped.stdout).toMatch(/scopes +requests:read\n/);
  const limited = await onenet('client', 'limits', ...who, '--per-second', '7', '--json');
  expect(JSON.parse(limited.stdout)).toMatchObject({ limits: { perSecond: 7, perDay: 500 } });

  const named = ['--name', '养老金', '--purposes', 'review,statistics', '--mode', 'REJECT'];
  const set = await onenet('client', 'set', ...who, ...named, '--ad-hoc', 'yes', '--json');
  expect(JSON.parse(set.stdout)).toMatchObject({
    name: '养老金',
    nameEn: 'Pensions',
    purposes: ['review', 'statistics'],
    mode: 'REJECT',
    variant: 'PARTNER',
    adHoc: true,
    limits: { perSecond: 7 },
  });
  expect(await onenet('client', 'set', ...who)).toMatchObject({ code: 2 });
  const wrong = await onenet('client', 'set', ...who, '--variant', 'SECRET');
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('PARTNER') });

  const suspended = await onenet('client', 'suspend', ...who, '--reason', 'audit');
  expect(suspended.stdout).toMatch(/status +SUSPENDED/);
  expect(await tokenStatus('pensions', secret)).toBe(400);
  await onenet('client', 'suspend', '--client', 'taxation');
  const resumed = await onenet('client', 'resume', '--client', 'taxation,pensions');
  expect(resumed.stdout.match(/status +ACTIVE/g)).toHaveLength(2);
  expect(await tokenStatus('pensions', secret)).toBe(200);
  const nobody = await onenet('client', 'resume', '--client', 'nobody,pensions');
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody') });

  const shown = await onenet('client', 'show', ...who);
  expect(shown.stdout).toContain('CLIENT_SUSPENDED audit');
  expect(shown.stdout).toContain('purposes: review,statistics; mode: REJECT');
  expect(shown.stdout).not.toContain(secret);
  expect((await onenet('client', 'revoke', ...who)).stdout).toMatch(/status +REVOKED/);
  expect((await onenet('client', 'list')).stdout).not.toContain('pensions');
  expect((await onenet('client', 'list', '--revoked')).stdout).toContain('pensions');
});

test('a client of the reference net is given a secret, and one with a key needs none', async () => {
  const rotated = await onenet('client', 'rotate', '--client', 'taxation');
  expect(await tokenStatus('taxation', rotated.stdout.trim())).toBe(200);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const file = join(access.folder, 'key.json');
  await writeFile(file, JSON.stringify(publicKey.export({ format: 'jwk' })));
  const added = await onenet('client', 'add', '--client', 'signing', ...pensions, '--key', file);
  expect(added).toMatchObject({ code: 0, stdout: 'signing authenticates by its key.\n' });
});

test('a person from the first password to the end', async () => {
  const added = await onenet('person', 'add', '--name', 'zhang.san', '--roles', 'leader');
  expect(added.code).toBe(0);
  const password = added.stdout.trim();
  expect((await access.signIn('zhang.san', password)).status).toBe(200);
  const reset = await onenet('person', 'reset', '--name', 'zhang.san');
  expect((await access.signIn('zhang.san', password)).status).toBe(401);
  expect((await access.signIn('zhang.san', reset.stdout.trim())).status).toBe(200);
  expect((await onenet('person', 'list')).stdout).toMatch(/zhang\.san +leader +- +PASSWORD +p-/);
  expect((await onenet('person', 'remove', '--name', 'zhang.san')).code).toBe(0);
  expect((await onenet('person', 'list', '--json')).stdout).not.toContain('zhang.san');
});

test('keys of tokens are listed and rotated apart from the net’s', async () => {
  const folder = ['--keys', join(access.folder, 'keys'), '--tokens'];
  const before = await onenet('keys', 'list', ...folder);
  expect(before.stdout.trim().split('\n')).toHaveLength(1);
  const after = await onenet('keys', 'rotate', ...folder);
  expect(after.stdout).toMatch(/SIGNS[^]*NEXT/);
  const net = await onenet('keys', 'list', '--keys', join(access.folder, 'keys'));
  expect(net.stdout.trim().split('\n')).toHaveLength(netIssuers.length);
  const wrong = await onenet('keys', 'rotate', ...folder, '--alg', 'SM2');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--alg SM2') });
});

test('mistakes are one line: exit 2 for how it was typed, 1 for what the province says', async () => {
  for (const [args, exit, text] of [
    [['client', 'add', ...who, ...pensions, '--key', 'nowhere'], 2, '--key nowhere cannot be read'],
    [['client', 'add', ...pensions], 2, '--client is missing'],
    [['client', 'limits', ...who], 2, 'No limit is given'],
    [['client', 'scopes', ...who], 2, 'Give either --scopes or --none'],
    [
      ['client', 'scopes', '--client', 'nobody', '--none'],
      1,
      'NOT_FOUND: There is no client "nobody"',
    ],
    [['client', 'forget'], 2, 'No command "client forget"'],
    [['person', 'add', '--name', 'x', '--roles', 'king'], 1, 'BAD_INPUT: `roles` is ["king"]'],
    [
      ['person', 'add', '--name', 'x', '--roles', 'team'],
      1,
      '`platform` is given for the role team',
    ],
    [['person', 'reset', '--name', 'nobody'], 1, 'NOT_FOUND'],
    [['person', 'list', '--token', 'x'], 1, 'TOKEN_REQUIRED'],
  ] as const) {
    const [command, ...rest] = args;
    const answer = await onenet(command, ...rest);
    expect(answer).toMatchObject({ code: exit, stderr: expect.stringContaining(text) });
    expect(answer.stderr).not.toMatch(/^ {4}at /m);
  }
});

test('--help says what there is', async () => {
  for (const command of ['client', 'person'] as const) {
    const { code, stdout } = await onenet(command, '--help');
    expect(code).toBe(0);
    const names = [...stdout.matchAll(/^ {2}(\w+) {2}/gm)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const help = await onenet(command, name, '--help');
      expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--json') });
    }
  }
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const commands = { client, person, keys };

/** In this process: what it prints is caught, and its exit code returned. The operator's token is in the folder. */
async function onenet(name: keyof typeof commands, ...args: readonly string[]): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const out = vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed.stdout += `${text}\n`;
  });
  const err = vi.spyOn(console, 'error').mockImplementation((text: string) => {
    printed.stderr += `${text}\n`;
  });
  const net = ['--province', access.province.url, '--data', access.folder];
  const isAsked = name !== 'keys' && args[0] !== '--help' && args[0] !== 'forget';
  try {
    const code = await commands[name]([...args, ...(isAsked ? net : [])], `./onenet ${name}`);
    return { code, ...printed };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
