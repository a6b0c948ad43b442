/** One platform over HTTP: /graphql, /events, /health/live, /health/ready. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, sendRefusal, type Admitted, type Guard } from '@onenet/assertion';
import type { Feed } from '@onenet/feed';
import type { Platform } from './context.ts';
import { answerGraphQL, graphqlHandler, maxRequestBytes } from './graphql.ts';

/** A platform that is served. */
export interface PlatformServer {
  readonly url: string;
  /** Takes no more requests, and resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** A platform with the whole of its feed, and the guard before it. */
export interface ServedPlatform extends Platform {
  readonly feed: Feed;
  readonly guard: Guard;
}

/** Milliseconds for which requests under way may go on when the server stops. */
const graceMs = 5_000;

/** Serves a platform; port 0 lets the system choose. */
export async function servePlatform(
  platform: ServedPlatform,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<PlatformServer> {
  const graphql = graphqlHandler(platform.definition.modules, platform.definition.code);
  const server = createServer((request, response) => {
    route(platform, graphql, request, response).catch((error: unknown) => {
      console.error(`platform ${platform.definition.code}:`, error);
      response.destroy();
    });
  });
  // Longer than a gateway keeps an idle connection: it must never send into one that closes.
  server.keepAliveTimeout = 75_000;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://${host}:${bound}`, stop: () => close(server) };
}

async function route(
  platform: ServedPlatform,
  graphql: ReturnType<typeof graphqlHandler>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  switch (path) {
    case '/graphql':
      return guarded(platform, request, response, (admitted, body) =>
        answerGraphQL(graphql, platform, admitted, { request, response, body }),
      );
    case '/events':
      return guarded(platform, request, response, ({ record }) =>
        platform.feed.handle(request, response, record),
      );
    case '/health/live':
      return answer(response, 200, { status: 'live' });
    case '/health/ready':
      return ready(platform, response);
    default:
      return answer(response, 404, {
        code: 'NOT_FOUND',
        message: `There is no ${path}: /graphql, /events, /health/live, /health/ready.`,
      });
  }
}

/** Admits a call, by its whole body, and answers it; or refuses it. */
async function guarded(
  { guard }: ServedPlatform,
  request: IncomingMessage,
  response: ServerResponse,
  answerIt: (admitted: Admitted, body: Buffer) => Promise<void>,
): Promise<void> {
  const body = await readBody(request, maxRequestBytes);
  if (body === undefined) return;
  if (body === 'tooLarge') {
    // The rest of it is not read, so nothing can follow on this connection.
    response.setHeader('connection', 'close');
    const message = `The request has more than ${maxRequestBytes} bytes.`;
    answer(response, 413, { errors: [{ message, extensions: { code: 'TOO_LARGE' } }] });
    return;
  }
  const { method = '', url = '', headers, socket } = request;
  const { remoteAddress } = socket;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body });
  if (admission.kind === 'REFUSED') return sendRefusal(request, response, admission);
  await answerIt(admission, body);
}

/** Ready: the database answers. */
async function ready({ db }: Platform, response: ServerResponse): Promise<void> {
  try {
    await db.command({ ping: 1 }, { timeoutMS: 2_000 });
    answer(response, 200, { status: 'ready' });
  } catch {
    answer(response, 503, { status: 'the database does not answer' });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(impatience);
}
