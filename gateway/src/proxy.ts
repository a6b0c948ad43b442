/** Passes on what the province answers under the gateway's own address: tokens for clients, sessions for people. */
import { NetError, type Networks } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { request as ask, type Dispatcher } from 'undici';
import { cameFrom } from './callers/came-from.ts';

/** What of a request is the province's: everything else is the gateway's own. */
export function isProvincePath(path: string): boolean {
  if (path.startsWith('/session/callers')) return false;
  return (
    path === '/.well-known/oauth-authorization-server' ||
    ['/oauth', '/session'].some((folder) => path === folder || path.startsWith(`${folder}/`))
  );
}

/** Names the address of whoever called: the province counts failures by it, and believes a gateway alone. */
const clientAddressHeader = 'onenet-client-address';

/** By which a caller says who it is, and what its pages are: the province decides by them. */
const passedOn = [
  'accept',
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'origin',
  'sec-fetch-site',
] as const;

const answered = [
  'allow',
  'cache-control',
  'content-length',
  'content-type',
  'location',
  'retry-after',
  'set-cookie',
  'www-authenticate',
] as const;

/** Passes a request on, and its answer back, as they come. */
export async function proxyToProvince(
  {
    provinceUrl,
    dispatcher,
    proxies,
  }: {
    readonly provinceUrl: string;
    readonly dispatcher: Dispatcher;
    readonly proxies: Networks;
  },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers, socket } = request;
  const from = cameFrom({ headers, remoteAddress: socket.remoteAddress }, proxies);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const {
    statusCode,
    headers: given,
    body,
  } = await ask(target(provinceUrl, request), {
    dispatcher,
    method,
    signal: gone.signal,
    headers: {
      ...pick(headers, passedOn),
      // What passes here is no call of the province's own machine.
      via: '1.1 onenet-gateway',
      ...(from.host !== undefined && { host: from.host }),
      [clientAddressHeader]: from.address,
    },
    body: hasBody ? request : null,
    // A password takes a while, and some wait for their turn.
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
  }).catch(() => {
    throw new NetError('UNAVAILABLE', undefined, { service: 'province' });
  });
  response.writeHead(statusCode, {
    ...pick(given, answered),
    // The province refuses a body before it has read it.
    ...(!request.complete && { connection: 'close' }),
  });
  try {
    await pipeline(body, response);
  } catch {
    response.destroy();
  }
}

/** As the caller wrote it: what is not encoded the same would be another path to the province. */
function target(provinceUrl: string, { url = '/' }: IncomingMessage): URL {
  const { pathname, search } = new URL(url, 'http://gateway');
  return new URL(provinceUrl.replace(/\/+$/, '') + pathname + search);
}

function pick<Value>(
  headers: Readonly<Record<string, Value>>,
  names: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
