import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { hasField, shownText } from './shown-text.ts';

const variant = buildSchema(`
  type Query { members(filter: Filter, orderBy: Order, first: Int): [Member!] }
  input Filter { place: ID }
  enum Order { NAME }
  interface Record { id: ID! }
  type Member implements Record { id: ID!, name: String }
`);

const squeezed = (text: string): string => shownText(variant, text).replaceAll(/\s+/g, ' ');

test('what the variant has not is not named: fields, arguments, input fields, enum values, types', () => {
  const shown = squeezed(`query Q($secretArgument: Secret, $place: ID) {
    members(filter: {place: $place, secretInput: "x"}, orderBy: SECRET_ORDER, secretArgument: $secretArgument) {
      name onenet_key: secretField
      ... on SecretType { secretInside }
      ...F ...SecretFragment
    }
    secretRoot { id }
  }
  fragment F on Record { id }
  fragment SecretFragment on SecretType { secretInside }`);
  expect(shown).toBe(
    'query Q($place: ID) { members(filter: {place: $place}) { name ...F } } fragment F on Record { id }',
  );
});

test('entities are shown by their types, and an object of which nothing is left by its type’s name', () => {
  expect(
    squeezed(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Member { secretField } ... on SecretType { id } } }',
    ),
  ).toBe(
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Member { __typename } } }',
  );
});

test('a coordinate is known by type and field', () => {
  const has = ['Member.name', 'Member', 'Member.secret', 'Secret.name', 'Filter'].map((each) =>
    hasField(variant, each),
  );
  expect(has).toEqual([true, true, false, false, true]);
});

test('what is no document is not shown', () => {
  expect(shownText(variant, '{')).toBe('');
});
