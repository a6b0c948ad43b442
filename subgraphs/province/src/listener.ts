/** What the province answers at which path. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { NetError, errorCodes } from '@onenet/contract';
import type { NetErrorCode } from '@onenet/contract';
import type { Directory } from './directory.ts';
import { answerNet } from './net.ts';
import { answerRegistry } from './registry/http.ts';
import type { RegistryHttp } from './registry/http.ts';
import { createGraphql } from './schema.ts';
import type { TransferParts } from './transfers/graphql.ts';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export function createListener(
  directory: Directory,
  registry: RegistryHttp,
  transfers: TransferParts,
  ping: () => Promise<void>,
): Listener {
  const graphql = createGraphql(directory, registry.registry, transfers);
  return (request, response) => {
    // A target such as `http://[/` is one to the HTTP parser, and none to URL, which would throw here.
    const url = URL.parse(request.url?.replace(/^\/+/, '/') ?? '/', 'http://province');
    if (url === null) {
      answerError(
        response,
        new NetError('BAD_REQUEST', 'The target of the request is no address.'),
      );
      return;
    }
    if (url.pathname === '/registry' || url.pathname.startsWith('/registry/')) {
      answerRegistry(registry, url.pathname, request).then(
        ({ status, body }) => answerJson(response, status, body),
        (error: unknown) => answerError(response, error),
      );
      return;
    }
    switch (url.pathname) {
      case '/graphql':
        void graphql(request, response);
        return;
      case '/net':
        answerNet(directory, url.searchParams, request, response).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/health/live':
        answerJson(response, 200, { status: 'live' });
        return;
      case '/health/ready':
        ping().then(
          () => answerJson(response, 200, { status: 'ready', revision: directory.revision }),
          () => answerError(response, new NetError('UNAVAILABLE', 'MongoDB does not answer.')),
        );
        return;
      default:
        answerError(
          response,
          new NetError(
            'NOT_FOUND',
            'Here are /graphql, /registry, /net, /health/live and /health/ready.',
          ),
        );
    }
  };
}

/** Before there is a net to answer with. */
export function answerStarting(_request: IncomingMessage, response: ServerResponse): void {
  answerError(response, new NetError('UNAVAILABLE', 'The province is starting.'));
}

/** HTTP status by code, where it says more than whose fault it was. */
const statuses: Partial<Record<NetErrorCode, number>> = {
  TOKEN_REQUIRED: 401,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  UNKNOWN_PLATFORM: 404,
  WRONG_STATE: 409,
  TOO_LARGE: 413,
  TOO_MANY: 429,
};

function answerError(response: ServerResponse, error: unknown): void {
  if (error instanceof NetError) {
    const { code, message } = error;
    const status = statuses[code] ?? (errorCodes[code].fault === 'caller' ? 400 : 503);
    if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="onenet"');
    // What is left of a body that nobody reads would be taken for the next request.
    if (status === 413) response.setHeader('connection', 'close');
    answerJson(response, status, { error: { code, message } });
    return;
  }
  const incident = randomUUID();
  console.error(`province: incident ${incident}:`, error);
  const { message } = errorCodes.INTERNAL;
  answerJson(response, 500, { error: { code: 'INTERNAL', message, incident } });
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
