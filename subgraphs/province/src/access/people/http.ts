/** `/session`: signing in and out, and for the gateway whose a session is. */
import type { IncomingMessage } from 'node:http';
import type { Guard } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import { Fields } from '../../registry/fields.ts';
import { readJson } from '../../registry/body.ts';
import { hashOf } from '../../registry/tokens.ts';
import { callerAddress, type Proxies } from '../caller-address.ts';
import type { AccessStore } from '../store.ts';
import {
  clearedCookie,
  clearedTicket,
  sessionCookie,
  sessionOf,
  ticketCookie,
  ticketOf,
} from './cookie.ts';
import { forgetFirstPassword } from './first-sign-in.ts';
import type { Oidc } from './oidc.ts';
import { personOf } from './oidc-person.ts';
import { refuseOtherSites } from './other-sites.ts';
import { callerOf, type PersonDocument } from './person.ts';
import { beginSession, endSession, useSession, type LiveSession } from './sessions.ts';
import { changePassword, signIn } from './sign-in.ts';

export interface SessionParts {
  readonly store: AccessStore;
  /** Where people sign in elsewhere; absent: only here. */
  readonly oidc: Oidc | undefined;
  /** Takes what the gateway signed, and calls of this machine. */
  readonly guard: Guard;
  /** Base URL under which browsers reach this. */
  readonly baseUrl: string;
  readonly proxies: Proxies;
  /** Holds the first person's password until it is changed. */
  readonly firstSignInFile: string | undefined;
}

export interface SessionAnswer {
  readonly status: number;
  /** Null: nobody. */
  readonly body: object | null;
  readonly cookies?: readonly string[];
  /** Where the browser goes then. */
  readonly location?: string;
}

/** Answers a call of `/session` or below it. */
export async function answerSession(
  parts: SessionParts,
  { pathname: path, searchParams }: URL,
  request: IncomingMessage,
): Promise<SessionAnswer> {
  const [, , hash] = /^\/session\/(callers)\/([0-9a-f]{64})$/.exec(path) ?? [];
  if (hash !== undefined && request.method === 'GET') return showCaller(parts, hash, request);
  switch (`${request.method} ${path}`) {
    case 'POST /session':
      return runSignIn(parts, request);
    case 'GET /session':
      return runShow(parts, request);
    case 'DELETE /session':
      return runSignOut(parts, request);
    case 'POST /session/password':
      return runChangePassword(parts, request);
    case 'GET /session/provider':
      return { status: 200, body: { provider: parts.oidc !== undefined } };
    case 'GET /session/oidc':
      return runDepart(parts);
    case 'GET /session/oidc/callback':
      return runArrive(parts, searchParams, request);
    default:
      throw new NetError(
        'NOT_FOUND',
        'Here are POST, GET and DELETE /session, POST /session/password, GET /session/provider and GET /session/oidc.',
      );
  }
}

async function runSignIn(parts: SessionParts, request: IncomingMessage): Promise<SessionAnswer> {
  // Or a page elsewhere could sign its visitor in as somebody else.
  refuseOtherSites(parts.baseUrl, request);
  const fields = new Fields(await readJson(request));
  const name = fields.text('name');
  const password = fields.secret('password');
  fields.done();
  const address = callerAddress(request, parts.proxies);
  const person = await signIn(parts.store, name, password, address);
  return signedIn(parts, person);
}

/** Null where nobody is signed in: to ask is no mistake, and a browser would show a refusal in red. */
async function runShow(parts: SessionParts, request: IncomingMessage): Promise<SessionAnswer> {
  const session = await sessionIn(parts, request);
  if (session) return { status: 200, body: shown(session) };
  // One that has ended the browser forgets, or everything that it asks next would be refused for it.
  const isOver = sessionOf(request) !== undefined;
  return { status: 200, body: null, ...(isOver && { cookies: [clearedCookie(parts.baseUrl)] }) };
}

async function runSignOut(parts: SessionParts, request: IncomingMessage): Promise<SessionAnswer> {
  refuseOtherSites(parts.baseUrl, request);
  const value = sessionOf(request);
  if (value !== undefined) await endSession(parts.store, hashOf(value));
  return { status: 200, body: { signedOut: true }, cookies: [clearedCookie(parts.baseUrl)] };
}

async function runChangePassword(
  parts: SessionParts,
  request: IncomingMessage,
): Promise<SessionAnswer> {
  refuseOtherSites(parts.baseUrl, request);
  const { person } = await currentSession(parts, request);
  const fields = new Fields(await readJson(request));
  const current = fields.secret('current');
  const next = fields.secret('next');
  fields.done();
  const changed = await changePassword(
    parts.store,
    person,
    current,
    next,
    callerAddress(request, parts.proxies),
  );
  await forgetFirstPassword(parts.firstSignInFile, person.name);
  return signedIn(parts, changed);
}

/** To the provider of identities. */
async function runDepart({ oidc, baseUrl }: SessionParts): Promise<SessionAnswer> {
  const { location, ticket } = await required(oidc, noOidc).depart();
  return { status: 303, location, body: {}, cookies: [ticketCookie(baseUrl, ticket)] };
}

/** And back from there, into the dashboard. */
async function runArrive(
  parts: SessionParts,
  query: URLSearchParams,
  request: IncomingMessage,
): Promise<SessionAnswer> {
  const { oidc, store, baseUrl } = parts;
  // Only the browser that departed arrives: or a link could sign its reader in as somebody else.
  const ticket = required(
    ticketOf(request),
    new NetError('CREDENTIALS_INVALID', 'The sign-in was not begun here: begin at /session/oidc.'),
  );
  const identity = await required(oidc, noOidc).arrive(query, ticket);
  const address = callerAddress(request, parts.proxies);
  const { body, cookies = [] } = await signedIn(parts, await personOf(store, identity, address));
  return {
    status: 303,
    location: `${baseUrl}/`,
    body,
    cookies: [...cookies, clearedTicket(baseUrl)],
  };
}

const noOidc = new NetError(
  'NOT_FOUND',
  'No provider of identities is configured: sign in by POST /session.',
);

function required<T>(value: T | undefined, error: NetError): T {
  if (value === undefined) throw error;
  return value;
}

/** Whose a session is, for the gateway alone. */
async function showCaller(
  { guard, store }: SessionParts,
  hash: string,
  request: IncomingMessage,
): Promise<SessionAnswer> {
  const { method = '', url = '', headers, socket } = request;
  const body = new Uint8Array();
  const admission = await guard.admit({
    method,
    url,
    headers,
    remoteAddress: socket.remoteAddress,
    body,
  });
  if (admission.kind === 'REFUSED') throw admission.error;
  const { issuer } = admission;
  if (issuer !== null && issuer !== 'gateway') {
    throw new NetError('NOT_ALLOWED', 'Whose a session is the gateway alone is told.');
  }
  const session = await useSession(store, hash);
  if (!session) throw new NetError('NOT_FOUND', 'There is no such session (any more).');
  return {
    status: 200,
    body: { caller: callerOf(session.person), expiresAt: session.expiresAt.toISOString() },
  };
}

/** Begins a session, in the place of whichever the browser had. */
async function signedIn(parts: SessionParts, person: PersonDocument): Promise<SessionAnswer> {
  const { value, expiresAt } = await beginSession(parts.store, person);
  const cookies = [sessionCookie(parts.baseUrl, value)];
  return { status: 200, body: shown({ person, expiresAt }), cookies };
}

function sessionIn(
  { store }: SessionParts,
  request: IncomingMessage,
): Promise<LiveSession | undefined> {
  const value = sessionOf(request);
  return value === undefined ? Promise.resolve(undefined) : useSession(store, hashOf(value));
}

async function currentSession(parts: SessionParts, request: IncomingMessage): Promise<LiveSession> {
  const session = await sessionIn(parts, request);
  if (session) return session;
  throw new NetError('CREDENTIALS_REQUIRED', 'Nobody is signed in: POST /session.');
}

function shown({ person, expiresAt }: LiveSession): object {
  const { _id: id, displayName, roles, platform, password } = person;
  const { scopes } = callerOf(person);
  return {
    id,
    name: displayName ?? person.name,
    roles,
    platform,
    scopes,
    canChangePassword: password !== null,
    expiresAt: expiresAt.toISOString(),
  };
}
