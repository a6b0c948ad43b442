/** `/oauth/…` and its metadata: tokens for clients, https://www.rfc-editor.org/rfc/rfc6749#section-4.4, and registration in a sandbox. */
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
import { authMethods } from './client-metadata.ts';
import { OauthError } from './oauth-error.ts';
import { register, type RegistrationParts } from './register.ts';
import { readTokenRequest } from './token-request.ts';

export interface OauthParts {
  readonly store: AccessStore;
  /** By which tokens are signed; absent: none are issued. */
  readonly keys: Keys | undefined;
  readonly issuer: string;
  /** Base URL under which clients reach this. */
  readonly baseUrl: string;
  readonly proxies: Proxies;
  /** How clients register themselves; undefined: they do not, for this is no sandbox. */
  readonly registration: RegistrationParts | undefined;
  /** Address of the net's sandbox, for whoever wants to try it first. */
  readonly sandboxUrl: string | undefined;
}

/** Answers below `/oauth`, and the metadata; false for any other path. */
export function answerOauth(
  parts: OauthParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { registration } = parts;
  switch (path) {
    case '/oauth/token':
      void answer(request, response, 200, issue(parts, request));
      return true;
    case '/oauth/register':
      if (registration === undefined) return false;
      void answer(request, response, 201, register(registration, parts, request));
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

/** https://www.rfc-editor.org/rfc/rfc8414#section-2; with `onenet_…` what is of this net. */
function metadata({ issuer, baseUrl, registration, sandboxUrl }: OauthParts): object {
  return {
    issuer,
    token_endpoint: tokenEndpoint(baseUrl),
    ...(registration && { registration_endpoint: `${baseUrl}/oauth/register` }),
    jwks_uri: `${baseUrl}/oauth/jwks.json`,
    scopes_supported: scopeNames(),
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: authMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    onenet_sandbox: registration !== undefined,
    ...(sandboxUrl !== undefined && { onenet_sandbox_url: sandboxUrl }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  asked: Promise<object>,
): Promise<void> {
  try {
    send(response, status, await asked);
  } catch (error) {
    const refusal = refusalOf(error);
    const { code, message, retryAfterSeconds } = refusal;
    if (refusal.status === 401) response.setHeader('www-authenticate', 'Basic realm="onenet"');
    if (refusal.status === 405) response.setHeader('allow', 'POST');
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    // What is left of a body that nobody reads would be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, refusal.status, { error: code, error_description: message });
  }
}

async function issue(parts: OauthParts, request: IncomingMessage): Promise<object> {
  const { store, keys, issuer, baseUrl, proxies } = parts;
  if (!keys) {
    throw new OauthError(
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
  throw new OauthError('invalid_scope', 'The client may not have every scope that it asks for.');
}

function refusalOf(error: unknown): OauthError {
  if (error instanceof OauthError) return error;
  const incident = randomUUID();
  console.error(`province: incident ${incident}:`, error);
  return new OauthError('server_error', `An unexpected error: incident ${incident}.`, 500);
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
