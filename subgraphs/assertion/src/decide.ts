/** Whether an owner answers a signed call: by the caller's rights and by what the owner itself has granted, whatever the net let through. */
import {
  NetError,
  coreScope,
  isShared,
  localCaller,
  rightsAt,
  type Actor,
  type Caller,
  type Need,
  type Rights,
} from '@onenet/contract';
import type { InwardCall, Refused } from './guard.ts';
import { NeedsReader } from './needs.ts';
import type { OwnerGrants } from './owner-grants.ts';
import { callerOf, type Payload } from './payload.ts';

/** For whom the call is answered, or why it is not. */
export type Decision = Answer | Refused;

interface Answer {
  readonly kind: 'ANSWER';
  readonly caller: Caller;
  /** Who performs a mutation. */
  readonly actor: Actor | undefined;
}

/** Who asks for itself, and for no third party: parts of the net, and the audit by keys that the owner trusts for it. */
const ownIssuers: ReadonlySet<string> = new Set(['analytics', 'province', 'audit']);

/** No platform has such a code. */
const partPrefix = 'onenet:';

const noScopes: ReadonlySet<string> = new Set();

export class Decider {
  readonly #code: string;
  readonly #grants: OwnerGrants | undefined;
  readonly #needs = new NeedsReader();

  constructor(code: string, grants: OwnerGrants | undefined) {
    this.#code = code;
    this.#grants = grants;
  }

  decide(payload: Payload, call: InwardCall, nowMs: number): Decision {
    const caller = callerOf(payload);
    const actor = payload.actor ?? undefined;
    // A part of the net answers by rules of its own.
    if (this.#code.startsWith(partPrefix)) {
      // There the gateway alone speaks for others: whoever has another part's keys is that part, and no administrator.
      if (ownIssuers.has(payload.iss)) return { kind: 'ANSWER', ...itself(payload.iss) };
      return { kind: 'ANSWER', caller, actor };
    }
    if (payload.iss === 'analytics') return this.#decideStatistics(caller, call);
    const rights = ownIssuers.has(payload.iss) ? 'ALL' : rightsAt(caller, this.#code);
    if (rights === 'ALL') return { kind: 'ANSWER', caller: withScopes(caller, noScopes), actor };
    const granted = this.#granted(rights, caller, nowMs);
    if (!granted) {
      const message = `${this.#code} does not know yet what it has granted.`;
      return { kind: 'REFUSED', status: 503, error: new NetError('UNAVAILABLE', message) };
    }
    const { method, url, body } = call;
    if (url.split('?', 1)[0] !== '/graphql') {
      return this.#refused('Only /graphql is for third parties.');
    }
    const reading = this.#needs.read(method, url, body);
    if ('unreadable' in reading) {
      return this.#refused(`What the call asks cannot be told: ${reading.unreadable}.`);
    }
    for (const need of reading.needs) {
      if (isShared(need, rights, granted) && hasScope(need, rights, caller)) continue;
      const { scope, attribute, coordinate } = need;
      const { client, purpose } = caller;
      const why =
        attribute === 'NOT_SHARED'
          ? `${this.#code} shares ${coordinate} with nobody.`
          : `${this.#code} has not granted ${scope} to ${client} for ${purpose ?? 'no purpose'}: ${coordinate}.`;
      return this.#refused(why, { scope, coordinate });
    }
    return { kind: 'ANSWER', caller: withScopes(caller, granted), actor };
  }

  /** Analytics reads the feed and its totals. Whoever has its keys reads no record by them, and changes none. */
  #decideStatistics(caller: Caller, { method, url, body }: InwardCall): Decision {
    const answer: Answer = {
      kind: 'ANSWER',
      caller: withScopes(caller, noScopes),
      actor: undefined,
    };
    const path = url.split('?', 1)[0];
    if (path === '/events' && method === 'GET') return answer;
    const reading = path === '/graphql' ? this.#needs.read(method, url, body) : undefined;
    const isOfCore =
      reading !== undefined &&
      'needs' in reading &&
      reading.needs.every(({ scope }) => scope === coreScope);
    if (isOfCore) return answer;
    return this.#refused('Analytics is given the feed and its totals, and nothing else.');
  }

  #granted(
    rights: Rights,
    { client, purpose }: Caller,
    nowMs: number,
  ): ReadonlySet<string> | undefined {
    if (rights !== 'GRANTED') return noScopes;
    return this.#grants?.scopesOf(client, purpose, nowMs);
  }

  #refused(message: string, details: Readonly<Record<string, string>> = {}): Refused {
    const error = new NetError('REFUSED', message, { platform: this.#code, ...details });
    return { kind: 'REFUSED', status: 403, error };
  }
}

/** A part of the net: no client, and no role. */
function itself(client: string): Pick<Answer, 'caller' | 'actor'> {
  return { caller: { ...localCaller, client }, actor: undefined };
}

/** A client needs the scope in its token too: the province's admission, for what needs no grant. */
function hasScope({ scope }: Need, rights: Rights, { scopes }: Caller): boolean {
  return rights !== 'GRANTED' || scope === coreScope || scopes.includes(scope);
}

/** The caller as the owner's resolvers see it: a personal scope holds only where the owner has granted it. */
function withScopes(caller: Caller, granted: ReadonlySet<string>): Caller {
  const scopes = caller.scopes.filter(
    (scope) => !scope.endsWith(':personal') || granted.has(scope),
  );
  return { ...caller, scopes };
}
