/** How the province answers what is no GraphQL: JSON, and errors with their code. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { NetError, errorCodes } from '@onenet/contract';
import type { NetErrorCode } from '@onenet/contract';

/** HTTP status by code, where it says more than whose fault it was. */
const statuses: Partial<Record<NetErrorCode, number>> = {
  TOKEN_REQUIRED: 401,
  CREDENTIALS_REQUIRED: 401,
  CREDENTIALS_INVALID: 401,
  ASSERTION_REQUIRED: 401,
  ASSERTION_INVALID: 401,
  ASSERTION_EXPIRED: 401,
  ASSERTION_REPLAYED: 401,
  CLOCK_SKEW: 401,
  NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  UNKNOWN_PLATFORM: 404,
  WRONG_STATE: 409,
  CONFLICT: 409,
  TOO_LARGE: 413,
  TOO_MANY: 429,
};

/** Answers an error: one that may be shown as it is, any other as an incident. */
export function answerError(response: ServerResponse, error: unknown): void {
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

export function answerJson(response: ServerResponse, status: number, body: object | null): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}
