/** A table as CSV (RFC 4180) that a spreadsheet opens as what it says. */
import type { Cell, DataTable } from '../table.ts';

/** Without it Excel reads UTF-8 as the machine's old code page. */
const byteOrderMark = '\uFEFF';
/** With one of these a spreadsheet would compute what a platform wrote as a name; some take wide ones for narrow. */
const startsFormula = /^[\s]*[=+\-@＝＋－＠\t\r]/u;

/** `about`: what stands under the table, a line each. */
export function csvOf(table: DataTable, about: readonly string[]): string {
  const head = table.columns.map(({ label }) => label);
  const lines: (readonly Cell[])[] = [head, ...table.rows, [], ...about.map((line) => [line])];
  return byteOrderMark + lines.map((cells) => cells.map(field).join(',')).join('\r\n') + '\r\n';
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = harmless(cell);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A text that no spreadsheet takes for a formula. */
export function harmless(text: string): string {
  return startsFormula.test(text) ? `'${text}` : text;
}
