/** CSV by the RFC, harmless to spreadsheets, with columns that do not depend on the rows. */
import { array, assert, property, string } from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { chooseOperation } from '../document.ts';
import type { Answer } from '../envelope.ts';
import { csvOf, summaryOf } from './csv.ts';
import { tableOf, type Table } from './table.ts';

const schema = buildSchema(`
  type Query { things(first: Int): Things one: Thing other: Things }
  type Things { edges: [Edge!]! totalCount: Int pageInfo: PageInfo }
  type PageInfo { hasNextPage: Boolean endCursor: String }
  type Edge { node: Thing cursor: String }
  type Thing { name: String size: Int place: Place tags: [String!] parts: [Place!] }
  type Place { name: String }
`);

function table(query: string): Table | undefined {
  const document = parse(query);
  return tableOf(schema, document, chooseOperation(document, null));
}

function answer(data: Record<string, unknown>, change: object = {}): Answer {
  const onenet = {
    version: 1,
    requestId: 'x',
    demanded: 'BEST_EFFORT',
    complete: true,
    gathered: [],
    ...change,
  };
  return { data, extensions: { onenet } } as Answer;
}

const whole = table(`{ things { edges { node { ...T place { name } } } } }
  fragment T on Thing { name size tags parts { name } }`);

const rows = (...nodes: object[]) => answer({ things: { edges: nodes.map((node) => ({ node })) } });

test('columns are those of the document, through fragments, whatever the rows hold', () => {
  expect(whole?.columns.map(({ name }) => name)).toEqual([
    'name',
    'size',
    'tags',
    'parts',
    'place.name',
  ]);
  expect(csvOf(rows(), whole as Table, false)).toBe(
    'name,size,tags,parts,place.name\r\n# complete=true\r\n',
  );
});

test('values: what is missing is empty, short lists are one cell, objects in lists are JSON', () => {
  const text = csvOf(
    rows({ name: 'a,"b"\n', size: -3, tags: ['x', 'y'], parts: [{ name: 'p' }], place: null }, {}),
    whole as Table,
    false,
  );
  expect(text.split('\r\n').slice(1)).toEqual([
    '"a,""b""\n",-3,x;y,"[{""name"":""p""}]",',
    ',,,,',
    '# complete=true',
    '',
  ]);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('%j is no formula', (name) => {
  const [, row = ''] = csvOf(rows({ name }), whole as Table, false).split('\r\n');
  expect(row.replace(/^"/, '')).toMatch(/^'/);
});

test('whatever stands in a cell is read again as it was written', () => {
  assert(
    property(array(string({ unit: 'grapheme' })), (names) => {
      const list = names.map((name) => ({ name }));
      const text = csvOf(
        rows(...list),
        table('{ things { edges { node { name } } } }') as Table,
        false,
      );
      const read = parseCsv(text).slice(1, -1);
      const written = names.map((name) =>
        /^[=+\-@\t\r\n＝＋－＠]/.test(name) ? `'${name}` : name,
      );
      expect(read).toEqual(written);
    }),
  );
});

test('a document without a list is one row; one with two has no table', () => {
  const one = table('{ things { totalCount } one { name } }');
  expect(
    csvOf(answer({ things: { totalCount: 3 }, one: { name: 'x' } }), one as Table, false),
  ).toBe('things.totalCount,one.name\r\n3,x\r\n# complete=true\r\n');
  expect(
    table('{ things { edges { node { name } } } other { edges { cursor } } }'),
  ).toBeUndefined();
});

test('the last line says who is missing, and where to read on', () => {
  const gathered = [
    {
      path: ['things'],
      asked: 3,
      answered: 1,
      missing: [{ platform: '420500', reason: 'TIMEOUT' }],
      notAsked: [{ platform: '422800', reason: 'REFUSED' }],
      resume: 'abc',
    },
  ];
  const data = { things: { edges: [], pageInfo: { hasNextPage: true, endCursor: 'next' } } };
  expect(summaryOf(answer(data, { complete: false, gathered }))).toEqual({
    complete: 'false',
    asked: '3',
    answered: '1',
    missing: '420500:TIMEOUT',
    'not-asked': '422800:REFUSED',
    next: 'next',
    resume: 'abc',
  });
});

/** Reads one column, by the RFC's grammar. */
function parseCsv(text: string): string[] {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^\r\n]*?))\r\n/gy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return cells;
}
