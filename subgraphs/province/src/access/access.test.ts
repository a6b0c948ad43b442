/** From a client that is added to a token that holds, and from a first start to a session. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openPartKeys, provinceCode, signCall } from '@onenet/assertion';
import { localCaller } from '@onenet/contract';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture, basic, cookieOf } from './access.fixture.ts';

let access: AccessFixture;
beforeAll(async () => {
  access = await AccessFixture.start({ referenceClients: true });
});
afterAll(() => access[Symbol.asyncDispose]());

describe('a client', () => {
  test('gets a token that the published keys verify, and is in the snapshot', async () => {
    const secret = await access.client('pensions');
    const { status, body, headers } = await access.token({}, basic('pensions', secret));
    expect([status, body]).toMatchObject([
      200,
      { token_type: 'Bearer', expires_in: 600, scope: 'requests:read members:read' },
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    const keys = createRemoteJWKSet(new URL(`${access.province.url}/oauth/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), keys, {
      issuer: 'onenet',
      audience: 'onenet',
      typ: 'at+jwt',
    });
    expect(protectedHeader.alg).toBe('EdDSA');
    expect(payload).toMatchObject({
      sub: 'pensions',
      client_id: 'pensions',
      scope: 'requests:read members:read',
      jti: expect.any(String),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    const { clients } = await access.snapshot();
    expect(clients.find(({ id }) => id === 'pensions')).toMatchObject({ notBefore: 0 });
  });

  test('of the reference net is admitted once, and has no secret', async () => {
    const { body } = await access.operate('GET', 'clients/taxation');
    expect(body).toMatchObject({ kind: 'TAXATION', secrets: [], keys: [] });
    await access.operate('DELETE', 'clients/taxation');
    const other = await access.another();
    await other.stop();
    const { body: after } = await access.operate('GET', 'clients/taxation');
    expect(after['status']).toBe('REVOKED');
    expect((await access.snapshot()).clients.map(({ id }) => id)).not.toContain('taxation');
  });
});

describe('the first person', () => {
  test('signs in with what stands in the file, and the gateway learns who asks', async () => {
    const file = join(access.folder, 'first-sign-in');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    const [, name = '', password = ''] = /^name: (.+)\npassword: (.+)\n$/.exec(text) ?? [];
    const signedIn = await access.signIn(name, password);
    expect(signedIn).toMatchObject({
      status: 200,
      body: { name: 'admin', roles: ['leader', 'administrator'], platform: null },
    });
    expect(signedIn.headers.get('set-cookie')).toMatch(
      /^onenet-session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const hash = createHash('sha256').update(cookieOf(signedIn)).digest('hex');
    const { status, body } = await access.call(`/session/callers/${hash}`);
    expect([status, body]).toMatchObject([
      200,
      {
        caller: {
          client: 'dashboard',
          person: expect.stringMatching(/^p-/),
          roles: ['leader', 'administrator'],
          platform: null,
          scopes: expect.arrayContaining(['members:read']),
          purpose: null,
        },
      },
    ]);
    expect(JSON.stringify(body)).not.toContain(':personal');
    expect((await access.call(`/session/callers/${'0'.repeat(64)}`)).status).toBe(404);
  });
});

describe('who is in the net, with what', () => {
  const through = { via: '1.1 proxy' };

  test('is told to its parts, which sign, and to this machine alone', async () => {
    const refused = await access.call('/net', { headers: through });
    expect(refused.status).toBe(401);
    expect(JSON.stringify(refused.body)).toContain('ASSERTION_REQUIRED');
    const keys = await openPartKeys(join(access.folder, 'keys'), 'gateway');
    const call = { owner: provinceCode, method: 'GET', path: '/net?after=0', body: '' };
    const signed = signCall(keys, { ...localCaller, client: 'gateway' }, undefined, call);
    const told = await access.call('/net?after=0', { headers: { ...through, ...signed } });
    expect([told.status, told.body]).toMatchObject([200, { version: 1 }]);
  });
});
