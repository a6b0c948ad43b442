/** The edge of node:http: a call's whole body, and a refusal: 401 as a GraphQL answer at /graphql, and as problem+json (RFC 9457) anywhere else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refused } from './guard.ts';

/**
 * The body, which an assertion is over; `tooLarge` once it has more than `maxBytes`; undefined when the
 * sender broke off.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'tooLarge' | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'tooLarge';
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      if (length > maxBytes) return 'tooLarge';
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, length);
}

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
