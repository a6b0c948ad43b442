/** What a client orders by `POST /exports`: what could not be carried out is refused now, and nobody has been asked. */
import { NetError, documentHash } from '@onenet/contract';
import { getVariableValues, parse } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { resolveDocument } from '../documents/documents.ts';
import { chooseOperation } from '../document.ts';
import type { Surroundings } from '../form.ts';
import { HttpRefusal, checkParams, isObject, readJsonBody } from '../http-request.ts';
import { checkVariables } from '../limits/variables.ts';
import { pageParams, readyOperation, type AskedOperation } from './ask-page.ts';
import { exportFormats, type ExportFormat, type ExportOrder } from './job.ts';

/** Reads what is to be exported, and makes it ready once, as each page will be. */
export async function readOrder(
  request: IncomingMessage,
  around: Surroundings,
): Promise<{ readonly order: ExportOrder; readonly asked: AskedOperation }> {
  const { net, generation, known } = around;
  const body = await readJsonBody(request);
  if (!isObject(body)) throw badOrder('The body is a JSON object.');
  const { format = 'ndjson', ...asks } = body;
  const wrong = Object.keys(asks).find((name) => !asked.has(name));
  if (wrong !== undefined) {
    throw badOrder(
      `There is no ${wrong.slice(0, 64)}: here are ${[...asked, 'format'].join(', ')}.`,
    );
  }
  const params = resolveDocument(checkParams(asks), net, known);
  const { query, operationName, variables } = params;
  checkVariables(variables);
  const operation = readyOperation(params, around);
  const page = pageParams(operation, params, around, { cursor: null, withTotal: true });
  const { variableDefinitions = [] } = chooseOperation(parse(operation.query), null);
  const { errors } = getVariableValues(generation.schema, variableDefinitions, page.variables);
  if (errors?.[0]) throw new NetError('BAD_INPUT', errors[0].message);
  const hash = documentHash(query);
  const registered =
    typeof asks['documentId'] === 'string'
      ? net.documents?.find((document) => document.hash === hash)
      : undefined;
  const { purpose, person } = known.caller;
  return {
    order: {
      operation: operation.operationName?.slice(0, 200) ?? null,
      document: registered ? `${registered.name}@${registered.version}` : null,
      format: readFormat(format),
      purpose,
      person,
    },
    // The same text to the end, whatever is registered under its name meanwhile.
    asked: {
      ...(registered ? { documentId: `sha256:${hash}` } : { query }),
      operationName,
      variables,
    },
  };
}

const asked: ReadonlySet<string> = new Set(['documentId', 'query', 'operationName', 'variables']);

function readFormat(value: unknown): ExportFormat {
  const format = exportFormats.find((known) => known === value);
  if (format) return format;
  throw badOrder(`\`format\` is one of ${exportFormats.join(', ')}.`);
}

/** A request that is not understood. */
export function badOrder(message: string): HttpRefusal {
  return new HttpRefusal(400, 'BAD_REQUEST', message);
}
