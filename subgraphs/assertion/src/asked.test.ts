/** What is read from a text alone: fields, however they are asked, and where records are counted. */
import { expect, test } from 'vitest';
import { askedBy, mostFields } from './asked.ts';

const rows = (query: string, data: unknown): number | null => askedBy(query, null).rowsIn(data);

test.each([
  ['a connection', '{ members { edges { node { id } } } }', { members: { edges: [{}, {}] } }, 2],
  [
    'under other names, merged with itself',
    '{ m: members { e: edges { cursor } } m: members { e: edges { node { id } } } }',
    { m: { e: [{}, {}, {}] } },
    3,
  ],
  [
    'in a fragment that is spread twice',
    '{ members { ...F ...F } } fragment F on MemberConnection { edges { node { id } } }',
    { members: { edges: [{}] } },
    1,
  ],
  ['a list without its edges', '{ members { totalCount } }', { members: { totalCount: 9 } }, 0],
  [
    'a record, and one that is not there',
    '{ a: member { id } b: member { id } }',
    { a: {}, b: null },
    1,
  ],
  [
    'entities and the lists in them',
    '{ _entities { ... on Member { id families { edges { node { id } } } } } }',
    { _entities: [{ families: { edges: [{}, {}] } }, null, { families: null }] },
    4,
  ],
  ['what is no record', '{ _service { sdl } __schema { types { name } } }', { _service: {} }, 0],
  ['no data', '{ members { edges { node { id } } } }', null, 0],
])('rows: %s', (_, query, data, expected) => {
  expect(rows(query, data)).toBe(expected);
});

test('fields of the operation that is chosen, through interfaces and fragments; of an addition its first', () => {
  const text = `query A { members { totalCount } }
    query B { p420800Cards { holders { p420800Name } } member(id: "1") { ...M } }
    fragment M on Member { kind: id ... on Member { maskedName __typename } }`;
  expect(askedBy(text, 'B')).toMatchObject({
    operation: 'B',
    fields: ['Member.id', 'Member.maskedName', 'Query.member', 'Query.p420800Cards'],
    omitted: 0,
  });
});

test('a text that is none has its hash alone', () => {
  expect(askedBy('{', null)).toMatchObject({ operation: null, fields: [] });
  expect(askedBy('{', null).document).toMatch(/^[0-9a-f]{64}$/);
  expect(askedBy('{ a }', 'B')).toMatchObject({ operation: null, fields: [] });
});

test('more fields than a line holds are counted', () => {
  const names = Array.from({ length: mostFields + 5 }, (_, i) => `f${i}`);
  const { fields, omitted } = askedBy(`{ ${names.join(' ')} }`, null);
  expect([fields.length, omitted]).toEqual([mostFields, 5]);
});

test('a bomb of fragments is given up, and not followed', () => {
  const bomb = Array.from(
    { length: 40 },
    (_, i) => `fragment F${i} on Member { a { ...F${i + 1} } b { ...F${i + 1} } }`,
  );
  const text = `{ members { ...F0 } } ${bomb.join(' ')} fragment F40 on Member { edges { id } }`;
  expect(rows(text, { members: {} })).toBeNull();
});
