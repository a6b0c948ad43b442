/** Rate, daily quota and calls under way, by key: what may be admitted now, and what is left. */
import { Lease, type LeaseOptions, type Left, type Refusal } from './lease.ts';
import type { QuotaLimits } from './ledger.ts';

/** What became of a call. */
export type Entered =
  | { readonly ok: true; readonly left: Left; leave(): void }
  | { readonly ok: false; readonly left: Left; readonly why: Refusal; readonly waitMs: number };

/** How often leases are looked after. */
const tidyEveryMs = 250;

export class Quotas {
  readonly #options: LeaseOptions;
  readonly #leases = new Map<string, Lease>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tidy(), tidyEveryMs);
    this.#timer.unref();
  }

  /** Admits a call under a key, until `leave`. */
  async enter(key: string, limits: QuotaLimits): Promise<Entered> {
    let lease = this.#leases.get(key);
    if (!lease) this.#leases.set(key, (lease = new Lease(key, limits, this.#options)));
    const refused = await lease.enter(limits);
    const { left } = lease;
    if (refused) return { ok: false, left, ...refused };
    return { ok: true, left, leave: () => lease.leave() };
  }

  /** Gives back what is unspent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#leases.values()].map((lease) => lease.tidy(true)));
  }

  #tidy(): void {
    for (const [key, lease] of this.#leases) {
      void lease.tidy().then((isEmpty) => {
        // Nobody may have come back meanwhile, or its calls would be counted twice.
        if (isEmpty && this.#leases.get(key) === lease && lease.isEmpty) this.#leases.delete(key);
      });
    }
  }
}
