/** Refusals below `/oauth`: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2 */

/** The codes of RFC 6749 with what a server says of itself (section 4.1.2.1), and the one of RFC 7591 that there is a cause for. */
type OauthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_client_metadata'
  | 'temporarily_unavailable'
  | 'server_error';

export class OauthError extends Error {
  override readonly name = 'OauthError';
  readonly code: OauthErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  /** The description is shown: printable ASCII without quotes and backslashes, and nothing of what was sent. */
  constructor(
    code: OauthErrorCode,
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
export function invalidClient(): OauthError {
  return new OauthError(
    'invalid_client',
    'The client is unknown, or its secret or assertion does not hold.',
  );
}
