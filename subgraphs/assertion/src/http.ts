/** The edge of node:http: GraphQL that is JSON, a call's whole body, and a refusal: 401 as a GraphQL answer at /graphql, and as problem+json (RFC 9457) anywhere else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetError } from '@onenet/contract';
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

/**
 * Refuses a GraphQL request whose body is not plain JSON; false when it is. A form, or a text, is what a
 * page of another site makes a browser send without asking first (CSRF), and what is compressed could grow
 * beyond every limit while it is read.
 */
export function refuseNotJson(request: IncomingMessage, response: ServerResponse): boolean {
  const { method, headers } = request;
  if (method !== 'POST') return false;
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const encoding = headers['content-encoding'] ?? 'identity';
  const isJson = type.trim().toLowerCase() === 'application/json';
  if (isJson && encoding === 'identity') return false;
  const how = isJson ? `encoded as ${encoding}` : type.trim() || 'of no content type';
  const message = `GraphQL is sent as application/json, and this is ${how}.`;
  sendRefusal(request, response, { status: 415, error: new NetError('BAD_REQUEST', message) });
  return true;
}

/** Answers a call that was not admitted. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  { status, error }: Pick<Refused, 'error'> & { readonly status: Refused['status'] | 415 },
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
