/** `GET|POST /q/<name>`: a registered document as REST, its variables as parameters, its answer as JSON or CSV. */
import { parse } from 'graphql';
import { documentNamed } from '../documents/documents.ts';
import { chooseOperation } from '../document.ts';
import type { Done, Form, Written } from '../form.ts';
import { HttpRefusal, isObject, readJsonBody } from '../http-request.ts';
import { csvOf, pageOf, summaryOf } from './csv.ts';
import { statusOf } from './statuses.ts';
import { tableOf, type Table } from './table.ts';
import { parametersOf, readVariables } from './variables.ts';

/** What of a query string is not the document's: a variable of the same name goes before. */
const ownParameters: ReadonlySet<string> = new Set(['format', 'bom']);

export function restForm(name: string, url: URL): Form {
  let isCsv = false;
  let table: Table | undefined;
  return {
    accept({ method, headers }) {
      if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
        const text = `A document is asked by GET or POST, and this is ${method ?? 'neither'}.`;
        throw new HttpRefusal(405, 'BAD_REQUEST', text, { allow: 'GET, POST' });
      }
      isCsv = wantsCsv(headers.accept, url.searchParams.get('format'));
    },
    async read(request, { net, generation, known }) {
      const document = documentNamed(net, name, known);
      const { schema } = generation;
      const parsed = parse(document.text);
      const operation = chooseOperation(parsed, null);
      table = isCsv ? tableOf(schema, parsed, operation) : undefined;
      if (isCsv && !table) {
        throw new HttpRefusal(406, 'BAD_REQUEST', 'It has several lists, and so no CSV: ask JSON.');
      }
      const variables =
        request.method === 'POST'
          ? bodyOf(await readJsonBody(request))
          : readVariables(parametersOf(schema, operation), url.searchParams, ownParameters);
      return { query: document.text, operationName: null, variables, extensions: {} };
    },
    write(done) {
      const { answer } = done;
      const status = done.status ?? statusOf(answer);
      if (!table || answer.data == null || status !== 200) return jsonOf(done, status, url);
      const withMark = ['1', 'true'].includes(url.searchParams.get('bom') ?? '');
      return {
        status,
        type: 'text/csv',
        headers: {
          ...headersOf(done, url),
          'content-disposition': `attachment; filename="${name.replace('@', '-')}.csv"`,
        },
        body: csvOf(answer, table, withMark),
      };
    },
  };
}

/** `format` decides where it is given; else the media type that is accepted first. */
function wantsCsv(accept: string | undefined, format: string | null): boolean {
  if (format !== null) {
    if (format === 'json' || format === 'csv') return format === 'csv';
    throw new HttpRefusal(406, 'BAD_REQUEST', 'The parameter format is json or csv.');
  }
  const types = (accept ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim());
  const csv = types.findIndex((type) => type === 'text/csv');
  const json = types.findIndex((type) => /^(application\/(json|\*)|\*\/\*)$/.test(type ?? ''));
  if (csv >= 0 && (json < 0 || csv < json)) return true;
  if (json >= 0) return false;
  throw new HttpRefusal(406, 'BAD_REQUEST', 'Answers are application/json or text/csv.');
}

function bodyOf(body: unknown): Readonly<Record<string, unknown>> {
  if (isObject(body)) return body;
  throw new HttpRefusal(400, 'BAD_REQUEST', 'The body is a JSON object of the variables.');
}

/** `{data, completeness, page?, errors?}`. */
function jsonOf(done: Done, status: number, url: URL): Written {
  const { data = null, errors, extensions } = done.answer;
  const page = pageOf(data);
  const body = {
    data,
    completeness: extensions.onenet,
    ...(page && { page }),
    ...(errors && { errors }),
  };
  const headers = data === null ? {} : headersOf(done, url);
  return { status, type: 'application/json', headers, body: JSON.stringify(body) };
}

/** How complete it is, for who does not look into it; and the next page (https://www.rfc-editor.org/rfc/rfc8288). */
function headersOf({ answer }: Done, url: URL): Readonly<Record<string, string>> {
  const { next, ...summary } = summaryOf(answer);
  const headers = Object.entries(summary).map(([name, value]) => [`onenet-${name}`, value]);
  if (next !== undefined) {
    const following = new URL(url);
    following.searchParams.set('after', next);
    headers.push(['link', `<${following.pathname}${following.search}>; rel="next"`]);
  }
  return Object.fromEntries(headers);
}
