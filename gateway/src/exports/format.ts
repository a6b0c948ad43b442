/** How the rows of an export are written: each with its cursor, and a last line without which it is none. */
import type { Column } from '../rest/table.ts';
import { csvLine, valueAt } from '../rest/csv.ts';
import type { GraphQLFormattedError } from 'graphql';
import { writeCursor, type Place } from './cursor.ts';
import type { ExportFormat, JobState, Progress } from './job.ts';
import { isComplete } from './tally.ts';
import type { GivenPage } from './walk.ts';

/** Writes the parts of a stream. */
export interface RowFormat {
  readonly type: string;
  /** Before the first row; `resumed`: it goes on where the client's rows end. */
  head(columns: readonly Column[], resumed: boolean): string;
  /** `id`: of the export. */
  rows(id: string, given: GivenPage): string;
  end(end: StreamEnd): string;
}

/** What the last line says. */
export interface StreamEnd {
  readonly state: JobState;
  /** Whether the rows are all that there are, of everybody who may be asked. */
  readonly complete: boolean;
  /** How many rows the client has now, if it kept all. */
  readonly rows: number;
  readonly total: number | null;
  readonly asked: number;
  readonly answered: number;
  readonly notAsked: readonly { readonly platform: string; readonly reason: string }[];
  readonly missing: readonly { readonly platform: string; readonly reason: string }[];
  readonly partial: readonly object[];
  readonly errors: readonly { readonly code: string; readonly path: string }[];
  /** The cursor from which to go on; null where there is nothing more. */
  readonly after: string | null;
  /** Why the stream broke off. */
  readonly error?: { readonly message: string; readonly code: string };
}

/** The last line of a stream that came so far. */
export function streamEnd(
  id: string,
  state: JobState,
  progress: Progress,
  place: Place | null,
  error?: GraphQLFormattedError,
): StreamEnd {
  const { rows, total, completeness, errors } = progress;
  const { asked = 0, notAsked = [], missing = [], partial = [] } = completeness ?? {};
  return {
    state,
    complete: state === 'DONE' && isComplete(progress),
    rows,
    total,
    asked,
    answered: Math.max(0, asked - missing.length),
    notAsked,
    missing,
    partial,
    errors,
    after: place && place.cursor !== null ? writeCursor(id, place) : null,
    ...(error && {
      error: { message: error.message, code: String(error.extensions?.['code']) },
    }),
  };
}

/** Each row's cursor, and its node. */
function rowsOf(
  id: string,
  { connection, place }: GivenPage,
): readonly (readonly [string, unknown])[] {
  return connection.edges.map(({ cursor, node }, i) => [
    writeCursor(id, { row: place.row + i + 1, cursor }),
    node,
  ]);
}

const ndjson: RowFormat = {
  type: 'application/x-ndjson; charset=utf-8',
  head: () => '',
  rows: (id, given) =>
    rowsOf(id, given)
      .map(([cursor, node]) => `${JSON.stringify({ cursor, node })}\n`)
      .join(''),
  end: (end) => `${JSON.stringify({ end })}\n`,
};

const lineEnd = '\r\n';

const csv: RowFormat = {
  type: 'text/csv; charset=utf-8',
  head: (columns, resumed) =>
    resumed ? '' : csvLine(['cursor', ...columns.map(({ name }) => name)]) + lineEnd,
  rows: (id, given) =>
    rowsOf(id, given)
      .map(([cursor, node]) => {
        const values = given.page.columns.map(({ path }) => valueAt(node, path));
        return csvLine([cursor, ...values]) + lineEnd;
      })
      .join(''),
  // Begins with a character that a cell with it would be quoted for.
  end: (end) =>
    `# ${Object.entries(summaryOf(end))
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}${lineEnd}`,
};

function summaryOf({
  state,
  complete,
  rows,
  asked,
  answered,
  notAsked,
  missing,
  errors,
  after,
  error,
}: StreamEnd): Readonly<Record<string, string>> {
  const listed = (absences: StreamEnd['missing']): string =>
    absences.map(({ platform, reason }) => `${platform}:${reason}`).join(',');
  const codes = new Set(errors.map(({ code }) => code));
  return {
    state,
    complete: String(complete),
    rows: String(rows),
    asked: String(asked),
    answered: String(answered),
    ...(missing.length > 0 && { missing: listed(missing) }),
    ...(notAsked.length > 0 && { 'not-asked': listed(notAsked) }),
    ...(codes.size > 0 && { errors: [...codes].join(',') }),
    ...(after !== null && { after }),
    ...(error && { error: error.code }),
  };
}

/** By name. */
export const formats: Readonly<Record<ExportFormat, RowFormat>> = { ndjson, csv };
