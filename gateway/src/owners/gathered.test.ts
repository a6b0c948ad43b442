/** Gathered lists through the real gateway and planner: over real HTTP owners that come, go and misbehave. */
import { encodeOwnerCursor } from '@onenet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compareRows, memoryRecords, sortKey, type MemoryRecord } from './testing/memory-data.ts';
import { netOwner, startMemoryNet, type Answer, type MemoryNet } from './testing/memory-net.ts';
import {
  sendJson,
  startMemoryOwner,
  type Fault,
  type MemoryOwner,
} from './testing/memory-owner.ts';

const secret = '张三演示 13900000000';
let wuhan: MemoryOwner;
let yichang: MemoryOwner;
let wisco: MemoryOwner;
let net: MemoryNet;

beforeAll(async () => {
  wuhan = await startMemoryOwner('420100', memoryRecords('420100', ['420102', '420106'], 30));
  yichang = await startMemoryOwner('420500', memoryRecords('420500', ['420502', '420581'], 30));
  wisco = await startMemoryOwner('WISCO', memoryRecords('WISCO', ['420107'], 12), [
    'core',
    'organizations',
    'requests',
  ]);
  net = await startMemoryNet([
    netOwner(wuhan, ['420100']),
    netOwner(yichang, ['420500']),
    netOwner(wisco, ['420107']),
    { ...netOwner(wisco, ['422800']), code: '422800', connection: 'REGISTERED' },
  ]);
});

beforeEach(() => {
  net.owners.delete('420800');
  for (const owner of [wuhan, yichang, wisco]) {
    owner.fault = undefined;
    owner.seen.length = 0;
  }
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
  for (const owner of [wuhan, yichang, wisco]) await owner[Symbol.asyncDispose]();
});

function requests(...owners: readonly MemoryOwner[]): MemoryRecord[] {
  return owners
    .flatMap((owner) => owner.records)
    .filter((row) => row['__typename'] === 'ServiceRequest' && row['status'] !== 'TRANSFERRED');
}

function inOrder(
  rows: readonly MemoryRecord[],
  field: string,
  direction: 'ASC' | 'DESC',
): string[] {
  return rows
    .map((row) => ({ key: sortKey(row, field), id: row.id }))
    .toSorted((a, b) => compareRows(a, b, direction))
    .map((row) => row.id);
}

interface Connection {
  readonly edges: readonly { readonly cursor?: string; readonly node: { readonly id: string } }[];
  readonly totalCount: number | null;
  readonly knownCount: number | null;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly completeness: {
    readonly asked: number;
    readonly answered: number;
    readonly missing: readonly { readonly platform: string; readonly reason: string }[];
    readonly notAsked: readonly { readonly platform: string; readonly reason: string }[];
    readonly resume: string | null;
  };
}

function listOf(answer: Answer, key = 'serviceRequests'): Connection {
  expect(answer.errors).toBeUndefined();
  expect(answer.extensions).toBeUndefined();
  return answer.data?.[key] as Connection;
}

const whole = `edges { node { id } } totalCount knownCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  completeness { asked answered missing { platform reason } notAsked { platform reason } resume }`;

describe('a page', () => {
  test('is the first rows of all in the global order, with what is known of all', async () => {
    const list = listOf(await net.ask(`{ serviceRequests(first: 25) { ${whole} } }`));
    const all = requests(wuhan, yichang, wisco);
    expect(list.edges.map((edge) => edge.node.id)).toEqual(
      inOrder(all, 'submittedAt', 'DESC').slice(0, 25),
    );
    expect(list.totalCount).toBe(all.length);
    expect(list.completeness).toEqual({
      asked: 3,
      answered: 3,
      missing: [],
      notAsked: [{ platform: '422800', reason: 'NOT_CONNECTED' }],
      resume: null,
    });
  });

  test('a walk in every order, both ways, is the sorted union', async () => {
    const all = requests(wuhan, yichang, wisco);
    for (const [order, field] of [
      ['SUBMITTED_AT', 'submittedAt'],
      ['TITLE', 'title'],
    ] as const) {
      for (const direction of ['ASC', 'DESC'] as const) {
        for (const backward of [false, true]) {
          const seen: string[] = [];
          let cursor: string | null = null;
          for (;;) {
            const paging: string = backward ? 'last: 7, before: $c' : 'first: 7, after: $c';
            const list: Connection = listOf(
              await net.ask(
                `query ($c: String) { serviceRequests(orderBy: {field: ${order}, direction: ${direction}}, ${paging}) { ${whole} } }`,
                { c: cursor },
              ),
            );
            const ids = list.edges.map((edge) => edge.node.id);
            seen.splice(backward ? 0 : seen.length, 0, ...ids);
            expect(backward ? list.pageInfo.hasNextPage : list.pageInfo.hasPreviousPage).toBe(
              cursor !== null,
            );
            if (!(backward ? list.pageInfo.hasPreviousPage : list.pageInfo.hasNextPage)) break;
            cursor = backward ? list.pageInfo.startCursor : list.pageInfo.endCursor;
          }
          expect(seen).toEqual(inOrder(all, field, direction));
        }
      }
    }
  });

  test('edges, pageInfo and completeness under any aliases, several times, in fragments', async () => {
    const list = await net.ask(`
      query {
        one: serviceRequests(first: 2) { ...A ... on ServiceRequestConnection { rows: edges { node { title } at: cursor } } }
        two: serviceRequests(first: 2, orderBy: { field: TITLE, direction: ASC }) { info: pageInfo { to: endCursor } }
        three: serviceRequests(first: 1) { totalCount }
        four: serviceRequests(first: 1) { __typename c: completeness { a: asked __typename missing { platform } } }
      }
      fragment A on ServiceRequestConnection {
        edges { cursor c2: cursor node { n: id ...B } } edges { node { title } }
        again: edges { item: node { status } __typename }
        pageInfo { hasNextPage } more: pageInfo { hasPreviousPage __typename }
      }
      fragment B on Record { __typename platformCode }
    `);
    expect(list.errors).toBeUndefined();
    const one = list.data?.['one'] as Record<string, Record<string, unknown>[]>;
    expect(one['edges']?.[0]?.['cursor']).toBe(one['rows']?.[0]?.['at']);
    expect(one['edges']?.[0]?.['cursor']).toBe(one['edges']?.[0]?.['c2']);
    expect(one['again']).toEqual([
      { item: { status: 'SUBMITTED' }, __typename: 'ServiceRequestEdge' },
      { item: { status: 'SUBMITTED' }, __typename: 'ServiceRequestEdge' },
    ]);
    expect(one['pageInfo']).toEqual({ hasNextPage: true });
    expect(one['more']).toEqual({ hasPreviousPage: false, __typename: 'PageInfo' });
    const two = list.data?.['two'] as { info: { to: string } };
    expect(two.info.to).toMatch(/^[\w-]+$/);
    expect(list.data?.['three']).toEqual({ totalCount: requests(wuhan, yichang, wisco).length });
    expect(list.data?.['four']).toEqual({
      __typename: 'ServiceRequestConnection',
      c: { a: 3, __typename: 'Completeness', missing: [] },
    });
    // One request an owner for all four, and no fragment in it.
    expect(wuhan.seen.length).toBe(1);
    expect(wuhan.seen[0]?.query).not.toContain('fragment');
  });

  test('conditions hold at every level, and owners get only the variables that they use', async () => {
    const query = `query ($list: Boolean!, $title: Boolean!, $page: Boolean = true, $n: Int, $unused: ID) {
      serviceRequests(first: $n) @include(if: $list) {
        edges { node { id title @include(if: $title) } }
        pageInfo @skip(if: $page) { hasNextPage }
      }
      members(filter: { place: $unused }) @skip(if: $list) { totalCount }
    }`;
    const shown = await net.ask(query, { list: true, title: false, n: 1 });
    expect(Object.keys(listOf(shown).edges[0]?.node ?? {})).toEqual(['id']);
    expect(listOf(shown).pageInfo).toBeUndefined();
    expect(wuhan.seen.at(-1)?.variables).toEqual({ n: 1 });
    const other = await net.ask(query, { list: true, title: true, page: false, n: 1 });
    expect(Object.keys(listOf(other).edges[0]?.node ?? {})).toEqual(['id', 'title']);
    expect(listOf(other).pageInfo.hasNextPage).toBe(true);
    const none = await net.ask(query, { list: false, title: true });
    expect(none.errors).toBeUndefined();
    expect(none.data?.['members']).toEqual({ totalCount: 60 });
  });
});

describe('who is asked', () => {
  test('a place asks whoever serves it, something above it or below it', async () => {
    const asked = async (place: string): Promise<number> =>
      listOf(await net.ask(`{ serviceRequests(filter: { place: "${place}" }) { ${whole} } }`))
        .completeness.asked;
    expect(await asked('420000')).toBe(3);
    expect(await asked('420100')).toBe(2);
    expect(await asked('420107001')).toBe(2);
    expect(await asked('420102')).toBe(1);
    expect(await asked('420581')).toBe(1);
  });

  test('platforms named in the filter, and nobody else; an unknown one is an error', async () => {
    const one = await net.ask(
      `{ serviceRequests(filter: { platforms: ["WISCO", "422800"] }) { ${whole} } }`,
    );
    expect(listOf(one).completeness).toMatchObject({
      asked: 1,
      notAsked: [{ platform: '422800', reason: 'NOT_CONNECTED' }],
    });
    const unknown = await net.ask(
      '{ serviceRequests(filter: { platforms: ["X"] }) { totalCount } }',
    );
    expect(unknown.errors?.[0]).toMatchObject({
      path: ['serviceRequests'],
      extensions: { code: 'UNKNOWN_PLATFORM' },
    });
  });

  test('nobody to ask is an empty list, not an error', async () => {
    const list = listOf(
      await net.ask(`{ serviceRequests(filter: { platforms: ["422800"] }) { ${whole} } }`),
    );
    expect(list.edges).toEqual([]);
    expect(list.totalCount).toBe(0);
    expect(list.completeness).toMatchObject({ asked: 0, answered: 0, missing: [] });
  });

  test('an owner without the module is a standing absence; its field within a record is null', async () => {
    const members = listOf(await net.ask(`{ members(first: 1) { ${whole} } }`), 'members');
    expect(members.completeness).toMatchObject({
      asked: 2,
      notAsked: [
        { platform: 'WISCO', reason: 'NOT_OFFERED' },
        { platform: '422800', reason: 'NOT_CONNECTED' },
      ],
    });
    expect(members.totalCount).toBe(60);
    const within = await net.ask(
      `{ organizations(first: 100) { edges { node { id members(first: 1) { totalCount knownCount completeness { asked answered resume } } } } } }`,
    );
    const rows = listOf(within, 'organizations').edges.map((edge) => edge.node);
    const own = { asked: 1, answered: 1, resume: null };
    for (const row of rows) {
      const { members: inner } = row as unknown as { members: { totalCount: number } | null };
      expect(inner).toEqual(
        row.id.startsWith('WISCO')
          ? null
          : { totalCount: inner?.totalCount, knownCount: inner?.totalCount, completeness: own },
      );
    }
  });
});

const strayCursor = encodeOwnerCursor({
  order: 'SUBMITTED_AT',
  direction: 'DESC',
  key: 1,
  id: '420100:R-none',
});

const faults: Readonly<Record<string, readonly [reason: string, fault: Fault]>> = {
  hang: ['TIMEOUT', () => undefined],
  'status 500': [
    'INVALID',
    (_answer, response) => response.writeHead(500).end(`Stack of ${secret}`),
  ],
  'status 503': ['UNREACHABLE', (_answer, response) => response.writeHead(503).end()],
  'a redirect': [
    'INVALID',
    (_answer, response) => response.writeHead(302, { location: yichang.url }).end(),
  ],
  HTML: [
    'INVALID',
    (_answer, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'),
  ],
  'a broken connection': ['UNREACHABLE', (_answer, response) => response.destroy()],
  'half an answer': ['INVALID', (answer, response) => sendJson(response, answer.slice(0, -9))],
  'wrong types': ['INVALID', change(/"title":"[^"]*"/g, '"title":42')],
  'a missing non-null field': ['INVALID', change(/"title":"[^"]*"/g, '"title":null')],
  'a field left out': ['INVALID', change(/"title":"[^"]*",?/g, '')],
  'a field nobody asked for': ['INVALID', change(/"title":/g, '"place":{"name":"x"},"title":')],
  'foreign ids': ['INVALID', change(/"420100:/g, '"420500:')],
  'a foreign platform': ['INVALID', change(/"platformCode":"420100"/g, '"platformCode":"420500"')],
  'an unknown __typename': ['INVALID', change(/"ServiceRequest"/g, '"Nonsense"')],
  'an unknown enum value': ['INVALID', change(/"SUBMITTED"/g, '"LOST"')],
  'no time': ['INVALID', change(/"submittedAt":"[^"]*"/g, '"submittedAt":"yesterday"')],
  'a cursor of another row': [
    'INVALID',
    change(/"onenet_cursor":"[^"]*"/g, `"onenet_cursor":"${strayCursor}"`),
  ],
  'a page out of order': ['INVALID', changeEdges((edges) => edges.toReversed())],
  'rows without end': [
    'INVALID',
    changeEdges((edges) => Array.from({ length: 9 }, () => edges).flat()),
  ],
  'deep nesting': [
    'INVALID',
    (_answer, response) =>
      sendJson(response, `{"data":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`),
  ],
  'an endless body': [
    'OVER_BUDGET',
    (_answer, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(2 ** 20, 'a');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    },
  ],
  'an error of its own': [
    'INVALID',
    (_answer, response) =>
      sendJson(response, JSON.stringify({ data: null, errors: [{ message: `No ${secret}` }] })),
  ],
};

function change(pattern: RegExp, replacement: string): Fault {
  return (answer, response) => sendJson(response, answer.replaceAll(pattern, replacement));
}

function changeEdges(edit: (edges: readonly unknown[]) => readonly unknown[]): Fault {
  return (answer, response) =>
    sendJson(
      response,
      JSON.stringify(JSON.parse(answer), (key, value: unknown) =>
        key === 'edges' && Array.isArray(value) ? edit(value) : value,
      ),
    );
}

describe('one owner fails and costs its own part alone', () => {
  const query = `{ serviceRequests(first: 50) {
    edges { node { __typename id platformCode title status submittedAt } }
    totalCount knownCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    completeness { asked answered missing { platform reason } notAsked { platform reason } resume } } }`;

  test.for(Object.entries(faults))('%s', async ([, [reason, fault]]) => {
    wuhan.fault = fault;
    const answer = await net.ask(query, {}, { deadlineMs: 1000 });
    const list = listOf(answer);
    const others = requests(yichang, wisco);
    expect(list.edges.map((edge) => edge.node.id)).toEqual(inOrder(others, 'submittedAt', 'DESC'));
    expect(list.totalCount).toBeNull();
    expect(list.knownCount).toBe(others.length);
    expect(list.completeness).toMatchObject({
      asked: 3,
      answered: 2,
      missing: [{ platform: '420100', reason }],
    });
    expect(list.completeness.resume).not.toBeNull();
    const [reported] = answer.report.gathered;
    expect(reported).toMatchObject({
      path: ['serviceRequests'],
      of: null,
      missing: [{ platform: '420100', reason }],
    });
    expect(JSON.stringify([answer, answer.report])).not.toContain('13900000000');
    // What is missing comes with `resume`, once the owner is back.
    wuhan.fault = undefined;
    const rest = listOf(
      await net.ask(`query ($c: String) { serviceRequests(first: 100, after: $c) { ${whole} } }`, {
        c: list.completeness.resume,
      }),
    );
    expect(rest.edges.map((edge) => edge.node.id)).toEqual(
      inOrder(requests(wuhan), 'submittedAt', 'DESC'),
    );
    expect(rest.completeness).toMatchObject({ asked: 1, answered: 1, missing: [], resume: null });
    expect(rest.totalCount).toBeNull();
  });

  test('an owner that is gone is UNREACHABLE, then left alone, and is back by itself', async () => {
    const gone = await startMemoryOwner('420800', memoryRecords('420800', ['420802'], 3));
    await gone[Symbol.asyncDispose]();
    const owner = netOwner(gone, ['420800']);
    net.owners.set('420800', owner);
    const reasonNow = async (): Promise<string | undefined> =>
      listOf(await net.ask(`{ serviceRequests { ${whole} } }`)).completeness.missing[0]?.reason;
    const reasons = new Set<string | undefined>();
    while (!reasons.has('BREAKER_OPEN')) reasons.add(await reasonNow());
    expect([...reasons]).toEqual(['UNREACHABLE', 'BREAKER_OPEN']);
    net.owners.set('420800', { ...owner, connection: 'MAINTENANCE' });
    expect(await reasonNow()).toBe('MAINTENANCE');
  });

  test('who demands more than there is gets null and INCOMPLETE', async () => {
    wuhan.fault = faults['HTML']?.[1];
    const all = await net.ask(query, {}, { completeness: 'ALL' });
    expect(all.data).toEqual({ serviceRequests: null });
    expect(all.errors?.[0]).toMatchObject({
      path: ['serviceRequests'],
      extensions: { code: 'INCOMPLETE', missing: [{ platform: '420100', reason: 'INVALID' }] },
    });
    expect(
      listOf(await net.ask(query, {}, { completeness: 'QUORUM' })).edges.length,
    ).toBeGreaterThan(0);
    yichang.fault = faults['HTML']?.[1];
    const few = await net.ask(query, {}, { completeness: 'QUORUM' });
    expect(few.errors?.[0]?.extensions?.['code']).toBe('INCOMPLETE');
  });

  test('nobody answers: null and an error, never an empty list', async () => {
    for (const owner of [wuhan, yichang, wisco]) owner.fault = faults['HTML']?.[1];
    const answer = await net.ask(query);
    expect(answer.data).toEqual({ serviceRequests: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('NOBODY_ANSWERED');
  });
});

describe('what a caller gets wrong has a code, and asks nobody', () => {
  test.for([
    ['BAD_PAGE', 'first: -1'],
    ['BAD_PAGE', 'first: 1000000'],
    ['BAD_PAGE', 'first: 1, last: 1'],
    ['BAD_CURSOR', 'after: "nonsense"'],
    ['UNKNOWN_DIVISION', 'filter: { place: "Wuhan" }'],
  ] as const)('%s for %s', async ([code, args]) => {
    const answer = await net.ask(`{ serviceRequests(${args}) { totalCount } }`);
    expect(answer.data).toEqual({ serviceRequests: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({ path: ['serviceRequests'], extensions: { code } });
    expect(wuhan.seen).toEqual([]);
  });

  test('a cursor of another list, filter or order is BAD_CURSOR', async () => {
    const { pageInfo } = listOf(await net.ask(`{ serviceRequests(first: 1) { ${whole} } }`));
    for (const field of [
      'serviceRequests(after: $c, filter: { place: "420100" })',
      'serviceRequests(after: $c, orderBy: { field: TITLE, direction: DESC })',
      'serviceRequests(after: $c, orderBy: { field: SUBMITTED_AT, direction: ASC })',
      'organizations(after: $c)',
    ]) {
      const answer = await net.ask(`query ($c: String) { ${field} { totalCount } }`, {
        c: pageInfo.endCursor,
      });
      expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_CURSOR');
    }
  });
});

test('a walk during which owners fail, both ways, brings every row once', async () => {
  const all = inOrder(requests(wuhan, yichang, wisco), 'submittedAt', 'DESC');
  for (const backward of [false, true]) {
    const seen: string[] = [];
    const refusals = new Set<unknown>(['NOBODY_ANSWERED']);
    let cursor: string | null = null;
    let calls = 0;
    for (;;) {
      const failing = [wuhan, yichang, wisco][calls++ % 5];
      for (const owner of [wuhan, yichang, wisco]) {
        owner.fault = owner === failing ? faults['status 500']?.[1] : undefined;
      }
      const paging: string = backward ? 'last: 6, before: $c' : 'first: 6, after: $c';
      const answer: Answer = await net.ask(
        `query ($c: String) { serviceRequests(${paging}) { ${whole} } }`,
        { c: cursor },
      );
      if (answer.errors) {
        refusals.add(answer.errors[0]?.extensions?.['code']);
        continue;
      }
      const list = listOf(answer);
      seen.push(...list.edges.map((edge) => edge.node.id));
      const more = backward ? list.pageInfo.hasPreviousPage : list.pageInfo.hasNextPage;
      cursor = more
        ? backward
          ? list.pageInfo.startCursor
          : list.pageInfo.endCursor
        : list.completeness.resume;
      if (cursor === null) break;
    }
    expect(seen.toSorted()).toEqual(all.toSorted());
    expect([...refusals]).toEqual(['NOBODY_ANSWERED']);
  }
});
