/** The HTTP status of an answer that is no GraphQL. */
import { errorCodes, isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import type { Answer } from '../envelope.ts';

/** By code, where it says more than whose fault it was. */
const statuses: Readonly<Partial<Record<NetErrorCode, number>>> = {
  CREDENTIALS_REQUIRED: 401,
  CREDENTIALS_INVALID: 401,
  SCOPE_REQUIRED: 403,
  NOT_ALLOWED: 403,
  DOCUMENT_REQUIRED: 403,
  ACTOR_REQUIRED: 403,
  ACTOR_NOT_ALLOWED: 403,
  LOCAL_ONLY: 403,
  REFUSED: 403,
  NOT_FOUND: 404,
  UNKNOWN_PLATFORM: 404,
  UNKNOWN_DIVISION: 404,
  WRONG_STATE: 409,
  CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  TOO_LARGE: 413,
  TOO_MANY: 429,
  RATE_LIMITED: 429,
  QUOTA_EXCEEDED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};
const byFault = { caller: 400, owner: 502, net: 503 } as const;

/** 200 where there is anything in it: what is missing is told in it. */
export function statusOf({ data, errors = [] }: Answer): number {
  const isSomething = data != null && Object.values(data).some((value) => value !== null);
  const [error] = errors;
  if (isSomething || !error) return 200;
  const code = error.extensions?.['code'];
  if (!isNetErrorCode(code)) return 500;
  return statuses[code] ?? byFault[errorCodes[code].fault];
}
