/** A table as a workbook; loaded when somebody takes one. */
import { Workbook } from 'exceljs';
import type { DataTable } from '../table.ts';

/** Names of sheets: at most 31 signs, and none of these. */
const notInNames = /[\\/?*[\]:]/gu;

export async function xlsxOf(table: DataTable, about: readonly string[]): Promise<Blob> {
  const book = new Workbook();
  const name = table.title.replaceAll(notInNames, ' ').slice(0, 31).trim();
  const sheet = book.addWorksheet(name || 'OneNet', { views: [{ state: 'frozen', ySplit: 1 }] });
  // Texts are kept as texts: a cell is a formula only where it is given as one.
  sheet.addRow(table.columns.map(({ label }) => label)).font = { bold: true };
  for (const row of table.rows) sheet.addRow([...row]);
  sheet.addRow([]);
  for (const line of about) sheet.addRow([line]);
  sheet.columns.forEach((column, index) => (column.width = index === 0 ? 28 : 16));
  return new Blob([await book.xlsx.writeBuffer()], {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  });
}
