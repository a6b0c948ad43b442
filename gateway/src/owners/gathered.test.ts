/** Gathered lists through the real gateway and planner: pages, walks, aliases, conditions, and who is asked. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  inOrder,
  listOf,
  requests,
  startThreeOwners,
  whole,
  type Connection,
} from './testing/three-owners.ts';

const three = await startThreeOwners();
const { wuhan, yichang, wisco, net } = three;
beforeEach(() => three.reset());
afterAll(() => three[Symbol.asyncDispose]());

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
    // Of whom was not asked nothing is known: that is not zero.
    expect([list.totalCount, list.knownCount]).toEqual([null, 0]);
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

test('`before` alone runs backward, also at an owner that has no place in the walk yet', async () => {
  wuhan.fault = (_answer, response) => response.destroy();
  const { completeness } = listOf(await net.ask(`{ serviceRequests(last: 6) { ${whole} } }`));
  wuhan.fault = undefined;
  const own = inOrder(requests(wuhan), 'submittedAt', 'DESC');
  for (const text of ['before: $c', 'before: $c, last: $n']) {
    const signature = text.includes('$n') ? '$c: String, $n: Int' : '$c: String';
    const list = listOf(
      await net.ask(`query (${signature}) { serviceRequests(${text}) { ${whole} } }`, {
        c: completeness.resume,
      }),
    );
    expect(list.edges.map((edge) => edge.node.id)).toEqual(own.slice(-20));
  }
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
