/** A time without the ledger. */
import {
  MemoryLedger,
  dayOf,
  unlimited,
  type Leased,
  type LeaseWanted,
  type QuotaLimits,
} from './ledger.ts';

/** This gateway counts by itself, from what it was told last. */
export class Away {
  readonly askAgainAt: number;
  /** Admitted meanwhile. */
  spent: number;
  readonly #ledger: MemoryLedger;
  readonly #before: { readonly used: number; readonly day: string };

  constructor(
    askAgainAt: number,
    earlier: Away | undefined,
    told: { readonly used: number; readonly day: string },
  ) {
    this.askAgainAt = askAgainAt;
    this.spent = earlier?.spent ?? 0;
    this.#ledger = earlier ? earlier.#ledger : new MemoryLedger();
    this.#before = earlier ? earlier.#before : told;
  }

  async counted(key: string, limits: QuotaLimits, wanted: LeaseWanted): Promise<Leased> {
    const { used, day } = this.#before;
    const before = day === dayOf(Date.now()).day ? used : 0;
    const perDay = Math.max(0, (limits.perDay ?? unlimited) - before);
    const leased = await this.#ledger.lease(key, { ...limits, perDay }, wanted);
    return { ...leased, used: leased.used + before };
  }
}
