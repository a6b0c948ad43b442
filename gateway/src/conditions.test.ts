import { Kind, parse, print, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { decideConditions } from './conditions.ts';

function decide(query: string, variables: Record<string, unknown> = {}): string {
  const document = parse(query);
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  if (!operation) throw new Error('No operation.');
  return print(decideConditions(document, operation, variables)).replaceAll(/\s+/g, ' ');
}

test('a condition is decided by literal, variable and default', () => {
  expect(decide('{ a @skip(if: true) b @include(if: true) }')).toBe('{ b }');
  expect(decide('query ($v: Boolean!) { a @include(if: $v) b }', { v: false })).toBe('{ b }');
  expect(decide('query ($v: Boolean = true) { a @include(if: $v) }')).toBe('{ a }');
  expect(decide('query ($v: Boolean!) { a @include(if: true) @skip(if: $v) b }', { v: true })).toBe(
    '{ b }',
  );
});

test('fragments and variables that are used no more go; others stay', () => {
  const query = `query ($v: Boolean!, $w: Int, $x: Int) { ...F @include(if: $v) ...G a(n: $x) }
    fragment F on Query { b(n: $w) } fragment G on Query { c @skip(if: $v) d }`;
  expect(decide(query, { v: false, w: 1, x: 2 })).toBe(
    'query ($x: Int) { ...G a(n: $x) } fragment G on Query { c d }',
  );
});

test('what is left empty stays an empty object', () => {
  expect(decide('{ a { b @skip(if: true) } }')).toBe('{ a { __typename @skip(if: true) } }');
});

test('a document without conditions is left as it is', () => {
  const document = parse('{ a }');
  const [operation] = document.definitions as [OperationDefinitionNode];
  expect(decideConditions(document, operation, {})).toBe(document);
});

test('a variable without a value is an error that names it', () => {
  expect(() => decide('query ($v: Boolean) { a @skip(if: $v) }', { v: null })).toThrow('$v');
});
