/** Refusals of the token endpoint: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */

/** The codes of RFC 6749, and what a server says of itself (section 4.1.2.1). */
type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'temporarily_unavailable'
  | 'server_error';

export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  /** The description is shown: printable ASCII without quotes and backslashes, and nothing of what was sent. */
  constructor(
    code: TokenErrorCode,
    description: string,
    status = code === 'invalid_client' ? 401 : 400,
    retryAfterSeconds?: number,
  ) {
    super(description);
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** One text for whatever is wrong with the credentials: which part, and whether the client exists, is not told. */
export function invalidClient(): TokenError {
  return new TokenError(
    'invalid_client',
    'The client is unknown, or its secret or assertion does not hold.',
  );
}
