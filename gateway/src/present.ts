/** What of an error goes out: a code of the one table and a text that was meant to be seen; the cause goes to the log. */
import { NetError, errorCodes, isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';

/** The vendor's codes, on the table. Their texts speak of the caller's own document. */
const vendorCodes: ReadonlyMap<unknown, NetErrorCode> = new Map([
  ['GRAPHQL_PARSE_FAILED', 'BAD_REQUEST'],
  ['GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST'],
  ['OPERATION_RESOLUTION_FAILURE', 'BAD_REQUEST'],
  ['PERSISTED_QUERY_NOT_FOUND', 'BAD_REQUEST'],
  ['PERSISTED_QUERY_NOT_SUPPORTED', 'BAD_REQUEST'],
  ['BAD_REQUEST', 'BAD_REQUEST'],
  ['BAD_USER_INPUT', 'BAD_INPUT'],
]);

/** What the vendor or the transport adds to `extensions`, and no caller needs. */
const internalExtensions: ReadonlySet<string> = new Set(['serviceName', 'stacktrace', 'http']);

/** Formats an error for the answer. `cause` is what was thrown, for the log. */
export function presentError(
  formatted: GraphQLFormattedError,
  cause: unknown,
  log: Logger,
): GraphQLFormattedError {
  const code = formatted.extensions?.['code'];
  const known = isNetErrorCode(code) ? code : vendorCodes.get(code);
  if (known === undefined || (known === 'INTERNAL' && !formatted.extensions?.['incident'])) {
    return { ...internalError(cause, log), ...placeOf(formatted) };
  }
  const details = Object.entries(formatted.extensions ?? {}).filter(
    ([name]) => !internalExtensions.has(name),
  );
  return {
    message: formatted.message,
    ...placeOf(formatted),
    extensions: { ...Object.fromEntries(details), code: known },
  };
}

/** An error that was not meant to be seen: an incident id goes out, and the cause to the log. */
export function internalError(cause: unknown, log: Logger): GraphQLFormattedError {
  const incident = randomUUID();
  log.error({ incident, err: rootCause(cause) }, 'unexpected error');
  return { message: errorCodes.INTERNAL.message, extensions: { code: 'INTERNAL', incident } };
}

/** A fault of the document: its places are in the text that the caller sent. */
export function documentError(error: GraphQLError): GraphQLFormattedError {
  // A value that its scalar refuses says itself what is wrong with it.
  const refused = error.originalError instanceof NetError ? error.originalError : undefined;
  return {
    message: refused?.message ?? error.message,
    ...(error.locations && { locations: error.locations }),
    extensions: refused?.extensions ?? { code: 'BAD_REQUEST' },
  };
}

/** Locations of an executed operation are those of its planned text, so only the path goes out. */
function placeOf({ path }: GraphQLFormattedError): { path?: readonly (string | number)[] } {
  if (!path) return {};
  // The planner's mark for every index of a list is no place in an answer.
  const mark = path.indexOf('@');
  const place = mark < 0 ? path : path.slice(0, mark);
  return place.length > 0 ? { path: place } : {};
}

function rootCause(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError ? error.originalError : error;
}
