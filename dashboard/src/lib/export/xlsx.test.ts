import { Workbook } from 'exceljs';
import { expect, test } from 'vitest';
import type { DataTable } from '../table.ts';
import { xlsxOf } from './xlsx.ts';

async function read(table: DataTable, about: readonly string[] = []): Promise<Workbook> {
  const book = new Workbook();
  const bytes = await (await xlsxOf(table, about)).arrayBuffer();
  // The library's types are of an older Buffer.
  await book.xlsx.load(Buffer.from(bytes) as never);
  return book;
}

test('a head, rows with numbers as numbers, and under them what it is', async () => {
  const columns = [{ label: '平台' }, { label: '件' }];
  const book = await read(
    {
      title: '分布',
      columns,
      rows: [
        ['武汉', 1.5],
        ['宜昌', null],
      ],
    },
    ['截至'],
  );
  const [sheet] = book.worksheets;
  expect(sheet?.name).toBe('分布');
  expect([1, 2, 3, 5].map((row) => sheet?.getRow(row).values)).toEqual([
    [undefined, '平台', '件'],
    [undefined, '武汉', 1.5],
    [undefined, '宜昌'],
    [undefined, '截至'],
  ]);
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1'])(
  'the text %j is no formula',
  async (text) => {
    const book = await read({ title: '', columns: [{ label: text }], rows: [[text]] });
    const [sheet] = book.worksheets;
    for (const row of [1, 2]) {
      expect(sheet?.getCell(row, 1).formula).toBeUndefined();
      expect(sheet?.getCell(row, 1).value).toBe(`'${text}`);
    }
  },
);

test.each([
  ["'=1'", '=1'],
  ['a/b:c[d]*?\\', 'a b c d'],
  ['求'.repeat(40), '求'.repeat(31)],
  [`${'a'.repeat(30)}👩`, 'a'.repeat(30)],
  ["''", 'OneNet'],
])('the title %j names a sheet', async (title, name) => {
  const book = await read({ title, columns: [{ label: 'a' }], rows: [] });
  expect(book.worksheets[0]?.name).toBe(name);
});
