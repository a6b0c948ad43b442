/** Each kind of change is named where it is, with whom it breaks. */
import { expect, test } from 'vitest';
import { changeKinds, contractModules, diffContracts, moduleText, platformSdl } from '../index.ts';

const before = `
  interface Thing { id: ID! }
  type A implements Thing @key(fields: "id") {
    id: ID!
    name: String
    old(first: Int = 20, unit: Unit): Int!
    secret: String @requiresScopes(scopes: [["a"]])
    placeCode: ID @reference(type: "Division", as: "place")
  }
  type B { x: Int }
  union AB = A | B
  enum Unit { M KM @order(by: "x", key: INT) }
  input F { a: Int = 1 b: String! c: Int }
  type Query { a(id: ID!): A @route(by: "id") }
`;

/** What is changed, and exactly what is found: kind, coordinate, whom it breaks. */
const table: readonly (readonly [
  from: string,
  to: string,
  ...found: (readonly [string, string, string | null])[],
])[] = [
  ['type B { x: Int }', 'type B { x: Int } type C { x: Int }', ['TYPE_ADDED', 'C', null]],
  ['union AB = A | B', '', ['TYPE_REMOVED', 'AB', 'output']],
  ['input F { a: Int = 1 b: String! c: Int }', '', ['TYPE_REMOVED', 'F', 'input']],
  ['type B { x: Int }', 'interface B { x: Int }', ['KIND_CHANGED', 'B', 'output']],
  ['type A implements Thing', 'type A', ['INTERFACE_REMOVED', 'A', 'output']],
  ['type B { x: Int }', 'type B implements Thing { x: Int }', ['INTERFACE_ADDED', 'B', null]],
  ['union AB = A | B', 'union AB = A', ['MEMBER_REMOVED', 'AB', 'output']],
  ['union AB = A | B', 'union AB = A | B | Query', ['MEMBER_ADDED', 'AB', null]],
  ['name: String', 'name: String more: Int!', ['FIELD_ADDED', 'A.more', null]],
  ['name: String', '', ['FIELD_REMOVED', 'A.name', 'output']],
  ['name: String', 'name: String!', ['FIELD_TYPE_CHANGED', 'A.name', null]],
  ['name: String', 'name: ID', ['FIELD_TYPE_CHANGED', 'A.name', 'output']],
  ['name: String', 'name: [String]', ['FIELD_TYPE_CHANGED', 'A.name', 'output']],
  ['): Int!', '): Int', ['FIELD_TYPE_CHANGED', 'A.old', 'output']],
  ['unit: Unit', 'unit: Unit more: Int', ['ARGUMENT_ADDED', 'A.old(more:)', null]],
  ['unit: Unit', 'unit: Unit more: Int! = 1', ['ARGUMENT_ADDED', 'A.old(more:)', null]],
  ['unit: Unit', 'unit: Unit more: Int!', ['ARGUMENT_ADDED', 'A.old(more:)', 'input']],
  [', unit: Unit', '', ['ARGUMENT_REMOVED', 'A.old(unit:)', 'input']],
  ['unit: Unit', 'unit: Unit!', ['ARGUMENT_TYPE_CHANGED', 'A.old(unit:)', 'input']],
  ['a(id: ID!)', 'a(id: ID)', ['ARGUMENT_TYPE_CHANGED', 'Query.a(id:)', null]],
  ['first: Int = 20', 'first: Int = 10', ['ARGUMENT_DEFAULT_CHANGED', 'A.old(first:)', null]],
  ['c: Int }', 'c: Int d: Int }', ['INPUT_FIELD_ADDED', 'F.d', null]],
  ['c: Int }', 'c: Int d: Int! }', ['INPUT_FIELD_ADDED', 'F.d', 'input']],
  ['c: Int }', '}', ['INPUT_FIELD_REMOVED', 'F.c', 'input']],
  ['b: String!', 'b: String', ['INPUT_FIELD_TYPE_CHANGED', 'F.b', null]],
  ['c: Int }', 'c: Int! }', ['INPUT_FIELD_TYPE_CHANGED', 'F.c', 'input']],
  ['b: String!', 'b: String! = ""', ['INPUT_FIELD_DEFAULT_CHANGED', 'F.b', null]],
  ['a: Int = 1', 'a: Int', ['INPUT_FIELD_DEFAULT_CHANGED', 'F.a', null]],
  ['enum Unit { M', 'enum Unit { CM M', ['VALUE_ADDED', 'Unit.CM', null]],
  ['enum Unit { M', 'enum Unit {', ['VALUE_REMOVED', 'Unit.M', 'input']],
  [
    'name: String',
    'name: String @policy(policies: [["x"]])',
    ['DIRECTIVE_ADDED', 'A.name', 'output'],
  ],
  [' @requiresScopes(scopes: [["a"]])', '', ['DIRECTIVE_REMOVED', 'A.secret', null]],
  [' @key(fields: "id")', '', ['DIRECTIVE_REMOVED', 'A', 'output']],
  [' @route(by: "id")', '', ['DIRECTIVE_REMOVED', 'Query.a', 'input']],
  [
    'as: "place"',
    'as: "at"',
    ['DIRECTIVE_REMOVED', 'A.placeCode', 'output'],
    ['DIRECTIVE_ADDED', 'A.placeCode', null],
  ],
  [
    'by: "x"',
    'by: "y"',
    ['DIRECTIVE_REMOVED', 'Unit.KM', 'input'],
    ['DIRECTIVE_ADDED', 'Unit.KM', 'output'],
  ],
  ['name: String', '"Its name." name: String @deprecated @tag(name: "personal")'],
];

test.each(table.map(([from, to, ...found]) => [from, to, found] as const))(
  '%j → %j',
  (from, to, found) => {
    expect(before.split(from).length, 'the text to change stands in it').toBe(2);
    const changes = diffContracts(before, before.replace(from, to));
    expect(changes.map(({ kind, coordinate, breaking }) => [kind, coordinate, breaking])).toEqual(
      found,
    );
    for (const { message, coordinate } of changes) expect(message).toContain(coordinate);
  },
);

test('every kind of change is in the table', () => {
  const kinds = table.flatMap(([, , ...found]) => found.map(([kind]) => kind));
  expect(new Set(kinds)).toEqual(new Set(Object.keys(changeKinds)));
});

test('what 1.2 brought breaks nobody, and going back breaks who uses it', () => {
  const every = contractModules.map(({ name }) => name);
  const [older, newer] = [platformSdl(every, '1.1'), platformSdl(every)];
  const there = diffContracts(older, newer);
  expect(new Set(there.map(({ kind }) => kind))).toEqual(
    new Set(['FIELD_ADDED', 'VALUE_ADDED', 'INPUT_FIELD_ADDED', 'TYPE_ADDED']),
  );
  expect(there.filter(({ breaking }) => breaking !== null)).toEqual([]);
  const back = diffContracts(newer, older);
  expect(back.map(({ coordinate }) => coordinate).toSorted()).toEqual(
    there.map(({ coordinate }) => coordinate).toSorted(),
  );
  expect(back.filter(({ breaking }) => breaking === null)).toEqual([]);
  const breaking = new Map(back.map((change) => [change.coordinate, change.breaking]));
  expect(breaking.get('ServiceRequest.overdueAt')).toBe('output');
  expect(breaking.get('ServiceRequestFilter.inTransfer')).toBe('input');
  expect(breaking.get('MemberStatus.IN_TRANSFER')).toBe('input');
  expect(breaking.get('JoinCode')).toBe('output');
  expect(breaking.get('IssueJoinCodeInput')).toBe('input');
});

test('the texts of the modules are one contract', () => {
  const texts = contractModules.map(({ name }) => moduleText(name));
  expect(diffContracts(texts, texts.join('\n'))).toEqual([]);
  const without = texts.map((text) =>
    text.replace('  titleContains: String\n  "Rated', '  "Rated'),
  );
  expect(diffContracts(texts, without).map(({ coordinate }) => coordinate)).toEqual([
    'ServiceRequestFilter.titleContains',
  ]);
});
