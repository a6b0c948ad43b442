/** What is shaped equals what the reference implementation makes of the same tree. */
import { Kind, buildSchema, execute, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { compileShape } from './shape.ts';

const schema = buildSchema(`
  type Query { thing: Thing things: [Thing!] loose: [Thing] node: Node nodes: [Node!] must: Thing! }
  type Mutation { make: Thing }
  interface Node { id: ID! }
  type Thing implements Node { id: ID! name: String count: Int share: Float done: Boolean kind: Kind inner: Thing tags: [String!] }
  type Other implements Node { id: ID! note: String }
  enum Kind { BIG SMALL }`);

function shaped(text: string, tree: Record<string, unknown>) {
  const document = parse(text);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const shape = operation && compileShape(schema, document, operation);
  if (!shape) throw new Error('Nothing to shape.');
  return shape(tree);
}

const thing = {
  id: 'A:1',
  name: 'one',
  count: 3,
  share: 0.5,
  done: true,
  kind: 'BIG',
  tags: ['x'],
};

test.for<[string, Record<string, unknown>]>([
  ['{ thing { kind id name count share done tags } }', { thing: { extra: 1, ...thing } }],
  ['{ a: thing { b: id } __typename }', { a: { b: 'A:1' } }],
  [
    '{ thing { id ...F } } fragment F on Thing { name inner { id } inner { name } }',
    { thing: { ...thing, inner: thing } },
  ],
  [
    '{ nodes { id ... on Thing { name } ... on Other { note } } }',
    {
      nodes: [
        { __typename: 'Other', id: 'A:2', note: 'n' },
        { __typename: 'Thing', id: 'A:1', name: 'o' },
      ],
    },
  ],
  ['{ node { t: __typename id } }', { node: { __typename: 'Thing', id: 'A:1' } }],
  ['{ things { id } }', { things: [{ id: 'A:1' }, { id: null }] }],
  ['{ loose { id } }', { loose: [{ id: 'A:1' }, { id: null }, null] }],
  ['{ thing { tags name } }', { thing: { tags: ['x', null], name: 'kept' } }],
  ['{ must { id } thing { id } }', { must: { id: null }, thing }],
  ['{ thing { id name } things { id } }', { thing: { id: 'A:1' }, things: null }],
  ['{ thing { toString: name __proto__: id } }', { thing: { __typename: 'Thing' } }],
  [
    '{ thing { toString: name __proto__: count } }',
    { thing: JSON.parse('{"toString":"n","__proto__":2}') },
  ],
  ['mutation { make { id } }', { make: thing }],
  ['{ thing { inner @skip(if: true) { id } __typename } }', { thing }],
])('%s of %j', async ([text, tree]) => {
  const result = await execute({
    schema,
    document: parse(text),
    rootValue: tree,
    // Subgraphs answer by the caller's keys.
    fieldResolver: (source: object, _args, _context, { path: { key } }) =>
      Object.hasOwn(source, key) ? Reflect.get(source, key) : undefined,
  });
  const { data, faults } = shaped(text, tree);
  expect(JSON.stringify(data)).toBe(JSON.stringify(result.data));
  expect(faults.length > 0).toBe(result.errors !== undefined);
});

test('a value of another kind is null, and told without the value', () => {
  const wrong = { ...thing, count: '3', share: 'x', done: 1, kind: 'HUGE', name: 5, tags: 'x' };
  const { data, faults } = shaped('{ thing { id count share done kind name tags } }', {
    thing: wrong,
  });
  expect(data).toEqual({
    thing: { id: 'A:1', count: null, share: null, done: null, kind: null, name: null, tags: null },
  });
  expect(faults).toEqual([
    'Thing.count: no Int',
    'Thing.share: no Float',
    'Thing.done: no Boolean',
    'Thing.kind: no Kind',
    'Thing.name: no String',
    'Thing.tags: not a list',
  ]);
});

test('an object of a type that may not stand there is null', () => {
  const { data, faults } = shaped('{ node { id } }', { node: { __typename: 'Query', id: 'A:1' } });
  expect({ data, faults }).toEqual({
    data: { node: null },
    faults: ['Query.node: of an unknown type'],
  });
});
