/** Who else may have what an owner adds: only what it tags, and what it grants of that. */
import { readAdditions, type Caller } from '@onenet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { memoryRecords, type MemoryRecord } from '../owners/testing/memory-data.ts';
import { netOwner, startMemoryNet } from '../owners/testing/memory-net.ts';
import { startMemoryOwner, type MemoryAdditions } from '../owners/testing/memory-owner.ts';
import { client, consumer, grantOf, person } from '../owners/testing/third-party.ts';

const additions: MemoryAdditions = {
  sdl: `
    type P420800_Programme @key(fields: "id") @tag(name: "share-unconditional") {
      id: ID!
      name: String
      cost: Int @tag(name: "share-conditional")
    }
    type P420800_Partner @tag(name: "share-unconditional") { name: String }
    type P420800_Shop { name: String }
    union P420800_Offer = P420800_Partner | P420800_Shop
    input P420800_UseInput { idempotencyKey: ID! }
    extend type Query {
      p420800Programmes: [P420800_Programme!]
      p420800Issued: Int @tag(name: "share-conditional")
      p420800Hidden: Int
      p420800Offers: [P420800_Offer!] @tag(name: "share-unconditional")
      p420800Shop: P420800_Offer @tag(name: "share-unconditional")
    }
    extend type Mutation {
      p420800Use(input: P420800_UseInput!): Boolean @tag(name: "share-unconditional")
    }
    extend type Organization {
      p420800Cards: Int @tag(name: "share-unconditional")
      p420800Rank: Int
      p420800Chair: String
        @tag(name: "personal")
        @tag(name: "share-unconditional")
        @requiresScopes(scopes: [["members:personal"]])
    }
  `,
  entities: ['P420800_Programme'],
  root: {
    p420800Programmes: () => [{ id: '420800:CP-1', name: '演示卡', cost: 5 }],
    p420800Issued: 180_000,
    p420800Hidden: 7,
    p420800Offers: () => [
      { __typename: 'P420800_Shop', name: 'S' },
      { __typename: 'P420800_Partner', name: 'P' },
    ],
    p420800Shop: () => ({ __typename: 'P420800_Shop', name: 'S' }),
    p420800Use: () => true,
  },
};

const records = memoryRecords('420800', ['420802'], 2).map((row): MemoryRecord => ({
  ...row,
  p420800Cards: 3,
  p420800Rank: 1,
  p420800Chair: '张',
}));
const jingmen = await startMemoryOwner('420800', records, undefined, additions);
const { additions: read, findings } = readAdditions(additions.sdl, '420800');
const net = await startMemoryNet(
  [{ ...netOwner(jingmen, ['420800']), additions: read?.coordinates ?? [] }],
  [{ code: '420800', sdl: read?.sdl ?? '' }],
);

beforeEach(() => {
  jingmen.seen.length = 0;
  net.clients.splice(0, Infinity, client);
  net.grants.splice(0);
});
afterAll(async () => {
  for (const each of [net, jingmen]) await each[Symbol.asyncDispose]();
});

const everything = `{
  p420800Programmes { id name cost } p420800Issued p420800Hidden
  p420800Offers { __typename ... on P420800_Partner { name } ... on P420800_Shop { name } }
  p420800Shop { ... on P420800_Shop { name } }
  organization(id: "420800:O-1") { id p420800Cards p420800Rank p420800Chair }
}`;

async function seenBy(caller: Caller, query = everything) {
  const { data, errors = [] } = await net.ask(query, {}, { caller });
  return {
    data,
    refused: errors.map(({ path, extensions = {} }) => {
      expect(extensions).toMatchObject({ code: 'REFUSED', platform: '420800', reason: 'REFUSED' });
      return path?.join('.');
    }),
  };
}

const forEverybody = {
  p420800Programmes: [{ id: '420800:CP-1', name: '演示卡', cost: null }],
  p420800Issued: null,
  p420800Hidden: null,
  p420800Offers: [{ __typename: 'P420800_Partner', name: 'P' }],
  p420800Shop: null,
  organization: { id: '420800:O-1', p420800Cards: 3, p420800Rank: null, p420800Chair: null },
};

test('the owner takes the tags as they are meant', () => {
  expect(findings).toEqual([]);
});

test.for([
  ['a client without a grant', consumer()],
  ['an auditor', person('auditor')],
  ['another platform’s team', person('team', '420500')],
] as const)('%s has what is tagged as unconditional', async ([, caller]) => {
  const { data, refused } = await seenBy(caller);
  expect(data).toEqual(forEverybody);
  expect(new Set(refused)).toEqual(
    new Set([
      'organization.p420800Chair',
      'organization.p420800Rank',
      'p420800Hidden',
      'p420800Issued',
      'p420800Programmes.cost',
      'p420800Shop',
    ]),
  );
  const sent = jingmen.seen.map(({ query }) => query).join();
  expect(sent).toContain('p420800Cards');
  expect(sent).not.toMatch(/cost|Issued|Hidden|Rank|Chair|on P420800_Shop/);
});

test('a grant brings what is conditional; what is personal needs one of its own', async () => {
  net.grants.push(grantOf('420800', ['additions:read']));
  const conditional = {
    ...forEverybody,
    p420800Programmes: [{ id: '420800:CP-1', name: '演示卡', cost: 5 }],
    p420800Issued: 180_000,
  };
  expect((await seenBy(consumer())).data).toEqual(conditional);
  net.grants.push(grantOf('420800', ['members:personal'], { id: 'g-2' }));
  expect((await seenBy(consumer())).data).toMatchObject({
    organization: { p420800Chair: '张', p420800Rank: null },
  });
});

test.for([person('leader'), person('team', '420800')])('%j has all', async (caller) => {
  const { data, refused } = await seenBy(caller);
  expect(data).toMatchObject({
    p420800Hidden: 7,
    p420800Shop: { name: 'S' },
    p420800Offers: [{ name: 'S' }, { name: 'P' }],
    organization: { p420800Rank: 1 },
  });
  expect(refused).toEqual([]);
});

test('nobody changes anything without a grant', async () => {
  const use = 'mutation { p420800Use(input: { idempotencyKey: "k" }) }';
  expect(await seenBy(consumer(), use)).toEqual({
    data: { p420800Use: null },
    refused: ['p420800Use'],
  });
  expect(jingmen.seen).toEqual([]);
  net.grants.push(grantOf('420800', ['additions:read']));
  expect((await seenBy(consumer(), use)).data).toEqual({ p420800Use: true });
});

test('of a record nothing is asked, where all that is wanted is withheld', async () => {
  const query = '{ organizations { edges { node { id p420800Rank } } } }';
  const { refused } = await seenBy(consumer(), query);
  expect(refused).toEqual([0, 1].map((i) => `organizations.edges.${i}.node.p420800Rank`));
  expect(jingmen.seen).toHaveLength(1);
});
