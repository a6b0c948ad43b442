/** The one table of error codes: every error that leaves the net, a platform or the province carries one. */

/** Whose fault an error is: it decides the HTTP status where there is no GraphQL answer. */
type Fault = 'caller' | 'owner' | 'net';

interface ErrorCode {
  readonly fault: Fault;
  /** What a caller is told when the cause itself must stay inside. */
  readonly message: string;
}

/** All codes. `message` is the text that stands in for an owner's own. */
export const errorCodes = {
  BAD_INPUT: { fault: 'caller', message: 'An argument is not valid.' },
  BAD_ID: { fault: 'caller', message: 'An id is not <platform code>:<local id>.' },
  BAD_CURSOR: {
    fault: 'caller',
    message: 'A cursor is not one of this list, order and scope.',
  },
  BAD_PAGE: { fault: 'caller', message: 'A page is `first` or `last`, from 1 to 100.' },
  BAD_REQUEST: { fault: 'caller', message: 'The request is not a GraphQL request.' },
  TOO_LARGE: { fault: 'caller', message: 'The request is over a limit.' },
  TOO_MANY: {
    fault: 'caller',
    message: 'As many such calls as may be were made, or are under way.',
  },
  SCOPE_REQUIRED: { fault: 'caller', message: 'The field needs a scope that the caller lacks.' },
  CREDENTIALS_REQUIRED: {
    fault: 'caller',
    message: 'The call needs credentials: an access token, or a session.',
  },
  CREDENTIALS_INVALID: {
    fault: 'caller',
    message: 'The access token or the session does not hold (any more).',
  },
  RATE_LIMITED: {
    fault: 'caller',
    message: 'The client asks more often than it may: wait as long as `retry-after` says.',
  },
  QUOTA_EXCEEDED: { fault: 'caller', message: "The client's quota of the day is used up." },
  TOO_COSTLY: { fault: 'caller', message: 'The operation costs more than the client may spend.' },
  DOCUMENT_REQUIRED: {
    fault: 'caller',
    message: 'The client may ask registered documents alone.',
  },
  ACTOR_REQUIRED: {
    fault: 'caller',
    message: 'The mutation needs an actor, and none is asserted.',
  },
  ACTOR_NOT_ALLOWED: { fault: 'caller', message: 'This kind of actor may not call the mutation.' },
  TOKEN_REQUIRED: { fault: 'caller', message: 'The call needs a token that holds.' },
  NOT_ALLOWED: { fault: 'caller', message: 'The token does not allow this.' },
  UNKNOWN_PLATFORM: { fault: 'caller', message: 'No platform of the net has this code.' },
  UNKNOWN_DIVISION: { fault: 'caller', message: 'No division has this code.' },
  NOT_FOUND: { fault: 'caller', message: 'There is no such record.' },
  WRONG_STATE: { fault: 'caller', message: 'The record is not in a state that allows this.' },
  CONFLICT: { fault: 'caller', message: 'There is one already, and may be no second.' },
  INSUFFICIENT_FUNDS: { fault: 'caller', message: 'The fund has less than that available.' },
  LOCAL_ONLY: {
    fault: 'caller',
    message: "The mutation is for the platform's own front end.",
  },
  IDEMPOTENCY_CONFLICT: {
    fault: 'caller',
    message: 'The idempotency key was used with another input.',
  },
  NOT_CONNECTED: { fault: 'owner', message: 'The platform is not connected yet.' },
  NOT_OFFERED: { fault: 'owner', message: 'The platform does not offer this.' },
  REFUSED: { fault: 'owner', message: 'The platform has not granted this to the caller.' },
  OWNER_FAILED: { fault: 'owner', message: "The platform's answer is missing." },
  OUTCOME_UNKNOWN: {
    fault: 'owner',
    message: 'The platform did not answer in time: ask again with the same idempotency key.',
  },
  NOT_EXECUTED: {
    fault: 'owner',
    message: 'Not sent, because an earlier mutation at the same platform has no outcome.',
  },
  INCOMPLETE: { fault: 'owner', message: 'Fewer owners answered than the request demands.' },
  NOBODY_ANSWERED: { fault: 'owner', message: 'No owner answered.' },
  UNAVAILABLE: { fault: 'net', message: 'A part of the net is not available right now.' },
  ASSERTION_REQUIRED: { fault: 'net', message: 'The call is not signed by the net.' },
  ASSERTION_INVALID: { fault: 'net', message: "The call's assertion does not hold for it." },
  ASSERTION_EXPIRED: { fault: 'net', message: "The call's assertion is no longer valid." },
  ASSERTION_REPLAYED: { fault: 'net', message: 'The call was taken already.' },
  CLOCK_SKEW: { fault: 'net', message: 'The clocks of the net and of the platform differ.' },
  INTERNAL: { fault: 'net', message: 'An unexpected error; the incident id leads to its cause.' },
} as const satisfies Record<string, ErrorCode>;

export type NetErrorCode = keyof typeof errorCodes;

/** Whether `code` stands in the table. */
export function isNetErrorCode(code: unknown): code is NetErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

/** An error that may be shown: its message says what, where, the value and what to do. */
export class NetError extends Error {
  override readonly name = 'NetError';
  readonly code: NetErrorCode;
  /** Goes out beside `code` in `extensions`: platform, reason, idempotency key, … Never personal. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: NetErrorCode,
    message: string = errorCodes[code].message,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** What graphql-js copies into the answer's error. */
  get extensions(): Record<string, unknown> {
    return { ...this.details, code: this.code };
  }
}
