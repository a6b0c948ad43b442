/** The token endpoint: every error of RFC 6749, what is tried against it, and what happens while things change. Long, because one province serves them all. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { rotateKeys } from '@onenet/assertion';
import { accessTokenKeys, accessTokenSeconds } from '@onenet/contract';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture, basic } from '../access.fixture.ts';
import type { Answer } from '../access.fixture.ts';
import { authenticateClient } from './authenticate.ts';

let access: AccessFixture;
let secret: string;
beforeAll(async () => {
  access = await AccessFixture.start();
  secret = await access.client('pensions');
});
afterAll(() => access[Symbol.asyncDispose]());

/** From a network of its own, so that no test's failures are another's. */
const from = (address = randomAddress()) => ({ 'onenet-client-address': address });
const randomAddress = () => `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::1`;
const post = (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  access.call('/oauth/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...from(), ...headers },
    body,
  });
const grant = 'grant_type=client_credentials';
const withSecret = (more = '') => `${grant}&client_id=pensions&client_secret=${secret}${more}`;

describe('refuses, with the code and status of RFC 6749', () => {
  const table: readonly (readonly [string, () => Promise<Answer>, number, string])[] = [
    [
      'no grant_type',
      () => post(`client_id=pensions&client_secret=${secret}`),
      400,
      'invalid_request',
    ],
    ['an empty body', () => post(''), 400, 'invalid_request'],
    [
      'another grant',
      () => post(`grant_type=password&client_id=pensions&client_secret=${secret}`),
      400,
      'unsupported_grant_type',
    ],
    ['no credentials', () => post(grant), 401, 'invalid_client'],
    ['a client without a secret', () => post(`${grant}&client_id=pensions`), 401, 'invalid_client'],
    [
      'a wrong secret',
      () => post(`${grant}&client_id=pensions&client_secret=x`),
      401,
      'invalid_client',
    ],
    [
      'an unknown client',
      () => post(`${grant}&client_id=nobody&client_secret=x`),
      401,
      'invalid_client',
    ],
    [
      'a client whose name is an operator of the database',
      () => post(`${grant}&client_id[$ne]=x&client_secret=x`),
      401,
      'invalid_client',
    ],
    [
      'a scope that is not admitted',
      () => post(withSecret('&scope=aid:personal')),
      400,
      'invalid_scope',
    ],
    [
      'one admitted scope and one that is not',
      () => post(withSecret('&scope=members:read%20aid:personal')),
      400,
      'invalid_scope',
    ],
    ['a parameter twice', () => post(withSecret('&scope=a&scope=b')), 400, 'invalid_request'],
    [
      'two ways to authenticate',
      () => post(withSecret(), basic('pensions', secret)),
      400,
      'invalid_request',
    ],
    [
      'two clients',
      () => post(`${grant}&client_id=others`, basic('pensions', secret)),
      400,
      'invalid_request',
    ],
    [
      'a Bearer header',
      () => post(grant, { authorization: `Bearer ${secret}` }),
      401,
      'invalid_client',
    ],
    [
      'Basic without a colon',
      () => post(grant, { authorization: `Basic ${btoa('pensions')}` }),
      401,
      'invalid_client',
    ],
    [
      'Basic that is no form-encoding',
      () => post(grant, { authorization: `Basic ${btoa('pensions:%zz')}` }),
      401,
      'invalid_client',
    ],
    ['JSON', () => post('{}', { 'content-type': 'application/json' }), 400, 'invalid_request'],
    [
      '16 KiB and a byte',
      () => post(withSecret('&x=').padEnd(16 * 1024 + 1, 'x')),
      413,
      'invalid_request',
    ],
    [
      'credentials in the address',
      () =>
        access.call(`/oauth/token?client_id=pensions&client_secret=${secret}`, {
          method: 'POST',
          body: new URLSearchParams({ grant_type: 'client_credentials' }),
        }),
      400,
      'invalid_request',
    ],
    ['GET', () => access.call('/oauth/token'), 405, 'invalid_request'],
  ];

  test.each(table)('%s', async (_, ask, status, error) => {
    const answer = await ask();
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('www-authenticate')).toBe(
      status === 401 ? 'Basic realm="onenet"' : null,
    );
    // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    expect(answer.body['error_description']).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    expect(JSON.stringify(answer.body)).not.toContain(secret);
  });

  test('a suspended client, if its secret is right, and only then by its name', async () => {
    const own = await access.client('suspended');
    await access.operate('POST', 'clients/suspended/suspend', { reason: 'audit' });
    const right = await access.token({}, { ...basic('suspended', own), ...from() });
    expect([right.status, right.body['error']]).toEqual([400, 'unauthorized_client']);
    const wrong = await access.token({}, { ...basic('suspended', 'x'), ...from() });
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client']);
    await access.operate('POST', 'clients/suspended/resume');
    expect((await access.token({}, basic('suspended', own))).status).toBe(200);
  });

  test('a body that is larger than it says, without reading on', async () => {
    const { port } = new URL(access.province.url);
    const socket = connect(Number(port), '127.0.0.1');
    const head = `POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n`;
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n8000\r\n${'a'.repeat(0x8000)}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
  });
});

describe('gives a token', () => {
  test('for the secret in the body, and for one in the header whose letters are encoded', async () => {
    expect((await post(withSecret())).status).toBe(200);
    const encoded = `Basic ${btoa(`%70ensions:${encodeURIComponent(secret)}`)}`;
    expect((await post(grant, { authorization: encoded })).status).toBe(200);
  });

  test('of the scopes that are asked for, each once', async () => {
    const { body } = await post(withSecret('&scope=members:read%20members:read'));
    expect(body['scope']).toBe('members:read');
    expect(decodeJwt(String(body['access_token']))['scope']).toBe('members:read');
  });

  test('that differs each time', async () => {
    const [one, two] = await Promise.all([post(withSecret()), post(withSecret())]);
    const [first, second] = [one, two].map(({ body }) => decodeJwt(String(body['access_token'])));
    expect(first?.jti).not.toBe(second?.jti);
  });
});

test('metadata names what there is', async () => {
  const { body } = await access.call('/.well-known/oauth-authorization-server');
  expect(body).toMatchObject({
    issuer: 'onenet',
    token_endpoint: 'http://gateway.example/oauth/token',
    jwks_uri: 'http://gateway.example/oauth/jwks.json',
    grant_types_supported: ['client_credentials'],
  });
});

describe('failures from one address', () => {
  test('shut it out for that client, and nobody else', async () => {
    await access.client('guessed');
    const here = from();
    const guess = () => access.token({}, { ...basic('guessed', 'x'), ...here });
    for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(401);
    const shut = await guess();
    expect([shut.status, shut.body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(shut.headers.get('retry-after'))).toBeGreaterThan(200);
    const { body } = await access.operate('POST', 'clients/guessed/rotate');
    const right = basic('guessed', String(body['secret']));
    expect((await access.token({}, { ...right, ...here })).status).toBe(429);
    expect((await access.token({}, { ...right, ...from() })).status).toBe(200);
    expect((await access.token({}, { ...basic('pensions', secret), ...here })).status).toBe(200);
  });

  test('of many clients shut it out for all, and are known to every process', async () => {
    const here = from();
    for (let i = 0; i < 50; i++) {
      const { status } = await access.token({}, { ...basic(`client-${i}`, 'x'), ...here });
      expect(status).toBe(401);
    }
    expect((await access.token({}, { ...basic('pensions', secret), ...here })).status).toBe(429);
    const [address] = Object.values(here);
    const right = { kind: 'SECRET', client: 'pensions', secret } as const;
    const elsewhere = authenticateClient(access.otherStore(), right, address ?? '', {
      audiences: [],
    });
    await expect(elsewhere).rejects.toMatchObject({ status: 429 });
  });
});

describe('rotation', () => {
  test('under concurrent requests refuses nobody: the old secret holds on', async () => {
    const first = await access.client('rotated');
    let current = first;
    let rotating = true;
    const statuses: number[] = [];
    const ask = async () => {
      while (rotating) {
        for (const each of [first, current]) {
          statuses.push((await access.token({}, basic('rotated', each))).status);
        }
      }
    };
    const asking = [ask(), ask(), ask()];
    for (let i = 0; i < 3; i++) {
      const { body } = await access.operate('POST', 'clients/rotated/rotate');
      current = String(body['secret']);
    }
    rotating = false;
    await Promise.all(asking);
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('with no overlap ends old secrets and their tokens at once, and not the new one’s', async () => {
    const first = await access.client('leaked');
    const leaked = await access.token({}, basic('leaked', first));
    const { body } = await access.operate('POST', 'clients/leaked/rotate', { overlapSeconds: 0 });
    const second = String(body['secret']);
    expect((await access.token({}, { ...basic('leaked', first), ...from() })).status).toBe(401);
    const fresh = await access.token({}, basic('leaked', second));
    const { clients } = await access.snapshot();
    const notBefore = clients.find(({ id }) => id === 'leaked')?.notBefore ?? 0;
    const issued = [leaked, fresh].map(({ body: { access_token: token } }) => {
      return decodeJwt(String(token)).iat ?? 0;
    });
    expect(issued[0]).toBeLessThan(notBefore);
    expect(issued[1]).toBeGreaterThanOrEqual(notBefore);
  });

  test('a sixth secret is refused until the first has ended', async () => {
    await access.client('many');
    const rotate = () => access.operate('POST', 'clients/many/rotate');
    for (let i = 0; i < 4; i++) expect((await rotate()).status).toBe(201);
    expect(await rotate()).toMatchObject({ status: 409, body: { error: { code: 'WRONG_STATE' } } });
  });
});

test('the key of tokens is rotated while they are asked for: each verifies when it is given', async () => {
  const keys = createRemoteJWKSet(new URL(`${access.province.url}/oauth/jwks.json`), {
    cooldownDuration: 0,
  });
  const signers = new Set<unknown>();
  const askUntil = async (isOver: () => boolean) => {
    while (!isOver()) {
      const { body } = await access.token({}, basic('pensions', secret));
      const { protectedHeader } = await jwtVerify(String(body['access_token']), keys);
      signers.add(protectedHeader.kid);
    }
  };
  const before = await post(withSecret());
  await askUntil(() => signers.size === 1);
  const folder = join(access.folder, 'keys', accessTokenKeys);
  await rotateKeys(folder, { aheadMs: 1500, lifeSeconds: accessTokenSeconds });
  await Promise.all([1, 2, 3].map(() => askUntil(() => signers.size === 2)));
  await jwtVerify(String(before.body['access_token']), keys);
  expect((await access.call('/oauth/jwks.json')).body['keys']).toHaveLength(2);
});

test('no algorithm but EdDSA signs, with a key that is published', async () => {
  const { body } = await post(withSecret());
  const { alg, kid, typ } = decodeProtectedHeader(String(body['access_token']));
  const jwks = await access.call('/oauth/jwks.json');
  expect({ alg, typ }).toEqual({ alg: 'EdDSA', typ: 'at+jwt' });
  expect(jwks.body['keys']).toContainEqual({
    kid,
    kty: 'OKP',
    crv: 'Ed25519',
    alg: 'EdDSA',
    use: 'sig',
    x: expect.any(String),
  });
});
