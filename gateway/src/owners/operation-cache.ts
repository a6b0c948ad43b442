/** Compiled owner operations, kept with the plan that they belong to. */
import type { NetOwner } from '@onenet/contract';
import { usedByVariables } from './lacking.ts';
import type { Offer } from './offer.ts';
import {
  lackingOf,
  ownerOperation,
  type Lacking,
  type OperationPart,
  type OwnerOperation,
  type Wanted,
} from './owner-operation.ts';
import type { Plan } from './plan.ts';
import type { Values } from './run.ts';

/** Kept for one plan: different offers, times what is wanted of an owner. Few in practice. */
const keptOperations = 256;

/** Finds or compiles the operation for an owner: once for all that offer the same. */
export class OperationCache {
  readonly #byPlan = new WeakMap<Plan, Map<string, OwnerOperation>>();
  readonly #lacking = new WeakMap<OperationPart, Map<string, Lacking>>();
  readonly #kindOf: (owner: NetOwner) => string;

  /** `kindOf`: tells owners apart that offer the same, and are not asked the same. */
  constructor(kindOf: (owner: NetOwner) => string = () => '') {
    this.#kindOf = kindOf;
  }

  of(plan: Plan, owner: NetOwner, offer: Offer, wanted: Wanted): OwnerOperation {
    let operations = this.#byPlan.get(plan);
    if (!operations) this.#byPlan.set(plan, (operations = new Map()));
    const key = `${this.#kindOf(owner)} ${offer.key} ${wantedKey(wanted)}`;
    const known = operations.get(key);
    if (known) return known;
    if (operations.size >= keptOperations) operations.clear();
    const compiled = ownerOperation(plan, offer, wanted);
    operations.set(key, compiled);
    return compiled;
  }

  /** The coordinate of what is not in an offer, if a part uses it with these values: then its owner is not asked. */
  lack(plan: Plan, offer: Offer, part: OperationPart, given: Values): string | undefined {
    if (offer.lacks.size === 0 && offer.withheld.fields.size === 0) return undefined;
    let byOffer = this.#lacking.get(part);
    if (!byOffer) this.#lacking.set(part, (byOffer = new Map()));
    let lacking = byOffer.get(offer.key);
    if (!lacking) {
      if (byOffer.size >= keptOperations) byOffer.clear();
      byOffer.set(offer.key, (lacking = lackingOf(plan, offer, part)));
    }
    return lacking.used ?? usedByVariables(offer.noInput, lacking.variables, given);
  }
}

function wantedKey({ gathers, routes, groups }: Wanted): string {
  const parts = [
    gathers.map((field) => field.index).join(','),
    routes.map((field) => field.index).join(','),
    ...groups.map(
      ({ fields, plain, gathers: lists }) =>
        `${fields.typeName}:${plain ? 'p' : ''}:${lists.map((field) => field.index).join(',')}`,
    ),
  ];
  return parts.join('|');
}
