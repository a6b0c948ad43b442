/** Signing in, staying in, and being put out. Long, because one province serves them all. */
import { createHash } from 'node:crypto';
import { access as exists } from 'node:fs/promises';
import { join } from 'node:path';
import { openPartKeys, provinceCode, signCall } from '@onenet/assertion';
import { localCaller, type Caller } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture, cookieOf } from '../access.fixture.ts';
import type { Answer } from '../access.fixture.ts';
import { idleMs, mostMs } from './sessions.ts';
import { changePassword } from './sign-in.ts';

let access: AccessFixture;
let password: string;
beforeAll(async () => {
  access = await AccessFixture.start();
  password = await access.person('Zhang.San');
});
afterAll(() => access[Symbol.asyncDispose]());

const own = { 'sec-fetch-site': 'same-origin' };
const json = { 'content-type': 'application/json' };
let addresses = 0;
/** Another address each time, so that no test's failures are another's. */
const from = () => ({ 'onenet-client-address': `198.51.100.${++addresses}` });

const session = (cookie: string): Promise<Answer> =>
  access.call('/session', { headers: { cookie: `onenet-session=${cookie}` } });
const callerOf = (cookie: string, headers: object = {}): Promise<Answer> => {
  const hash = createHash('sha256').update(cookie).digest('hex');
  return access.call(`/session/callers/${hash}`, { headers: { ...headers } });
};
const change = (cookie: string, body: object, headers: object = own): Promise<Answer> =>
  access.call('/session/password', {
    method: 'POST',
    headers: { ...json, ...headers, cookie: `onenet-session=${cookie}` },
    body: JSON.stringify(body),
  });

describe('signing in', () => {
  test('takes the name in any case, and gives a session that says who it is', async () => {
    const answer = await access.signIn('ZHANG.SAN', password);
    expect(answer).toMatchObject({ status: 200, body: { name: 'zhang.san', roles: ['leader'] } });
    expect(await session(cookieOf(answer))).toMatchObject({
      status: 200,
      body: { name: 'zhang.san', canChangePassword: true },
    });
  });

  test('of a team names its platform, and nothing personal', async () => {
    const secret = await access.person('wuhan', { roles: ['team'], platform: '420100' });
    const { body } = await callerOf(cookieOf(await access.signIn('wuhan', secret)));
    expect(body['caller']).toMatchObject({ roles: ['team'], platform: '420100' });
    expect(JSON.stringify(body)).not.toContain(':personal');
  });

  test.each(['administrator', 'auditor'])('of an %s brings no scope', async (role) => {
    const secret = await access.person(role, { roles: [role] });
    const { body } = await callerOf(cookieOf(await access.signIn(role, secret)));
    expect(body['caller']).toMatchObject({ roles: [role], scopes: [] });
  });

  test('with a wrong password and as nobody reads the same', async () => {
    const wrong = await access.signIn('zhang.san', 'wrong', from());
    const nobody = await access.signIn('nobody', 'wrong', from());
    expect([wrong.status, wrong.body]).toEqual([nobody.status, nobody.body]);
    expect(wrong).toMatchObject({ status: 401, body: { error: { code: 'CREDENTIALS_INVALID' } } });
  });

  test('as nobody takes as long as with a wrong password', async () => {
    await access.person('timed');
    // Time of this process's processors, and not of a clock that runs on while others have them.
    const times: Record<string, number[]> = { timed: [], nobody: [] };
    for (let i = 0; i < 8; i++) {
      for (const name of ['timed', 'nobody']) {
        const begin = process.cpuUsage();
        await access.signIn(name, 'wrong', from());
        const { user, system } = process.cpuUsage(begin);
        times[name]?.push(user + system);
      }
    }
    const [known = 0, unknown = 0] = Object.values(times).map((all) => Math.min(...all));
    // Without the work, an unknown name is answered ten times as fast.
    expect(unknown).toBeGreaterThan(known / 2);
    expect(known).toBeGreaterThan(unknown / 2);
  });

  test.each([
    ['a number', { name: 'zhang.san', password: 1 }],
    ['an object', { name: { $ne: null }, password: { $ne: null } }],
    ['nothing', {}],
    ['more', { name: 'zhang.san', password: 'x', admin: true }],
  ])('with %s is refused without its value', async (_, body) => {
    const answer = await access.call('/session', {
      method: 'POST',
      headers: { ...json, ...own, ...from() },
      body: JSON.stringify(body),
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BAD_INPUT' } } });
  });
});

describe('ten failures', () => {
  test.each(['locked', 'nobody-at-all'])('shut %s out, whoever fails', async (name) => {
    const right = name === 'locked' ? await access.person(name) : 'whatever';
    for (let i = 0; i < 10; i++) {
      expect((await access.signIn(name, 'wrong', from())).status).toBe(401);
    }
    const shut = await access.signIn(name, right, from());
    expect(shut).toMatchObject({
      status: 429,
      body: {
        error: { code: 'TOO_MANY', message: 'Too many attempts failed: try again in 15 minutes.' },
      },
    });
    expect(Number(shut.headers.get('retry-after'))).toBeGreaterThan(800);
  });

  test('at once are no more than in turn', async () => {
    await access.person('hurried');
    const tries = Array.from({ length: 25 }, () => access.signIn('hurried', 'wrong', from()));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  test('of one address are fifty, at once too, whomever they name; those who succeed are none', async () => {
    const right = await access.person('busy');
    const one = from();
    const before = { failures: 45, expiresAt: new Date(Date.now() + 60_000) };
    const id = createHash('sha256').update(`person-address\n${one['onenet-client-address']}`);
    await access.db
      .collection<{ _id: string }>('attempts')
      .insertOne({ _id: id.digest('hex'), ...before });
    for (let i = 0; i < 6; i++) {
      expect((await access.signIn('busy', right, one)).status).toBe(200);
    }
    const tries = Array.from({ length: 9 }, (_, i) => access.signIn(`nobody-${i}`, 'wrong', one));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([
      ...Array(5).fill(401),
      ...Array(4).fill(429),
    ]);
    expect((await access.signIn('busy', right, one)).status).toBe(429);
  });

  test('are forgotten when the operator resets the password', async () => {
    await access.person('reset');
    for (let i = 0; i < 11; i++) await access.signIn('reset', 'wrong', from());
    const { body } = await access.operate('POST', 'people/reset/reset');
    expect((await access.signIn('reset', String(body['password']), from())).status).toBe(200);
  });

  test('less one are forgotten by one success', async () => {
    const right = await access.person('clumsy');
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 9; i++) await access.signIn('clumsy', 'wrong', from());
      expect((await access.signIn('clumsy', right, from())).status).toBe(200);
    }
  });

  test('no longer count when their time is over', async () => {
    const right = await access.person('patient');
    for (let i = 0; i < 10; i++) await access.signIn('patient', 'wrong', from());
    expect((await access.signIn('patient', right, from())).status).toBe(429);
    const passed = new Date(Date.now() - 1000);
    await access.db.collection('attempts').updateMany({}, { $set: { expiresAt: passed } });
    expect((await access.signIn('patient', right, from())).status).toBe(200);
  });
});

describe('a session ends', () => {
  test('when its person signs out, for the gateway too', async () => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const out = await access.call('/session', {
      method: 'DELETE',
      headers: { ...own, cookie: `onenet-session=${cookie}` },
    });
    expect(out.headers.get('set-cookie')).toContain('onenet-session=; Max-Age=0');
    expect((await session(cookie)).body).toBeNull();
    expect((await callerOf(cookie)).status).toBe(404);
  });

  test('when it is not used for eight hours, and after a week in any case', async () => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const id = createHash('sha256').update(cookie).digest('hex');
    const stored = access.db.collection<{ _id: string }>('sessions');
    const set = (fields: object) => stored.updateOne({ _id: id }, { $set: fields });
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

    await set({ usedAt: minutesAgo(2), expiresAt: minutesAgo(-1) });
    const { body } = await callerOf(cookie);
    expect(Date.parse(String(body['expiresAt']))).toBeGreaterThan(Date.now() + idleMs - 60_000);

    const createdAt = new Date(Date.now() - mostMs + 60_000);
    await set({ createdAt, usedAt: minutesAgo(2) });
    const { body: last } = await callerOf(cookie);
    expect(Date.parse(String(last['expiresAt']))).toBe(createdAt.getTime() + mostMs);

    await set({ expiresAt: minutesAgo(0) });
    expect((await session(cookie)).body).toBeNull();
  });

  test('when the password changes: all of them, but for a new one', async () => {
    const first = await access.person('changing');
    const cookies = await Promise.all(
      [1, 2].map(async () => cookieOf(await access.signIn('changing', first))),
    );
    const next = 'a much better one';
    const changed = await change(cookies[0] ?? '', { current: first, next });
    expect(changed.status).toBe(200);
    for (const cookie of cookies) expect((await session(cookie)).body).toBeNull();
    expect((await session(cookieOf(changed))).status).toBe(200);
    expect((await access.signIn('changing', first, from())).status).toBe(401);
    expect((await access.signIn('changing', next, from())).status).toBe(200);
  });

  test('when the person is removed or reset', async () => {
    for (const [name, method, path] of [
      ['removed', 'DELETE', 'people/removed'],
      ['renewed', 'POST', 'people/renewed/reset'],
    ] as const) {
      const cookie = cookieOf(await access.signIn(name, await access.person(name)));
      expect((await access.operate(method, path)).status).toBe(200);
      expect((await callerOf(cookie)).status).toBe(404);
    }
  });
});

describe('a new password', () => {
  test.each([
    ['of eleven characters', 'elevenchars'],
    ['with the name in it', 'I am Zhang.San really'],
    ['of 257 characters', 'x'.repeat(257)],
  ])('%s is refused', async (_, next) => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const answer = await change(cookie, { current: password, next });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'BAD_INPUT' } } });
    expect(JSON.stringify(answer.body)).not.toContain(next);
    expect((await session(cookie)).status).toBe(200);
  });

  test('needs the old one', async () => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const answer = await change(cookie, { current: 'wrong', next: 'a much better one' });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'CREDENTIALS_INVALID' } } });
  });

  test('that is set while the operator resets the account does not undo the reset', async () => {
    const stolen = await access.person('stolen');
    const store = access.otherStore();
    const before = await store.people.findOne({ name: 'stolen' });
    const { body } = await access.operate('POST', 'people/stolen/reset');
    const mine = 'what the thief would like';
    const changing = before && changePassword(store, before, stolen, mine, '198.51.100.1');
    await expect(changing).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    expect((await access.signIn('stolen', mine, from())).status).toBe(401);
    expect((await access.signIn('stolen', String(body['password']), from())).status).toBe(200);
  });

  test('of the first person makes its file go', async () => {
    const file = join(access.folder, 'first-sign-in');
    await exists(file);
    await access.operate('POST', 'people/admin/reset');
    await expect(exists(file)).rejects.toThrow('ENOENT');
  });
});

describe('a page of another site', () => {
  const table: readonly (readonly [string, object])[] = [
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin', { origin: 'null' }],
    ['neither header', {}],
  ];
  test.each(table)('cannot change the password: %s', async (_, headers) => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const answer = await change(cookie, { current: password, next: 'a much better one' }, headers);
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'NOT_ALLOWED' } } });
  });

  test('cannot sign its visitor in or out', async () => {
    const cross = { 'sec-fetch-site': 'cross-site' };
    expect((await access.signIn('zhang.san', password, cross)).status).toBe(403);
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    await access.call('/session', {
      method: 'DELETE',
      headers: { ...cross, cookie: `onenet-session=${cookie}` },
    });
    expect((await session(cookie)).status).toBe(200);
    const form = await access.call('/session', {
      method: 'POST',
      headers: { ...own, 'content-type': 'text/plain' },
      body: JSON.stringify({ name: 'zhang.san', password }),
    });
    expect(form.status).toBe(400);
  });

  test('is told from the own one by its origin, where a browser says no more', async () => {
    const signIn = (origin: string) =>
      access.call('/session', {
        method: 'POST',
        headers: { ...json, origin },
        body: JSON.stringify({ name: 'zhang.san', password }),
      });
    expect((await signIn('http://gateway.example')).status).toBe(200);
    expect((await signIn(access.province.url)).status).toBe(200);
    expect((await signIn('http://gateway.example.evil')).status).toBe(403);
  });
});

test('two cookies of the name are none: one was planted', async () => {
  const cookie = cookieOf(await access.signIn('zhang.san', password));
  const two = { cookie: `onenet-session=${cookie}; onenet-session=${'x'.repeat(43)}` };
  expect(await access.call('/session', { headers: two })).toMatchObject({
    status: 200,
    body: null,
  });
});

test('a session that has ended is forgotten by the browser that asks', async () => {
  const told = async (value: string) => (await session(value)).headers.get('set-cookie');
  expect(await told('x'.repeat(43))).toContain('onenet-session=; Max-Age=0');
  expect(await told(cookieOf(await access.signIn('zhang.san', password)))).toBeNull();
});

test('to ask where nobody is signed in is no mistake; to change a password is one', async () => {
  expect(await access.call('/session')).toMatchObject({ status: 200, body: null });
  const changed = await change('x'.repeat(43), { current: 'a', next: 'b' });
  expect(changed).toMatchObject({ status: 401, body: { error: { code: 'CREDENTIALS_REQUIRED' } } });
});

describe('whose a session is', () => {
  test('is told to this machine, and to nobody behind a proxy', async () => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    expect((await callerOf(cookie)).status).toBe(200);
    const proxied = await callerOf(cookie, { via: '1.1 gateway' });
    expect(proxied).toMatchObject({ status: 401, body: { error: { code: 'ASSERTION_REQUIRED' } } });
  });

  test('is told behind a proxy to whoever signs with the net’s keys, once a signature', async () => {
    const cookie = cookieOf(await access.signIn('zhang.san', password));
    const hash = createHash('sha256').update(cookie).digest('hex');
    const keys = await openPartKeys(join(access.folder, 'keys'), 'gateway');
    const strangers = await openPartKeys(join(access.folder, 'strangers'), 'gateway');
    const call = {
      owner: provinceCode,
      method: 'GET',
      path: `/session/callers/${hash}`,
      body: '',
    };
    const signed = signCall(keys, localCaller, undefined, call);
    const via = { via: '1.1 gateway' };
    expect((await callerOf(cookie, { ...signed, ...via })).status).toBe(200);
    expect((await callerOf(cookie, { ...signed, ...via })).status).toBe(401);
    const analytics = await openPartKeys(join(access.folder, 'keys'), 'analytics');
    const part = signCall(analytics, { ...localCaller, client: 'gateway' }, undefined, call);
    expect((await callerOf(cookie, { ...part, ...via })).status).toBe(403);
    const other = signCall(strangers, localCaller, undefined, call);
    expect((await callerOf(cookie, { ...other, ...via })).status).toBe(401);
  });
});

describe('what is changed about people', () => {
  const trailOf = async (person: unknown) =>
    await access.db.collection('trail').find({ person }).sort({ _id: 1 }).toArray();

  test('is in the trail: who, when, what and from where, and no name', async () => {
    const secret = await access.person('Li.Si', { roles: ['team'], platform: '420100' });
    const signedIn = await access.signIn('li.si', secret);
    const person = signedIn.body['id'];
    const next = 'another-password';
    expect((await change(cookieOf(signedIn), { current: secret, next })).status).toBe(200);
    await access.operate('POST', 'people/li.si/reset');
    await access.operate('DELETE', 'people/li.si');
    const lines = await trailOf(person);
    expect(lines.map(({ action, by, detail }) => [action, by.kind, detail])).toEqual([
      ['PERSON_ADDED', 'operator', 'team of 420100'],
      ['PASSWORD_CHANGED', 'person', 'team of 420100'],
      ['PERSON_RESET', 'operator', 'team of 420100'],
      ['PERSON_REMOVED', 'operator', 'team of 420100'],
    ]);
    for (const line of lines) {
      expect(line).toMatchObject({ at: expect.any(Date), from: expect.any(String) });
    }
    expect(JSON.stringify(lines)).not.toMatch(/li\.si|password":|another/i);
  });

  test('that is refused leaves no line', async () => {
    const before = await access.db.collection('trail').countDocuments();
    expect((await access.operate('POST', 'people/nobody/reset')).status).toBe(404);
    expect((await access.operate('DELETE', 'people/nobody')).status).toBe(404);
    const twice = { name: 'zhang.san', roles: ['leader'] };
    expect((await access.operate('POST', 'people', twice)).status).toBe(409);
    expect(await access.db.collection('trail').countDocuments()).toBe(before);
  });

  test('is shown to administrators and auditors', async () => {
    const events = async (role: string): Promise<string> => {
      const caller = { ...localCaller, client: 'dashboard', person: 'p-1', roles: [role] };
      const query = '{ registryEvents(first: 200) { nodes { action } } }';
      const { body } = await access.ask(caller, query);
      return JSON.stringify(body);
    };
    expect(await events('auditor')).toContain('PERSON_ADDED');
    for (const role of ['leader', 'team']) expect(await events(role)).not.toContain('PERSON_');
  });
});

test('where browsers come by https a cookie is Secure, and a page at http is another site', async () => {
  await using secure = await AccessFixture.start({ gatewayUrl: 'https://onenet.example' });
  const secret = await secure.person('leader');
  const answer = await secure.signIn('leader', secret);
  expect(answer.headers.get('set-cookie')).toMatch(/; Secure$/);
  const { host } = new URL(secure.province.url);
  const signedInFrom = async (origin: string): Promise<number> => {
    const { status } = await secure.call('/session', {
      method: 'POST',
      headers: { ...json, origin },
      body: JSON.stringify({ name: 'leader', password: secret }),
    });
    return status;
  };
  expect(await signedInFrom('https://onenet.example')).toBe(200);
  expect(await signedInFrom(`https://${host}`)).toBe(200);
  expect(await signedInFrom('http://onenet.example')).toBe(403);
  expect(await signedInFrom(`http://${host}`)).toBe(403);
});

describe('who signs in', () => {
  const query = '{ people { id name roles platform { code } signsInElsewhere addedAt } }';
  const as = (role: string): Caller => ({
    ...localCaller,
    client: 'dashboard',
    person: 'p-9',
    roles: [role],
  });

  test.each(['administrator', 'auditor'])(
    'is told to an %s, with nothing of a password',
    async (role) => {
      await access.person(`seen-by-${role}`, { roles: ['team'], platform: '420500' });
      const { body } = await access.ask(as(role), query);
      const { people } = body['data'] as { people: { name: string }[] };
      const names = people.map(({ name }) => name);
      expect(names).toEqual(names.toSorted());
      expect(people.find(({ name }) => name === `seen-by-${role}`)).toEqual({
        id: expect.stringMatching(/^p-[0-9a-f]{18}$/),
        name: `seen-by-${role}`,
        roles: ['team'],
        platform: { code: '420500' },
        signsInElsewhere: false,
        addedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    },
  );

  test.each(['leader', 'team', 'consumer'])('is not told to a %s', async (role) => {
    const { body } = await access.ask(as(role), query);
    expect(body['data']).toEqual({ people: null });
    expect(body['errors']).toMatchObject([{ extensions: { code: 'NOT_ALLOWED' } }]);
  });
});
