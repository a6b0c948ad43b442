/** `private_key_jwt`: what is taken, once, and what is tried with it. */
import { createHmac, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture, client } from '../access.fixture.ts';
import { assertionAlgorithms } from '../client-keys.ts';
import { authenticateClient } from './authenticate.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const endpoint = 'http://gateway.example/oauth/token';

let access: AccessFixture;
let privateKey: CryptoKey;
let publicKey: CryptoKey;
beforeAll(async () => {
  access = await AccessFixture.start();
  ({ privateKey, publicKey } = await generateKeyPair('EdDSA'));
  const key = { ...(await exportJWK(publicKey)), kid: 'first' };
  await access.operate('POST', 'clients', { ...client, id: 'signing', key });
  await access.client('pensions');
});
afterAll(() => access[Symbol.asyncDispose]());

const seconds = () => Math.floor(Date.now() / 1000);

/** An assertion that is right, but for what is changed. */
function assertion(
  change: Readonly<Record<string, unknown>> = {},
  key: CryptoKey | Uint8Array = privateKey,
  header: { alg: string; kid?: string; jku?: string } = { alg: 'EdDSA', kid: 'first' },
): Promise<string> {
  const claims: Readonly<Record<string, unknown>> = {
    iss: 'signing',
    sub: 'signing',
    aud: endpoint,
    jti: randomUUID(),
    iat: seconds(),
    exp: seconds() + 60,
    ...change,
  };
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

async function send(text: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
  const parameters = { client_assertion_type: assertionType, client_assertion: text, ...more };
  const network = `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}`;
  const address = { 'onenet-client-address': `${network}::1` };
  const { status, body } = await access.token(parameters, address);
  expect(body['error']).toBe(status === 200 ? undefined : 'invalid_client');
  return status;
}

describe('is taken', () => {
  test.each(assertionAlgorithms)('signed by %s', async (alg) => {
    const pair = await generateKeyPair(alg);
    const id = `client-${alg.toLowerCase()}`;
    const key = await exportJWK(pair.publicKey);
    expect((await access.operate('POST', 'clients', { ...client, id, key })).status).toBe(201);
    const text = await assertion({ iss: id, sub: id }, pair.privateKey, { alg });
    expect(await send(text)).toBe(200);
  });

  test('for the issuer as audience, and with its client_id beside it', async () => {
    expect(await send(await assertion({ aud: 'onenet' }))).toBe(200);
    expect(await send(await assertion(), { client_id: 'signing' })).toBe(200);
  });

  test('once: the second time, at whichever process, it is refused', async () => {
    const text = await assertion();
    const answers = await Promise.all([send(text), send(text), send(text)]);
    expect(answers.toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    const again = { kind: 'ASSERTION', client: 'signing', assertion: text } as const;
    const elsewhere = authenticateClient(access.otherStore(), again, '198.51.100.1', {
      audiences: [endpoint],
    });
    await expect(elsewhere).rejects.toMatchObject({ status: 401 });
  });

  test('by the old key and the new one while both hold', async () => {
    const next = await generateKeyPair('ES256');
    const key = { ...(await exportJWK(next.publicKey)), kid: 'second' };
    expect((await access.operate('POST', 'clients/signing/rotate', { key })).status).toBe(201);
    expect(await send(await assertion())).toBe(200);
    const header = { alg: 'ES256', kid: 'second' };
    expect(await send(await assertion({}, next.privateKey, header))).toBe(200);
  });
});

describe('is refused', () => {
  const unsigned = async () => {
    const [, payload = ''] = (await assertion()).split('.');
    return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
  };
  /** Signed with the public key as if it were a shared secret. */
  const confused = async () => {
    const head = Buffer.from('{"alg":"HS256","kid":"first"}').toString('base64url');
    const [, payload = ''] = (await assertion()).split('.');
    const { x = '' } = await exportJWK(publicKey);
    const tag = createHmac('sha256', Buffer.from(x, 'base64url')).update(`${head}.${payload}`);
    return `${head}.${payload}.${tag.digest('base64url')}`;
  };
  const withKeyInside = async () => {
    const pair = await generateKeyPair('EdDSA');
    const jwk = await exportJWK(pair.publicKey);
    return new SignJWT({ iss: 'signing', sub: 'signing', aud: endpoint, jti: randomUUID() })
      .setProtectedHeader({ alg: 'EdDSA', jwk })
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(pair.privateKey);
  };

  const table: readonly (readonly [string, () => Promise<string>])[] = [
    ['with alg none', unsigned],
    ['with the public key as a secret', confused],
    ['by another key', async () => assertion({}, (await generateKeyPair('EdDSA')).privateKey)],
    ['by a key that it brings itself', withKeyInside],
    ['of a client without keys', () => assertion({ iss: 'pensions', sub: 'pensions' })],
    ['of nobody', () => assertion({ iss: 'nobody', sub: 'nobody' })],
    ['issued by another client', () => assertion({ iss: 'pensions' })],
    ['for another server', () => assertion({ aud: 'https://elsewhere.example/token' })],
    ['expired', () => assertion({ iat: seconds() - 120, exp: seconds() - 30 })],
    ['for longer than five minutes', () => assertion({ exp: seconds() + 330 })],
    ['from the future', () => assertion({ iat: seconds() + 60, exp: seconds() + 120 })],
    ['not valid yet', () => assertion({ nbf: seconds() + 60 })],
    ['without an end', () => assertion({ exp: undefined })],
    ['without jti', () => assertion({ jti: undefined })],
    ['with an empty jti', () => assertion({ jti: '' })],
    ['with another kid', () => assertion({}, privateKey, { alg: 'EdDSA', kid: 'third' })],
    [
      'with a kid that climbs',
      () => assertion({}, privateKey, { alg: 'EdDSA', kid: '../../../../dev/null' }),
    ],
    [
      'with a key at an address that it names',
      async () => {
        const header = { alg: 'EdDSA', jku: 'http://127.0.0.1:1/jwks.json', kid: 'first' };
        return assertion({}, (await generateKeyPair('EdDSA')).privateKey, header);
      },
    ],
    ['that is no JWT', () => Promise.resolve('a.b.c')],
  ];
  test.each(table)('%s', async (_, make) => {
    expect(await send(await make())).toBe(401);
  });

  test('beside the client_id of another', async () => {
    expect(await send(await assertion(), { client_id: 'pensions' })).toBe(401);
  });

  test('with a key that has ended', async () => {
    const pair = await generateKeyPair('EdDSA');
    const next = await generateKeyPair('EdDSA');
    const key = await exportJWK(pair.publicKey);
    await access.operate('POST', 'clients', { ...client, id: 'ended', key });
    const change = { key: await exportJWK(next.publicKey), overlapSeconds: 0 };
    await access.operate('POST', 'clients/ended/rotate', change);
    const by = (signer: CryptoKey) =>
      assertion({ iss: 'ended', sub: 'ended' }, signer, { alg: 'EdDSA' });
    expect(await send(await by(pair.privateKey))).toBe(401);
    expect(await send(await by(next.privateKey))).toBe(200);
  });
});

describe('a key is refused', () => {
  const add = async (key: unknown) =>
    access.operate('POST', 'clients', { ...client, id: 'refused', key });

  test('with its private part, which is not repeated', async () => {
    const pair = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = await exportJWK(pair.privateKey);
    const { status, body } = await add(jwk);
    expect([status, body]).toMatchObject([400, { error: { code: 'BAD_INPUT' } }]);
    expect(JSON.stringify(body)).not.toContain(jwk.d);
  });

  test.each([
    ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }],
    ['of another curve', { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }],
    ['whose numbers are none', { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }],
    ['without its members', { kty: 'RSA' }],
    ['of 1024 bits', { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 0xff).toString('base64url') }],
    ['for another algorithm', { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), alg: 'HS256' }],
    ['that is a text', 'key'],
  ])('%s', async (_, key) => {
    const { status, body } = await add(key);
    expect([status, body]).toMatchObject([400, { error: { code: 'BAD_INPUT' } }]);
    expect(JSON.stringify(body)).toContain('`key`');
  });
});
