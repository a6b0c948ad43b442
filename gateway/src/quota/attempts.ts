/** Refused credentials, by network address: whoever tries many is refused before they are looked at. */
import { countedAddress, type Networks, type NetSnapshot } from '@onenet/contract';
import { cameFrom, type Came } from '../callers/came-from.ts';
import type { CallerRequest, Known } from '../callers/callers.ts';
import { HttpRefusal } from '../http-request.ts';
import { retryAfter } from './headers.ts';

/** Tells who calls. */
export interface Identifier {
  identify(request: CallerRequest, net: NetSnapshot): Promise<Known>;
  /** Whether a call from there is taken without credentials. */
  needsNothing(request: Came): boolean;
}

/** Tells who calls, and refuses addresses from which too many could not be told. */
export function withAttempts(
  callers: Identifier,
  proxies: Networks,
  attempts = new Attempts(),
): Identifier {
  return {
    needsNothing: (request) => callers.needsNothing(request),
    async identify(request, net) {
      const address = countedAddress(cameFrom(request, proxies).address);
      const credential = request.headers.authorization ?? request.headers.cookie;
      const waitMs = attempts.waitMs(address, credential);
      if (waitMs !== undefined) {
        const text = 'Too many credentials of this address were refused.';
        throw new HttpRefusal(429, 'RATE_LIMITED', text, retryAfter(waitMs));
      }
      try {
        const known = await callers.identify(request, net);
        attempts.held(credential);
        return known;
      } catch (error) {
        const isRefused = error instanceof HttpRefusal && error.status === 401;
        if (isRefused) attempts.failed(address, credential);
        throw error;
      }
    },
  };
}

/** Attempts a second in the long run, and at once. */
const perSecond = 5;
const burst = 100;
/** Addresses, and headers that held, that are remembered. */
const mostAddresses = 10_000;
const mostKnown = 10_000;

export class Attempts {
  readonly #byAddress = new Map<string, { readonly tokens: number; readonly at: number }>();
  /** Credentials that held lately: who shares an address with an attacker keeps its access. */
  readonly #known = new Set<string>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Milliseconds until the next attempt is looked at; undefined: now. */
  waitMs(address: string, credential: string | undefined): number | undefined {
    if (credential !== undefined && this.#known.has(credential)) return undefined;
    const left = this.#left(address);
    return left >= 1 ? undefined : Math.ceil((1000 * (1 - left)) / perSecond);
  }

  held(credential: string | undefined): void {
    if (credential === undefined) return;
    remember(this.#known, credential, mostKnown);
  }

  failed(address: string, credential: string | undefined): void {
    if (credential !== undefined) this.#known.delete(credential);
    const tokens = Math.max(0, this.#left(address) - 1);
    this.#byAddress.delete(address);
    this.#byAddress.set(address, { tokens, at: this.#now() });
    trim(this.#byAddress, mostAddresses);
  }

  #left(address: string): number {
    const known = this.#byAddress.get(address);
    if (!known) return burst;
    return Math.min(burst, known.tokens + ((this.#now() - known.at) / 1000) * perSecond);
  }
}

function remember(known: Set<string>, value: string, most: number): void {
  known.delete(value);
  known.add(value);
  trim(known, most);
}

/** The oldest stand first. */
function trim(
  kept: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean },
  most: number,
): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}
