/** Clients that register themselves: in a sandbox, within its limits, granted at once and gone at their end; and nowhere else. */
import { randomUUID } from 'node:crypto';
import { countedAddress, grantableScopes, scopeNames } from '@onenet/contract';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture, basic, type Answer } from '../access.fixture.ts';
import { reserveAttempt } from '../attempts.ts';
import type { ClientDocument } from '../client.ts';
import { mustBeOfOneKind } from '../sandbox-kind.ts';
import { byAddress } from './register.ts';

const platforms = ['420000', '420100'];
let sandbox: AccessFixture;
beforeAll(async () => {
  sandbox = await AccessFixture.start({ sandbox: true, platforms });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

/** Of another network each time: addresses of one are counted together. */
const someAddress = () => `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::1`;

function register(
  metadata: unknown,
  headers: Readonly<Record<string, string>> = {},
  at = sandbox,
): Promise<Answer> {
  return at.call('/oauth/register', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'onenet-client-address': someAddress(),
      ...headers,
    },
    body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  });
}

const clients = (at = sandbox) => at.db.collection<ClientDocument>('clients');

test('what is registered may ask everything of every platform for seven days, and no longer', async () => {
  const { status, headers, body } = await register({ client_name: '试用系统', logo_uri: 'x' });
  expect(status).toBe(201);
  expect(headers.get('cache-control')).toBe('no-store');
  const { client_id: id, client_secret: secret, ...rest } = body;
  expect(id).toMatch(/^sandbox-[0-9a-f]{12}$/);
  const issued = Number(rest['client_id_issued_at']);
  expect(rest).toEqual({
    client_id_issued_at: expect.closeTo(Date.now() / 1000, -2),
    client_secret_expires_at: issued + 7 * 86_400,
    client_name: '试用系统',
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: scopeNames().join(' '),
  });

  const token = await sandbox.token({}, basic(String(id), String(secret)));
  expect(token.status).toBe(200);
  expect(decodeJwt(String(token.body['access_token']))).toMatchObject({
    client_id: id,
    scope: scopeNames().join(' '),
  });

  // One snapshot has all of it: nobody meets the client without its grants.
  const net = await sandbox.snapshot();
  expect(net.clients).toContainEqual(
    expect.objectContaining({ id, purposes: ['sandbox'], scopes: scopeNames(), adHoc: true }),
  );
  const until = new Date((issued + 7 * 86_400) * 1000).toISOString();
  const granted = { client: id, scopes: grantableScopes(), purpose: 'sandbox', until };
  expect(net.grants.filter(({ client }) => client === id)).toEqual(
    platforms.map((platform) => expect.objectContaining({ ...granted, platform })),
  );
});

test('the operator sees it, with what was done to it', async () => {
  const { body } = await register({ client_name: 'Seen', scope: 'members:read' });
  const id = String(body['client_id']);
  const shown = await sandbox.operate('GET', `clients/${id}`);
  expect(shown.body).toMatchObject({ name: 'Seen', nameEn: 'Seen', scopes: ['members:read'] });
  expect(shown.body['history']).toMatchObject([
    { action: 'GRANT_APPROVED' },
    { action: 'GRANT_APPROVED' },
    { action: 'CLIENT_ADDED', by: { kind: 'client', reference: id } },
  ]);
  const listed = await sandbox.operate('GET', 'clients');
  expect(listed.body['clients']).toContainEqual(expect.objectContaining({ id }));
});

test('a key of its own is taken instead of a secret', async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'mine' };
  const { status, body } = await register({
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [jwk] },
  });
  expect(status).toBe(201);
  expect(body).not.toHaveProperty('client_secret');
  expect(body['jwks']).toEqual({ keys: [jwk] });
  const id = String(body['client_id']);
  const assertion = await new SignJWT({ iss: id, sub: id, jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'mine' })
    .setAudience('http://gateway.example/oauth/token')
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  const token = await sandbox.token({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
  expect(token.status).toBe(200);
  // The private one is not asked for, and not kept.
  const wrong = {
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...jwk, d: 'x' }] },
  };
  expect((await register(wrong)).body['error']).toBe('invalid_client_metadata');
});

describe('refuses what cannot be registered, and keeps nothing', () => {
  test.for<readonly [string, unknown]>([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a name of nothing', { client_name: ' ' }],
    ['a name that turns the line round', { client_name: 'abc\u202egnp' }],
    ['a name of two lines', { client_name: 'a\nb' }],
    ['a name that is too long', { client_name: 'x'.repeat(81) }],
    ['a name that is no text', { client_name: { $ne: '' } }],
    ['a scope that there is not', { scope: 'members:read everything' }],
    ['no scope', { scope: '' }],
    ['another grant', { grant_types: ['authorization_code'] }],
    ['one grant more', { grant_types: ['client_credentials', 'implicit'] }],
    ['a client without a secret', { token_endpoint_auth_method: 'none' }],
    ['no key', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['no keys', { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } }],
  ])('%s', async ([, metadata]) => {
    const before = await clients().countDocuments();
    const { status, body } = await register(metadata);
    expect({ status, error: body['error'] }).toEqual({
      status: 400,
      error: 'invalid_client_metadata',
    });
    // RFC 6749, 5.2: what may stand in it.
    expect(body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(await clients().countDocuments()).toBe(before);
  });

  test('another method, another type, and a body of any size', async () => {
    const get = await sandbox.call('/oauth/register');
    expect({ status: get.status, allow: get.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'POST',
    });
    const form = await register('client_name=x', { 'content-type': 'text/plain' });
    expect(form).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const large = await register({ client_name: 'x'.repeat(20_000) });
    expect(large).toMatchObject({ status: 413, body: { error: 'invalid_request' } });
  });
});

test('one address registers so many and waits, also all at once; another does not wait for it', async () => {
  const key = someAddress();
  const store = sandbox.otherStore();
  for (let i = 0; i < 19; i++)
    await reserveAttempt(store, { limit: byAddress, key: countedAddress(key) });
  const from = { 'onenet-client-address': key };
  const answers = await Promise.all([1, 2, 3].map(() => register({}, from)));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 429, 429]);
  const late = await register({}, from);
  expect(late).toMatchObject({ status: 429, body: { error: 'temporarily_unavailable' } });
  expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(3500);
  expect((await register({})).status).toBe(201);
});

test('as many are kept as there is room for; what has ended makes room', async () => {
  const some = await clients().findOne();
  const endsAt = new Date(Date.now() + 60_000);
  const room = 500 - (await clients().countDocuments());
  const fill = Array.from({ length: room }, (_, i) => ({ ...some, _id: `fill-${i}`, endsAt }));
  await clients().insertMany(fill as ClientDocument[]);
  const full = await register({});
  expect(full).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
  await clients().updateOne({ _id: 'fill-0' }, { $set: { endsAt: new Date(0) } });
  expect((await register({})).status).toBe(201);
  await clients().deleteMany({ _id: /^fill-/ });
});

test('at its end it is gone from the net, with its secret and its grants', async () => {
  const { body } = await register({ client_name: 'short' });
  const id = String(body['client_id']);
  const isThere = async () => {
    const { clients: known, grants } = await sandbox.snapshot();
    return [known.some((each) => each.id === id), grants.some(({ client }) => client === id)];
  };
  expect(await isThere()).toEqual([true, true]);
  await clients().updateOne({ _id: id }, { $set: { endsAt: new Date() } });
  // The clock follows what the province has read.
  await register({});
  await expect.poll(isThere).toEqual([false, false]);
  const token = await sandbox.token({}, basic(id, String(body['client_secret'])));
  expect(token).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  const { body: shown } = await sandbox.operate('GET', `clients/${id}`);
  expect(shown).toMatchObject({ status: 'REVOKED', secrets: [] });
  expect(shown['history']).toContainEqual(
    expect.objectContaining({ action: 'CLIENT_REVOKED', by: { kind: 'clock', token: null } }),
  );
});

test('a net that is no sandbox registers nobody, and says where its sandbox is', async () => {
  await using net = await AccessFixture.start({ sandboxUrl: 'https://sandbox.example/' });
  expect((await register({}, {}, net)).status).toBe(404);
  expect(await clients(net).countDocuments()).toBe(0);
  const path = '/.well-known/oauth-authorization-server';
  const { body } = await net.call(path);
  expect(body).toMatchObject({
    onenet_sandbox: false,
    onenet_sandbox_url: 'https://sandbox.example',
  });
  expect(body).not.toHaveProperty('registration_endpoint');
  const { body: ofSandbox } = await sandbox.call(path);
  expect(ofSandbox).toMatchObject({
    onenet_sandbox: true,
    registration_endpoint: 'http://gateway.example/oauth/register',
  });
  expect(ofSandbox).not.toHaveProperty('onenet_sandbox_url');

  // Nor does the database of the one ever become the other's.
  const kindOf = (at: AccessFixture, isSandbox: boolean) =>
    mustBeOfOneKind(at.otherStore().registry, isSandbox);
  await kindOf(net, false);
  await kindOf(sandbox, true);
  await expect(kindOf(net, true)).rejects.toThrow('must not become a sandbox');
  await expect(kindOf(sandbox, false)).rejects.toThrow('whose clients nobody admitted');
});
