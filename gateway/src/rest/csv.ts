/** An answer as CSV (https://www.rfc-editor.org/rfc/rfc4180), with how complete it is in the last line. */
import type { Answer } from '../envelope.ts';
import type { Table } from './table.ts';

/** So that spreadsheets read it as UTF-8. */
const byteOrderMark = '\uFEFF';

export function csvOf(answer: Answer, { rows, item, columns }: Table, withMark: boolean): string {
  const list = valueAt(answer.data, rows);
  const items = Array.isArray(list) ? list : rows.length === 0 ? [answer.data] : [];
  const lines = [
    csvLine(columns.map(({ name }) => name)),
    ...items.map((each) => {
      const row = valueAt(each, item);
      return csvLine(columns.map(({ path }) => valueAt(row, path)));
    }),
  ];
  const trailer = `# ${Object.entries(summaryOf(answer))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
  return `${withMark ? byteOrderMark : ''}${[...lines, trailer].join('\r\n')}\r\n`;
}

/** How complete an answer is, in a line: owners by their reasons, codes of errors, and where to read on. */
export function summaryOf({
  data,
  errors = [],
  extensions,
}: Answer): Readonly<Record<string, string>> {
  const { complete, gathered } = extensions.onenet;
  const missing = gathered.flatMap((list) => list.missing.map(reasonOf));
  const notAsked = gathered.flatMap((list) => list.notAsked.map(reasonOf));
  const codes = new Set(errors.map(({ extensions: of }) => String(of?.['code'])));
  const resume = gathered.find((list) => list.resume !== null)?.resume;
  const page = pageOf(data);
  const [only, second] = gathered;
  return {
    complete: String(complete),
    ...(only && !second && { asked: String(only.asked), answered: String(only.answered) }),
    ...(missing.length > 0 && { missing: missing.join(',') }),
    ...(notAsked.length > 0 && { 'not-asked': notAsked.join(',') }),
    ...(codes.size > 0 && { errors: [...codes].join(',') }),
    ...(page?.['hasNextPage'] === true && { next: String(page['endCursor']) }),
    ...(resume != null && { resume }),
  };
}

/** The page of the one connection of an answer, where it asks for it. */
export function pageOf(data: Answer['data']): Readonly<Record<string, unknown>> | undefined {
  const pages = Object.values(data ?? {}).flatMap((value) => {
    const page = valueAt(value, ['pageInfo']);
    return isObject(page) ? [page] : [];
  });
  return pages.length === 1 ? pages[0] : undefined;
}

function reasonOf({ platform, reason }: { readonly platform: string; readonly reason: string }) {
  return `${platform}:${reason}`;
}

/** Values as one line, without its end. */
export function csvLine(values: readonly unknown[]): string {
  return values.map(cell).join(',');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return quoted(harmless(textOf(value)));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const isPlain = Array.isArray(value) && value.every((each) => typeof each !== 'object');
  return isPlain ? value.join(';') : JSON.stringify(value);
}

/** A spreadsheet would carry out what begins so (https://owasp.org/www-community/attacks/CSV_Injection). */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n#]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
