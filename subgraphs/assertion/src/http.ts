/** A refusal on the wire: 401 as a GraphQL answer at /graphql, and as problem+json (RFC 9457) anywhere else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refused } from './guard.ts';

/** Answers a call that was not admitted. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { status, error }: Refused,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const isGraphql = request.url?.split('?', 1)[0] === '/graphql';
  const { message, extensions } = error;
  const body = Buffer.from(
    JSON.stringify(
      isGraphql
        ? { errors: [{ message, extensions }] }
        : { status, detail: message, ...extensions },
    ),
    'utf8',
  );
  const takesOwnType = request.headers.accept?.includes('application/graphql-response+json');
  const graphqlType = takesOwnType ? 'application/graphql-response+json' : 'application/json';
  response.writeHead(status, {
    'content-type': isGraphql ? `${graphqlType}; charset=utf-8` : 'application/problem+json',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    // RFC 9110, 11.6.1: a 401 names how to do better.
    ...(status === 401 && { 'www-authenticate': 'OneNet-Assertion' }),
  });
  response.end(body);
}
