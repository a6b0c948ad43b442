/**
 * Attacks on the gateway's surface: bombs of every form, floods, guesses, and what errors give away.
 * Long, because one small net serves them all.
 */
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { someClient } from '../callers/credentials.fixture.ts';
import { post, startSmallNet, type SmallNet } from '../small-net.fixture.ts';
import { parseDocument } from '../document.ts';
import { checkShape } from './shape.ts';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet();
});
afterAll(() => net[Symbol.asyncDispose]());

const many = (count: number, of: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => of(i)).join(' ');

/** What is not the document's: a comment, which is no token. */
const padded = (text: string): string => `${text} #${'x'.repeat(250_000 - text.length)}`;

const kilobytes = 250_000;

describe('bombs', () => {
  const deep = many(2000, () => '... {');
  const bombs: readonly (readonly [name: string, query: string])[] = [
    [
      'fragments that double',
      `{ ...f0 } ${many(40, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f40 on Query { __typename }`,
    ],
    [
      'fragments that spread each other in every order',
      `{ ...f0 } ${many(14, (i) => `fragment f${i} on Query { ${many(14, (j) => (i === j ? '' : `...f${j}`))} }`)}`,
    ],
    [
      'fragments in a circle under a hidden name',
      '{ ...__schema } fragment __schema on Query { ...__type } fragment __type on Query { ...__schema }',
    ],
    [
      'fragments inside each other',
      `{ ...f0 } ${many(60, (i) => `fragment f${i} on Query { ...f${i + 1} }`)} fragment f60 on Query { __typename }`,
    ],
    ['fragments in line inside each other', `{ ${deep} __typename ${many(2000, () => '}')} }`],
    [
      'many fragments',
      `{ __typename } ${many(101, (i) => `fragment f${i} on Query { __typename }`)}`,
    ],
    [
      'a fragment that nothing spreads, full of one name',
      `{ __typename } fragment f on Query { ${many(4000, () => '__typename')} }`,
    ],
    ['one name thousands of times', `{ ${many(4900, () => '__typename')} }`],
    [
      'one name thousands of times in another operation',
      `query a { __typename } query b { ${many(4900, () => '__typename')} }`,
    ],
    [
      'one name inside itself',
      `{ ${many(30, () => `serviceRequest(id: "a:1") { ${many(80, () => 'id')} }`)} }`,
    ],
    ['many operations', many(400, (i) => `query q${i} { __typename }`)],
    ['directives', `{ ${many(300, () => '__typename @include(if: true)')} }`],
    ['directives on one field', `{ __typename ${many(1200, () => '@include(if: true)')} }`],
    ['unknown directives', `{ __typename ${many(2000, (i) => `@d${i}`)} }`],
    ['aliases', `{ ${many(1000, (i) => `a${i}: __typename`)} }`],
    [
      'aliases in the operation __schema',
      `query __schema { ${many(1000, (i) => `a${i}: __typename`)} }`,
    ],
    ['many variables', `query (${many(500, (i) => `$v${i}: Int`)}) { __typename }`],
    [
      'a list in a list in a list …',
      `{ serviceRequests(filter: ${'['.repeat(1000)}${']'.repeat(1000)}) { totalCount } }`,
    ],
    [
      'an object in an object …',
      `{ serviceRequests(filter: ${'{a:'.repeat(1000)}1${'}'.repeat(1000)}) { totalCount } }`,
    ],
    [
      'introspection in a circle',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    ],
    ['tokens', `{ ${many(25_000, () => 'id')} }`],
    ['text that is no document', '{'.repeat(kilobytes)],
    ['a string without an end', `{ a(b: "${'x'.repeat(kilobytes)}`],
    ['a name as long as may be sent', `{ ${'x'.repeat(kilobytes)} }`],
    [
      'a number as long as may be sent',
      `{ serviceRequests(first: ${'9'.repeat(kilobytes)}) { totalCount } }`,
    ],
  ];

  test.each(bombs)('%s', async (_name, query) => {
    // However it is padded, and whatever it is called.
    for (const text of query.length < kilobytes - 10_000 ? [query, padded(query)] : [query]) {
      const before = process.cpuUsage();
      const { status, body } = await post(net, {
        query: text,
        operationName: /query a/.test(text) ? 'a' : null,
      });
      const { user, system } = process.cpuUsage(before);
      expect(['TOO_LARGE', 'BAD_REQUEST', 'BAD_INPUT']).toContain(
        body.errors?.[0]?.extensions['code'],
      );
      expect(body).not.toHaveProperty('data');
      expect([200, 413]).toContain(status);
      // Microseconds of a processor, client and all: what doubles or multiplies would take minutes.
      expect(user + system).toBeLessThan(3_000_000);
    }
  });

  test('what is measured is measured in time that grows with the text', () => {
    const doubled = (levels: number): string =>
      `{ ...f0 } ${many(levels, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${levels} on Query { __typename }`;
    expect(() => checkShape(parseDocument(doubled(25)))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE' }),
    );
    expect(() => checkShape(parseDocument(doubled(6)))).not.toThrow();
  });

  const variables: readonly (readonly [name: string, value: unknown])[] = [
    ['values inside each other', JSON.parse('['.repeat(5000) + ']'.repeat(5000))],
    ['objects inside each other', JSON.parse('{"a":'.repeat(5000) + '1' + '}'.repeat(5000))],
    ['a long list', { platforms: Array.from({ length: 1001 }, () => '420100') }],
  ];

  test.each(variables)('variables: %s', async (_name, value) => {
    const query = 'query ($f: ServiceRequestFilter) { serviceRequests(filter: $f) { totalCount } }';
    const { body } = await post(net, { query, variables: { f: value } });
    expect(body.errors?.[0]?.extensions['code']).toBe('TOO_LARGE');
  });

  test('the schema, asked for again and again in one operation, costs too much', async () => {
    const again = many(60, (i) => `a${i}: __schema { types { fields { name type { name } } } }`);
    const { body } = await post(net, { query: `{ ${again} }` });
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'TOO_COSTLY',
      estimate: expect.any(Number),
      limit: expect.any(Number),
    });
  });

  test('a batch is refused, whatever is in it', async () => {
    for (const batch of [
      [],
      [{ query: '{ __typename }' }],
      Array.from({ length: 1000 }, () => ({ query: '{ __typename }' })),
    ]) {
      const { status, body } = await post(net, batch);
      expect([status, body.errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
    }
  });

  test('a persisted query of somebody’s own is not taken', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    const { body } = await post(net, { extensions });
    expect(body.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
  });
});

test('an operation that costs too much is refused with estimate and limit, before anybody is asked', async () => {
  const owners = Array.from({ length: 40 }, (_, i) => ({
    code: `P${i}`,
    name: `P${i}`,
    nameEn: `P${i}`,
    kind: 'CITY' as const,
    parent: null,
    connection: 'CONNECTED' as const,
    graphqlUrl: 'http://127.0.0.1:1/graphql',
    eventsUrl: 'http://127.0.0.1:1/events',
    addresses: 'ANY' as const,
    serves: ['420000'],
    modules: ['core', 'organizations', 'requests', 'members'] as const,
    contractVersion: '1.2' as const,
    version: 1,
    lacks: [],
    additions: [],
    scope: { above: [] },
  }));
  net.tell({ owners });
  await expect.poll(() => net.generations.current?.net.owners.length).toBe(40);
  net.asked.length = 0;
  // 100 × 100 rows are within the limit of rows; made by 40 owners they cost too much.
  const query = `{ organizations(first: 100) { edges { node { members(first: 100) { edges { node { id } } } } } } }`;
  const { body } = await post(net, { query });
  expect(body.errors?.[0]?.extensions).toEqual({
    code: 'TOO_COSTLY',
    estimate: 40 * (1 + 100 * (2 + 1 + 100 * 2)),
    limit: 200_000,
  });
  expect(body.extensions.onenet['cost']).toBe(40 * (1 + 100 * (2 + 1 + 100 * 2)));
  expect(net.asked).toEqual([]);
  net.tell({ owners: [] });
  await expect.poll(() => net.generations.current?.net.owners.length).toBe(0);
});

describe('floods', () => {
  const flooding = someClient({
    id: 'flooding',
    limits: { perSecond: 1, burst: 3, perDay: 100, concurrent: 5 },
  });
  const other = someClient({ id: 'other' });

  const as = async (at: SmallNet, client: string): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await at.issuer.token({ client })}`,
  });

  test('a client that floods is refused before its body is read; the others are answered', async () => {
    await using at = await startSmallNet({ local: 'refuse' });
    at.tell({ clients: [flooding, other] });
    await expect.poll(() => at.generations.current?.net.clients.length).toBe(2);
    const headers = await as(at, 'flooding');
    const query = { query: '{ platforms { code } }' };
    expect((await post(at, query, headers)).status).toBe(200);
    // No JSON at all: whoever looked would say so, as it is said of the few that the bucket has still.
    const garbage = await Promise.all(
      Array.from({ length: 30 }, () =>
        fetch(`${at.url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{'.repeat(kilobytes),
        }),
      ),
    );
    const refused = garbage.filter(({ status }) => status !== 400);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 429));
    expect(refused.length).toBeGreaterThan(10);
    const [one] = refused;
    expect(await one?.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(one?.headers.get('ratelimit-policy')).toBe(
      '"burst";q=3;w=3, "day";q=100;w=86400, "under-way";q=5;qu="concurrent-requests"',
    );
    expect(one?.headers.get('ratelimit')).toMatch(/^"burst";r=\d;t=\d, "day";r=\d\d;t=\d+$/);
    expect(one?.headers.get('retry-after')).toBe('1');

    const theirs = await as(at, 'other');
    const flood = Array.from({ length: 500 }, () => post(at, query, headers));
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(at, query, theirs)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 429).length).toBeLessThan(100);
  });

  test('an answer that is not read stays under way: no client piles them up', async () => {
    await using at = await startSmallNet({ local: 'refuse' });
    const limits = { perSecond: 1000, burst: 1000, perDay: 1000, concurrent: 1 };
    at.tell({ clients: [someClient({ id: 'idle', limits })] });
    await expect.poll(() => at.generations.current?.net.clients.length).toBe(1);
    const headers = await as(at, 'idle');
    const small = async () => (await post(at, { query: '{ __typename }' }, headers)).status;
    // More than what networks hold on the way.
    const long = 'x'.repeat(60);
    const large = `{ __schema { types { fields { ${many(200, (i) => `${long}${i}: name`)} } } } }`;
    const asked = request(`${at.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
    });
    asked.end(JSON.stringify({ query: large }));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(Number(response.headers['content-length'])).toBeGreaterThan(8_000_000);
    expect([await small(), await small()]).toEqual([429, 429]);
    await once(response.resume(), 'end');
    await expect.poll(small, { timeout: 10_000 }).toBe(200);
  });

  test('over two gateways a client has one quota', async () => {
    const quota = {
      mongodbUri: inject('mongodbUri'),
      database: `attack_${randomUUID().slice(0, 8)}`,
    };
    onTestFinished(async () => {
      await using client = new MongoClient(quota.mongodbUri);
      await client.db(quota.database).dropDatabase();
    });
    await using one = await startSmallNet({ local: 'refuse', quota });
    await using two = await startSmallNet({ local: 'refuse', quota });
    const limits = { perSecond: 1000, burst: 1000, perDay: 30, concurrent: 50 };
    for (const at of [one, two]) {
      at.tell({ clients: [someClient({ id: 'shared', limits })] });
      await expect.poll(() => at.generations.current?.net.clients.length).toBe(1);
    }
    const tokens = [await as(one, 'shared'), await as(two, 'shared')];
    let answered = 0;
    for (let wave = 0; wave < 20 && answered < 30; wave++) {
      const calls = Array.from({ length: 20 }, (_, i) =>
        post([one, two][i % 2] as SmallNet, { query: '{ __typename }' }, tokens[i % 2]),
      );
      for (const { status } of await Promise.all(calls)) if (status === 200) answered++;
      await sleep(300);
    }
    const warned = [...one.lines, ...two.lines].filter(({ level }) => Number(level) >= 40);
    expect(warned).toEqual([]);
    expect(answered).toBe(30);
    const after = await post(two, { query: '{ __typename }' }, tokens[1]);
    expect([after.status, after.body.errors?.[0]?.extensions['code']]).toEqual([
      429,
      'QUOTA_EXCEEDED',
    ]);
  });

  test('whoever guesses tokens is refused unheard; who has one, at the same address, is not', async () => {
    await using at = await startSmallNet({ local: 'refuse' });
    at.tell({ clients: [other] });
    await expect.poll(() => at.generations.current?.net.clients.length).toBe(1);
    const good = await as(at, 'other');
    expect((await post(at, { query: '{ __typename }' }, good)).status).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 130; i++) {
      const headers = { authorization: `Bearer guess${i}` };
      statuses.push((await post(at, { query: '{ __typename }' }, headers)).status);
    }
    expect(statuses.slice(0, 100)).toEqual(Array(100).fill(401));
    expect(statuses.slice(-10)).toContain(429);
    expect((await post(at, { query: '{ __typename }' }, good)).status).toBe(200);
  });

  test('a gateway that has too much under way says so', async () => {
    const queue = { atOnce: 1, waiting: 2, waitingOfOne: 2, patienceMs: 60_000 };
    await using at = await startSmallNet({ queue });
    const silent = createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/graphql`;
    at.tell({ services: { province: url, analytics: url } });
    await expect.poll(() => at.generations.current?.net.services.analytics).toBe(url);
    const slow = { query: '{ metricDefinitions { name } }' };
    let refused = 0;
    const asking = Array.from({ length: 10 }, async () => {
      const answer = await post(at, slow);
      if (answer.status === 503) refused++;
      return answer;
    });
    // One is under way, and two wait, for as long as the silent part keeps them.
    await expect.poll(() => refused).toBe(7);
    let isOver = false;
    const letGo = async () => {
      for (; !isOver; await sleep(20)) silent.closeAllConnections();
    };
    const [answers] = await Promise.all([
      Promise.all(asking).finally(() => (isOver = true)),
      letGo(),
    ]);
    const codes = answers.map(({ body }) => body.errors?.[0]?.extensions['code']);
    expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
    silent.close();
  });
});

test('no name hides a field: what is personal stays behind its scope', async () => {
  const query = `query __schema {
    __schema: serviceRequest(id: "420100:1") { ...__type }
    ... on Query { __type: serviceRequest(id: "420100:1") { __typename: applicantPhone } }
  }
  fragment __type on ServiceRequest { __typename: applicantName }`;
  const { body } = await post(net, { query });
  const values = JSON.stringify(body.data ?? null);
  expect(values).not.toMatch(/张三|1\d{10}/);
  // Refused as a whole, or each at its path: never answered.
  const codes = new Set(body.errors?.map(({ extensions }) => extensions['code']));
  expect([...codes].every((code) => code === 'SCOPE_REQUIRED' || code === 'BAD_REQUEST')).toBe(
    true,
  );
  expect(codes.size).toBeGreaterThan(0);
  expect(net.asked.join('\n')).not.toMatch(/applicantName|applicantPhone/);
});

describe('browsers', () => {
  const elsewhere = { origin: 'https://elsewhere.example' };
  const everywhere = ['/graphql', '/q', '/live', '/health/ready', '/oauth/token', '/nothing'];

  test.each(everywhere)('%s lets no page of another site read or frame it', async (path) => {
    for (const method of ['GET', 'OPTIONS']) {
      const preflight = { 'access-control-request-method': 'POST' };
      const headers = { ...elsewhere, ...(method === 'OPTIONS' && preflight) };
      const response = await fetch(net.url + path, { method, headers });
      await response.body?.cancel();
      const told = [...response.headers.keys()].filter((name) => name.startsWith('access-control'));
      expect([method, told]).toEqual([method, []]);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
      expect(response.headers.get('referrer-policy')).toBe('same-origin');
      expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(response.headers.get('server')).toBeNull();
      expect(response.headers.get('x-powered-by')).toBeNull();
    }
  });

  test('an answer with data is kept by no browser', async () => {
    for (const path of ['/graphql?query={__typename}', '/q']) {
      const { headers } = await fetch(net.url + path);
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('errors never leak', () => {
  const wrong: readonly (readonly [name: string, path: string, init: RequestInit])[] = [
    ['no JSON', '/graphql', json('{')],
    ['no object', '/graphql', json('"x"')],
    ['no query', '/graphql', json('{}')],
    ['no document', '/graphql', json('{"query":"{"}')],
    ['an unknown field', '/graphql', json('{"query":"{ nothing }"}')],
    [
      'a wrong variable',
      '/graphql',
      json('{"query":"query($a: Int!){platforms{code}}","variables":{"a":{"$where":"1"}}}'),
    ],
    [
      'a resolver that throws',
      '/graphql',
      json('{"query":"{ serviceRequest(id: \\"boom\\") { id } }"}'),
    ],
    ['a part that is down', '/graphql', json('{"query":"{ metricDefinitions { name } }"}')],
    [
      'another type',
      '/graphql',
      { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' },
    ],
    ['another method', '/graphql', { method: 'DELETE' }],
    ['nothing there', '/nothing', {}],
    ['a path that climbs', '/..%2f..%2fetc%2fpasswd', {}],
    ['a path that is none', '/%ff', {}],
    [
      'a token that is none',
      '/graphql',
      {
        ...json('{"query":"{ __typename }"}'),
        headers: { 'content-type': 'application/json', authorization: 'Bearer a.b.c' },
      },
    ],
    [
      'a cookie that is none',
      '/graphql',
      {
        ...json('{"query":"{ __typename }"}'),
        headers: { 'content-type': 'application/json', cookie: `onenet-session=${'a'.repeat(43)}` },
      },
    ],
    [
      'a prototype',
      '/graphql',
      json(
        '{"query":"{ __typename }","variables":{"__proto__":{"x":1}},"extensions":{"constructor":1}}',
      ),
    ],
  ];

  test.each(wrong)('%s', async (_name, path, init) => {
    const response = await fetch(net.url + path, init);
    const text = `${await response.text()} ${JSON.stringify([...response.headers])}`;
    expect(text).not.toMatch(
      /node_modules|\.[cm]?[jt]s\b|\bat \S+ \(|stack|mongo|postgres|clickhouse|ECONN|ENOENT|undici|graphql-js|apollo|127\.0\.0\.1|\/work|secret/i,
    );
    for (const { message } of errorsIn(text)) expect(message.length).toBeLessThan(2000);
  });
});

function json(body: string): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body };
}

function errorsIn(text: string): readonly { readonly message: string }[] {
  const end = text.lastIndexOf('} [[');
  if (end < 0) return [];
  const body = JSON.parse(text.slice(0, end + 1)) as { errors?: readonly { message: string }[] };
  return body.errors ?? [];
}
