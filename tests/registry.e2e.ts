/** The registry between publishes: versions, switches, maintenance by the clock, tokens, and what outlives a restart. Long, because one registry serves them all. */
import { platformSdl } from '@onenet/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRegistryNet, type RegistryNet } from './fixtures/registry-net.ts';

const code = '422800';
const place = '422801';
let net: RegistryNet;
let token: string;
let url: string;

beforeAll(async () => {
  net = await startRegistryNet([code, '420600']);
  token = await net.token(code);
  url = net.platformUrls[code] ?? '';
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
});

const asTeam = (method: string, action: string, body?: unknown) =>
  net.call(method, `${code}/${action}`, body, token);

/** Milliseconds within which whatever changed at the registry is in force. */
const inForceWithinMs = 2000;

test('the reference net has its first versions, by what its platforms offer', async () => {
  const { data } = await net.ask(`{
    connected: platform(code: "421100") { currentVersion { number modules by } contractVersion }
    registered: platform(code: "${code}") { currentVersion { number } contractVersion versions { number } }
  }`);
  expect(data).toEqual({
    connected: {
      currentVersion: {
        number: 1,
        modules: ['core', 'organizations', 'requests', 'members', 'content'],
        by: 'PROGRAM',
      },
      contractVersion: '1.1',
    },
    registered: { currentVersion: null, contractVersion: null, versions: [] },
  });
  expect((await net.owner('421100')).lacks).toContain('RequestStatus.IN_TRANSFER');
});

test('two publishes at once: both are admitted, in an order, and none is lost', async () => {
  const [one, other] = await Promise.all([
    net.publish(code, { url }, token),
    net.publish(code, { url, sdl: platformSdl(modules) }, token),
  ]);
  expect(new Set([one.version, other.version])).toEqual(new Set([1, 2]));
  expect(await net.owner(code)).toMatchObject({ connection: 'CONNECTED', version: 2 });
  const { data } = await net.ask(`{ platform(code: "${code}") { versions { number by } } }`);
  expect(data).toEqual({
    platform: {
      versions: [
        { number: 2, by: 'PLATFORM' },
        { number: 1, by: 'PLATFORM' },
      ],
    },
  });
});

const modules = ['core', 'organizations', 'requests', 'members', 'content'] as const;

test('a rollback goes to the version before, or to the one that is named', async () => {
  expect(await asTeam('POST', 'rollback')).toMatchObject({
    status: 200,
    body: { admitted: true, version: 1 },
  });
  expect((await net.owner(code)).version).toBe(1);
  expect(await asTeam('POST', 'rollback', { to: 2 })).toMatchObject({ body: { version: 2 } });
  for (const [to, status, error] of [
    [2, 409, 'WRONG_STATE'],
    [9, 404, 'NOT_FOUND'],
    [0, 400, 'BAD_INPUT'],
  ] as const) {
    expect(await asTeam('POST', 'rollback', { to })).toMatchObject({
      status,
      body: { error: { code: error } },
    });
  }
  expect((await net.owner(code)).version).toBe(2);
});

test('a rollback to an address that no longer answers is done, and says so', async () => {
  // What the registry stored when the address still answered.
  await net.db
    .collection<{ _id: string }>('versions')
    .updateOne({ _id: `${code}/1` }, { $set: { url: 'http://127.0.0.1:9' } });
  const { body } = await asTeam('POST', 'rollback');
  expect(body).toMatchObject({ admitted: true, version: 1 });
  expect(body['steps']).toContainEqual({
    step: 'PROBE',
    ok: false,
    findings: [{ code: 'NO_ANSWER', message: expect.any(String) }],
  });
  expect((await net.owner(code)).graphqlUrl).toBe('http://127.0.0.1:9/graphql');
  await asTeam('POST', 'rollback', { to: 2 });
});

test('a withdrawal is a return to registered; the history stays, and the last version can come back', async () => {
  expect(await asTeam('POST', 'withdraw')).toMatchObject({ body: { connection: 'REGISTERED' } });
  expect(await net.owner(code)).toMatchObject({ connection: 'REGISTERED', version: 0 });
  expect(await asTeam('POST', 'withdraw')).toMatchObject({ status: 409 });
  expect(await asTeam('POST', 'rollback')).toMatchObject({ body: { version: 2 } });
  expect(await net.owner(code)).toMatchObject({ connection: 'CONNECTED', version: 2 });
});

test('a suspension is the operator’s: it outlasts what its team publishes', async () => {
  expect(await asTeam('POST', 'suspend')).toMatchObject({
    status: 403,
    body: { error: { code: 'NOT_ALLOWED' } },
  });
  const reason = '数据待核对';
  expect(await net.call('POST', `${code}/suspend`, { reason })).toMatchObject({ status: 200 });
  expect(await net.publish(code, { url }, token)).toMatchObject({ admitted: true, version: 3 });
  expect(await net.owner(code)).toMatchObject({ connection: 'SUSPENDED', version: 3 });
  expect(await asTeam('POST', 'resume')).toMatchObject({ status: 403 });
  expect(await net.call('POST', `${code}/resume`)).toMatchObject({
    body: { connection: 'CONNECTED' },
  });
  expect(await net.call('POST', `${code}/resume`)).toMatchObject({ status: 409 });
});

test('the operator’s switch outlasts a suspension, whatever its team does meanwhile', async () => {
  await net.province.setConnection(code, 'MAINTENANCE');
  await net.call('POST', `${code}/suspend`, { reason: 'audit' });
  expect(await asTeam('POST', 'rollback', { to: 2 })).toMatchObject({ body: { admitted: true } });
  expect((await net.owner(code)).connection).toBe('SUSPENDED');
  expect(await net.call('POST', `${code}/resume`)).toMatchObject({
    body: { connection: 'MAINTENANCE' },
  });
  await net.province.setConnection(code, 'CONNECTED');
  expect(await asTeam('POST', 'rollback', { to: 3 })).toMatchObject({ body: { version: 3 } });
});

test('a maintenance window begins and ends by the clock', async () => {
  const [from, until] = [new Date(Date.now() + 60_000), new Date(Date.now() + 120_000)];
  const planned = await asTeam('POST', 'maintenance', {
    from: from.toISOString(),
    until: until.toISOString(),
    reason: '升级',
  });
  expect(planned.status).toBe(201);
  expect((await net.owner(code)).connection).toBe('CONNECTED');
  const { data } = await net.ask(`{ platform(code: "${code}") { maintenance { reason until } } }`);
  expect(data).toEqual({
    platform: { maintenance: [{ reason: '升级', until: until.toISOString() }] },
  });
  // The registry is in this process, and so is its clock.
  vi.useFakeTimers({ toFake: ['Date'], now: from });
  try {
    await becomes('MAINTENANCE');
    vi.setSystemTime(until);
    await becomes('CONNECTED');
  } finally {
    vi.useRealTimers();
  }
});

test('a window can be cancelled while it is open; what makes no sense is refused', async () => {
  const until = new Date(Date.now() + 60_000).toISOString();
  await asTeam('POST', 'maintenance', { until, reason: 'now' });
  await becomes('MAINTENANCE');
  expect(await asTeam('DELETE', 'maintenance')).toMatchObject({ status: 200 });
  await becomes('CONNECTED');
  expect(await asTeam('DELETE', 'maintenance')).toMatchObject({ status: 404 });
  for (const wrong of [
    { until },
    { until: '2020-01-01T00:00:00Z', reason: 'over' },
    { until: '2099-01-01T00:00:00Z', reason: 'too long' },
    { until: 'tomorrow', reason: 'no moment' },
    { from: until, until, reason: 'empty' },
  ]) {
    expect(await asTeam('POST', 'maintenance', wrong)).toMatchObject({ status: 400 });
  }
});

test('a platform that is in no file is registered, published, and seen like the others', async () => {
  const platform = {
    code: place,
    name: '恩施市总工会',
    nameEn: 'Enshi City Federation of Trade Unions',
    kind: 'COUNTY',
    parent: code,
    serves: [place],
    position: { latitude: 30.28, longitude: 109.48 },
    responsible: { office: '权益保障部', officeEn: 'Rights', telephone: '0718-8220000' },
  };
  expect(await net.call('POST', '', platform, token)).toMatchObject({ status: 403 });
  expect(await net.call('POST', '', platform)).toMatchObject({ status: 201 });
  expect(await net.owner(place)).toMatchObject({
    name: '恩施市总工会',
    connection: 'REGISTERED',
    serves: [place],
    scope: { above: ['420000', code] },
  });
  const { data } = await net.ask(`{
    platform(code: "${code}") { children { code nameEn demoNotice latitude responsible { office } } }
    division(code: "${place}001") { platformsInScope { code } }
  }`);
  expect(data?.['platform']).toEqual({
    children: [
      {
        code: place,
        nameEn: platform.nameEn,
        demoNotice: null,
        latitude: 30.28,
        responsible: { office: '权益保障部' },
      },
    ],
  });
  expect(data?.['division']).toMatchObject({
    platformsInScope: expect.arrayContaining([{ code: place }]),
  });
  for (const [change, status, error] of [
    [{}, 409, 'WRONG_STATE'],
    [{ code: 'en-shi' }, 400, 'BAD_INPUT'],
    [{ code: 'NEW', serves: ['1'] }, 400, 'UNKNOWN_DIVISION'],
    [{ code: 'NEW', serves: [] }, 400, 'BAD_INPUT'],
    [{ code: 'NEW', parent: 'NOBODY' }, 404, 'UNKNOWN_PLATFORM'],
    [{ code: 'NEW', portOffset: 0 }, 409, 'WRONG_STATE'],
    [{ code: 'NEW', kind: 'TOWN' }, 400, 'BAD_INPUT'],
    [{ code: 'NEW', colour: 'red' }, 400, 'BAD_INPUT'],
    [{ code: 'NEW', responsible: undefined }, 400, 'BAD_INPUT'],
    [{ code: 'NEW', responsible: { office: '部', officeEn: 'Office' } }, 400, 'BAD_INPUT'],
  ] as const) {
    expect(await net.call('POST', '', { ...platform, ...change }), error).toMatchObject({
      status,
      body: { error: { code: error } },
    });
  }
});

test('who offers what: platform × version × module', async () => {
  const { data } = await net.ask(
    '{ skew { platform { code } connection version contractVersion behind modules { module isOffered lacks } } }',
  );
  const rows = data?.['skew'] as { platform: { code: string } }[];
  const of = (wanted: string) => rows.find(({ platform }) => platform.code === wanted);
  expect(rows).toHaveLength(26);
  expect(of('421100')).toMatchObject({
    version: 1,
    contractVersion: '1.1',
    behind: 1,
    modules: expect.arrayContaining([
      {
        module: 'requests',
        isOffered: true,
        lacks: expect.arrayContaining(['ServiceRequest.overdueAt']),
      },
      { module: 'content', isOffered: true, lacks: [] },
    ]),
  });
  expect(of(code)).toMatchObject({ version: 3, contractVersion: '1.2', behind: 0 });
  expect(of(place)).toMatchObject({ version: null, contractVersion: null, behind: null });
});

test('tokens are nowhere but with whom they were given to', async () => {
  const issued = await net.call('POST', `${code}/tokens`, { note: 'build server' });
  const secret = String(issued.body['token']);
  expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  const listed = await asTeam('GET', 'tokens');
  const stored = await net.db.collection('tokens').find().toArray();
  const trail = await net.db.collection('trail').find().toArray();
  for (const kept of [listed, stored, trail]) {
    const text = JSON.stringify(kept);
    for (const each of [secret, token, net.operatorToken]) expect(text).not.toContain(each);
  }
  expect(JSON.stringify(listed)).not.toContain('hash');
  await asTeam('DELETE', `tokens/${String(issued.body['id'])}`);
  expect(await net.call('GET', `${code}/tokens`, undefined, secret)).toMatchObject({ status: 401 });
  expect((await asTeam('GET', 'tokens')).status).toBe(200);
});

test('the audit trail says who, when, what and from where', async () => {
  const trail = await net.db
    .collection('trail')
    .find({ platform: code })
    .sort({ _id: 1 })
    .toArray();
  const done = trail.map(({ action }) => String(action));
  for (const action of [
    'TOKEN_ISSUED',
    'PUBLISHED',
    'ROLLED_BACK',
    'WITHDRAWN',
    'SUSPENDED',
    'RESUMED',
    'MAINTENANCE_PLANNED',
    'MAINTENANCE_BEGAN',
    'MAINTENANCE_ENDED',
    'MAINTENANCE_CANCELLED',
    'TOKEN_REVOKED',
  ]) {
    expect(done).toContain(action);
  }
  const published = trail.find(({ action }) => action === 'PUBLISHED');
  expect(published).toMatchObject({
    at: expect.any(Date),
    by: { kind: 'platform', token: expect.stringMatching(/^[0-9a-f]{12}$/) },
    from: expect.stringContaining('127.0.0.1'),
    version: 1,
  });
  const first = await events(3, null);
  const next = await events(200, first.endCursor);
  expect(first.nodes).toHaveLength(3);
  expect([...first.nodes, ...next.nodes].map(({ action }) => action)).toEqual(done.toReversed());
});

test('a restart keeps everything, and a restored registry is news', async () => {
  const before = await net.net();
  const again = await net.start();
  expect(await (await fetch(`${again.url}/net`)).text()).toBe(before);
  // As after a restore: a lower revision, and another state.
  await net.db
    .collection<{ _id: string }>('platforms')
    .updateOne({ _id: code }, { $set: { connection: 'REGISTERED', current: null } });
  await net.db
    .collection<{ _id: string }>('net')
    .updateOne({ _id: 'net' }, { $set: { revision: 3 } });
  await expect
    .poll(async () => (await net.owner(code)).connection, { timeout: inForceWithinMs })
    .toBe('REGISTERED');
  expect(again.directory.revision).toBe(3);
  expect(await net.publish(code, { url }, token)).toMatchObject({ admitted: true, version: 4 });
  expect(JSON.parse(await net.net())).toMatchObject({ revision: 4 });
  await again.stop();
});

async function becomes(connection: string): Promise<void> {
  const owner = async () => (await net.owner(code)).connection;
  await expect.poll(owner, { timeout: inForceWithinMs }).toBe(connection);
}

interface EventPage {
  readonly nodes: readonly { readonly action: string }[];
  readonly endCursor: string | null;
}

async function events(first: number, after: string | null): Promise<EventPage> {
  const { data } = await net.ask(`{
    registryEvents(platform: "${code}", first: ${first}, after: ${JSON.stringify(after)}) {
      nodes { action } endCursor
    }
  }`);
  return data?.['registryEvents'] as EventPage;
}
