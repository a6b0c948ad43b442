/** A breaker for each owner: one that failed repeatedly just now is left alone for a while. */

/** When breakers open, and for how long. */
export interface BreakerOptions {
  /** Failures one after another that open it. */
  readonly failures: number;
  /** How long it stays open before one call is let through as a trial; doubles with each failed trial. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** What the gateway does by default. */
export const breakerDefaults: BreakerOptions = {
  failures: 5,
  openMs: 1000,
  maxOpenMs: 5000,
  now: () => performance.now(),
};

/** What came of a call, as far as a breaker cares. */
export type CallResult = 'ANSWERED' | 'FAILED' | 'UNDECIDED';

/** All breakers, by owner. They outlive a snapshot of the net and a generation of the gateway. */
export class Breakers {
  readonly #options: BreakerOptions;
  readonly #byOwner = new Map<string, Breaker>();

  constructor(options: Partial<BreakerOptions> = {}) {
    this.#options = { ...breakerDefaults, ...options };
  }

  /** The breaker of an owner at an address: one that moved begins anew. */
  of(platform: string, url: string): Breaker {
    const known = this.#byOwner.get(platform);
    if (known?.url === url) return known;
    const breaker = new Breaker(url, this.#options);
    this.#byOwner.set(platform, breaker);
    return breaker;
  }
}

/** One owner's breaker. */
export class Breaker {
  readonly url: string;
  readonly #options: BreakerOptions;
  #failures = 0;
  #openUntil = 0;
  #openMs: number;
  #onTrial = false;

  constructor(url: string, options: BreakerOptions) {
    this.url = url;
    this.#options = options;
    this.#openMs = options.openMs;
  }

  /** Whether a call may be made now. Whoever is let through says afterwards what came of it. */
  admits(): boolean {
    if (this.#failures < this.#options.failures) return true;
    if (this.#onTrial || this.#options.now() < this.#openUntil) return false;
    this.#onTrial = true;
    return true;
  }

  /** Notes what came of a call that was let through. */
  note(result: CallResult): void {
    const wasOnTrial = this.#onTrial;
    this.#onTrial = false;
    if (result === 'UNDECIDED') return;
    if (result === 'ANSWERED') {
      this.#failures = 0;
      this.#openMs = this.#options.openMs;
      return;
    }
    this.#failures++;
    if (this.#failures < this.#options.failures) return;
    if (wasOnTrial) this.#openMs = Math.min(2 * this.#openMs, this.#options.maxOpenMs);
    this.#openUntil = this.#options.now() + this.#openMs;
  }
}
