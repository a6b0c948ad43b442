/** Routed fields, entities and references through the real planner: each asks its own owner, and what leads nowhere says so. Long, because one small net serves them all. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { sendJson, type Fault } from './testing/memory-owner.ts';
import { at } from './testing/read.ts';
import { startThreeOwners } from './testing/three-owners.ts';

const three = await startThreeOwners();
const { wuhan, yichang, wisco, net } = three;
beforeEach(() => three.reset());
afterAll(() => three[Symbol.asyncDispose]());

const html: Fault = (_answer, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>');
};

describe('routed', () => {
  test('an id asks its owner alone; several of one owner go in one request', async () => {
    const answer = await net.ask(
      `query ($b: ID!) {
        a: serviceRequest(id: "420100:R-1") { id title }
        b: serviceRequest(id: $b) { id history { __typename at ... on RequestRatingStep { rating } ... on RequestStatusStep { to } } }
        c: organization(id: "420500:O-0") { name }
      }`,
      { b: '420100:R-2' },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['a']).toMatchObject({ id: '420100:R-1' });
    expect(answer.data?.['b']).toMatchObject({
      id: '420100:R-2',
      history: [
        { __typename: 'RequestStatusStep', to: 'SUBMITTED' },
        { __typename: 'RequestFeedbackStep' },
        { __typename: 'RequestRatingStep', rating: 5 },
      ],
    });
    expect([wuhan.seen.length, yichang.seen.length, wisco.seen.length]).toEqual([1, 1, 0]);
    expect(yichang.seen[0]).toMatchObject({ variables: {} });
  });

  test.for([
    ['UNKNOWN_PLATFORM', 'serviceRequest(id: "999999:R-1")'],
    ['BAD_ID', 'serviceRequest(id: "no-colon")'],
    ['NOT_CONNECTED', 'serviceRequest(id: "422800:R-1")'],
    ['NOT_OFFERED', 'serviceRequest: member(id: "WISCO:M-1")'],
    ['NOT_FOUND', 'serviceRequest(id: "420100:R-none")'],
  ] as const)('%s', async ([code, field]) => {
    const answer = await net.ask(`{ ${field} { id } }`);
    expect(answer.data).toEqual({ serviceRequest: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({ path: ['serviceRequest'], extensions: { code } });
  });

  test('an owner that fails is null and one error with platform, reason and incident', async () => {
    wuhan.fault = html;
    const answer = await net.ask(
      '{ serviceRequest(id: "420100:R-1") { id } other: serviceRequest(id: "420500:R-1") { id } }',
    );
    expect(answer.data).toEqual({ serviceRequest: null, other: { id: '420500:R-1' } });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({
      path: ['serviceRequest'],
      extensions: {
        code: 'OWNER_FAILED',
        platform: '420100',
        reason: 'INVALID',
        incident: answer.report.incidents[0]?.id,
      },
    });
  });

  test("an owner's error for one nullable field is null there, with one error at its place and none of its words", async () => {
    wuhan.fault = (answer, response) => {
      const errors = [
        {
          message: '张三演示',
          path: ['r', 'handler'],
          extensions: { code: 'SECRET', who: '张三演示' },
        },
        { message: '张三演示', path: ['r', '张三演示'] },
      ];
      sendJson(response, JSON.stringify({ ...(JSON.parse(answer) as object), errors }));
    };
    const answer = await net.ask('{ r: serviceRequest(id: "420100:R-1") { id handler } }');
    expect(answer.data).toEqual({ r: { id: '420100:R-1', handler: null } });
    expect(answer.errors?.map((error) => error.path)).toEqual([['r', 'handler'], ['r']]);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('OWNER_FAILED');
    expect(JSON.stringify([answer, answer.report])).not.toContain('张三');
  });

  test('a field of a module that the owner does not offer is null, with one error', async () => {
    const answer = await net.ask(
      '{ organization(id: "WISCO:O-1") { name members(first: 1) { totalCount } } }',
    );
    expect(answer.data?.['organization']).toMatchObject({ members: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({
      path: ['organization', 'members'],
      extensions: { code: 'NOT_OFFERED', platform: 'WISCO' },
    });
  });
});

describe('references', () => {
  test('hop to the right owners, once for each different record', async () => {
    const answer = await net.ask(`{
      serviceRequests(first: 100, filter: { platforms: ["420100", "420500"] }) {
        edges { node { id organization { name parent { id } } platform { name } place { code name } } }
      }
      serviceRequest(id: "420100:R-10") { status transferredTo { id title place { name } } }
    }`);
    const edges = at<{ node: { id: string } }[]>(answer, 'serviceRequests', 'edges');
    expect(edges.length).toBeGreaterThan(50);
    for (const { node } of edges) {
      expect(node).toMatchObject({
        organization: { name: expect.any(String) as string },
        platform: { name: `name of ${node.id.slice(0, 6)}` },
      });
    }
    expect(answer.data?.['serviceRequest']).toMatchObject({
      status: 'TRANSFERRED',
      transferredTo: { id: '420500:R-1', place: { name: expect.any(String) as string } },
    });
    for (const request of wuhan.seen) {
      for (const given of Object.values(request.variables)) {
        if (!Array.isArray(given)) continue;
        const keys = given.map((one: { id: string }) => one.id);
        expect(new Set(keys).size).toBe(keys.length);
        for (const key of keys) expect(key).toMatch(/^420100:/);
      }
    }
  });

  test('an id that leads nowhere is null and one error at the client’s path', async () => {
    wuhan.records.push({
      ...wuhan.records[0],
      __typename: 'ServiceRequest',
      id: '420100:R-lost',
      organizationId: '420500:O-none',
      transferredToId: '777777:R-1',
    });
    const answer = await net.ask(
      '{ r: serviceRequest(id: "420100:R-lost") { org: organization { name } to: transferredTo { title } } }',
    );
    wuhan.records.pop();
    expect(answer.data).toEqual({ r: { org: null, to: null } });
    const codes = answer.errors?.map((error) => [error.path, error.extensions?.['code']]);
    expect(codes?.toSorted()).toEqual([
      [['r', 'org'], 'NOT_FOUND'],
      [['r', 'to'], 'UNKNOWN_PLATFORM'],
    ]);
  });

  test('one wrong record among many costs itself alone', async () => {
    const query = `{ serviceRequests(first: 100, filter: { platforms: ["420100"] }) {
      edges { node { id organization { name } } } } }`;
    wuhan.fault = (answer, response) =>
      sendJson(response, answer.replace(/("onenet_id":"420100:)O-3"/, '$1O-4"'));
    const answer = await net.ask(query);
    const edges = at<{ node: { id: string; organization: unknown } }[]>(
      answer,
      'serviceRequests',
      'edges',
    );
    expect(
      edges.filter(({ node }) => node.organization === null).map(({ node }) => node.id),
    ).toEqual(['420100:R-3']);
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.path?.slice(-1)).toEqual(['organization']);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'OWNER_FAILED',
      reason: 'INVALID',
    });
  });
});

describe('lists of divisions and platforms', () => {
  const list = `edges { node { id } } totalCount completeness { asked answered notAsked { platform reason } resume }`;

  test('a division asks whoever it concerns; several in one call, several lists each', async () => {
    const answer = await net.ask(`{
      city: division(code: "420100") { name serviceRequests(first: 100) { ${list} } members { totalCount } }
      other: division(code: "420502") { orgs: organizations(first: 1) { ${list} pageInfo { endCursor } } }
      records: serviceRequests(first: 4) { edges { node { id place { code serviceRequests(first: 2) { ${list} } } } } }
    }`);
    expect(answer.errors).toBeUndefined();
    const city = answer.data?.['city'] as { serviceRequests: { completeness: unknown } };
    expect(city.serviceRequests.completeness).toMatchObject({ asked: 2, answered: 2 });
    expect(answer.report.gathered).toContainEqual(
      expect.objectContaining({ path: ['city', 'serviceRequests'], of: '420100', asked: 2 }),
    );
    const edges = at<{ node: { place: { serviceRequests: { edges: unknown[] } } } }[]>(
      answer,
      'records',
      'edges',
    );
    for (const { node } of edges) expect(node.place.serviceRequests.edges).toHaveLength(2);
    const [reported] = answer.report.gathered.filter(({ path }) => path.includes('@'));
    expect(reported?.path).toEqual(['records', 'edges', '@', 'node', 'place', 'serviceRequests']);
  });

  test('a cursor of one division is BAD_CURSOR in another', async () => {
    const page = `serviceRequests(first: 1, after: $c) { edges { cursor } pageInfo { endCursor } }`;
    const query = `query ($c: String, $code: ID!) { division(code: $code) { ${page} } }`;
    const first = await net.ask(query, { code: '420100' });
    const c = at<string>(first, 'division', 'serviceRequests', 'pageInfo', 'endCursor');
    const next = await net.ask(query, { code: '420100', c });
    expect(next.errors).toBeUndefined();
    const other = await net.ask(query, { code: '420102', c });
    expect(other.data?.['division']).toEqual({ serviceRequests: null });
    expect(other.errors?.[0]).toMatchObject({
      path: ['division', 'serviceRequests'],
      extensions: { code: 'BAD_CURSOR' },
    });
  });

  test('a platform’s lists ask it alone; what is not connected or not offered is an empty list that says so', async () => {
    const answer = await net.ask(`{
      platforms { code name serviceRequests(first: 1) { ${list} } members(first: 1) { ${list} } }
    }`);
    expect(answer.errors).toBeUndefined();
    interface Lists {
      readonly code: string;
      readonly serviceRequests: { readonly completeness: object };
      readonly members: { readonly completeness: object };
    }
    const of = (code: string): Lists | undefined =>
      at<Lists[]>(answer, 'platforms').find((platform) => platform.code === code);
    expect(of('420100')?.serviceRequests.completeness).toMatchObject({
      asked: 1,
      answered: 1,
    });
    expect(of('422800')?.serviceRequests.completeness).toMatchObject({
      asked: 0,
      notAsked: [{ platform: '422800', reason: 'NOT_CONNECTED' }],
    });
    expect(of('WISCO')?.members.completeness).toMatchObject({
      asked: 0,
      notAsked: [{ platform: 'WISCO', reason: 'NOT_OFFERED' }],
    });
    expect([wuhan.seen.length, yichang.seen.length, wisco.seen.length]).toEqual([1, 1, 1]);
  });

  test('fields of a platform’s own: null and one error where it cannot be asked', async () => {
    yichang.fault = html;
    const answer = await net.ask('{ platforms { code totals: eventTotals { type count } } }');
    expect(answer.data?.['platforms']).toEqual([
      { code: '420100', totals: [{ type: 'onenet.request.submitted', count: 3 }] },
      { code: '420500', totals: null },
      { code: 'WISCO', totals: [{ type: 'onenet.request.submitted', count: 3 }] },
      { code: '422800', totals: null },
    ]);
    const errors = answer.errors?.map(({ path, extensions }) => [path, extensions?.['code']]);
    expect(errors).toEqual([
      [['platforms', 1, 'totals'], 'OWNER_FAILED'],
      [['platforms', 3, 'totals'], 'NOT_CONNECTED'],
    ]);
  });
});

test('an owner that hangs in the first wave leaves time for the waves after it', async () => {
  wuhan.fault = () => undefined;
  const answer = await net.ask(
    '{ serviceRequests(first: 5) { edges { node { id organization { name } place { name } } } completeness { missing { platform reason } } } }',
    {},
    // Two thirds of it are waited for Wuhan: what is left is long for a busy machine.
    { deadlineMs: 2_500 },
  );
  expect(answer.errors).toBeUndefined();
  const edges = at<{ node: object }[]>(answer, 'serviceRequests', 'edges');
  expect(edges).toHaveLength(5);
  for (const { node } of edges) {
    expect(node).toMatchObject({ organization: { name: expect.any(String) as string } });
  }
});

test('when the caller goes away, owners are let go', async () => {
  const left = new AbortController();
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  wuhan.fault = (_answer, response) => {
    response.on('close', () => closed?.());
    left.abort();
  };
  await net.ask('{ serviceRequest(id: "420100:R-1") { id } }', {}, { signal: left.signal });
  await gone;
  expect(wuhan.seen).toHaveLength(1);
});
