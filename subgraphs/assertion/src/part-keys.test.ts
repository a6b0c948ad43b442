/** Keys bound to the net's parts: none signs in another's name, whatever its set or its holder says. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inward, testFolder } from './fixture.ts';
import { openKeys, type Keys } from './keys.ts';
import { netIssuers, openPartKeys, rotatePartKeys } from './part-keys.ts';
import { openSeal, sealExport } from './seal.ts';
import { trustOwnKeys, trustedKeys } from './trust.ts';

const assertionBy = (keys: Keys): string => inward(keys).headers['onenet-assertion'] ?? '';

/** Whoever holds a part's key, in the name of another. */
const speakingAs = (issuer: string, keys: Keys): Keys => ({ ...keys, issuer });

const otherName = { kind: 'INVALID', why: expect.stringContaining('iss') };

test('each part signs with a key of its own; all are published, each with its part', async () => {
  await using folder = await testFolder();
  const [gateway, analytics] = await Promise.all([
    openPartKeys(folder.dir, 'gateway'),
    openPartKeys(folder.dir, 'analytics'),
  ]);
  const published = gateway.publicJwks().keys;
  expect(published.map(({ iss }) => iss)).toEqual([...netIssuers]);
  expect(published.find(({ iss }) => iss === 'analytics')?.kid).toBe(analytics.current().kid);
  expect(new Set(published.map(({ kid }) => kid)).size).toBe(netIssuers.length);
});

test.each([
  ['by a file', (keys: Keys, file: string) => [trustedKeys([file]), keys] as const],
  ['of the folder that is open', (keys: Keys) => [trustOwnKeys(keys), keys] as const],
])('trust %s: a key speaks for its part, and for no other', async (_how, open) => {
  await using folder = await testFolder();
  const file = join(folder.dir, 'jwks.json');
  const gateway = await openPartKeys(folder.dir, 'gateway');
  await writeFile(file, JSON.stringify(gateway.publicJwks()));
  const [trust] = open(gateway, file);
  for (const issuer of netIssuers) {
    const keys = await openPartKeys(folder.dir, issuer);
    expect(await trust.verify(assertionBy(keys))).toMatchObject({ kind: 'SIGNED' });
    for (const other of [...netIssuers, 'nobody', ''].filter((each) => each !== issuer)) {
      expect(await trust.verify(assertionBy(speakingAs(other, keys)))).toMatchObject(otherName);
    }
  }
});

test('a source is trusted for the parts that are named before it, whatever its keys say', async () => {
  await using folder = await testFolder();
  const file = join(folder.dir, 'jwks.json');
  const province = await openPartKeys(folder.dir, 'province');
  const gateway = await openPartKeys(folder.dir, 'gateway');
  await writeFile(file, JSON.stringify(gateway.publicJwks()));
  const trust = trustedKeys([`analytics+province=${file}`]);
  expect(await trust.verify(assertionBy(province))).toMatchObject({ kind: 'SIGNED' });
  expect(await trust.verify(assertionBy(gateway))).toMatchObject(otherName);
});

test('a set without parts is trusted for those of the net, as before keys were bound', async () => {
  await using folder = await testFolder();
  const keys = await openKeys(join(folder.dir, 'keys'), { issuer: 'gateway' });
  const file = join(folder.dir, 'jwks.json');
  await writeFile(file, JSON.stringify(keys.publicJwks()));
  const trust = trustedKeys([file]);
  expect(await trust.verify(assertionBy(keys))).toMatchObject({ kind: 'SIGNED' });
  expect(await trust.verify(assertionBy(speakingAs('anybody', keys)))).toMatchObject(otherName);
});

test('another source cannot take a key’s name to speak for another part', async () => {
  await using folder = await testFolder();
  await using elsewhere = await testFolder();
  const gateway = await openPartKeys(folder.dir, 'gateway');
  const strangers = await openPartKeys(elsewhere.dir, 'gateway');
  const [net, theirs] = [join(folder.dir, 'jwks.json'), join(elsewhere.dir, 'jwks.json')];
  await writeFile(net, JSON.stringify(gateway.publicJwks()));
  const kid = gateway.current().kid;
  const [own] = strangers.publicJwks().keys;
  await writeFile(theirs, JSON.stringify({ keys: [{ ...own, kid, iss: 'gateway' }] }));
  const trust = trustedKeys([`audit=${theirs}`, net]);
  const forged: Keys = {
    ...strangers,
    current: () => ({ ...strangers.current(), kid }),
  };
  expect(await trust.verify(assertionBy(forged))).toMatchObject(otherName);
  // Nor does it keep the net's own key from being found.
  expect(await trust.verify(assertionBy(gateway))).toMatchObject({ kind: 'SIGNED' });
});

test('no part seals in another’s name', async () => {
  await using folder = await testFolder();
  const province = await openPartKeys(folder.dir, 'province');
  const analytics = await openPartKeys(folder.dir, 'analytics');
  const { keys } = province.publicJwks();
  const payload = { iss: 'province', sha256: 'x' };
  expect(openSeal(sealExport(province.current(), payload), keys)).toMatchObject({ payload });
  expect(openSeal(sealExport(analytics.current(), payload), keys)).toBeUndefined();
});

test('of a part on another machine the public part alone lies here: it is published, never rotated, and does not sign', async () => {
  await using folder = await testFolder();
  const { dir } = folder;
  await openPartKeys(dir, 'gateway');
  const file = join(dir, 'analytics', 'key-0001.json');
  const { d: _secret, ...known } = JSON.parse(await readFile(file, 'utf8')) as Record<
    string,
    unknown
  >;
  await writeFile(file, JSON.stringify(known));
  const gateway = await openPartKeys(dir, 'gateway');
  expect(gateway.publicJwks().keys).toContainEqual(
    expect.objectContaining({ kid: known['kid'], iss: 'analytics' }),
  );
  await expect(openPartKeys(dir, 'analytics')).rejects.toThrow(
    `${file} has no private part: analytics cannot sign.`,
  );
  await rotatePartKeys(dir, { aheadMs: 0 });
  expect(await readdir(join(dir, 'analytics'))).toEqual(['key-0001.json']);
  expect(await readdir(join(dir, 'gateway'))).toEqual(['key-0001.json', 'key-0002.json']);
});
