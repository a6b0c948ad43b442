/** The gateway's HTTP surface: one table of paths. */
import type { Keys } from '@onenet/assertion';
import { NetError, errorCodes, type Networks, type NetErrorCode } from '@onenet/contract';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { isBriefsPath, proxyBrief } from './briefs.ts';
import { isLocalCall } from './callers/callers.ts';
import { cameFrom } from './callers/came-from.ts';
import { notAllowed } from './callers/refusal.ts';
import { answerExports, isExportsPath, type ExportsOptions } from './exports/exports.ts';
import type { Refused } from './generations.ts';
import { graphqlForm } from './graphql-form.ts';
import { HttpRefusal } from './http-request.ts';
import { proxyLive } from './live.ts';
import { answerBy, callerRequest } from './pipeline.ts';
import { internalError } from './present.ts';
import { isProvincePath, proxyToProvince } from './proxy.ts';
import { answerRest, isRestPath } from './rest/rest.ts';
import { serveStatic } from './static.ts';
import type { Usage } from './usage/usage.ts';

export interface ServerOptions extends ExportsOptions {
  /** The newest supergraph, while it is not in force because it does not load. */
  readonly refused: () => Refused | undefined;
  readonly dispatcher: Dispatcher;
  /** Base URL of the province. */
  readonly provinceUrl: string;
  /** Reverse proxies whose word on where a call comes from is believed. */
  readonly proxies: Networks;
  /** Whether `/metrics` is for everybody, and not for this machine alone. */
  readonly openMetrics?: boolean | undefined;
  /** Folder of the built dashboard; `/` is not served without it. */
  readonly dashboardDir?: string | undefined;
  /** Those that sign calls to owners. */
  readonly keys?: Keys | undefined;
  /** What consumers asked, as a feed; `/events` is not served without it. */
  readonly usage?: Usage | undefined;
  /** Ends the live streams, and those of exports. */
  readonly stop: AbortSignal;
}

type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
) => void | Promise<void>;

const envelopeSchema = readFileSync(new URL('envelope.v1.schema.json', import.meta.url));

const paths: Readonly<Record<string, Handler>> = {
  '/graphql': (request, response, options) => answerBy(graphqlForm(), request, response, options),
  '/live': async (request, response, { inForce, callers, dispatcher, keys, stop }) => {
    if (request.method !== 'GET') throw notThis(request);
    const net = inForce()?.net;
    if (!net) throw new NetError('UNAVAILABLE');
    const mayListen = async (): Promise<void> => {
      const { by } = await callers.identify(callerRequest(request), inForce()?.net ?? net);
      if (by === 'TOKEN') throw notAllowed('The live stream is for people, and not for clients.');
    };
    await mayListen();
    const source = { analyticsUrl: net.services.analytics, dispatcher, signer: keys };
    await proxyLive(source, request, response, { stop, mayListen });
  },
  '/health/live': (_request, response) => sendJson(response, 200, { status: 'live' }),
  '/health/ready': (_request, response, { inForce, refused }) => {
    const net = inForce()?.net;
    const bad = refused();
    sendJson(response, net ? 200 : 503, {
      status: net ? 'ready' : 'starting',
      ...(net && { revision: net.revision }),
      // It answers by the supergraph before, with the newest addresses and switches.
      ...(bad && { refusedSupergraph: { sinceRevision: bad.revision } }),
    });
  },
  '/metrics': async (request, response, { metrics: { registry }, openMetrics, proxies }) => {
    if (!openMetrics && !isLocalCall(callerRequest(request), proxies)) {
      throw notAllowed('Metrics are for this machine alone: see --open-metrics.');
    }
    response.writeHead(200, { 'content-type': registry.contentType });
    response.end(await registry.metrics());
  },
  '/.well-known/jwks.json': (_request, response, { keys }) => {
    if (!keys) throw new NetError('NOT_FOUND', 'This gateway signs nothing: start it with --keys.');
    // Shorter than a key is published before it signs.
    response.setHeader('cache-control', 'max-age=20');
    sendJson(response, 200, keys.publicJwks());
  },
  '/events': (request, response, { usage }) => {
    if (!usage)
      throw new NetError('NOT_FOUND', 'This gateway keeps no usage: start it with --mongodb-uri.');
    return usage.handle(request, response);
  },
  '/schemas/envelope.v1.json': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/schema+json' }).end(envelopeSchema);
  },
};

/** No answer is guessed at by its content, framed by another site, or loaded into one; no address is told to one. */
const forBrowsers = new Map([
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "frame-ancestors 'none'"],
  ['cross-origin-resource-policy', 'same-origin'],
  ['referrer-policy', 'same-origin'],
]);

/** Makes the server; whoever makes it opens its port. */
export function createGatewayServer(options: ServerOptions): Server {
  const server = createServer((request, response) => void handle(request, response, options));
  // A request that trickles in holds a connection, not the gateway.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Nothing read and nothing sent for so long: nobody is there. An export waits for its reader for two minutes.
  server.timeout = 150_000;
  // Longer than who asks keeps an idle connection: nobody must send into one that closes.
  server.keepAliveTimeout = 75_000;
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  response.setHeaders(forBrowsers);
  const { remoteAddress } = request.socket;
  const { isHttps } = cameFrom({ headers: request.headers, remoteAddress }, options.proxies);
  if (isHttps) response.setHeader('strict-transport-security', 'max-age=31536000');
  try {
    // A target such as `http://[/` is one to the HTTP parser, and none to URL.
    const { pathname } = URL.parse(request.url ?? '/', 'http://gateway') ?? noAddress();
    const handler = Object.hasOwn(paths, pathname) ? paths[pathname] : undefined;
    if (handler) await handler(request, response, options);
    else if (isRestPath(pathname)) await answerRest(request, response, options);
    else if (isExportsPath(pathname)) await answerExports(request, response, options);
    else if (isBriefsPath(pathname)) await answerBriefs(request, response, options);
    else if (isProvincePath(pathname)) {
      // With who is signed in a page is told whether somebody must be, so that it need not be refused first.
      const isOpen = options.callers.needsNothing(callerRequest(request));
      if (pathname === '/session' && !isOpen) response.setHeader('onenet-credentials', 'required');
      await proxyToProvince(options, request, response);
    } else await serveDashboard(decodePath(pathname), request, response, options);
  } catch (error) {
    fail(error, response, options);
  }
}

async function answerBriefs(
  request: IncomingMessage,
  response: ServerResponse,
  { inForce, callers, admission, dispatcher, keys }: ServerOptions,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw notThis(request);
  const net = inForce()?.net;
  if (!net) throw new NetError('UNAVAILABLE');
  const known = await callers.identify(callerRequest(request), net);
  if (known.by === 'TOKEN') throw notAllowed('Briefs are for people, and not for clients.');
  using entered = await admission.enter(known);
  response.setHeaders(new Map(Object.entries(entered.headers)));
  const source = { analyticsUrl: net.services.analytics, dispatcher, signer: keys };
  await proxyBrief(source, known.caller, request, response);
}

async function serveDashboard(
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
  { dashboardDir }: ServerOptions,
): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && dashboardDir !== undefined) {
    if (await serveStatic(dashboardDir, pathname, request, response)) return;
  }
  throw new NetError('NOT_FOUND', `There is nothing at ${pathname.slice(0, 200)}.`);
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new NetError('BAD_REQUEST', 'The address is not percent-encoded UTF-8.');
  }
}

function noAddress(): never {
  throw new NetError('BAD_REQUEST', 'The target of the request is no address.');
}

function notThis({ method }: IncomingMessage): NetError {
  return new NetError('BAD_REQUEST', `This is asked by GET, and not by ${method ?? 'that'}.`);
}

function fail(error: unknown, response: ServerResponse, { log }: ServerOptions): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof NetError) {
    const refusal = error instanceof HttpRefusal ? error : undefined;
    response.setHeaders(new Map(Object.entries(refusal?.headers ?? {})));
    const status = refusal?.status ?? statusOf(error.code);
    sendJson(response, status, {
      errors: [{ message: error.message, extensions: error.extensions }],
    });
  } else {
    sendJson(response, 500, { errors: [internalError(error, log)] });
  }
}

function statusOf(code: NetErrorCode): number {
  if (code === 'NOT_FOUND') return 404;
  return errorCodes[code].fault === 'caller' ? 400 : 503;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
