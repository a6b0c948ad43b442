/** What every owner serves, behind its guard: /graphql, /events and /access; and /health/live, /health/ready before it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody, refuseNotJson, sendRefusal } from '@onenet/assertion';
import type { Admitted, Guard } from '@onenet/assertion';
import type { Feed } from '@onenet/feed';
import { answerAccess } from './access.ts';
import { sendGraphqlError, sendJson } from './answers.ts';

export interface FrontOptions {
  /** Before each line of the log, like `sidecar of 420500`. */
  readonly name: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly guard: Guard;
  /** Answers an admitted call; awaits `admitted.record` before any of the answer leaves. */
  readonly graphql: (call: Call, admitted: Admitted) => Promise<void>;
  readonly feed: Pick<Feed, 'handle'>;
  /** Rejects with what is not ready. */
  readonly ready: () => Promise<void>;
}

/** A request whose body has been read. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

export interface Front {
  readonly url: string;
  /** Takes no more requests, and resolves when those under way are answered. */
  stop(): Promise<void>;
}

/** Bytes that a request may have. */
export const maxRequestBytes = 1_000_000;
/** Milliseconds for which requests under way may go on when the server stops. */
const graceMs = 5_000;

export async function startFront(options: FrontOptions): Promise<Front> {
  const { host, port, name } = options;
  const server = createServer((request, response) => {
    route(options, request, response).catch((error: unknown) => {
      console.error(`${name}:`, error);
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
  options: FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  switch (path) {
    case '/graphql':
      if (refuseNotJson(request, response)) return;
      return await guarded(options, request, response, options.graphql);
    case '/events':
      return await guarded(options, request, response, (_, { record }) =>
        options.feed.handle(request, response, (status) => record({ status })),
      );
    case '/access':
      return await guarded(options, request, response, (_, admitted) =>
        answerAccess(options.guard, admitted, request, response),
      );
    case '/health/live':
      return sendJson(response, 200, { status: 'live' });
    case '/health/ready':
      return await ready(options, response);
    default:
      return sendJson(response, 404, {
        code: 'NOT_FOUND',
        message: `There is no ${path}: /graphql, /events, /access, /health/live, /health/ready.`,
      });
  }
}

/** Admits a call, by its whole body, and has it answered; or refuses it. */
async function guarded(
  { guard }: FrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
  answer: FrontOptions['graphql'],
): Promise<void> {
  const body = await readBody(request, maxRequestBytes);
  if (body === undefined) return;
  if (body === 'tooLarge') {
    // The rest of it is not read, so nothing can follow on this connection.
    response.setHeader('connection', 'close');
    const message = `The request has more than ${maxRequestBytes} bytes.`;
    sendGraphqlError(request, response, 413, 'TOO_LARGE', message);
    return;
  }
  const { method = '', url = '', headers, socket } = request;
  const { remoteAddress } = socket;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body });
  if (admission.kind === 'REFUSED') return sendRefusal(request, response, admission);
  await answer({ request, response, body }, admission);
}

async function ready({ ready: check }: FrontOptions, response: ServerResponse): Promise<void> {
  try {
    await check();
    sendJson(response, 200, { status: 'ready' });
  } catch (error) {
    sendJson(response, 503, { status: error instanceof Error ? error.message : 'not ready' });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(impatience);
}
