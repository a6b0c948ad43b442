/** Passes on analytics' briefs, as pages to print and as workbooks, to the people who may read them: each is asked for in its reader's name. */
import { analyticsCode, signCall, type Signer } from '@onenet/assertion';
import {
  NetError,
  callerHeader,
  encodeCaller,
  isNetErrorCode,
  type Caller,
  type NetErrorCode,
} from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as ask, type Dispatcher } from 'undici';
import { HttpRefusal, isObject } from './http-request.ts';

/** What it takes to ask analytics. */
export interface BriefSource {
  /** Address of one of its paths. */
  readonly analyticsUrl: string;
  readonly dispatcher: Dispatcher;
  /** Without it analytics must believe this machine. */
  readonly signer: Signer | undefined;
}

/** Composed as a page or a workbook, and no larger. */
const maxBytes = 16 * 1024 * 1024;

const passedOn = [
  'cache-control',
  'content-disposition',
  'content-security-policy',
  'content-type',
] as const;

/** Whether it answers a path. */
export function isBriefsPath(path: string): boolean {
  return path.startsWith('/briefs/');
}

/** Whose briefs a caller may see, analytics says. */
export async function proxyBrief(
  { analyticsUrl, dispatcher, signer }: BriefSource,
  caller: Caller,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { pathname, search } = new URL(request.url ?? '/', 'http://gateway');
  const url = new URL(pathname + search, analyticsUrl);
  const call = { owner: analyticsCode, method: 'GET', path: url.pathname + url.search, body: '' };
  const { statusCode, headers, body } = await ask(url, {
    dispatcher,
    signal: gone.signal,
    headers: signer
      ? signCall(signer, caller, undefined, call)
      : { [callerHeader]: encodeCaller(caller) },
    // A workbook of a month takes a second on a machine that has others to do.
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
  }).catch(() => {
    throw unavailable();
  });
  if (statusCode !== 200) throw refusalOf(statusCode, await body.json().catch(() => undefined));
  const length = Number(headers['content-length']);
  if (!(length <= maxBytes)) {
    await body.dump();
    throw unavailable();
  }
  const bytes = Buffer.from(await body.arrayBuffer().catch(() => new ArrayBuffer()));
  if (bytes.byteLength !== length) throw unavailable();
  for (const name of passedOn) {
    const value = headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(200, { 'content-length': bytes.byteLength });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** What analytics refuses is the reader's; anything else is said as if it did not answer. */
function refusalOf(status: number, answer: unknown): NetError {
  const error = isObject(answer) ? answer['error'] : undefined;
  const { code, message } = isObject(error) ? error : {};
  const told: readonly NetErrorCode[] = ['NOT_FOUND', 'NOT_ALLOWED', 'BAD_INPUT', 'WRONG_STATE'];
  if (!isNetErrorCode(code) || !told.includes(code) || typeof message !== 'string') {
    return unavailable();
  }
  return new HttpRefusal(status, code, message);
}

function unavailable(): NetError {
  return new NetError('UNAVAILABLE', undefined, { service: 'analytics' });
}
