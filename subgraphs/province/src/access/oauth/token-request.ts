/** A request to the token endpoint, taken apart: the form, and how the client authenticates. */
import type { IncomingMessage } from 'node:http';
import { readBody } from '@onenet/assertion';
import { OauthError } from './oauth-error.ts';

export interface TokenRequest {
  readonly credentials: Credentials;
  /** As asked; undefined: all that the client may have. */
  readonly scope: string | undefined;
}

/** How the client says who it is. */
export type Credentials =
  | { readonly kind: 'SECRET'; readonly client: string; readonly secret: string }
  | { readonly kind: 'ASSERTION'; readonly client: string; readonly assertion: string };

const maxBodyBytes = 16 * 1024;
const bodyWithinMs = 15_000;
/** https://www.rfc-editor.org/rfc/rfc7523#section-2.2 */
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Reads and checks it, all but whether the credentials are right. */
export async function readTokenRequest(request: IncomingMessage): Promise<TokenRequest> {
  if (request.method !== 'POST') {
    throw new OauthError('invalid_request', 'The token endpoint takes POST.', 405);
  }
  if (request.url?.includes('?')) {
    throw new OauthError('invalid_request', 'Parameters stand in the body, not in the address.');
  }
  const form = await readForm(request);
  const grantType = form.get('grant_type');
  if (grantType === undefined) {
    throw new OauthError('invalid_request', 'grant_type is missing: it is client_credentials.');
  }
  const credentials = credentialsOf(request.headers.authorization, form);
  if (grantType !== 'client_credentials') {
    throw new OauthError('unsupported_grant_type', 'grant_type must be client_credentials.');
  }
  return { credentials, scope: form.get('scope') };
}

async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) {
    throw new OauthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
  }
  const timer = setTimeout(() => request.destroy(), bodyWithinMs);
  const body = await readBody(request, maxBodyBytes).finally(() => clearTimeout(timer));
  if (body === undefined) throw new OauthError('invalid_request', 'The body broke off.');
  if (body === 'tooLarge') {
    throw new OauthError('invalid_request', `The body has over ${maxBodyBytes} bytes.`, 413);
  }
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    if (form.has(name)) {
      throw new OauthError('invalid_request', 'A parameter stands in the body twice.');
    }
    // RFC 6749, 3.2: without a value it counts as left out.
    if (value !== '') form.set(name, value);
  }
  return form;
}

/** One way only: https://www.rfc-editor.org/rfc/rfc6749#section-2.3 */
function credentialsOf(
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): Credentials {
  const client = form.get('client_id');
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  const ways = [authorization, secret, assertion].filter((each) => each !== undefined).length;
  if (ways > 1) throw new OauthError('invalid_request', 'The client authenticates in two ways.');
  if (authorization !== undefined) {
    const basic = basicCredentials(authorization);
    if (client !== undefined && client !== basic.client) {
      throw new OauthError('invalid_request', 'client_id and Authorization name two clients.');
    }
    return basic;
  }
  if (assertion !== undefined) {
    if (form.get('client_assertion_type') !== jwtBearer) {
      throw new OauthError('invalid_request', `client_assertion_type must be ${jwtBearer}.`);
    }
    const subject = subjectOf(assertion);
    if (subject === undefined || (client !== undefined && client !== subject)) {
      throw new OauthError('invalid_client', 'client_assertion is no JWT whose sub is the client.');
    }
    return { kind: 'ASSERTION', client: subject, assertion };
  }
  if (client !== undefined && secret !== undefined) return { kind: 'SECRET', client, secret };
  throw new OauthError(
    'invalid_client',
    'The client does not authenticate: by Authorization: Basic, client_secret or client_assertion.',
  );
}

/** https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1: both parts are form-encoded first. */
function basicCredentials(authorization: string): Credentials {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  const [, client, secret] =
    /^([^:]+):([^]+)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (client !== undefined && secret !== undefined) {
    try {
      return { kind: 'SECRET', client: formDecoded(client), secret: formDecoded(secret) };
    } catch {
      // What is no encoding is told like what is no Basic at all.
    }
  }
  throw new OauthError('invalid_client', 'Authorization is not Basic with the id and the secret.');
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Whom an assertion claims to be of; not believed yet. */
function subjectOf(assertion: string): string | undefined {
  try {
    const [, payload = ''] = assertion.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const subject = typeof claims === 'object' && claims !== null && 'sub' in claims && claims.sub;
    return typeof subject === 'string' ? subject : undefined;
  } catch {
    return undefined;
  }
}
