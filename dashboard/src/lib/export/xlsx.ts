/** A table as a workbook; loaded when somebody takes one. */
import { Workbook } from 'exceljs';
import type { Cell, DataTable } from '../table.ts';
import { harmless } from './csv.ts';

/** Names of sheets: at most 31 signs, none of these, and neither an apostrophe nor half a sign at an end. */
const longest = 31;
const notInNames = /[\\/?*[\]:\p{Cc}]/gu;
const notAtEnds = /^['\s]+|['\s\p{Surrogate}]+$/gu;

export async function xlsxOf(table: DataTable, about: readonly string[]): Promise<Blob> {
  const book = new Workbook();
  const name = table.title.replaceAll(notInNames, ' ').slice(0, longest).replaceAll(notAtEnds, '');
  const sheet = book.addWorksheet(name || 'OneNet', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.addRow(table.columns.map(({ label }) => harmless(label))).font = { bold: true };
  for (const row of table.rows) sheet.addRow(row.map(valueOf));
  sheet.addRow([]);
  for (const line of about) sheet.addRow([line]);
  sheet.columns.forEach((column, index) => (column.width = index === 0 ? 28 : 16));
  return new Blob([await book.xlsx.writeBuffer()], {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  });
}

/** A text is none that a spreadsheet computes; one that is edited, or saved as CSV, would be. */
function valueOf(cell: Cell): Cell {
  return typeof cell === 'string' ? harmless(cell) : cell;
}
