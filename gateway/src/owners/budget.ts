/** How much an owner lets the net ask of it, over all gateways, and for any one client. */
import type { NetOwner, OwnerBudget } from '@onenet/contract';
import { unlimited, type QuotaLimits } from '../quota/ledger.ts';
import type { Entered, Quotas } from '../quota/quotas.ts';

/** A call in the budget, or over it: disposed of at its end. */
export interface Spent extends Disposable {
  readonly isOver: boolean;
}

export class Budgets {
  readonly #quotas: Quotas;
  /** A budget's limits are the same as long as the directory says the same. */
  readonly #limits = new WeakMap<
    OwnerBudget,
    { readonly all: QuotaLimits; readonly client: QuotaLimits }
  >();

  constructor(quotas: Quotas) {
    this.#quotas = quotas;
  }

  /** Takes a call into the budget, until it is disposed of. */
  async enter({ code, budget }: NetOwner, client: string): Promise<Spent | undefined> {
    if (!budget) return undefined;
    const limits = this.#limitsOf(budget);
    const taken: Entered[] = [];
    const leave = (): void => {
      for (const each of taken) if (each.ok) each.leave();
    };
    // The client's own first: a call that it may not make takes nothing from the others.
    if (budget.perClientPerSecond !== null) {
      taken.push(await this.#quotas.enter(`owner:${code}:${client}`, limits.client));
    }
    if (taken.every(({ ok }) => ok)) {
      taken.push(await this.#quotas.enter(`owner:${code}`, limits.all));
    }
    return { isOver: !taken.every(({ ok }) => ok), [Symbol.dispose]: leave };
  }

  #limitsOf(budget: OwnerBudget): { readonly all: QuotaLimits; readonly client: QuotaLimits } {
    let limits = this.#limits.get(budget);
    if (!limits) {
      const { perSecond, concurrent, perClientPerSecond } = budget;
      limits = {
        all: { ...rate(perSecond), concurrent },
        client: { ...rate(perClientPerSecond), concurrent: null },
      };
      this.#limits.set(budget, limits);
    }
    return limits;
  }
}

/** A second's worth at once. */
function rate(perSecond: number | null): Omit<QuotaLimits, 'concurrent'> {
  const calls = perSecond ?? unlimited;
  return { perSecond: calls, burst: calls, perDay: null };
}
