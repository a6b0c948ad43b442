/** What owners add, through the real planner: each part is asked of its owner only, and costs nothing else when it fails. Long, because one small net serves them all. */
import { readAdditions, type NetOwner } from '@onenet/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { memoryRecords, type MemoryRecord } from '../owners/testing/memory-data.ts';
import {
  netOwner,
  startMemoryNet,
  type Answer,
  type MemoryNet,
} from '../owners/testing/memory-net.ts';
import {
  sendJson,
  startMemoryOwner,
  type MemoryAdditions,
  type MemoryOwner,
} from '../owners/testing/memory-owner.ts';

const cards: MemoryAdditions = {
  sdl: `
    type P420800_Programme @key(fields: "id") {
      id: ID!
      name: String
      functions: [P420800_Function!]!
      organizationId: ID @reference(type: "Organization", as: "organization")
    }
    enum P420800_Function { BANK BUS }
    interface P420800_Named { name: String }
    type P420800_Partner implements P420800_Named { name: String knownCount: Int }
    type P420800_Shop implements P420800_Named { name: String open: Boolean! }
    union P420800_Offer = P420800_Partner | P420800_Shop | P420800_Programme
    scalar P420800_Number
    input P420800_UseInput { idempotencyKey: ID! amountFen: Int! }
    type P420800_Use { amountFen: Int }
    extend type Query {
      p420800Programmes(first: Int): [P420800_Programme!]
      p420800Issued(since: DateTime): Int
      p420800Nothing: String
      p420800Offers: [P420800_Offer!]
      p420800Named: P420800_Named
    }
    extend type Mutation { p420800Use(input: P420800_UseInput!): P420800_Use }
    extend type Member {
      p420800Card: P420800_Number
      p420800ProgrammeId: ID @reference(type: "P420800_Programme", as: "p420800Programme")
    }
    extend type Platform { p420800Issued: Int }
    extend type Division { p420800Issued: Int }
  `,
  entities: ['P420800_Programme'],
  root: {
    p420800Programmes: ({ first }: { first?: number }) => [programme].slice(0, first),
    p420800Issued: 180_000,
    p420800Offers: () => [
      { __typename: 'P420800_Partner', name: 'A', knownCount: 3 },
      { __typename: 'P420800_Shop', name: 'B', open: true },
      programme,
    ],
    p420800Named: () => ({ __typename: 'P420800_Shop', name: 'B', open: true }),
    p420800Use: ({ input }: { input: { amountFen: number } }) => ({ amountFen: input.amountFen }),
  },
  places: { p420800Issued: 7 },
};

const grids: MemoryAdditions = {
  sdl: `
    input SGCC_HB_CheckInput { idempotencyKey: ID! }
    extend type Query { sgccHbGrids: [String!] }
    extend type Mutation { sgccHbCheck(input: SGCC_HB_CheckInput!): Boolean }
    extend type Member { sgccHbGrid: String }
  `,
  entities: [],
  root: { sgccHbGrids: ['G1', 'G2'], sgccHbCheck: () => true },
};

const programme: MemoryRecord = {
  __typename: 'P420800_Programme',
  id: '420800:CP-1',
  name: '演示卡',
  functions: ['BANK', 'BUS'],
  organizationId: '420100:O-1',
};

let jingmen: MemoryOwner;
let grid: MemoryOwner;
let wuhan: MemoryOwner;
let net: MemoryNet;
const order: string[] = [];

beforeAll(async () => {
  const own = (row: MemoryRecord): MemoryRecord =>
    row['__typename'] !== 'Member'
      ? row
      : row.id.startsWith('420800:')
        ? {
            ...row,
            p420800Card: `**** ${row.id.slice(-1)}`,
            // One leads to where nobody can have it.
            p420800ProgrammeId: row.id.endsWith('-1') ? 'SGCC-HB:1' : '420800:CP-1',
          }
        : { ...row, sgccHbGrid: `grid of ${row.id}` };
  const records = (code: string, place: string): MemoryRecord[] =>
    memoryRecords(code, [place], 3).map(own);
  jingmen = await startMemoryOwner(
    '420800',
    [...records('420800', '420802'), programme],
    undefined,
    cards,
  );
  grid = await startMemoryOwner('SGCC-HB', records('SGCC-HB', '420106'), undefined, grids);
  wuhan = await startMemoryOwner('420100', memoryRecords('420100', ['420106'], 3));
  const adding = (owner: NetOwner, { sdl }: MemoryAdditions): NetOwner => {
    const { additions, findings } = readAdditions(sdl, owner.code);
    expect(findings).toEqual([]);
    return { ...owner, additions: additions?.coordinates ?? [] };
  };
  net = await startMemoryNet(
    [
      adding(netOwner(jingmen, ['420800']), cards),
      adding(netOwner(grid, ['420000']), grids),
      netOwner(wuhan, ['420100']),
    ],
    [
      { code: '420800', sdl: readAdditions(cards.sdl, '420800').additions?.sdl ?? '' },
      { code: 'SGCC-HB', sdl: readAdditions(grids.sdl, 'SGCC-HB').additions?.sdl ?? '' },
    ],
  );
});

beforeEach(() => {
  order.length = 0;
  for (const owner of [jingmen, grid, wuhan]) {
    owner.seen.length = 0;
    owner.fault = (answer, response) => {
      order.push(owner.code);
      sendJson(response, answer);
    };
  }
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
  for (const owner of [jingmen, grid, wuhan]) await owner[Symbol.asyncDispose]();
});

const whole = ({ data, errors }: Answer): unknown => {
  expect(errors).toBeUndefined();
  return data;
};

const wrongs = ({ errors = [] }: Answer): unknown =>
  errors.map(({ path, extensions = {} }) => {
    const { code, platform, reason } = extensions;
    return { path: path?.join('.'), code, platform, reason };
  });

test('each owner is asked its own root fields, with the variables that they use', async () => {
  const answer = await net.ask(
    `query ($n: Int, $since: DateTime) {
      a: p420800Programmes(first: $n) { ...P }
      b: p420800Issued(since: $since)
      nothing: p420800Nothing
      sgccHbGrids
    }
    fragment P on P420800_Programme { id label: name functions }`,
    { n: 1, since: '2026-01-01T00:00:00+08:00' },
  );
  expect(whole(answer)).toEqual({
    a: [{ id: '420800:CP-1', label: '演示卡', functions: ['BANK', 'BUS'] }],
    b: 180_000,
    nothing: null,
    sgccHbGrids: ['G1', 'G2'],
  });
  expect(jingmen.seen).toHaveLength(1);
  expect(jingmen.seen[0]?.query).not.toContain('sgcc');
  expect(Object.keys(jingmen.seen[0]?.variables ?? {})).toEqual(['n', 'since']);
  expect(grid.seen.map(({ query }) => query)).toEqual(['query { sgccHbGrids }']);
  expect(grid.seen[0]?.variables).toEqual({});
  expect(wuhan.seen).toEqual([]);
});

test('unions and interfaces of an owner’s own', async () => {
  const answer = await net.ask(
    `{ p420800Offers {
         __typename
         ... on P420800_Named { name }
         ... on P420800_Partner { knownCount }
         ... on P420800_Shop { open }
         ... on P420800_Programme { id organization { id } }
       }
       p420800Named { name ... on P420800_Shop { open } } }`,
  );
  expect(whole(answer)).toEqual({
    p420800Offers: [
      { __typename: 'P420800_Partner', name: 'A', knownCount: 3 },
      { __typename: 'P420800_Shop', name: 'B', open: true },
      {
        __typename: 'P420800_Programme',
        id: '420800:CP-1',
        organization: { id: '420100:O-1' },
      },
    ],
    p420800Named: { name: 'B', open: true },
  });
});

test('of a list of several owners’ records, each is asked for its own only', async () => {
  const answer = await net.ask(
    '{ members(first: 100) { edges { node { id p420800Card sgccHbGrid } } } }',
  );
  const { members } = whole(answer) as {
    members: { edges: { node: Record<string, string | null> }[] };
  };
  expect(members.edges).toHaveLength(9);
  for (const { node } of members.edges) {
    const id = node['id'] ?? '';
    const isJingmen = id.startsWith('420800:');
    const isGrid = id.startsWith('SGCC-HB:');
    expect(node['p420800Card']).toBe(isJingmen ? `**** ${id.slice(-1)}` : null);
    expect(node['sgccHbGrid']).toBe(isGrid ? `grid of ${id}` : null);
  }
  const asked = jingmen.seen.at(-1)?.variables['onenet_representations_0'];
  expect(asked).toHaveLength(3);
  expect(JSON.stringify(asked)).not.toMatch(/SGCC-HB|420100/);
  expect(wuhan.seen).toHaveLength(1);
});

test('references lead from an addition to the contract, and from the contract to an addition', async () => {
  const answer = await net.ask(
    `{ p420800Programmes { organization { id name platformCode } }
       member(id: "420800:M-2") { p420800Programme { name organization { id } } } }`,
  );
  expect(whole(answer)).toEqual({
    p420800Programmes: [
      {
        organization: {
          id: '420100:O-1',
          name: expect.any(String) as string,
          platformCode: '420100',
        },
      },
    ],
    member: { p420800Programme: { name: '演示卡', organization: { id: '420100:O-1' } } },
  });
});

test('an id that the owner of the type cannot have given leads nowhere', async () => {
  const answer = await net.ask('{ member(id: "420800:M-1") { id p420800Programme { name } } }');
  expect(answer.data).toEqual({ member: { id: '420800:M-1', p420800Programme: { name: null } } });
  expect(grid.seen).toEqual([]);
  expect(wrongs(answer)).toEqual([
    { path: 'member.p420800Programme', code: 'NOT_FOUND', platform: undefined, reason: undefined },
  ]);
});

test('on a platform for itself, on a division in the owner’s scope', async () => {
  const answer = await net.ask(
    `{ own: platform(code: "420800") { p420800Issued }
       other: platform(code: "420100") { p420800Issued }
       within: division(code: "420802") { p420800Issued }
       elsewhere: division(code: "420106") { p420800Issued } }`,
  );
  expect(whole(answer)).toEqual({
    own: { p420800Issued: 7 },
    other: { p420800Issued: null },
    within: { p420800Issued: 7 },
    elsewhere: { p420800Issued: null },
  });
});

test.each([
  ['another type', { p420800Programmes: [{ name: 5 }] }],
  ['another key', { p420800Programmes: [{ name: 'x', maskedName: 'x' }] }],
  ['nothing', {}],
])('an answer of %s costs that part', async (_, data) => {
  jingmen.fault = (_answer, response) => sendJson(response, JSON.stringify({ data }));
  const answer = await net.ask('{ p420800Programmes { name } sgccHbGrids }');
  expect(answer.data).toEqual({ p420800Programmes: null, sgccHbGrids: ['G1', 'G2'] });
  expect(wrongs(answer)).toEqual([
    { path: 'p420800Programmes', code: 'OWNER_FAILED', platform: '420800', reason: 'INVALID' },
  ]);
});

test('a record with another owner’s id is refused', async () => {
  jingmen.fault = (answer, response) =>
    sendJson(response, answer.replace('420800:CP', '420100:CP'));
  const answer = await net.ask('{ p420800Programmes { id } }');
  expect(wrongs(answer)).toEqual([
    { path: 'p420800Programmes', code: 'OWNER_FAILED', platform: '420800', reason: 'INVALID' },
  ]);
});

test('an owner that is down costs its fields: one error a root field and a record', async () => {
  jingmen.fault = (answer, response) => {
    // It gives its members, and fails when it is asked what it adds to them.
    if (answer.includes('onenet_entities') || answer.includes('p420800')) response.destroy();
    else sendJson(response, answer);
  };
  const answer = await net.ask(
    '{ p420800Issued sgccHbGrids members(first: 100) { edges { node { id p420800Card sgccHbGrid } } } }',
  );
  const lost = { code: 'OWNER_FAILED', platform: '420800', reason: 'UNREACHABLE' };
  const { members } = answer.data as { members: { edges: { node: { id: string } }[] } };
  const paths = members.edges.flatMap(({ node }, i) =>
    node.id.startsWith('420800:') ? [`members.edges.${i}.node.p420800Card`] : [],
  );
  expect(paths).toHaveLength(3);
  expect(wrongs(answer)).toEqual(
    expect.arrayContaining(['p420800Issued', ...paths].map((path) => ({ path, ...lost }))),
  );
  expect(answer.errors).toHaveLength(4);
  expect(answer.data).toMatchObject({ p420800Issued: null, sgccHbGrids: ['G1', 'G2'] });
});

test('an owner that is switched off is not asked, and said so', async () => {
  const connected = net.owners.get('420800');
  if (!connected) throw new Error('420800 is gone.');
  net.owners.set('420800', { ...connected, connection: 'SUSPENDED' });
  const answer = await net.ask('{ p420800Issued platform(code: "420800") { p420800Issued } }');
  net.owners.set('420800', connected);
  const absent = { code: 'NOT_CONNECTED', platform: '420800', reason: 'NOT_CONNECTED' };
  expect(answer.data).toEqual({ p420800Issued: null, platform: { p420800Issued: null } });
  expect(wrongs(answer)).toEqual([
    { path: 'p420800Issued', ...absent },
    { path: 'platform.p420800Issued', ...absent },
  ]);
  expect(jingmen.seen).toEqual([]);
});

const use = (alias: string): string =>
  `${alias}: p420800Use(input: { idempotencyKey: "${alias}", amountFen: 5 }) { amountFen }`;
const check = (alias: string): string =>
  `${alias}: sgccHbCheck(input: { idempotencyKey: "${alias}" })`;

test('mutations go one after another, each to its owner, with the actor', async () => {
  const answer = await net.ask(
    `mutation { ${use('a')} ${check('b')} ${use('c')} }`,
    {},
    { actor: { kind: 'OFFICER', reference: 'desk-3' } },
  );
  expect(whole(answer)).toEqual({ a: { amountFen: 5 }, b: true, c: { amountFen: 5 } });
  expect(order).toEqual(['420800', 'SGCC-HB', '420800']);
  expect(grid.seen[0]?.headers['onenet-actor']).toBe('OFFICER:desk-3');
});

const verify = (alias: string, code: string): string =>
  `${alias}: verifyServiceRequest(input: { id: "${code}:R-1", idempotencyKey: "${alias}" }) { serviceRequest { id } }`;

test('among the contract’s mutations they keep their place, and what has no outcome holds up both', async () => {
  const mutation = `mutation { ${verify('a', '420100')} ${use('b')} ${verify('c', '420800')} ${check('d')} }`;
  expect(whole(await net.ask(mutation))).toMatchObject({ b: { amountFen: 5 }, d: true });
  expect(order).toEqual(['420100', '420800', '420800', 'SGCC-HB']);
  jingmen.fault = (_, response) => void response.destroy();
  const answer = await net.ask(mutation);
  expect(answer.data).toMatchObject({ b: null, c: null, d: true });
  expect(answer.errors?.map(({ path, extensions = {} }) => [path, extensions['code']])).toEqual([
    [['b'], 'OUTCOME_UNKNOWN'],
    [['c'], 'NOT_EXECUTED'],
  ]);
});

test('a mutation is never sent twice: its outcome is unknown, and later ones to that owner are not sent', async () => {
  jingmen.fault = (_, response) => {
    order.push('420800');
    response.destroy();
  };
  const answer = await net.ask(`mutation { ${use('a')} ${check('b')} ${use('c')} }`);
  expect(order).toEqual(['420800', 'SGCC-HB']);
  expect(answer.data).toEqual({ a: null, b: true, c: null });
  expect(
    answer.errors?.map(({ extensions = {} }) => [extensions['code'], extensions['idempotencyKey']]),
  ).toEqual([
    ['OUTCOME_UNKNOWN', 'a'],
    ['NOT_EXECUTED', 'c'],
  ]);
});
