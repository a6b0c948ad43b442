/** Keys and trust: who makes them, when they sign, what is published, and what an owner does about one that it does not know. */
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { localCaller } from '@onenet/contract';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { inward, outcomeOf, someCall, testDatabase, testFolder, testGuard } from './fixture.ts';
import { algorithms } from './jwk.ts';
import { listKeys, openKeys, rotateKeys, withdrawKey, type Keys } from './keys.ts';
import { signCalls } from './sign.ts';
import { trustOwnKeys, trustedKeys } from './trust.ts';

const gateway = { issuer: 'gateway' };

test('processes that open an empty folder at once share one key, for its owner’s eyes only', async () => {
  await using folder = await testFolder();
  const dir = join(folder.dir, 'keys');
  const opened = await Promise.all(Array.from({ length: 5 }, () => openKeys(dir, gateway)));
  expect(new Set(opened.map((keys) => keys.current().kid)).size).toBe(1);
  expect(await readdir(dir)).toEqual(['key-0001.json']);
  expect((await stat(join(dir, 'key-0001.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
});

test.each(algorithms)('what is published of %s is the public part alone', async (alg) => {
  await using folder = await testFolder();
  await rotateKeys(folder.dir, { alg, aheadMs: 0 });
  const keys = await openKeys(folder.dir, gateway);
  const [published] = keys.publicJwks().keys;
  const members = alg === 'SM2' ? 'x y' : 'x';
  expect(Object.keys(published ?? {}).join(' ')).toBe(`kid alg use kty crv ${members}`);
  expect(published).toMatchObject({ kid: keys.current().kid, alg, use: 'sig' });
});

test('a file that is no key is named, and nothing of it is told', async () => {
  await using folder = await testFolder();
  await writeFile(join(folder.dir, 'key-0001.json'), '{"d":"secret-number","notBefore":"2026"}');
  await expect(openKeys(folder.dir, gateway)).rejects.toThrow(
    `${join(folder.dir, 'key-0001.json')} is no JWK with a notBefore: remove it.`,
  );
});

test('a key that others know is withdrawn at once; the one that signs stays until another does', async () => {
  await using folder = await testFolder();
  const { dir } = folder;
  const { kid } = (await openKeys(dir, gateway)).current();
  await expect(withdrawKey(dir, kid)).rejects.toThrow('rotate with --ahead 0 first');
  await rotateKeys(dir, { aheadMs: 0 });
  expect(await withdrawKey(dir, kid)).toBe(true);
  expect(await withdrawKey(dir, kid)).toBe(false);
  const states = listKeys(dir).map(({ file, state }) => [file, state]);
  expect(states).toEqual([['key-0002.json', 'SIGNS']]);
});

describe('rotation', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  test('a key is published, signs, leaves and is removed, by the clock', async () => {
    await using folder = await testFolder();
    const { dir } = folder;
    await openKeys(dir, gateway);
    const states = (): readonly string[] => listKeys(dir).map(({ state }) => state);
    expect(states()).toEqual(['SIGNS']);
    const next = await rotateKeys(dir, { alg: 'SM2' });
    expect(next).toMatchObject({ alg: 'SM2', state: 'NEXT', file: 'key-0002.json' });
    expect(states()).toEqual(['SIGNS', 'NEXT']);
    vi.setSystemTime(next.notBefore.getTime() - 1);
    expect(states()).toEqual(['SIGNS', 'NEXT']);
    vi.setSystemTime(next.notBefore.getTime());
    expect(states()).toEqual(['LEAVING', 'SIGNS']);
    const keys = await openKeys(dir, gateway);
    expect(keys.current().kid).toBe(next.kid);
    expect(keys.publicJwks().keys).toHaveLength(2);
    // What the old one signed a second late is valid for 30 s: it is published for 60 s.
    vi.setSystemTime(next.notBefore.getTime() + 59_999);
    expect(states()).toEqual(['LEAVING', 'SIGNS']);
    vi.setSystemTime(next.notBefore.getTime() + 60_000);
    expect(states()).toEqual(['RETIRED', 'SIGNS']);
    expect(keys.publicJwks().keys.map(({ kid }) => kid)).toEqual([next.kid]);
    await rotateKeys(dir);
    expect(await readdir(dir)).toEqual(['key-0002.json', 'key-0003.json']);
  });

  test('a key whose signatures live longer stays longer', async () => {
    await using folder = await testFolder();
    const { dir } = folder;
    const life = { lifeSeconds: 600 };
    const keys = await openKeys(dir, { issuer: 'onenet', ...life });
    const next = await rotateKeys(dir, life);
    vi.setSystemTime(next.notBefore.getTime() + 1_199_999);
    const states = () => listKeys(dir, life).map(({ state }) => state);
    expect(states()).toEqual(['LEAVING', 'SIGNS']);
    await rotateKeys(dir, life);
    expect(await readdir(dir)).toHaveLength(3);
    const reopened = await openKeys(dir, { issuer: 'onenet', ...life });
    expect(reopened.publicJwks().keys[0]?.kid).toBe(keys.current().kid);
    vi.setSystemTime(next.notBefore.getTime() + 1_200_000);
    expect(states()).toEqual(['RETIRED', 'SIGNS', 'NEXT']);
  });
});

test('the keys of an open folder are trusted, and no others', async () => {
  await using folder = await testFolder();
  await using elsewhere = await testFolder();
  const keys = await openKeys(folder.dir, gateway);
  const others = await openKeys(elsewhere.dir, gateway);
  const trust = trustOwnKeys(keys);
  const call = { owner: '420500', method: 'GET', path: '/events', body: '' };
  const assertionBy = (signer: Keys) => signCalls(signer, localCaller, undefined, [call]).assertion;
  expect(await trust.verify(assertionBy(keys))).toMatchObject({ kind: 'SIGNED' });
  expect(await trust.verify(assertionBy(others))).toMatchObject({ kind: 'INVALID' });
  const [head = '', , end = ''] = assertionBy(keys).split('.');
  const [, payload = ''] = assertionBy(others).split('.');
  expect(await trust.verify(`${head}.${payload}.${end}`)).toMatchObject({ kind: 'INVALID' });
  expect(await trust.verify('none')).toMatchObject({ kind: 'INVALID' });
});

/** Serves JWK sets as they are told, and counts how often it is asked. */
async function startSource() {
  const source = { asked: 0, answer: { status: 200, body: '{"keys":[]}' } };
  const server = createServer((_request, response) => {
    source.asked++;
    response.writeHead(source.answer.status).end(source.answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(source, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    publish(...all: Keys[]) {
      const keys = all.flatMap((each) => each.publicJwks().keys);
      source.answer = { status: 200, body: JSON.stringify({ keys }) };
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  });
}

describe('trust', () => {
  const told: string[] = [];
  const onError = (message: string): void => void told.push(message);
  /** The clock by which keys are read again: it goes on when a test says so. */
  beforeEach(() => {
    told.splice(0);
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => void vi.useRealTimers());
  const assertionOf = (keys: Keys): string =>
    inward(keys, someCall).headers['onenet-assertion'] ?? '';

  test('nothing is read before it is needed; then once, and again for a key that is not known', async () => {
    await using folder = await testFolder();
    await using other = await testFolder();
    await using source = await startSource();
    const keys = await openKeys(folder.dir, gateway);
    const fresh = await openKeys(other.dir, gateway);
    source.publish(keys);
    const trust = trustedKeys([source.url], { onError });
    expect(source.asked).toBe(0);
    const first = await Promise.all([1, 2, 3].map(() => trust.verify(assertionOf(keys))));
    expect(first.map(({ kind }) => kind)).toEqual(['SIGNED', 'SIGNED', 'SIGNED']);
    expect(source.asked).toBe(1);
    // At most once a second, whoever asks: so the first second it is refused without asking.
    for (let i = 0; i < 20; i++) {
      expect(await trust.verify(assertionOf(fresh))).toMatchObject({ kind: 'INVALID' });
    }
    expect(source.asked).toBe(1);
    source.publish(keys, fresh);
    vi.advanceTimersByTime(1_000);
    expect(await trust.verify(assertionOf(fresh))).toMatchObject({ kind: 'SIGNED' });
    expect(source.asked).toBe(2);
  });

  test.each([
    ['an error', { status: 500, body: '' }],
    ['no JSON', { status: 200, body: 'keys' }],
    ['no set', { status: 200, body: '{}' }],
    ['too much', { status: 200, body: `{"keys":[]}${' '.repeat(70_000)}` }],
    ['a redirect', { status: 302, body: '' }],
  ])(
    '%s changes nothing about the keys that are known, and is told once',
    async (_what, answer) => {
      await using folder = await testFolder();
      await using other = await testFolder();
      await using source = await startSource();
      const keys = await openKeys(folder.dir, gateway);
      source.answer = answer;
      const trust = trustedKeys([source.url], { onError });
      expect(await trust.verify(assertionOf(keys))).toEqual({ kind: 'NO_KEYS' });
      expect(told).toEqual([expect.stringContaining(source.url)]);
      vi.advanceTimersByTime(1_000);
      source.publish(keys);
      expect(await trust.verify(assertionOf(keys))).toMatchObject({ kind: 'SIGNED' });
      vi.advanceTimersByTime(1_000);
      source.answer = answer;
      const fresh = await openKeys(other.dir, gateway);
      expect(await trust.verify(assertionOf(fresh))).toMatchObject({ kind: 'INVALID' });
      expect(await trust.verify(assertionOf(keys))).toMatchObject({ kind: 'SIGNED' });
      expect(told).toHaveLength(2);
    },
  );

  test('keys that cannot be read are the owner’s own trouble: 503, and no refusal', async () => {
    await using folder = await testFolder();
    await using database = await testDatabase(inject('mongodbUri'));
    const keys = await openKeys(folder.dir, gateway);
    const trust = trustedKeys([join(folder.dir, 'absent')], { onError });
    const guard = await testGuard(database.db, trust);
    const admission = await guard.admit(inward(keys));
    expect(admission).toMatchObject({ kind: 'REFUSED', status: 503 });
    expect(outcomeOf(admission)).toBe('UNAVAILABLE');
  });

  test('a key that is withdrawn is not believed any more, also for what it signed before', async () => {
    await using folder = await testFolder();
    await using other = await testFolder();
    const keys = await openKeys(folder.dir, gateway);
    const fresh = await openKeys(other.dir, gateway);
    const file = join(other.dir, 'jwks');
    await writeFile(file, JSON.stringify(keys.publicJwks()));
    const trust = trustedKeys([file], { onError });
    const assertion = assertionOf(keys);
    expect(await trust.verify(assertion)).toMatchObject({ kind: 'SIGNED' });
    await writeFile(file, JSON.stringify(fresh.publicJwks()));
    vi.advanceTimersByTime(1_000);
    expect(await trust.verify(assertionOf(fresh))).toMatchObject({ kind: 'SIGNED' });
    expect(await trust.verify(assertion)).toMatchObject({ kind: 'INVALID' });
  });

  test('a private key in the set is taken as public, and other kinds are passed over', async () => {
    await using folder = await testFolder();
    const keys = await openKeys(folder.dir, gateway);
    const file = join(folder.dir, 'jwks');
    const secret: unknown = JSON.parse(await readFile(join(folder.dir, 'key-0001.json'), 'utf8'));
    const others = [
      { kty: 'RSA', kid: 'r', n: 'x', e: 'AQAB' },
      { kty: 'EC', crv: 'P-256' },
      null,
      7,
    ];
    await writeFile(file, JSON.stringify({ keys: [...others, secret] }));
    const trust = trustedKeys([file], { onError });
    expect(await trust.verify(assertionOf(keys))).toMatchObject({ kind: 'SIGNED' });
    expect(told).toEqual([]);
  });
});
