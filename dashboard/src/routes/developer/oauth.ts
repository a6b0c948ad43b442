/** The authorization server behind this page's address: tokens (RFC 6749), what it offers (RFC 8414), registration in a sandbox (RFC 7591). */
import { at } from '#lib/address.ts';
import { Problem, type Fetch } from '#lib/api/client.ts';
import {
  isRecord,
  list,
  nullable,
  number,
  object,
  text,
  truth,
  type Reads,
} from '#lib/api/read.ts';

const token = object({ access_token: text, expires_in: number, scope: text });
export type Token = Reads<typeof token>;

const metadata = object({
  scopes_supported: list(text),
  registration_endpoint: nullable(text),
  onenet_sandbox: nullable(truth),
  onenet_sandbox_url: nullable(text),
});
export type Metadata = Reads<typeof metadata>;

const registered = object({ client_id: text, client_secret: text });
export type Registered = Reads<typeof registered>;

/** Why there is no token: a code of the RFC's, or `offline`; and the server's own words. */
export class OauthRefusal extends Error {
  override readonly name = 'OauthRefusal';
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

/** In the body, and without cookies: a browser would ask for a password of its own when a header is refused. */
export async function askToken(
  client: string,
  secret: string,
  fetch: Fetch = globalThis.fetch,
): Promise<Token> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
  });
  const answer = await reach(fetch, '/oauth/token', { method: 'POST', body, credentials: 'omit' });
  return token(answer, 'token');
}

export async function askMetadata(fetch: Fetch = globalThis.fetch): Promise<Metadata> {
  const answer = await reach(fetch, '/.well-known/oauth-authorization-server', {});
  return metadata(answer, 'metadata');
}

/** A client of one's own, in a sandbox. */
export async function register(name: string, fetch: Fetch = globalThis.fetch): Promise<Registered> {
  const body = JSON.stringify({
    ...(name !== '' && { client_name: name }),
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await reach(fetch, '/oauth/register', {
    method: 'POST',
    headers,
    body,
    credentials: 'omit',
  });
  return registered(answer, 'client');
}

async function reach(fetch: Fetch, path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(at(path), init).catch(() => null);
  if (response === null) throw new OauthRefusal('offline', 'the gateway cannot be reached');
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const said = isRecord(body) ? body : {};
  const { error, error_description: description } = said;
  throw new OauthRefusal(
    typeof error === 'string' ? error : 'server_error',
    typeof description === 'string' ? description : `HTTP ${response.status}`,
  );
}

/** A refusal as a part of a page shows it. */
export function problemOf(cause: unknown): Problem {
  if (!(cause instanceof OauthRefusal)) return new Problem('unexpected', null, String(cause));
  const kind = cause.code === 'offline' ? 'offline' : 'unavailable';
  return new Problem(kind, cause.code, cause.message, { cause });
}
