/** Credentials, over a real province and two gateways: from a client's secret to a query, from a password to a session, and every way in that is none. Long, because one net serves them all. */
import { openKeys, rotateKeys } from '@onenet/assertion';
import { accessTokenKeys, accessTokenSeconds, accessTokenType } from '@onenet/contract';
import { startGateway, type Gateway } from '@onenet/gateway';
import { execFile } from 'node:child_process';
import { sign } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startSmallNet, type Answer, type SmallNet } from './fixtures/small-net.ts';

const code = '420100';
let net: SmallNet;
/** The second, which answers nobody without credentials. */
let closed: Gateway;
let tokenKeys: string;

beforeAll(async () => {
  net = await startSmallNet({ mongodbUri: inject('mongodbUri'), codes: [code], records: [] });
  closed = await startGateway({
    host: '127.0.0.1',
    port: 0,
    provinceUrl: net.province.url,
    keysDir: net.keysDir,
    local: 'refuse',
    logLevel: 'silent',
  });
  tokenKeys = join(net.keysDir, accessTokenKeys);
});
afterAll(async () => {
  await closed?.stop();
  await net?.[Symbol.asyncDispose]();
});

const query = '{ organizations(first: 1) { totalCount completeness { answered } } }';

interface Told extends Answer {
  readonly status: number;
  readonly headers: Headers;
}

async function ask(headers: Record<string, string>, url = closed.url): Promise<Told> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as Answer;
  return { ...body, status: response.status, headers: response.headers };
}

const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** `./onenet …`, as the operator of this net. */
async function onenet(...args: string[]): Promise<string> {
  const main = new URL('../scripts/onenet.ts', import.meta.url).pathname;
  const env = {
    ...process.env,
    ONENET_PROVINCE: net.province.url,
    ONENET_TOKEN: net.operatorToken,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { env });
  return stdout.trim();
}

function addClient(id: string): Promise<string> {
  const names = ['--name', '社保', '--name-en', 'Social security'];
  const rights = ['--scopes', 'organizations:read', '--purposes', 'pension-review', '--ad-hoc'];
  return onenet('client', 'add', '--client', id, ...names, ...rights);
}

/** As `curl -u <id>:<secret> -d grant_type=client_credentials <gateway>/oauth/token`. */
async function tokenOf(id: string, secret: string, url = closed.url): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const body = (await response.json()) as Record<string, string>;
  expect([response.status, body['token_type']]).toEqual([200, 'Bearer']);
  return body['access_token'] ?? '';
}

describe('a client', () => {
  test('is added, has a token, asks, and is revoked at every gateway within two seconds', async () => {
    const secret = await addClient('social-security');
    const token = await tokenOf('social-security', secret);
    await expect.poll(async () => (await ask(bearer(token))).status, soon).toBe(200);
    const { data, errors } = await ask(bearer(token));
    expect([data, errors]).toEqual([
      { organizations: { totalCount: 0, completeness: { answered: 1 } } },
      undefined,
    ]);
    // A token is of the net, and not of a gateway; where nobody needs one, it says who asks nevertheless.
    expect(await ask(bearer(token), net.url)).toMatchObject({ status: 200 });
    const forPurpose = { ...bearer(token), 'onenet-purpose': 'curiosity' };
    expect(await ask(forPurpose)).toMatchObject({ status: 400 });

    await onenet('client', 'revoke', '--client', 'social-security');
    await delay(2000);
    for (const url of [closed.url, net.url]) {
      const refused = await ask(bearer(token), url);
      expect([refused.status, codeOf(refused)]).toEqual([401, 'CREDENTIALS_INVALID']);
      expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  test('with a wrong secret has no token, and is not told why', async () => {
    const secret = await addClient('taxation');
    const answers = await Promise.all(
      ['taxation:wrong', `nobody:${secret}`].map(async (credentials) => {
        const response = await fetch(`${closed.url}/oauth/token`, {
          method: 'POST',
          headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
          body: new URLSearchParams({ grant_type: 'client_credentials' }),
        });
        return [response.status, await response.text()];
      }),
    );
    expect(answers[0]).toEqual([401, expect.stringContaining('invalid_client')]);
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('a token', () => {
  let token: string;
  beforeAll(async () => {
    token = await tokenOf('civil-affairs', await addClient('civil-affairs'));
    while ((await ask(bearer(token))).status !== 200) await delay(50);
  });

  test.each([
    ['for another audience', { aud: 'another-net' }, {}],
    ['of another issuer', { iss: 'https://elsewhere.example' }, {}],
    ['that has expired', { iat: seconds() - 700, exp: seconds() - 100 }, {}],
    ['of another type', {}, { typ: 'JWT' }],
    ['whose key nobody has published', {}, { kid: 'another' }],
    ['of a client that was never added', { client_id: 'stranger', sub: 'stranger' }, {}],
  ])('%s is refused, though the province’s own key signed it', async (_name, claims, header) => {
    const forged = await signedByProvince(token, claims, header);
    const refused = await ask(bearer(forged));
    expect([refused.status, codeOf(refused)]).toEqual([401, 'CREDENTIALS_INVALID']);
  });

  test('that the province’s key signed is taken: so the others were refused for what they say', async () => {
    expect(await ask(bearer(await signedByProvince(token, {}, {})))).toMatchObject({ status: 200 });
  });

  test('unsigned, or with a signature taken away, is refused', async () => {
    const [, payload] = token.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    for (const forged of [`${none}.${payload}.`, token.replace(/[^.]+$/, '')]) {
      expect((await ask(bearer(forged))).status).toBe(401);
    }
  });

  test('and a session at once are refused', async () => {
    const cookie = `onenet-session=${'x'.repeat(43)}`;
    const refused = await ask({ ...bearer(token), cookie });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'BAD_REQUEST']);
  });

  test('of a key that was rotated out and withdrawn is refused; one of the new key is taken', async () => {
    const [old = ''] = await readdir(tokenKeys);
    const secret = await onenet('client', 'rotate', '--client', 'civil-affairs');
    await rotateKeys(tokenKeys, { aheadMs: 0, lifeSeconds: accessTokenSeconds });
    await rm(join(tokenKeys, old));
    const fresh = async () => (await ask(bearer(await tokenOf('civil-affairs', secret)))).status;
    await expect.poll(fresh, soon).toBe(200);
    // The gateway reads the keys anew four times a minute.
    const known = async () => (await ask(bearer(token))).status;
    await expect.poll(known, { timeout: 20_000, interval: 500 }).toBe(401);
  });
});

describe('a session', () => {
  const own = { 'sec-fetch-site': 'same-origin' };
  let password: string;
  beforeAll(async () => {
    password = await onenet('person', 'add', '--name', 'li', '--roles', 'leader');
  });

  const session = (method: string, headers: Record<string, string>, body?: object) =>
    fetch(`${closed.url}/session`, {
      method,
      headers: { 'content-type': 'application/json', ...own, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });

  async function signIn(): Promise<string> {
    const response = await session('POST', {}, { name: 'li', password });
    expect(response.status).toBe(200);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
    return cookie.split(';')[0] ?? '';
  }

  test('is begun, asks, and ends', async () => {
    const cookie = await signIn();
    expect(await ask({ cookie, ...own })).toMatchObject({
      status: 200,
      data: { organizations: { totalCount: 0 } },
    });
    expect(await (await session('GET', { cookie })).json()).toMatchObject({ name: 'li' });
    expect((await session('DELETE', { cookie })).status).toBe(200);
    await expect.poll(async () => (await ask({ cookie, ...own })).status, soon).toBe(401);
  });

  test('is not taken from pages of other sites, nor by GET', async () => {
    const cookie = await signIn();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
    ]) {
      const refused = await ask({ cookie, ...headers });
      expect([refused.status, codeOf(refused)]).toEqual([403, 'NOT_ALLOWED']);
      const out = { method: 'DELETE', headers: { cookie, ...headers } as Record<string, string> };
      expect((await fetch(`${closed.url}/session`, out)).status).toBe(403);
    }
    const url = `${closed.url}/graphql?query=${encodeURIComponent(query)}`;
    expect((await fetch(url, { headers: { cookie } })).status).toBe(405);
    expect((await ask({ cookie, ...own })).status).toBe(200);
  });

  test('whose it is the gateway alone is told', async () => {
    const path = `/session/callers/${'0'.repeat(64)}`;
    expect((await fetch(closed.url + path)).status).toBe(404);
    const proxied = await fetch(net.province.url + path, { headers: { via: '1.1 proxy' } });
    expect(proxied.status).toBe(401);
  });
});

test('without credentials the one gateway answers this machine, and the other nobody', async () => {
  expect((await ask({}, net.url)).status).toBe(200);
  const refused = await ask({});
  expect([refused.status, codeOf(refused)]).toEqual([401, 'CREDENTIALS_REQUIRED']);
  expect((await ask({ 'x-forwarded-for': '10.0.0.1' }, net.url)).status).toBe(401);
});

/** Milliseconds within which what the operator does is known to every gateway. */
const soon = { timeout: 2000, interval: 50 };

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** A token like this one with other claims, by the province's newest key: what a thief of it could make. */
async function signedByProvince(
  token: string,
  claims: object,
  header: Record<string, string>,
): Promise<string> {
  const keys = await openKeys(tokenKeys, { issuer: 'onenet' });
  const { kid, alg, key } = keys.current();
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const signed = `${part({ alg, kid, typ: accessTokenType, ...header })}.${part({ ...payload, ...claims })}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}
