/** `/oauth/…` and its metadata: tokens for clients. https://www.rfc-editor.org/rfc/rfc6749#section-4.4 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Keys } from '@onenet/assertion';
import { accessTokenSeconds, scopeNames } from '@onenet/contract';
import { callerAddress, type Proxies } from '../caller-address.ts';
import type { ClientDocument } from '../client.ts';
import { assertionAlgorithms } from '../client-keys.ts';
import type { AccessStore } from '../store.ts';
import { issueAccessToken } from './access-token.ts';
import { authenticateClient } from './authenticate.ts';
import { TokenError } from './token-error.ts';
import { readTokenRequest } from './token-request.ts';

export interface OauthParts {
  readonly store: AccessStore;
  /** By which tokens are signed; absent: none are issued. */
  readonly keys: Keys | undefined;
  readonly issuer: string;
  /** Base URL under which clients reach this. */
  readonly baseUrl: string;
  readonly proxies: Proxies;
}

/** Answers below `/oauth`, and the metadata; false for any other path. */
export function answerOauth(
  parts: OauthParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  switch (path) {
    case '/oauth/token':
      void answerToken(parts, request, response);
      return true;
    case '/oauth/jwks.json':
      // Shorter than a key is published before it signs.
      send(response, 200, parts.keys?.publicJwks() ?? { keys: [] }, 'public, max-age=15');
      return true;
    case '/.well-known/oauth-authorization-server':
      send(response, 200, metadata(parts), 'public, max-age=300');
      return true;
    default:
      return false;
  }
}

/** https://www.rfc-editor.org/rfc/rfc8414#section-2 */
function metadata({ issuer, baseUrl }: OauthParts): object {
  return {
    issuer,
    token_endpoint: tokenEndpoint(baseUrl),
    jwks_uri: `${baseUrl}/oauth/jwks.json`,
    scopes_supported: scopeNames(),
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  };
}

async function answerToken(
  parts: OauthParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, await issue(parts, request));
  } catch (error) {
    const refusal = refusalOf(error);
    const { status, code, message, retryAfterSeconds } = refusal;
    if (status === 401) response.setHeader('www-authenticate', 'Basic realm="onenet"');
    if (status === 405) response.setHeader('allow', 'POST');
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    // What is left of a body that nobody reads would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, status, { error: code, error_description: message });
  }
}

async function issue(parts: OauthParts, request: IncomingMessage): Promise<object> {
  const { store, keys, issuer, baseUrl, proxies } = parts;
  if (!keys) {
    throw new TokenError(
      'server_error',
      'No tokens are issued here: the province has no keys.',
      503,
    );
  }
  const { credentials, scope } = await readTokenRequest(request);
  const client = await authenticateClient(store, credentials, callerAddress(request, proxies), {
    audiences: [issuer, tokenEndpoint(baseUrl)],
  });
  const scopes = narrowed(client, scope);
  return {
    access_token: await issueAccessToken(keys, issuer, client, scopes),
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    scope: scopes.join(' '),
  };
}

/** What was asked for, if the client may have all of it. */
function narrowed({ scopes }: ClientDocument, asked: string | undefined): readonly string[] {
  if (asked === undefined) return scopes;
  const wanted = new Set(asked.split(' '));
  if ([...wanted].every((scope) => scopes.includes(scope))) return [...wanted];
  throw new TokenError('invalid_scope', 'The client may not have every scope that it asks for.');
}

function refusalOf(error: unknown): TokenError {
  if (error instanceof TokenError) return error;
  const incident = randomUUID();
  console.error(`province: incident ${incident}:`, error);
  return new TokenError('server_error', `An unexpected error: incident ${incident}.`, 500);
}

function tokenEndpoint(baseUrl: string): string {
  return `${baseUrl}/oauth/token`;
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  cacheControl = 'no-store',
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': cacheControl,
  });
  response.end(JSON.stringify(body));
}
