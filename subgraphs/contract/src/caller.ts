/** Who asks: carried through every step of the gateway and every call to an owner. */

/** The caller of a request, as the gateway knows it. */
export interface Caller {
  /** The client system; `local` as long as there are no credentials. */
  readonly client: string;
  /** An opaque local reference of the person, or null for a system. */
  readonly person: string | null;
  readonly roles: readonly string[];
  /** The platform whose credential asserts the caller, if it is one. */
  readonly platform: string | null;
  readonly scopes: readonly string[];
  readonly purpose: string | null;
}

/** Who performs a mutation, asserted by a credential, never by an argument. */
export interface Actor {
  readonly kind: ActorKind;
  /** Opaque, local to the asserting platform. */
  readonly reference: string;
}

export const actorKinds = ['WORKER', 'OFFICER', 'SYSTEM'] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Everybody, before callers exist: no scope, so nothing personal. */
export const localCaller: Caller = {
  client: 'local',
  person: null,
  roles: [],
  platform: null,
  scopes: [],
  purpose: null,
};

/** Carries the caller, as base64url JSON, from the gateway to an owner. */
export const callerHeader = 'onenet-caller';

/**
 * Names the actor of a mutation as `<kind>:<reference>`, e.g. `officer:desk-3`.
 * Taken from loopback only, until there are credentials.
 */
export const actorHeader = 'onenet-actor';

/** Writes the caller for its header. */
export function encodeCaller(caller: Caller): string {
  return Buffer.from(JSON.stringify(caller), 'utf8').toString('base64url');
}

/** Reads a caller from its header; undefined when it is none. Anybody may write one: it is for those to believe who know the sender. */
export function decodeCaller(text: string): Caller | undefined {
  const value = parsed(Buffer.from(text, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null) return undefined;
  const { client, person, roles, platform, scopes, purpose } = value as Record<string, unknown>;
  if (typeof client !== 'string' || !isTexts(roles) || !isTexts(scopes)) return undefined;
  if (!isTextOrNull(person) || !isTextOrNull(platform) || !isTextOrNull(purpose)) return undefined;
  return { client, person, roles, platform, scopes, purpose };
}

/** Whether `value` is a kind of actor. */
export function isActorKind(value: unknown): value is ActorKind {
  return actorKinds.some((known) => known === value);
}

/** Reads the actor header; undefined when it does not name one. */
export function parseActor(text: string | null | undefined): Actor | undefined {
  const [, word, reference] = /^(\w+):([\w.-]{1,64})$/.exec(text ?? '') ?? [];
  const kind = actorKinds.find((known) => known === word?.toUpperCase());
  return kind && reference !== undefined ? { kind, reference } : undefined;
}

/**
 * Whether a request was made on this machine, by what its socket and its headers say. A proxy on this
 * machine brings others' requests, a name that was rebound to it other sites' pages, and so does a browser
 * that shows such a page: none of them counts.
 */
export function isOnThisMachine(
  remoteAddress: string | undefined,
  header: (name: string) => string | null | undefined,
): boolean {
  const isForwarded = proxyHeaders.some((name) => header(name) != null);
  const host = (header('host') ?? '').replace(/:\d+$/, '');
  return isLoopback(remoteAddress) && !isForwarded && isLoopbackHost(host) && isOwnPage(header);
}

/** Browsers say which page a request is from, and no page can change that; a program says nothing. */
function isOwnPage(header: (name: string) => string | null | undefined): boolean {
  const origin = header('origin');
  if (origin == null) return header('sec-fetch-site') !== 'cross-site';
  return isLoopbackHost(URL.parse(origin)?.hostname ?? '');
}

/** Whether a host, as it stands in a URL, names this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/.test(host);
}

/** What proxies say of themselves, each in its own way; one that says nothing cannot be told from a program here. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/** Whether a socket's remote address is this machine. */
function isLoopback(address: string | undefined): boolean {
  return (
    address !== undefined &&
    (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
