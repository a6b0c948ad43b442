/** Errors that may be shown: each has a code of the contract's one table. */
import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';

/** Says what, where, the value and what to do; `details` go out beside the code. */
export class NetError extends Error {
  override readonly name = 'NetError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export function badInput(message: string): NetError {
  return new NetError('BAD_INPUT', message);
}

export function badCursor(why: string): NetError {
  return new NetError(
    'BAD_CURSOR',
    `The cursor is refused: ${why}. Start again without a cursor, or use one of this list.`,
  );
}

/** An error as it leaves: an unexpected one as an id that leads to the log, its cause not at all. */
export function shown(error: unknown): GraphQLError {
  let cause = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  if (cause instanceof NetError) {
    return placed(error, cause.message, { ...cause.details, code: cause.code });
  }
  if (error instanceof GraphQLError && cause === undefined) {
    return placed(error, error.message, { ...error.extensions, code: 'BAD_REQUEST' });
  }
  const incident = randomUUID();
  console.error(`incident ${incident}:`, cause);
  const message = 'An unexpected error; the incident id leads to its cause.';
  return placed(error, message, { code: 'INTERNAL', incident });
}

function placed(
  error: unknown,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(message, {
    extensions,
    ...(nodes && { nodes }),
    ...(path && { path }),
  });
}
