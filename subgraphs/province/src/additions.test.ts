/** Owners' additions compose as one subgraph; one that does not is refused alone. */
import { additionPrefix, readAdditions } from '@onenet/contract';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { PlatformAdditions } from './additions.ts';
import {
  additionsSubgraph,
  composeNet,
  composeSupergraph,
  composeWith,
  netSubgraphs,
} from './supergraph.ts';

/** A programme of cards, as any platform might add it. */
function programme(code: string, more = ''): PlatformAdditions {
  const { type, field } = additionPrefix(code);
  const { additions, findings } = readAdditions(
    `type ${type}Programme @key(fields: "id") {
       id: ID!
       since: DateTime
       channel: Channel
       organizationId: ID @reference(type: "Organization", as: "organization")
     }
     type ${type}Page { items: [${type}Programme!]! pageInfo: PageInfo! }
     input ${type}UseInput { idempotencyKey: ID! amountFen: Int! }
     extend type Query { ${field}Programmes(channel: Channel): ${type}Page }
     extend type Mutation { ${field}Use(input: ${type}UseInput!): ${type}Programme }
     extend type Division { ${field}Cards: Int }
     extend type Member {
       ${field}Card: String @tag(name: "personal") @requiresScopes(scopes: [["members:personal"]])
       ${field}PayerId: ID @requiresScopes(scopes: [["members:personal"]])
         @reference(type: "Member", as: "${field}Payer")
       ${field}IssuerId: ID @reference(type: "${type}Programme", as: "${field}Issuer")
     }
     ${more}`,
    code,
  );
  expect(findings).toEqual([]);
  return { code, sdl: additions?.sdl ?? '' };
}

test('no additions, no subgraph', () => {
  expect(additionsSubgraph([])).toBeNull();
  expect(composeNet([]).supergraph).not.toContain('name: "additions"');
});

test('additions of two owners: fields, references, access', () => {
  const { supergraph, refused } = composeNet([programme('420800'), programme('SGCC-HB')]);
  expect(refused).toEqual([]);
  expect(supergraph).toContain('@join__graph(name: "additions"');
  expect(supergraph).not.toContain('@reference');
  expect(supergraph).toMatch(/ {2}organization: Organization @join__field\(graph: LINKS, requires/);
  expect(supergraph).toMatch(
    / {2}sgccHbCard: String @join__field\(graph: ADDITIONS\) .*@requiresScopes/,
  );
  expect(supergraph).toContain('sgccHbIssuer: SGCC_HB_Programme');
  // Who may not see the id may not follow it.
  expect(supergraph).toMatch(/ {2}sgccHbPayer: Member @join__field\(graph: LINKS.*@requiresScopes/);
});

test('the same set in any order is the same supergraph, to the byte', () => {
  const owners = Array.from({ length: 50 }, (_, i) => programme(`4208${10 + i}`));
  const { supergraph, refused } = composeNet(owners);
  expect(refused).toEqual([]);
  expect(supergraph.match(/type P4208\d\d_Programme/g)).toHaveLength(50);
  expect(composeSupergraph(netSubgraphs(owners.toReversed()))).toBe(supergraph);
});

test('one that does not compose is refused alone, with the reason', () => {
  const { type } = additionPrefix('420900');
  const bad = programme(
    '420900',
    `interface ${type}I { a: Int } type ${type}B implements ${type}I { b: Int }`,
  );
  const good = ['420800', '421000', '421100', 'WISCO'].map((code) => programme(code));
  const all = composeNet([...good.slice(0, 2), bad, ...good.slice(2)]);
  expect(all.accepted.map(({ code }) => code)).toEqual(good.map(({ code }) => code));
  expect(all.refused).toEqual([
    { code: '420900', reason: expect.stringMatching(/"?P420900_I"?|P420900_B/) },
  ]);
  const published = composeWith(good, bad);
  expect(published.supergraph).toBe(all.supergraph);
  expect(published.refused.map(({ code }) => code)).toEqual(['420900']);
});

test('what two owners define is nobody’s twice: the later one is refused', () => {
  const theft: PlatformAdditions = {
    code: 'X',
    sdl: 'extend type Query { p420800Programmes: Int }',
  };
  const { accepted, refused } = composeWith([programme('420800')], theft);
  expect(accepted.map(({ code }) => code)).toEqual(['420800']);
  expect(refused[0]?.reason).toContain(
    "NAME_CLASH: Query.p420800Programmes of X is 420800's already.",
  );
});

test('the composed schema is valid GraphQL', () => {
  expect(() => buildSchema(composeNet([programme('420800')]).supergraph)).not.toThrow();
});
