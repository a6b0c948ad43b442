/** Client metadata as a developer sends it, checked: https://www.rfc-editor.org/rfc/rfc7591#section-2 */
import type { IncomingMessage } from 'node:http';
import { readBody } from '@onenet/assertion';
import { NetError, scopeNames } from '@onenet/contract';
import { parseClientKey, type ClientKey } from '../client-keys.ts';
import { OauthError } from './oauth-error.ts';

export const authMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;

/** What is registered of it. Members that nobody knows here are passed over, as the RFC has it. */
export interface ClientMetadata {
  /** Undefined: none is given. */
  readonly name: string | undefined;
  /** In the contract's order. */
  readonly scopes: readonly string[];
  readonly method: (typeof authMethods)[number];
  /** For `private_key_jwt`, and for nothing else. */
  readonly key: ClientKey | undefined;
}

const maxBodyBytes = 16 * 1024;
const bodyWithinMs = 15_000;
const maxNameLength = 80;

/** Reads a registration request. */
export async function readClientMetadata(request: IncomingMessage): Promise<ClientMetadata> {
  if (request.method !== 'POST') {
    throw new OauthError('invalid_request', 'The registration endpoint takes POST.', 405);
  }
  // Of another type, a page of any site could have it sent by a browser that never asked us.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new OauthError('invalid_request', 'The body must be application/json.');
  }
  const timer = setTimeout(() => request.destroy(), bodyWithinMs);
  const body = await readBody(request, maxBodyBytes).finally(() => clearTimeout(timer));
  if (body === undefined) throw new OauthError('invalid_request', 'The body broke off.');
  if (body === 'tooLarge') {
    throw new OauthError('invalid_request', `The body has over ${maxBodyBytes} bytes.`, 413);
  }
  return await parseClientMetadata(body.toString('utf8'), new Date());
}

/** Checks the JSON text of a registration request. */
async function parseClientMetadata(text: string, now: Date): Promise<ClientMetadata> {
  const metadata = jsonObject(text);
  const method = methodOf(metadata['token_endpoint_auth_method']);
  mustBeClientCredentials(metadata['grant_types']);
  return {
    name: nameOf(metadata['client_name']),
    scopes: scopesOf(metadata['scope']),
    method,
    key: method === 'private_key_jwt' ? await keyOf(metadata['jwks'], now) : undefined,
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // What is no JSON is told like what is no object.
  }
  throw refused('The body must be a JSON object.');
}

function nameOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const name = typeof value === 'string' ? value.trim() : '';
  const isShown = name !== '' && name.length <= maxNameLength && name.isWellFormed();
  // It stands in lists and on pages: what turns a line round, or hides in it, would show another name.
  if (isShown && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return name;
  throw refused(`client_name must be 1 to ${maxNameLength} characters that are seen.`);
}

/** All that there are, where none is named. */
function scopesOf(value: unknown): readonly string[] {
  const known = scopeNames();
  if (value === undefined) return known;
  const asked = typeof value === 'string' ? value.split(' ').filter((part) => part !== '') : [];
  if (asked.length > 0 && asked.every((scope) => known.includes(scope))) {
    return known.filter((scope) => asked.includes(scope));
  }
  throw refused(`scope must be one or more of ${known.join(' ')}, with spaces between.`);
}

function methodOf(value: unknown): ClientMetadata['method'] {
  // RFC 7591, 2: what is taken where it is left out.
  const method = authMethods.find((known) => known === (value ?? 'client_secret_basic'));
  if (method !== undefined) return method;
  throw refused(`token_endpoint_auth_method must be one of ${authMethods.join(', ')}.`);
}

function mustBeClientCredentials(value: unknown): void {
  if (value === undefined) return;
  const isKnown = Array.isArray(value) && value.length === 1 && value[0] === 'client_credentials';
  if (!isKnown) throw refused('grant_types must be client_credentials alone.');
}

async function keyOf(value: unknown, now: Date): Promise<ClientKey> {
  const set = typeof value === 'object' && value !== null ? { ...value } : {};
  const keys: unknown = 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys) || keys.length !== 1) {
    throw refused('private_key_jwt needs jwks with one public key.');
  }
  try {
    return await parseClientKey(keys[0], now);
  } catch (error) {
    throw error instanceof NetError ? refused(`jwks: ${error.message}`) : error;
  }
}

function refused(why: string): OauthError {
  return new OauthError('invalid_client_metadata', why);
}
