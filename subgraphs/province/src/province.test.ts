/** The province on a real MongoDB: its subgraph, the directory, switches across processes, restarts. Long, because one database serves them all. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseNetSnapshot } from '@onenet/contract';
import type { NetSnapshot } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { portOf } from './listener.ts';
import { startProvince } from './province.ts';
import type { Province } from './province.ts';

const database = `province_test_${randomUUID().slice(0, 8)}`;
let province: Province;

const folder = mkdtempSync(join(tmpdir(), 'province-test-'));
const operatorTokenFile = join(folder, 'operator-token');
const start = (change: { platformBasePort?: number; port?: number } = {}) =>
  startProvince({
    port: 0,
    host: '127.0.0.1',
    mongodbUri: inject('mongodbUri'),
    database,
    platformHost: '127.0.0.1',
    platformBasePort: 4010,
    analyticsUrl: 'http://127.0.0.1:4002',
    publicUrl: 'http://province.example',
    operatorTokenFile,
    ...change,
  });

beforeAll(async () => {
  province = await start();
});

afterAll(async () => {
  await province.stop();
  const client = await MongoClient.connect(inject('mongodbUri'));
  await client.db(database).dropDatabase();
  await client.close();
  rmSync(folder, { recursive: true });
});

/** A call to the registry as its operator, or with a platform's token. */
async function registry(code: string, action: string, body: object, token?: string) {
  const response = await fetch(`${province.url}/registry/platforms/${code}/${action}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? readFileSync(operatorTokenFile, 'utf8').trim()}`,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function net(query: string, from = province): Promise<{ status: number; body: string }> {
  const response = await fetch(`${from.url}/net${query}`);
  return { status: response.status, body: await response.text() };
}

async function snapshot(from = province): Promise<NetSnapshot> {
  const { body } = await net('', from);
  return parseNetSnapshot(JSON.parse(body));
}

async function graphql(query: string): Promise<unknown> {
  const response = await fetch(`${province.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const office = { office: '数据科', officeEn: 'Data office', telephone: '0717-6440000' };

describe('/net', () => {
  test('is the whole net, with addresses by offset and what lies above', async () => {
    const { owners, services, supergraph, revision } = await snapshot();
    expect(owners).toHaveLength(25);
    expect(revision).toBeGreaterThan(0);
    expect(supergraph).toContain('join__Graph');
    expect(services).toEqual({
      province: 'http://province.example/graphql',
      analytics: 'http://127.0.0.1:4002/graphql',
    });
    expect(owners.find((owner) => owner.code === 'WISCO')).toMatchObject({
      graphqlUrl: 'http://127.0.0.1:4031/graphql',
      eventsUrl: 'http://127.0.0.1:4031/events',
      addresses: 'ANY',
      connection: 'CONNECTED',
      scope: { above: ['420000', '420100'] },
    });
  });

  test('without news is 204 at once, or after `wait`', async () => {
    const { revision } = await snapshot();
    expect(await net(`?after=${revision}`)).toEqual({ status: 204, body: '' });
    expect(await net(`?after=${revision}&wait=1`)).toEqual({ status: 204, body: '' });
    expect((await net(`?after=${revision - 1}&wait=30`)).status).toBe(200);
  });

  test('a revision ahead of the registry is news: the registry was restored', async () => {
    expect((await net('?after=999999&wait=30')).status).toBe(200);
  });

  test.each(['?after=-1', '?after=x', '?after=1&after=2', '?wait=56', '?wait=1.5', '?since=1'])(
    '%s is refused with a code',
    async (query) => {
      const { status, body } = await net(query);
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'BAD_INPUT' } });
    },
  );

  test('a POST and an unknown path are refused with a code', async () => {
    const posted = await fetch(`${province.url}/net`, { method: 'POST' });
    expect([posted.status, await posted.json()]).toMatchObject([
      400,
      { error: { code: 'BAD_REQUEST' } },
    ]);
    const lost = await fetch(`${province.url}//elsewhere`);
    expect([lost.status, await lost.json()]).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
  });

  test.each(['http://[/', 'http://a:b:c/net'])('the target %s harms nobody', async (target) => {
    const { port } = new URL(province.url);
    const [answer] = (await once(get({ port, host: '127.0.0.1', path: target }), 'response')) as [
      IncomingMessage,
    ];
    answer.resume();
    expect(answer.statusCode).toBe(400);
  });

  test('a switch wakes who waits, at this process and at another', async () => {
    const other = await start();
    try {
      const { revision } = await snapshot();
      const waiting = [province, other].map((from) => net(`?after=${revision}&wait=50`, from));
      await province.setConnection('420500', 'MAINTENANCE');
      for (const answer of await Promise.all(waiting)) {
        const news = parseNetSnapshot(JSON.parse(answer.body));
        expect(news.revision).toBe(revision + 1);
        expect(news.owners.find((owner) => owner.code === '420500')?.connection).toBe(
          'MAINTENANCE',
        );
      }
      await other.setConnection('420500', 'CONNECTED');
      await province.setConnection('420500', 'CONNECTED');
      expect((await snapshot(other)).revision).toBe(revision + 2);
    } finally {
      await other.stop();
    }
  });

  test('a stop ends the polls that wait', async () => {
    const other = await start();
    const waits = vi.spyOn(other.directory, 'changedFrom');
    const waiting = net(`?after=${other.directory.revision}&wait=50`, other);
    await expect.poll(() => waits.mock.calls.length).toBe(1);
    await other.stop();
    expect((await waiting).status).toBe(204);
  });

  test('an unknown platform cannot be switched', async () => {
    const { revision } = await snapshot();
    await expect(province.setConnection('429999', 'SUSPENDED')).rejects.toMatchObject({
      code: 'UNKNOWN_PLATFORM',
    });
    expect((await snapshot()).revision).toBe(revision);
  });

  test('a restart keeps switches, addresses and the revision; another configuration raises it', async () => {
    await province.setPlatformUrl('420600', 'http://127.0.0.1:9999');
    await registry('420700', 'responsible', office);
    await registry('420700', 'budget', { perSecond: 7 });
    await registry('420700', 'stop', { reason: 'repair' });
    const before = await snapshot();
    expect(before.owners.find(({ code }) => code === '420700')).toMatchObject({
      connection: 'SUSPENDED',
      budget: { perSecond: 7 },
    });
    const again = await start();
    expect(await snapshot(again)).toEqual(before);
    expect(again.directory.platform('420700')?.responsible).toMatchObject(office);
    await registry('420700', 'start', {});
    await again.stop();

    const moved = await start({ platformBasePort: 5010 });
    const after = await snapshot(moved);
    await moved.stop();
    // The start of what was stopped, and the other configuration.
    expect(after.revision).toBe(before.revision + 2);
    const url = (code: string) => after.owners.find((owner) => owner.code === code)?.graphqlUrl;
    expect(url('420600')).toBe('http://127.0.0.1:9999/graphql');
    expect(after.owners.find(({ code }) => code === '420600')?.addresses).toBe('PUBLIC');
    expect(url('420000')).toBe('http://127.0.0.1:5010/graphql');
  });
});

describe('what a team says of its platform', () => {
  test('the office that answers for it, instead of the one that it was registered with', async () => {
    const made = await registry('420500', 'tokens', {});
    const token = String(made.body['token']);
    const asked = '{ platform(code: "420500") { responsible { office email telephone url } } }';
    expect(await graphql(asked)).toMatchObject({
      data: {
        platform: {
          responsible: { email: 'data@420500.example', telephone: null, url: null },
        },
      },
    });
    expect((await registry('420500', 'responsible', office, token)).status).toBe(200);
    expect(await graphql(asked)).toEqual({
      data: {
        platform: {
          responsible: { office: '数据科', email: null, telephone: '0717-6440000', url: null },
        },
      },
    });
    // Of another platform it may say nothing.
    expect(await registry('420600', 'responsible', office, token)).toMatchObject({
      status: 403,
      body: { error: { code: 'NOT_ALLOWED' } },
    });
  });

  test.each([
    [{ office: '数据科', officeEn: 'Data office' }, /at least one contact/],
    [{ ...office, url: 'javascript:alert(1)' }, /must begin with https/],
    [{ ...office, email: 'data office' }, /must be an address/],
    [{ ...office, person: '张三' }, /`person` is not a known field/],
  ])('%j is refused', async (body, message) => {
    const { status, body: answer } = await registry('420500', 'responsible', body);
    expect([status, answer]).toMatchObject([
      400,
      { error: { code: 'BAD_INPUT', message: expect.stringMatching(message) } },
    ]);
  });
});

describe('/graphql', () => {
  test('a platform with its place in the net and its figures', async () => {
    expect(
      await graphql(`
        {
          platform(code: "420581") {
            name
            nameEn
            kind
            connection
            parent {
              code
            }
            children {
              code
            }
            serves {
              code
              name
            }
            modules
            latitude
            demoNotice
            publishedFigures {
              key
              value
              unit
              qualifier
              metric
              asOf
            }
          }
          none: platform(code: "nowhere") {
            code
          }
          platforms(kinds: [CITY], connection: REGISTERED) {
            code
          }
        }
      `),
    ).toMatchObject({
      data: {
        platform: {
          name: '宜都市总工会',
          kind: 'COUNTY',
          connection: 'CONNECTED',
          parent: { code: '420500' },
          children: [],
          serves: [{ code: '420581', name: '宜都市' }],
          publishedFigures: [
            { key: 'packages', value: 3, unit: '个', qualifier: 'EXACT', asOf: '2016-08-31' },
            { key: 'items', value: 37 },
            { key: 'circles', value: 5 },
            { key: 'on-demand-services', value: 50, qualifier: 'OVER' },
          ],
        },
        none: null,
        platforms: [{ code: '422800' }, { code: '429021' }],
      },
    });
  });

  test('a division: path, children, search, and who is in scope', async () => {
    expect(
      await graphql(`
        {
          division(code: "429004001") {
            name
            level
            tableYear
            path {
              code
            }
            platformsInScope {
              code
            }
          }
          none: division(code: "1") {
            code
          }
          county: division(code: "420107") {
            children {
              code
            }
            platformsInScope {
              code
            }
          }
          divisions(search: "松滋", level: COUNTY) {
            code
            level
          }
          cities: divisions(level: CITY, first: 3) {
            code
          }
          children: divisions(parent: "429004", first: 2) {
            code
            level
            parent {
              code
            }
          }
        }
      `),
    ).toMatchObject({
      data: {
        division: {
          level: 'TOWNSHIP',
          tableYear: 2023,
          path: [{ code: '420000' }, { code: '429004' }, { code: '429004001' }],
          platformsInScope: [
            { code: '420000' },
            { code: '420000-AID' },
            { code: '429004' },
            { code: 'SGCC-HB' },
          ],
        },
        none: null,
        county: {
          platformsInScope: [
            { code: '420000' },
            { code: '420000-AID' },
            { code: '420100' },
            { code: 'SGCC-HB' },
            { code: 'WISCO' },
          ],
        },
        divisions: [{ code: '421087', level: 'COUNTY' }],
        cities: [{ code: '420100' }, { code: '420200' }, { code: '420300' }],
        children: [
          { code: '429004001', level: 'TOWNSHIP', parent: { code: '429004' } },
          { code: '429004002' },
        ],
      },
    });
  });

  test('entities: a reference that leads nowhere is null, with NOT_FOUND and its path', async () => {
    expect(
      await graphql(`
        {
          _entities(
            representations: [
              { __typename: "Platform", code: "420100" }
              { __typename: "Platform", code: "X" }
              { __typename: "Division", code: "420102" }
              { __typename: "Division", code: "x" }
            ]
          ) {
            ... on Platform {
              nameEn
            }
            ... on Division {
              name
            }
          }
        }
      `),
    ).toMatchObject({
      data: {
        _entities: [{ nameEn: 'Wuhan Federation of Trade Unions' }, null, { name: '江岸区' }, null],
      },
      errors: [
        { path: ['_entities', 1], extensions: { code: 'NOT_FOUND' } },
        { path: ['_entities', 3], extensions: { code: 'NOT_FOUND' } },
      ],
    });
  });

  test.each([
    ['{ divisions(first: 0) { code } }', 'BAD_INPUT'],
    ['{ divisions(first: 201) { code } }', 'BAD_INPUT'],
    ['{ divisions(first: -1) { code } }', 'BAD_INPUT'],
    ['{ platform { code } }', 'BAD_REQUEST'],
    ['{ platforms(kinds: [TOWN]) { code } }', 'BAD_REQUEST'],
    ['{ nothing', 'BAD_REQUEST'],
  ])('%s is refused with %s', async (query, code) => {
    expect(await graphql(query)).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('bad JSON is refused with a code', async () => {
    const response = await fetch(`${province.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":',
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ]);
  });
});

test('a page of another site asks nothing here, by whatever a browser sends for it, and reads nothing', async () => {
  const origin = 'https://pages.example';
  const query = '{ grants { nodes { id } } }';
  const files = new FormData();
  files.append('operations', JSON.stringify({ query }));
  const bodies = [
    [new URLSearchParams({ query }), 415],
    [files, 415],
    [JSON.stringify({ query }), 401],
  ] as const;
  for (const [body, status] of bodies) {
    const answer = await fetch(`${province.url}/graphql`, {
      method: 'POST',
      headers: {
        origin,
        ...(typeof body === 'string' && { 'content-type': 'application/json' }),
      },
      body,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
  const own = await fetch(`${province.url}/graphql`, {
    method: 'POST',
    headers: { origin: 'http://localhost:5173', 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(own.status).toBe(200);
  expect(own.headers.get('access-control-allow-origin')).toBeNull();
});

test('who asks while it starts is told so, and does not wait', async () => {
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = portOf(taken);
  taken.close();
  await once(taken, 'close');
  const starting = start({ port });
  const statuses: number[] = [];
  while (statuses.at(-1) !== 200) {
    const signal = AbortSignal.timeout(5_000);
    const url = `http://127.0.0.1:${port}/health/live`;
    // Nobody listens yet: asked again.
    const answer = await fetch(url, { signal }).catch((error: unknown) => {
      if (error instanceof TypeError) return undefined;
      throw error;
    });
    if (answer) statuses.push(answer.status);
  }
  expect(statuses[0]).toBe(503);
  await (await starting).stop();
});

test('health', async () => {
  const live = await fetch(`${province.url}/health/live`);
  const ready = await fetch(`${province.url}/health/ready`);
  expect([live.status, ready.status]).toEqual([200, 200]);
});
