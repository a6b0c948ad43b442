/** Who calls, over HTTP: tokens that hold and tokens that do not, sessions, this machine, and two credentials at once. Long, because one net serves them all. */
import { createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { SignJWT, UnsecuredJWT, exportJWK, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { post, startSmallNet, type Answered, type SmallNet } from '../small-net.fixture.ts';
import { someClient, testIssuer, type TokenWishes } from './credentials.fixture.ts';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet({ local: 'refuse' });
});
beforeEach(async () => {
  net.tell({ clients: [someClient()] });
  await vi.waitUntil(() => net.generations.current?.net.clients.length === 1, 20_000);
});
afterAll(() => net[Symbol.asyncDispose]());

const query = '{ __typename }';
const now = (): number => Math.floor(Date.now() / 1000);

async function ask(headers: Record<string, string>): Promise<Answered & { challenge: string }> {
  const response = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return {
    status: response.status,
    contentType: null,
    challenge: response.headers.get('www-authenticate') ?? '',
    body: (await response.json()) as Answered['body'],
  };
}

async function withToken(wishes?: TokenWishes, headers: Record<string, string> = {}) {
  return ask({ authorization: `Bearer ${await net.issuer.token(wishes)}`, ...headers });
}

const codeOf = ({ body }: Answered): unknown => body.errors?.[0]?.extensions['code'];

describe('access tokens', () => {
  test('one that holds is taken, again and again', async () => {
    const authorization = `Bearer ${await net.issuer.token()}`;
    for (const _ of [1, 2]) expect(await ask({ authorization })).toMatchObject({ status: 200 });
  });

  const bad: readonly (readonly [string, TokenWishes])[] = [
    ['of another issuer', { claims: { iss: 'https://elsewhere' } }],
    ['for another audience', { claims: { aud: 'another-net' } }],
    ['that has expired', { claims: { iat: now() - 700, exp: now() - 6 } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a beginning', { claims: { iat: undefined } }],
    ['that is not valid yet', { claims: { nbf: now() + 3600 } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['whose key nobody published', { header: { kid: 'another' } }],
    ['of a client that is not admitted', { client: 'stranger' }],
    ['without a client', { claims: { client_id: undefined } }],
  ];
  test.each(bad)('%s', async (_name, wishes) => {
    const answer = await withToken(wishes);
    expect([answer.status, codeOf(answer)]).toEqual([401, 'CREDENTIALS_INVALID']);
    expect(answer.challenge).toMatch(/^Bearer realm="onenet", error="invalid_token", error_desc/);
    expect(answer.body).not.toHaveProperty('data');
  });

  test('one that is within the leeway of clocks is taken', async () => {
    const answer = await withToken({ claims: { iat: now() - 600, exp: now() - 2 } });
    expect(answer.status).toBe(200);
  });

  const claims = {
    iss: 'onenet',
    aud: 'onenet',
    client_id: 'social-security',
    iat: now(),
    exp: now() + 600,
  };
  const header = { typ: 'at+jwt', kid: 'key-1' };
  test.each([
    ['unsigned', () => new UnsecuredJWT(claims).encode()],
    [
      'signed with the public key as a shared secret',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ ...header, alg: 'HS256' })
          .sign(createSecretKey(Buffer.from(JSON.stringify(net.issuer.jwks().keys[0])))),
    ],
    [
      'signed by a stranger under a known key id',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ ...header, alg: 'EdDSA' })
          .sign(generateKeyPairSync('ed25519').privateKey),
    ],
    ['no token', () => 'hello'],
    ['signed by another issuer', async () => (await testIssuer()).token()],
  ])('%s', async (_name, make) => {
    const answer = await ask({ authorization: `Bearer ${await make()}` });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'CREDENTIALS_INVALID']);
  });

  const elsewhere = 'http://127.0.0.1:1/jwks.json';
  const headers: readonly (readonly [string, (jwk: JWK) => object])[] = [
    ['a key that it brings itself', (jwk) => ({ jwk })],
    ['a key at an address that it names', () => ({ jku: elsewhere })],
    ['a certificate at an address that it names', () => ({ x5u: elsewhere })],
    ['an extension that nobody knows', () => ({ crit: ['exp'], exp: 1 })],
    ['a key’s name that climbs', () => ({ kid: '../../../../dev/null' })],
    ['a key’s name that is a query', () => ({ kid: "x' UNION SELECT 'secret" })],
    ['a key’s name that every object has', () => ({ kid: '__proto__' })],
  ];
  test.each(headers)('%s is not believed', async (_name, change) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const own = {
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: 'key-1',
      ...change(await exportJWK(publicKey)),
    };
    // By hand: no library signs some of these.
    const parts = [own, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signature = sign(null, Buffer.from(parts.join('.')), privateKey).toString('base64url');
    const answer = await ask({ authorization: `Bearer ${parts.join('.')}.${signature}` });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'CREDENTIALS_INVALID']);
  });

  test('another scheme', async () => {
    const answer = await ask({ authorization: 'Basic YTpi' });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'CREDENTIALS_INVALID']);
  });

  test('a revoked client, and a token from before its keys were changed, are refused at once', async () => {
    const authorization = `Bearer ${await net.issuer.token()}`;
    expect((await ask({ authorization })).status).toBe(200);
    net.tell({ clients: [someClient({ notBefore: now() + 1 })] });
    await expect.poll(async () => (await ask({ authorization })).status).toBe(401);
    net.tell({ clients: [someClient()] });
    await expect.poll(async () => (await ask({ authorization })).status).toBe(200);
    net.tell({ clients: [] });
    await expect.poll(async () => (await ask({ authorization })).status).toBe(401);
  });

  test('one by a new key is taken, and one by a key that was taken back no longer', async () => {
    const authorization = `Bearer ${await net.issuer.token()}`;
    expect((await ask({ authorization })).status).toBe(200);
    await net.issuer.rotate();
    net.issuer.withdraw();
    await expect.poll(async () => (await withToken()).status).toBe(200);
    expect((await ask({ authorization })).status).toBe(401);
  });
});

describe('purposes, and on whose behalf', () => {
  test('the only purpose may be left out; of several, one is named', async () => {
    expect((await withToken()).status).toBe(200);
    net.tell({ clients: [someClient({ purposes: ['pension-review', 'benefit-check'] })] });
    await expect.poll(async () => (await withToken()).status).toBe(400);
    const missing = await withToken();
    expect(missing.body.errors?.[0]?.message).toContain('pension-review, benefit-check');
    expect((await withToken({}, { 'onenet-purpose': 'benefit-check' })).status).toBe(200);
    const wrong = await withToken({}, { 'onenet-purpose': 'curiosity' });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, 'BAD_REQUEST']);
  });

  test('a name is no reference to a person', async () => {
    expect((await withToken({}, { 'onenet-on-behalf-of': 'clerk.7' })).status).toBe(200);
    expect((await withToken({}, { 'onenet-on-behalf-of': 'Zhang San' })).status).toBe(400);
  });
});

describe('sessions', () => {
  const own = { 'sec-fetch-site': 'same-origin' };
  test('a session is whose the province says, until it ends', async () => {
    const value = net.sessions.signIn({});
    const cookie = `theme=dark; onenet-session=${value}`;
    expect((await ask({ cookie, ...own })).status).toBe(200);
    const origin = net.url;
    expect((await ask({ cookie, origin })).status).toBe(200);
    net.sessions.signOut(value);
    // What the province said holds for one second.
    await expect.poll(async () => (await ask({ cookie, ...own })).status).toBe(401);
  });

  test.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    [
      'of another port of this host',
      { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
    ],
    ['of another origin, by an old browser', { origin: 'https://elsewhere.example' }],
    ['of no origin', { origin: 'null' }],
    ['of nobody', {}],
  ])('a page %s cannot use it', async (_name, headers) => {
    const cookie = `onenet-session=${net.sessions.signIn({})}`;
    const answer = await ask({ cookie, ...(headers as Record<string, string>) });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'NOT_ALLOWED']);
    expect(answer.body).not.toHaveProperty('data');
  });

  test('it is no way to ask by GET, nor by a form', async () => {
    const cookie = `onenet-session=${net.sessions.signIn({})}`;
    const got = await fetch(`${net.url}/graphql?query={__typename}`, { headers: { cookie } });
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const form = await ask({ cookie, ...own, 'content-type': 'application/x-www-form-urlencoded' });
    expect(form.status).toBe(415);
  });

  test.each(['onenet-session=short', 'onenet-session=a; onenet-session=b'])(
    '%s is nobody’s, and forgotten',
    async (cookie) => {
      const response = await fetch(`${net.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, ...own },
        body: JSON.stringify({ query }),
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('set-cookie')).toMatch(/^onenet-session=; .*Max-Age=0/);
    },
  );
});

test('a token and a session at once', async () => {
  const cookie = `onenet-session=${net.sessions.signIn({})}`;
  const answer = await withToken({}, { cookie });
  expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
});

test('without credentials the call is refused, and told how', async () => {
  const answer = await ask({});
  expect([answer.status, codeOf(answer)]).toEqual([401, 'CREDENTIALS_REQUIRED']);
  expect(answer.challenge).toBe('Bearer realm="onenet"');
});

describe('a gateway that is open to its machine', () => {
  let open: SmallNet;
  beforeAll(async () => {
    open = await startSmallNet();
  });
  afterAll(() => open[Symbol.asyncDispose]());

  test.each([
    ['a call of this machine', {}, 200],
    ['one through a proxy', { 'x-forwarded-for': '10.0.0.1' }, 401],
    ['one that claims a purpose', { 'onenet-purpose': 'x' }, 400],
    ['one with a token that does not hold', { authorization: 'Bearer x' }, 401],
  ])('%s', async (_name, headers, status) => {
    expect((await post(open, { query }, headers as Record<string, string>)).status).toBe(status);
  });

  test('a page is told whether somebody must be signed in', async () => {
    const told = async (at: SmallNet, headers: Record<string, string> = {}) =>
      (await fetch(`${at.url}/session`, { headers })).headers.get('onenet-credentials');
    expect(await told(open)).toBeNull();
    expect(await told(open, { via: '1.1 proxy' })).toBe('required');
    expect(await told(net)).toBe('required');
  });

  test('metrics and the live stream are for this machine, and for people', async () => {
    const proxied = { headers: { via: '1.1 proxy' } };
    expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
    expect((await fetch(`${open.url}/metrics`, proxied)).status).toBe(403);
    expect((await fetch(`${open.url}/live`, proxied)).status).toBe(401);
    open.tell({ clients: [someClient()] });
    await expect.poll(() => open.generations.current?.net.clients.length).toBe(1);
    const authorization = `Bearer ${await open.issuer.token()}`;
    expect((await fetch(`${open.url}/live`, { headers: { authorization } })).status).toBe(403);
    const cookie = `onenet-session=${open.sessions.signIn({})}`;
    // Nothing answers at analytics' address: it was asked.
    expect((await fetch(`${open.url}/live`, { headers: { cookie } })).status).toBe(503);
  });
});
