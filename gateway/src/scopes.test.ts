/** What a caller may not see is taken out wherever it hides: interfaces, unions, whole types; what a scope allows stays. */
import { accessRules, localCaller } from '@onenet/contract';
import { buildSchema, parse, print, type OperationDefinitionNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { accessOf, type Access } from './callers/access.ts';
import type { Restrictions } from './restrictions.ts';
import { applyScopes, nullRefused } from './scopes.ts';

const schema = buildSchema(`
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT
  interface Named { id: ID! name: String }
  type Person implements Named {
    id: ID!
    name: String @requiresScopes(scopes: [["name"], ["officer", "names"]])
    age: Int @authenticated
    file: File
  }
  type Firm implements Named { id: ID! name: String motto: String @policy(policies: [["x"]]) }
  type File @requiresScopes(scopes: [["file"]]) { text: String }
  union Any = Person | Firm | File
  type Query { person: Person named: [Named!]! any: Any }
`);
const restrictions: Restrictions = {
  rules: accessRules(schema),
  needs: new Map(),
  internal: new Set<string>(),
};

const someone = accessOf({ ...localCaller, client: 'someone' });

function planned(query: string, access = accessOf(localCaller), by = restrictions): string {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  return print(applyScopes(schema, by, access, document, operation!).document).replaceAll(
    /\s+/g,
    ' ',
  );
}

test.each([
  ['a field', '{ person { id name } }', '{ person { id name: __typename } }'],
  ['an alias', '{ person { id: name } }', '{ person { id: __typename } }'],
  ['behind an interface', '{ named { n: name } }', '{ named { n: __typename } }'],
  [
    'in a fragment on another type of the interface, which may',
    '{ named { ... on Firm { name } } }',
    '{ named { ... on Firm { name } } }',
  ],
  [
    'of a union',
    '{ any { ... on Person { name } } }',
    '{ any { ... on Person { name: __typename } } }',
  ],
  ['that needs a known caller', '{ person { age } }', '{ person { age: __typename } }'],
  ['whose type is refused', '{ person { file { text } } }', '{ person { file: __typename } }'],
  [
    'in a type that is refused',
    '{ any { ... on File { text } } }',
    '{ any { ... on File { text: __typename } } }',
  ],
  [
    'in a fragment that is spread twice',
    '{ person { ...P } any { ...P } } fragment P on Person { name id }',
    '{ person { ... on Person { name: __typename id } } any { ... on Person { name: __typename id } } }',
  ],
])('%s', (_name, query, expected) => {
  expect(planned(query)).toBe(expected);
});

test('one whole alternative of scopes is enough, and half of one is not', () => {
  const query = '{ person { name } }';
  const having = (...scopes: string[]) => accessOf({ ...localCaller, scopes });
  expect(planned(query, having('name'))).toBe(query);
  expect(planned(query, having('names', 'officer'))).toBe(query);
  expect(planned(query, having('officer'))).not.toBe(query);
});

test('a policy is satisfied by a role, by a client, or by this machine', () => {
  const query = '{ any { ... on Firm { motto } } }';
  const by = (policy: string): Restrictions => {
    const policies = [[policy]];
    const rule = { authenticated: false, scopes: undefined, policies };
    return { ...restrictions, rules: new Map([['Firm.motto', rule]]) };
  };
  const leader = { ...someone, roles: ['leader'] };
  expect(planned(query, leader, by('role:leader'))).toBe(query);
  expect(planned(query, leader, by('role:auditor'))).not.toBe(query);
  expect(planned(query, someone, by('client:someone'))).toBe(query);
  expect(planned(query, someone, by('client:leader'))).not.toBe(query);
  expect(planned(query, accessOf(localCaller), by('role:leader'))).toBe(query);
});

describe('a third party', () => {
  const named = { attribute: 'CONDITIONAL', scope: 'people:read' } as const;
  const needs = new Map([
    ['Query.person', [named]],
    ['Query.named', []],
    ['Person.id', [named]],
    ['Person.age', [{ attribute: 'NOT_SHARED', scope: 'people:read' } as const]],
    ['Firm.id', [{ attribute: 'UNCONDITIONAL', scope: 'firms:read' } as const]],
  ]);
  const needed = { ...restrictions, rules: new Map(), needs };
  const consumer = (...scopes: string[]): Access => ({ ...someone, roles: ['consumer'], scopes });

  test.each([
    ['a field', '{ person { id } }', '{ person: __typename }', []],
    ['with the scope', '{ person { id } }', '{ person { id } }', ['people:read']],
    [
      'what is shared with nobody',
      '{ person { age } }',
      '{ person { age: __typename } }',
      ['people:read'],
    ],
    [
      'of any type that may come',
      '{ named { id } }',
      '{ named { id: __typename } }',
      ['people:read'],
    ],
    [
      'of one of the types that may come',
      '{ named { ... on Person { ... on Named { id } } } }',
      '{ named { ... on Person { ... on Named { id } } } }',
      ['people:read'],
    ],
    [
      'through an interface, at one type',
      '{ person { ... on Named { id } } }',
      '{ person { ... on Named { id } } }',
      ['people:read'],
    ],
    [
      'in a fragment that is refused at one place',
      '{ person { ...I } named { ...I } } fragment I on Named { id }',
      '{ person { ...I } named { ... on Named { id: __typename } } } fragment I on Named { id }',
      ['people:read'],
    ],
  ] as const)('%s', (_name, query, expected, scopes) => {
    expect(planned(query, consumer(...scopes), needed)).toBe(expected);
  });

  test('that would rather have all or nothing is told everything that it lacks', () => {
    const access: Access = { ...consumer(), mode: 'REJECT' };
    const query = '{ person { id } named { id } a: named { id ... on Person { age } } }';
    expect(() => planned(query, access, needed)).toThrow(
      'Query.person (people:read); Person.id (people:read); Person.age',
    );
    expect(planned('{ __typename }', access, needed)).toBe('{ __typename }');
  });

  test('people are asked for no scope by what fields need', () => {
    const query = '{ person { id } }';
    expect(planned(query, { ...someone, roles: ['team'] }, needed)).toBe(query);
  });
});

test('only the stand-in becomes null, where another type has a field of the same response key', () => {
  const document = parse('{ named { ... on Person { x: name } ... on Firm { x: name } } }');
  const [operation] = document.definitions as OperationDefinitionNode[];
  const { refused } = applyScopes(
    schema,
    restrictions,
    accessOf(localCaller),
    document,
    operation!,
  );
  const data = { named: [{ x: 'Firm & Co' }, { x: 'Person' }, { x: 'Person' }, null] };
  const errors = refused ? nullRefused(data, refused) : [];
  expect(data).toEqual({ named: [{ x: 'Firm & Co' }, { x: null }, { x: null }, null] });
  expect(errors.map(({ path }) => path)).toEqual([['named', 1, 'x']]);
  expect(errors[0]?.extensions).toEqual({
    code: 'SCOPE_REQUIRED',
    coordinate: 'Person.name',
    scopes: [['name'], ['officer', 'names']],
  });
});
