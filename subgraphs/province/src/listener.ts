/** What the province answers at which path. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { admitRead, answerPart } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import { answerAccessPaths } from './access/routes.ts';
import { answerAccessRecords, type AccessRecordsHttp } from './access-records/http.ts';
import type { Access } from './access/access.ts';
import { answerError, answerJson } from './answer.ts';
import type { Directory } from './directory.ts';
import { answerGrantPaths, type Grants } from './grants/routes.ts';
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
  access: Access,
  accessRecords: AccessRecordsHttp,
  grants: Grants,
  ping: () => Promise<void>,
): Listener {
  const graphql = {
    guard: access.session.guard,
    handler: createGraphql(directory, registry.registry, transfers, grants, {
      directory,
      store: access.http.store,
    }),
    hasKeys: access.oauth.keys !== undefined,
  };
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
    if (answerGrantPaths(grants, url, request, response)) return;
    if (url.pathname === '/registry' || url.pathname.startsWith('/registry/')) {
      answerRegistry(registry, url.pathname, request).then(
        ({ status, body }) => answerJson(response, status, body),
        (error: unknown) => answerError(response, error),
      );
      return;
    }
    if (answerAccessRecords(accessRecords, url, request, response)) return;
    if (answerAccessPaths(access, url, request, response)) return;
    switch (url.pathname) {
      case '/graphql':
        answerPart(graphql, request, response).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/net':
        // It names every client, grant and address.
        admitRead(access.session.guard, request, response)
          .then((isAdmitted) =>
            isAdmitted ? answerNet(directory, url.searchParams, request, response) : undefined,
          )
          .catch((error: unknown) => answerError(response, error));
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
            'Here are /graphql, /registry, /access, /oauth/token, /session, /net, /health/live and /health/ready.',
          ),
        );
    }
  };
}

/** Before there is a net to answer with. */
export function answerStarting(_request: IncomingMessage, response: ServerResponse): void {
  answerError(response, new NetError('UNAVAILABLE', 'The province is starting.'));
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
