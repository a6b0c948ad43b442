/** What a caller may not see is taken out wherever it hides: interfaces, unions, whole types; what a scope allows stays. */
import { accessRules, localCaller } from '@onenet/contract';
import { buildSchema, parse, print, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { accessOf } from './callers/access.ts';
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
const rules = accessRules(schema);

function planned(query: string, scopes: readonly string[] = []): string {
  const document = parse(query);
  const [operation] = document.definitions as OperationDefinitionNode[];
  const access = accessOf({ ...localCaller, scopes });
  return print(applyScopes(schema, rules, access, document, operation!).document).replaceAll(
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
  [
    'of a policy',
    '{ any { ... on Firm { motto } } }',
    '{ any { ... on Firm { motto: __typename } } }',
  ],
  ['whose type is refused', '{ person { file { text } } }', '{ person { file: __typename } }'],
  [
    'in a type that is refused',
    '{ any { ... on File { text } } }',
    '{ any { ... on File { text: __typename } } }',
  ],
  [
    'in a fragment that is spread twice',
    '{ person { ...P } any { ...P } } fragment P on Person { name id }',
    '{ person { ...P } any { ...P } } fragment P on Person { name: __typename id }',
  ],
])('%s', (_name, query, expected) => {
  expect(planned(query)).toBe(expected);
});

test('one whole alternative of scopes is enough, and half of one is not', () => {
  const query = '{ person { name } }';
  expect(planned(query, ['name'])).toBe(query);
  expect(planned(query, ['names', 'officer'])).toBe(query);
  expect(planned(query, ['officer'])).not.toBe(query);
});

test('only the stand-in becomes null, where another type has a field of the same response key', () => {
  const document = parse('{ named { ... on Person { x: name } ... on Firm { x: name } } }');
  const [operation] = document.definitions as OperationDefinitionNode[];
  const { refused } = applyScopes(schema, rules, accessOf(localCaller), document, operation!);
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
