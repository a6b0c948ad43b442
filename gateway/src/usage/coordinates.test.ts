import { Kind, buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { documentCoordinates, variableCoordinates } from './coordinates.ts';

const schema = buildSchema(`
  type Query { requests(filter: Filter, first: Int, order: Order = NEWEST): [Step!] step: Step request: Request }
  interface Step { at: String }
  type Moved implements Step { at: String to: Status }
  type Said implements Step { at: String }
  type Request { id: ID! history(newest: Int): [Step!] }
  enum Status { OPEN CLOSED }
  enum Order { NEWEST OLDEST }
  input Filter { statuses: [Status!] not: Filter, title: String }
`);

const documents: readonly (readonly [string, string, readonly string[]])[] = [
  ['fields', '{ request { id } }', ['Query.request', 'Request.id']],
  [
    'aliases and fragments',
    '{ a: request { ...F } } fragment F on Request { b: id }',
    ['Query.request', 'Request.id'],
  ],
  [
    'arguments',
    '{ request { history(newest: 1) { __typename } } }',
    ['Query.request', 'Request.history', 'Request.history(newest:)'],
  ],
  ['interfaces', '{ step { at } }', ['Query.step', 'Step.at', 'Moved.at', 'Said.at']],
  [
    'literals',
    '{ requests(filter: {statuses: [OPEN], not: {title: "x"}}, order: OLDEST) { ... on Moved { to } } }',
    [
      'Query.requests',
      'Query.requests(filter:)',
      'Query.requests(order:)',
      'Filter.statuses',
      'Filter.not',
      'Filter.title',
      'Status.OPEN',
      'Order.OLDEST',
      'Moved.to',
    ],
  ],
  [
    'a single value for a list',
    '{ requests(filter: {statuses: CLOSED}) { __typename } }',
    ['Query.requests', 'Query.requests(filter:)', 'Filter.statuses', 'Status.CLOSED'],
  ],
  ['no introspection', '{ __typename __schema { types { name } } }', []],
];

test.each(documents)('a document: %s', (_, text, expected) => {
  expect([...documentCoordinates(schema, parse(text))].toSorted()).toEqual(
    [...expected].toSorted(),
  );
});

const variables: readonly (readonly [
  string,
  string,
  Record<string, unknown>,
  readonly string[],
])[] = [
  [
    'nested',
    '$f: Filter',
    { f: { not: { statuses: ['OPEN'] } } },
    ['Filter.not', 'Filter.statuses', 'Status.OPEN'],
  ],
  [
    'lists',
    '$f: [Filter!]!',
    { f: [{ title: 'x' }, { statuses: 'CLOSED' }] },
    ['Filter.title', 'Filter.statuses', 'Status.CLOSED'],
  ],
  ['an explicit null is used', '$f: Filter', { f: { title: null } }, ['Filter.title']],
  ['absent', '$f: Filter', {}, []],
  [
    'no text of a value',
    '$f: Filter',
    { f: { title: 'Status.OPEN', secret: 'x' } },
    ['Filter.title'],
  ],
  ['an enum', '$o: Order', { o: 'NEWEST' }, ['Order.NEWEST']],
  ['no such enum value', '$o: Order', { o: '13912345678' }, []],
];

test.each(variables)('variables: %s', (_, definition, values, expected) => {
  const [operation] = parse(`query(${definition}) { __typename }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation.');
  expect([...variableCoordinates(schema, operation, values)].toSorted()).toEqual(
    [...expected].toSorted(),
  );
});
