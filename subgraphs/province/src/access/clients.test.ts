/** What the operator does with clients, what the net learns of it, and where no secret may be. */
import { parseNetSnapshot, scopeNames } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AccessFixture, basic, client } from './access.fixture.ts';

let access: AccessFixture;
beforeAll(async () => {
  access = await AccessFixture.start();
});
afterAll(() => access[Symbol.asyncDispose]());

const inSnapshot = async (id: string) =>
  (await access.snapshot()).clients.find((each) => each.id === id);

describe('a field is refused that is', () => {
  const table: readonly (readonly [string, object, string])[] = [
    ['an id with capitals', { id: 'Pensions' }, '`id` is "Pensions"'],
    ['an id of one letter', { id: 'p' }, '`id` is "p"'],
    ['the name of a part of the net', { id: 'local' }, '`id` is "local"'],
    ['the dashboard’s name', { id: 'dashboard' }, '`id` is "dashboard"'],
    ['a missing name', { name: undefined }, '`name` is missing'],
    ['an unknown kind', { kind: 'SPIES' }, '`kind` is "SPIES"'],
    ['an unknown scope', { scopes: ['members:all'] }, 'there is no scope "members:all"'],
    ['the scope of everybody', { scopes: ['core:read'] }, 'there is no scope "core:read"'],
    ['no purpose', { purposes: [] }, '`purposes` has none'],
    ['a purpose that no header takes', { purposes: ['审核'] }, '`purposes` has "审核"'],
    ['an unknown mode', { mode: 'IGNORE' }, '`mode` is "IGNORE"'],
    ['an unknown variant', { variant: 'ALL' }, '`variant` is "ALL"'],
    ['no flag', { adHoc: 'yes' }, '`adHoc` is "yes"'],
    ['a limit of none', { limits: { perSecond: 0 } }, '`limits.perSecond` is 0'],
    ['a limit without bounds', { limits: { perDay: 1e12 } }, '`limits.perDay` is 1000000000000'],
    ['an unknown limit', { limits: { perHour: 1 } }, '`limits.perHour` is not a known field'],
    ['an unknown platform', { platform: '999999' }, 'No platform of the net'],
    ['unknown', { secret: 'mine' }, '`secret` is not a known field'],
    ['a flag of two ways', { key: { kty: 'OKP' } }, '`key` cannot be taken'],
  ];
  test.each(table)('%s', async (_, change, message) => {
    const { status, body } = await access.operate('POST', 'clients', {
      ...client,
      id: 'refused',
      ...change,
    });
    const { code, message: said } = body['error'] as { code: string; message: string };
    expect([status, code]).toEqual(
      code === 'UNKNOWN_PLATFORM' ? [404, 'UNKNOWN_PLATFORM'] : [400, 'BAD_INPUT'],
    );
    expect(said).toContain(message);
  });
});

describe('the operator alone', () => {
  test.each(['Bearer x', `Bearer ${'x'.repeat(43)}`, undefined])('%s is refused', async (token) => {
    const headers = token === undefined ? {} : { authorization: token };
    const { status, body } = await access.call('/access/clients', { headers });
    expect([status, body]).toMatchObject([401, { error: { code: 'TOKEN_REQUIRED' } }]);
  });

  test('a platform’s token is refused', async () => {
    const issued = await access.call('/registry/platforms/420100/tokens', {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    const { status, body } = await access.call('/access/people', {
      headers: { authorization: `Bearer ${String(issued.body['token'])}` },
    });
    expect([status, body]).toMatchObject([403, { error: { code: 'NOT_ALLOWED' } }]);
  });

  test.each([
    ['PUT', 'clients'],
    ['GET', 'clients/a/rotate'],
    ['GET', 'clients/a/b/c'],
    ['GET', 'constructor'],
    ['GET', ''],
  ])('%s /access/%s is nothing', async (method, path) => {
    const { status, body } = await access.call(`/access/${path}`, {
      method,
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    expect([status, body]).toMatchObject([
      404,
      { error: { message: expect.stringContaining('POST /access/clients/<id>/rotate') } },
    ]);
  });
});

describe('the net learns at once', () => {
  test('of each change, by the poll that waits for it', async () => {
    const change = async (method: 'POST' | 'DELETE', path: string, body?: object) => {
      const { revision } = await access.snapshot();
      const waiting = fetch(`${access.province.url}/net?after=${revision}&wait=50`);
      const { status } = await access.operate(method, path, body);
      const news = parseNetSnapshot(await (await waiting).json());
      expect(news.revision).toBe(revision + 1);
      return [status, news.clients.find(({ id }) => id === 'watched')] as const;
    };
    const added = { ...client, id: 'watched', adHoc: true, limits: { perSecond: 3 } };
    expect(await change('POST', 'clients', added)).toMatchObject([
      201,
      {
        mode: 'FILTER',
        variant: 'PARTNER',
        adHoc: true,
        limits: { perSecond: 3, perDay: 100_000 },
      },
    ]);
    const scopes = { scopes: ['members:personal', 'members:read'] };
    expect(await change('POST', 'clients/watched/scopes', scopes)).toMatchObject([
      200,
      { scopes: ['members:read', 'members:personal'] },
    ]);
    const limits = { limits: { perDay: 5 } };
    expect(await change('POST', 'clients/watched/limits', limits)).toMatchObject([
      200,
      { limits: { perSecond: 3, perDay: 5 } },
    ]);
    expect(await change('POST', 'clients/watched/suspend', { reason: 'audit' })).toEqual([
      200,
      undefined,
    ]);
    const [, resumed] = await change('POST', 'clients/watched/resume');
    // What it was given before does not come back.
    expect(resumed?.notBefore).toBeGreaterThan(Date.now() / 1000 - 60);
    expect(await change('DELETE', 'clients/watched')).toEqual([200, undefined]);
  });

  test('and the trail has it, with what and by whom', async () => {
    const { body } = await access.operate('GET', 'clients/watched');
    const history = body['history'] as readonly { action: string; by: { kind: string } }[];
    expect(history.map(({ action }) => action)).toEqual([
      'CLIENT_REVOKED',
      'CLIENT_RESUMED',
      'CLIENT_SUSPENDED',
      'CLIENT_CHANGED',
      'CLIENT_CHANGED',
      'CLIENT_ADDED',
    ]);
    expect(new Set(history.map(({ by }) => by.kind))).toEqual(new Set(['operator']));
    const query = '{ registryEvents(first: 1) { nodes { action by platform { code } } } }';
    const events = await access.call('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect(events.body).toMatchObject({
      data: {
        registryEvents: { nodes: [{ action: 'CLIENT_REVOKED', by: 'OPERATOR', platform: null }] },
      },
    });
  });
});

describe('what cannot be', () => {
  test('an id twice, even of a revoked client', async () => {
    await access.client('once');
    const again = () => access.operate('POST', 'clients', { ...client, id: 'once' });
    expect(await again()).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
    await access.operate('DELETE', 'clients/once');
    expect(await again()).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
    const rotated = await access.operate('POST', 'clients/once/rotate');
    expect(rotated).toMatchObject({ status: 409, body: { error: { code: 'WRONG_STATE' } } });
  });

  test('a change of nobody, or of a state that it is not in', async () => {
    const nobody = await access.operate('POST', 'clients/nobody/suspend');
    expect(nobody).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    await access.client('standing');
    const resumed = await access.operate('POST', 'clients/standing/resume');
    expect(resumed).toMatchObject({ status: 409, body: { error: { code: 'WRONG_STATE' } } });
  });
});

test('the list has those that were not revoked, and the others if asked', async () => {
  await access.client('listed');
  await access.client('gone');
  await access.operate('DELETE', 'clients/gone');
  const ids = async (query: string) => {
    const { body } = await access.operate('GET', `clients${query}`);
    return (body['clients'] as readonly { id: string }[]).map(({ id }) => id);
  };
  expect(await ids('')).toContain('listed');
  expect(await ids('')).not.toContain('gone');
  expect(await ids('?revoked=true')).toContain('gone');
});

test('no secret is anywhere but where it is shown: neither in the net, the database nor the log', async () => {
  const printed: string[] = [];
  const listen = (text: unknown) => printed.push(String(text));
  vi.spyOn(console, 'error').mockImplementation(listen);
  vi.spyOn(console, 'log').mockImplementation(listen);
  const secret = await access.client('secretive');
  const password = await access.person('secretive');
  const answer = await access.token({}, basic('secretive', secret));
  const token = String(answer.body['access_token']);
  const signedIn = await access.signIn('secretive', password);
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  const cookieValue = cookie.replace('onenet-session=', '');
  await access.token({}, basic('secretive', `${secret}x`));
  await access.signIn('secretive', `${password}x`);
  await access.call(`/oauth/token?client_secret=${secret}`, { method: 'POST' });

  const everywhere = [JSON.stringify(await access.snapshot()), printed.join('\n')];
  for (const { name } of await access.db.listCollections().toArray()) {
    everywhere.push(JSON.stringify(await access.db.collection(name).find().toArray()));
  }
  for (const path of ['clients', 'clients/secretive', 'people']) {
    everywhere.push(JSON.stringify((await access.operate('GET', path)).body));
  }
  for (const text of everywhere) {
    for (const kept of [secret, password, token, cookieValue, access.operatorToken]) {
      expect(kept.length).toBeGreaterThan(20);
      expect(text).not.toContain(kept);
    }
  }
  // Nor is what proves one: hashes stay where they are compared.
  const { body } = await access.operate('GET', 'clients/secretive');
  expect(JSON.stringify([body, await inSnapshot('secretive')])).not.toContain('hash');
  vi.restoreAllMocks();
});

test('every scope of the contract can be admitted', async () => {
  await access.client('everything', { scopes: scopeNames() });
  expect((await inSnapshot('everything'))?.scopes).toEqual(scopeNames());
});
