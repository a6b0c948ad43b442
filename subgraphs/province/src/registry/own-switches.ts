/** What a platform's team decides about calls to it: the kill switch, and how much the net may ask. */
import { NetError } from '@onenet/contract';
import type { OwnerBudget } from '@onenet/contract';
import type { Fields } from './fields.ts';
import type { Asker, Registry } from './registry.ts';

const mostCalls = 1_000_000;

/** Reads a budget; nothing in it is no budget at all. */
export function parseBudget(fields: Fields): OwnerBudget | null {
  const calls = (name: keyof OwnerBudget): number | null =>
    fields.optional(name, (at) => fields.integer(at, 1, mostCalls)) ?? null;
  const budget = {
    perSecond: calls('perSecond'),
    concurrent: calls('concurrent'),
    perClientPerSecond: calls('perClientPerSecond'),
  };
  fields.done();
  return Object.values(budget).some((limit) => limit !== null) ? budget : null;
}

export async function setBudget(
  registry: Registry,
  code: string,
  budget: OwnerBudget | null,
  asker: Asker,
): Promise<void> {
  const detail = budget ? shown(budget) : 'as much as there is';
  await registry.store.change(code, () => ({
    set: { budget },
    trail: { action: 'BUDGET_SET', ...asker, version: null, detail, report: null },
  }));
}

/** Nothing is asked of it until it starts, whatever else is switched; the operator's suspension is another switch. */
export async function setStopped(
  registry: Registry,
  code: string,
  stopped: boolean,
  reason: string | null,
  asker: Asker,
): Promise<void> {
  await registry.store.change(code, (entry) => {
    if ((entry.stopped ?? false) === stopped) {
      throw new NetError(
        'WRONG_STATE',
        `${code} is ${stopped ? 'stopped already' : 'not stopped'}.`,
      );
    }
    const action = stopped ? 'STOPPED' : 'STARTED';
    return {
      set: { stopped },
      trail: { action, ...asker, version: null, detail: reason, report: null },
    };
  });
}

function shown(budget: OwnerBudget): string {
  const limits = Object.entries(budget).filter(([, limit]) => limit !== null);
  return limits.map(([name, limit]) => `${name} ${limit}`).join(', ');
}
