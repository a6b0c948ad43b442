/** Answers that the front gives itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NetErrorCode } from '@onenet/contract';

/** A GraphQL answer that is one error, with a code of the one table. */
export function sendGraphqlError(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: NetErrorCode,
  message: string,
): void {
  const takesOwnType = (request.headers.accept ?? '').includes('application/graphql-response+json');
  const type = takesOwnType ? 'application/graphql-response+json' : 'application/json';
  send(response, status, type, { errors: [{ message, extensions: { code } }] });
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', body);
}

function send(response: ServerResponse, status: number, type: string, value: object): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': body.byteLength,
    'cache-control': 'no-store',
  });
  response.end(body);
}
