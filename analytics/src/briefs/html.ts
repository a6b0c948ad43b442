/** A brief as a page that prints on A4 in the way of official documents (GB/T 9704): no script, nothing from elsewhere. */
import { readFileSync } from 'node:fs';
import { locales } from '@onenet/charts';
import type { Palette } from '@onenet/charts';
import { chartSvg } from '@onenet/charts/svg';
import type { StoredBrief } from './brief.ts';
import type { Block, BriefDocument, Cell, Section, Table } from './document.ts';

const style = readFileSync(new URL('brief.css', import.meta.url), 'utf8');

/** The width of the text on the page (156 mm), in CSS pixels. */
const chartWidth = 590;

/** A table of so many rows stays on one page; a text of so many signs on one line. */
const shortRows = 14;
const shortText = 12;

/** Ink on paper; the blue of the dashboard. */
const palette: Palette = {
  ink: '#111111',
  quiet: '#444444',
  line: '#d5d5d5',
  surface: '#ffffff',
  accent: '#0d5793',
  accentSoft: '#e5eff8',
  scale: ['#e4eef7', '#bfd6eb', '#8ab4da', '#4a86bd', '#0d5793'],
  font: "'FangSong', 'STFangsong', 'Noto Serif CJK SC', serif",
};

export function briefHtml({ state, id }: StoredBrief, document: BriefDocument): string {
  const { language, title, period, marks, sections, imprint } = document;
  const [by, date] = imprint;
  return `<!DOCTYPE html>
<html lang="${locales[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="onenet-brief" content="${escaped(id)}">
<meta name="onenet-state" content="${escaped(state)}">
<title>${escaped(`${title} ${period}`)}</title>
<style>
${style}</style>
</head>
<body>
<main>
<header>
<p class="marks">${marks.map((mark) => `<span>${escaped(mark)}</span>`).join(' ')}</p>
<h1>${escaped(title)}</h1>
<p class="period">${escaped(language === 'zh' ? `（${period}）` : period)}</p>
</header>
${sections.map(sectionHtml).join('\n')}
<footer>
<span>${escaped(by)}</span>
<span>${escaped(date)}</span>
</footer>
</main>
</body>
</html>
`;
}

function sectionHtml({ id, number, title, blocks }: Section): string {
  return `<section id="${id}">
<h2>${escaped(number + title)}</h2>
${blocks.map(blockHtml).join('\n')}
</section>`;
}

function blockHtml(block: Block): string {
  switch (block.is) {
    case 'heading':
      return `<h3>${escaped(block.text)}</h3>`;
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'item':
      return `<p class="item">${escaped(block.text)}</p>`;
    case 'table':
      return tableHtml(block);
    case 'chart': {
      const { label, chart } = block;
      const svg = chartSvg(chart.option(palette), { width: chartWidth, height: chart.height });
      return `<figure role="img" aria-label="${escaped(label)}">
${svg}
<figcaption>${escaped(label)}</figcaption>
</figure>`;
    }
  }
}

function tableHtml({ caption, columns, rows }: Table): string {
  const isNumber = (column: number): boolean => rows.some((row) => typeof row[column] === 'object');
  const head = columns.map(
    (column, i) => `<th scope="col"${isNumber(i) ? ' class="number"' : ''}>${escaped(column)}</th>`,
  );
  return `<table${rows.length <= shortRows ? ' class="short"' : ''}>
<caption>${escaped(caption)}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`).join('\n')}
</tbody>
</table>`;
}

function cellHtml(cell: Cell, column: number): string {
  if (typeof cell === 'object') return `<td class="number">${escaped(cell.text)}</td>`;
  if (column === 0) return `<th scope="row">${escaped(cell)}</th>`;
  const isShort = cell.length <= shortText;
  return `<td${isShort ? ' class="short"' : ''}>${escaped(cell)}</td>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What is text stays text, in elements and attributes alike. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => entities[letter] ?? '');
}
