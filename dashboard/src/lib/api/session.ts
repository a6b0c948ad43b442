/** Who is signed in, at the province through the gateway that served this page. */
import { at } from '../address.ts';
import { Problem, type Fetch } from './client.ts';
import { isRecord, list, nullable, object, text, truth, type Reads } from './read.ts';

const signedIn = object({
  name: text,
  roles: list(text),
  platform: nullable(text),
  /** Not where somebody signs in elsewhere. */
  canChangePassword: nullable(truth),
});
export type SignedIn = Reads<typeof signedIn>;

/** What came of signing in: a code of the net's table where it was refused. */
export type SignInResult = SignedIn | { readonly refused: string };

const path = '/session';

export interface Visit {
  /** Null: nobody. */
  readonly signedIn: SignedIn | null;
  /** Whether the net answers this visitor: somebody who is signed in, or anybody on its own machine. */
  readonly mayAsk: boolean;
}

/** Who is signed in, and whether anybody must be. */
export async function askVisit(fetch: Fetch = globalThis.fetch): Promise<Visit> {
  const response = await reach(fetch, {});
  const body = await bodyOf(response);
  const isNobody = response.ok && body === null;
  const needsNothing = response.headers.get('onenet-credentials') !== 'required';
  return {
    signedIn: isNobody ? null : signedIn(body, 'session'),
    mayAsk: !isNobody || needsNothing,
  };
}

export async function signIn(
  name: string,
  password: string,
  fetch: Fetch = globalThis.fetch,
): Promise<SignInResult> {
  const response = await reach(fetch, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  const body = await bodyOf(response);
  return response.ok ? signedIn(body, 'session') : { refused: codeOf(body) ?? 'UNAVAILABLE' };
}

/** One's own; every other session of it ends. */
export async function changePassword(
  current: string,
  next: string,
  fetch: Fetch = globalThis.fetch,
): Promise<void> {
  const response = await reach(
    fetch,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ current, next }),
    },
    `${path}/password`,
  );
  if (response.ok) return;
  const code = codeOf(await bodyOf(response)) ?? 'UNAVAILABLE';
  throw new Problem('refused', code, 'the password was not changed');
}

export async function signOut(fetch: Fetch = globalThis.fetch): Promise<void> {
  await reach(fetch, { method: 'DELETE' });
}

/** Whether people sign in at a provider of identities: then this address leads there. */
export async function hasProvider(fetch: Fetch = globalThis.fetch): Promise<boolean> {
  const response = await fetch(at(`${path}/provider`)).catch(() => undefined);
  const body: unknown = await response?.json().catch(() => null);
  return isRecord(body) && body['provider'] === true;
}

export const providerPath = at(`${path}/oidc`);

/** Where to go after signing in: a page of ours, and nobody else's. */
export function pageOfOurs(next: string | null, origin: string): string {
  const url = next === null || !next.startsWith('/') ? null : tryUrl(next, origin);
  return url?.origin === origin ? url.pathname + url.search : at('/');
}

function tryUrl(next: string, origin: string): URL | null {
  try {
    return new URL(next, origin);
  } catch {
    return null;
  }
}

async function reach(fetch: Fetch, init: RequestInit, to: string = path): Promise<Response> {
  try {
    return await fetch(at(to), init);
  } catch (cause) {
    throw new Problem('offline', null, 'the gateway cannot be reached', { cause });
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  return response.json().catch(() => null);
}

/** The province and the gateway each have their own form of a refusal. */
function codeOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const [first] = Array.isArray(body['errors']) ? (body['errors'] as unknown[]) : [];
  const error =
    isRecord(first) && isRecord(first['extensions']) ? first['extensions'] : body['error'];
  const code = isRecord(error) ? error['code'] : undefined;
  return typeof code === 'string' ? code : undefined;
}
