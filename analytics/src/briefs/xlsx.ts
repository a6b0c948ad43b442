/** A brief as a workbook: a sheet a section, numbers as numbers, and nothing that a spreadsheet would carry out. */
import ExcelJS from 'exceljs';
import type { StoredBrief } from './brief.ts';
import type { Block, BriefDocument, Cell, Section, Table } from './document.ts';
import { words } from './sentences.ts';

const widthOfFirst = 28;
const widthOfOthers = 16;

export async function briefXlsx(brief: StoredBrief, document: BriefDocument): Promise<Buffer> {
  const workbook = new ExcelJS.Workbook();
  // The same brief is the same file: no time of now in it.
  const composed = new Date(brief.composedAt);
  workbook.creator = words[document.language].head;
  workbook.created = composed;
  workbook.modified = composed;
  workbook.title = document.title;
  for (const section of document.sections) {
    const sheet = workbook.addWorksheet(section.title);
    writeSection(sheet, document, section);
    if (section.id === 'notes') {
      sheet.addRow([]);
      sheet.addRow([harmless(words[document.language].state), harmless(brief.state)]);
    }
  }
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

function writeSection(
  sheet: ExcelJS.Worksheet,
  { title, period, marks }: BriefDocument,
  section: Section,
): void {
  sheet.pageSetup = { fitToPage: true, fitToWidth: 1, fitToHeight: 0 };
  sheet.addRow([harmless(`${title} ${period}`)]).font = { bold: true, size: 14 };
  sheet.addRow([harmless(marks.join(' · '))]);
  sheet.addRow([harmless(section.number + section.title)]).font = { bold: true, size: 12 };
  for (const block of section.blocks) writeBlock(sheet, block);
  const columns = Math.max(1, sheet.columnCount);
  for (let i = 1; i <= columns; i++) {
    sheet.getColumn(i).width = i === 1 ? widthOfFirst : widthOfOthers;
  }
}

function writeBlock(sheet: ExcelJS.Worksheet, block: Block): void {
  switch (block.is) {
    case 'heading':
      sheet.addRow([harmless(block.text)]).font = { bold: true };
      return;
    case 'text':
    case 'item':
      sheet.addRow([harmless(block.text)]);
      return;
    case 'table':
      writeTable(sheet, block);
      return;
    case 'chart':
      writeTable(sheet, block.table);
  }
}

function writeTable(sheet: ExcelJS.Worksheet, { columns, rows }: Table): void {
  const head = sheet.addRow(columns.map(harmless));
  head.font = { bold: true };
  head.eachCell((cell) => {
    cell.border = { bottom: { style: 'thin' } };
  });
  for (const row of rows) {
    const written = sheet.addRow(row.map(valueOf));
    row.forEach((cell, i) => {
      if (typeof cell === 'object') written.getCell(i + 1).numFmt = cell.numberFormat;
    });
  }
  sheet.addRow([]);
}

/** A number as it is; where there is none an empty cell, which no sum takes for zero. */
function valueOf(cell: Cell): string | number | null {
  return typeof cell === 'object' ? cell.value : harmless(cell);
}

/** A text cell is none that a spreadsheet computes; one that is edited, or saved as CSV, would be (https://owasp.org/www-community/attacks/CSV_Injection). */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}
