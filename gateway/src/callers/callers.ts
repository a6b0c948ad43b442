/** Who calls: a third party's system by its access token, a person by the session, or this machine. */
import {
  isOnThisMachine,
  localCaller,
  type Caller,
  type NetClient,
  type NetSnapshot,
  type Networks,
} from '@onenet/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { accessOf, type Access } from './access.ts';
import { cameFrom, type Came } from './came-from.ts';
import { checkOrigin, readSessionCookie } from './cookie.ts';
import { badCaller, credentialsRequired, sessionInvalid, tokenInvalid } from './refusal.ts';
import type { Sessions } from './sessions.ts';
import type { AccessToken, AccessTokens } from './tokens.ts';

/** Whether a call from this machine needs no credentials. */
export const localPolicies = ['open', 'refuse'] as const;
export type LocalPolicy = (typeof localPolicies)[number];

/** A request, as far as it says who calls. */
export interface CallerRequest extends Came {
  readonly method: string | undefined;
}

/** Who calls, by which credential. */
export interface Known {
  readonly by: 'NOTHING' | 'TOKEN' | 'SESSION';
  readonly caller: Caller;
  readonly access: Access;
  /** What the directory says of it, if it is a third party's system. */
  readonly client?: NetClient;
}

export interface CallersOptions {
  readonly tokens: AccessTokens;
  readonly sessions: Sessions;
  readonly local: LocalPolicy;
  /** Reverse proxies whose word on where a call comes from is believed. */
  readonly proxies: Networks;
}

/** Names one of the purposes for which a client is registered. */
export const purposeHeader = 'onenet-purpose';
/** The person of the client's for whom it asks: opaque here. */
export const personHeader = 'onenet-on-behalf-of';

export class Callers {
  readonly #options: CallersOptions;
  /** What a token comes to, as long as the directory says the same of its client. */
  readonly #admitted = new WeakMap<AccessToken, Admitted>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** Tells who calls; without credentials that hold, the call is refused. */
  async identify(request: CallerRequest, net: NetSnapshot): Promise<Known> {
    const { headers } = request;
    const { authorization } = headers;
    const cookie = readSessionCookie(headers);
    if (authorization !== undefined && cookie !== undefined) {
      throw badCaller('The call has an access token and a session: send one of them.');
    }
    if (authorization !== undefined) return this.#byToken(authorization, headers, net);
    refuseClientHeaders(headers);
    if (cookie !== undefined) return this.#bySession(cookie, request);
    if (this.needsNothing(request)) return nobody;
    throw credentialsRequired();
  }

  /** Whether a call from there is taken without credentials. */
  needsNothing(request: Came): boolean {
    const { local, proxies } = this.#options;
    return local === 'open' && isLocalCall(request, proxies);
  }

  async #byToken(
    authorization: string,
    headers: IncomingHttpHeaders,
    net: NetSnapshot,
  ): Promise<Known> {
    const [, text] = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization) ?? [];
    if (text === undefined) throw tokenInvalid('Authorization is not Bearer with an access token.');
    const token = await this.#options.tokens.verify(text);
    const client = clientsOf(net).get(token.client);
    if (!client || token.issuedAt < client.notBefore) {
      throw tokenInvalid('The client of the access token is not admitted, or no longer by it.');
    }
    let admitted = this.#admitted.get(token);
    if (admitted?.client !== client) this.#admitted.set(token, (admitted = admit(token, client)));
    const { caller, access } = admitted;
    const purpose = purposeOf(headers, client);
    const person = personOf(headers);
    return { by: 'TOKEN', caller: { ...caller, purpose, person }, access, client };
  }

  async #bySession(cookie: string, request: CallerRequest): Promise<Known> {
    checkOrigin(request, cameFrom(request, this.#options.proxies));
    const isOne = /^[\w-]{43}$/.test(cookie);
    const caller = isOne ? await this.#options.sessions.callerOf(cookie) : undefined;
    if (!caller) throw sessionInvalid();
    let access = accesses.get(caller);
    if (!access) accesses.set(caller, (access = accessOf(caller)));
    return { by: 'SESSION', caller, access };
  }
}

const nobody: Known = { by: 'NOTHING', caller: localCaller, access: accessOf(localCaller) };

/** Of people, by what the province said last. */
const accesses = new WeakMap<Caller, Access>();

/** Whether a call comes from a program or a page of this machine, and through no proxy, whether or not that says so. */
export function isLocalCall({ headers, remoteAddress }: Came, proxies: Networks): boolean {
  if (proxies.includes(remoteAddress)) return false;
  return isOnThisMachine(remoteAddress, (name) => headers[name]?.toString());
}

interface Admitted {
  readonly client: NetClient;
  readonly caller: Caller;
  readonly access: Access;
}

/** Of a token's scopes, what the client may have still. */
function admit(token: AccessToken, client: NetClient): Admitted {
  const caller: Caller = {
    client: client.id,
    person: null,
    roles: ['consumer'],
    platform: client.platform,
    scopes: client.scopes.filter((scope) => token.scopes.includes(scope)),
    purpose: null,
  };
  return { client, caller, access: accessOf(caller, client) };
}

const clients = new WeakMap<NetSnapshot, ReadonlyMap<string, NetClient>>();

function clientsOf(net: NetSnapshot): ReadonlyMap<string, NetClient> {
  let byId = clients.get(net);
  if (!byId) {
    byId = new Map(net.clients.map((client) => [client.id, client]));
    clients.set(net, byId);
  }
  return byId;
}

function purposeOf(headers: IncomingHttpHeaders, { id, purposes }: NetClient): string | null {
  const named = headers[purposeHeader]?.toString();
  const [only, second] = purposes;
  if (named === undefined && second === undefined) return only ?? null;
  if (named !== undefined && purposes.includes(named)) return named;
  const wrong = named === undefined ? 'is missing' : 'is not one of them';
  const text = `${purposeHeader} ${wrong}: ${id} may ask for ${purposes.join(', ')}.`;
  throw badCaller(text, { purposes });
}

function personOf(headers: IncomingHttpHeaders): string | null {
  const named = headers[personHeader]?.toString();
  if (named === undefined) return null;
  if (/^[\w.-]{1,64}$/.test(named)) return named;
  throw badCaller(
    `${personHeader} is not 1 to 64 letters, digits, _, . and -: no name of a person.`,
  );
}

function refuseClientHeaders(headers: IncomingHttpHeaders): void {
  const given = [purposeHeader, personHeader].find((name) => headers[name] !== undefined);
  if (given !== undefined) throw badCaller(`${given} goes with an access token.`);
}
