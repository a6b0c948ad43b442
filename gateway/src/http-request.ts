/** Reads GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): what is not a request is refused here. */
import { NetError, type NetErrorCode } from '@onenet/contract';
import type { IncomingMessage } from 'node:http';
import { limits } from './limits/limits.ts';

/** A well-formed GraphQL request. */
export interface GraphQLParams {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A request as it came: with a text, or the id of a registered one. */
export interface AskedParams extends Omit<GraphQLParams, 'query'> {
  readonly query?: string;
  readonly documentId?: string;
}

/** A request that gets no GraphQL execution, with the HTTP status that says so to every kind of client. */
export class HttpRefusal extends NetError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: NetErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message, details);
    this.status = status;
    this.headers = headers;
  }
}

/** The two media types of an answer. */
export type AnswerType = 'application/graphql-response+json' | 'application/json';

/** Chooses the answer's media type from `accept`. */
export function chooseAnswerType(accept: string | undefined): AnswerType {
  if (accept === undefined) return 'application/json';
  const ranges = accept
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { type } of ranges) {
    if (type === 'application/graphql-response+json') return type;
    if (['application/json', 'application/*', '*/*'].includes(type)) return 'application/json';
  }
  throw new HttpRefusal(
    406,
    'BAD_REQUEST',
    'Answers are application/graphql-response+json or application/json: accept one of them.',
  );
}

/** Reads the parameters of a GET or POST. */
export async function readParams(request: IncomingMessage): Promise<AskedParams> {
  if (request.method === 'GET' || request.method === 'HEAD') return readSearch(request.url ?? '');
  if (request.method === 'POST') return readBody(request);
  throw new HttpRefusal(
    405,
    'BAD_REQUEST',
    `GraphQL is asked by POST or GET, and this is ${request.method ?? 'neither'}.`,
    { allow: 'GET, POST' },
  );
}

function readSearch(url: string): AskedParams {
  if (url.length > limits.bodyBytes) throw tooLarge();
  const search = new URLSearchParams(url.split('?', 2)[1] ?? '');
  const given: Record<string, unknown> = {};
  for (const name of ['query', 'documentId', 'operationName', 'variables', 'extensions']) {
    const [value, second] = search.getAll(name);
    if (second !== undefined) throw bad(`The parameter ${name} is given twice.`);
    if (value === undefined) continue;
    given[name] = name === 'variables' || name === 'extensions' ? json(value, name) : value;
  }
  return checkParams(given);
}

async function readBody(request: IncomingMessage): Promise<AskedParams> {
  return checkParams(await readJsonBody(request));
}

/** Reads a body of JSON, within its limit. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const [type, ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') {
    throw new HttpRefusal(
      415,
      'BAD_REQUEST',
      `A request is sent as application/json, and this is ${type || 'of no content type'}.`,
    );
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new HttpRefusal(415, 'BAD_REQUEST', `The body is read as UTF-8, and this is ${charset}.`);
  }
  // A compressed body could grow beyond its limit while it is read.
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new HttpRefusal(415, 'BAD_REQUEST', `A body encoded as ${encoding} is not read.`);
  }
  return json(await readUpTo(request, limits.bodyBytes), 'The body');
}

async function readUpTo(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}

/** Reads the parameters of a request from a body. */
export function checkParams(value: unknown): AskedParams {
  if (Array.isArray(value)) throw bad('A request holds one operation: batches are not taken.');
  if (!isObject(value)) throw bad('The body is not a JSON object with a `query`.');
  const { query, documentId, operationName, variables, extensions } = value;
  const given = { query, documentId };
  for (const [name, text] of Object.entries(given)) {
    if (text != null && (typeof text !== 'string' || text === '')) {
      throw bad(`\`${name}\` is not a text, or empty.`);
    }
  }
  if (query == null && documentId == null) {
    throw bad('`query` is missing: it is the text of a GraphQL document.');
  }
  if (query != null && documentId != null) {
    throw bad('`query` and `documentId` are two ways to say the same: give one of them.');
  }
  if (operationName != null && typeof operationName !== 'string') {
    throw bad('`operationName` is not a text.');
  }
  if (variables != null && !isObject(variables)) throw bad('`variables` is not a JSON object.');
  if (extensions != null && !isObject(extensions)) throw bad('`extensions` is not a JSON object.');
  return {
    ...(typeof query === 'string' && { query }),
    ...(typeof documentId === 'string' && { documentId }),
    operationName: operationName ?? null,
    variables: variables ?? {},
    extensions: extensions ?? {},
  };
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes what was sent, which may be personal.
    throw bad(`${what} is not valid JSON.`);
  }
}

/** Whether a decoded value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string): HttpRefusal {
  return new HttpRefusal(400, 'BAD_REQUEST', message);
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(
    413,
    'TOO_LARGE',
    `The request is over ${limits.bodyBytes} bytes: send less at once.`,
    // What is still under way of the body is not read.
    { connection: 'close' },
  );
}
