import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

const csv = (...cells: (string | number | null)[]) =>
  csvOf({ title: '', columns: [{ label: '名称' }], rows: [cells] }, []).split('\r\n')[1];

test('a mark for Excel, a head, rows, and under them what it is', () => {
  const table = { title: '', columns: [{ label: '平台' }, { label: '件' }], rows: [['武汉', 3]] };
  expect(csvOf(table, ['截至 9:00'])).toBe('\uFEFF平台,件\r\n武汉,3\r\n\r\n截至 9:00\r\n');
});

test('numbers keep their digits and signs, nothing is no zero', () => {
  expect(csv(-1.25, null, 0)).toBe('-1.25,,0');
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1＋1'])(
  'the text %j is no formula',
  (text) => {
    expect(csv(text)?.replace(/^"/, '')[0]).toBe("'");
  },
);

test('quotes, commas and new lines stay within their field', () => {
  expect(csv('他说“好”, "行"')).toBe('"他说“好”, ""行"""');
});
