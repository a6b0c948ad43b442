/** A table of cards as it stands in the page, as data to take away: what a cell says, not what can be pressed in it. */
import type { Cell, DataTable } from '../table.ts';

/** The heads name the columns; a cell without `data-head` has nothing but what is done with its row. */
export function tableIn(element: HTMLTableElement, title: string): DataTable {
  const rows = [...element.tBodies].flatMap((body) => [...body.rows]);
  const heads = [...(element.tHead?.rows[0]?.cells ?? [])].map(textOf);
  const width = Math.max(0, ...rows.map((row) => cellsOf(row).length));
  return {
    title,
    columns: heads.slice(0, width).map((label) => ({ label })),
    rows: rows.map((row) => cellsOf(row).map(valueOf)),
  };
}

function cellsOf(row: HTMLTableRowElement): readonly HTMLTableCellElement[] {
  return [...row.cells].filter(
    (cell) => cell.localName === 'th' || cell.dataset['head'] !== undefined,
  );
}

/** Numbers as numbers: a spreadsheet adds them up. */
function valueOf(cell: HTMLTableCellElement): Cell {
  const text = textOf(cell);
  if (text === '' || text === '—' || text === '–') return null;
  const isNumber = cell.classList.contains('number') && /^-?[\d,]+(?:\.\d+)?$/.test(text);
  return isNumber ? Number(text.replaceAll(',', '')) : text;
}

function textOf(cell: HTMLElement): string {
  const texts: string[] = [];
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.replace(/\s+/g, ' ').trim() ?? '';
    if (text !== '' && !node.parentElement?.closest('button')) texts.push(text);
  }
  return texts.join(' ');
}
