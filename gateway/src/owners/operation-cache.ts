/** Compiled owner operations, kept with the plan that they belong to. */
import type { ModuleName, NetOwner } from '@onenet/contract';
import { ownerOperation, type OwnerOperation, type Wanted } from './owner-operation.ts';
import type { Plan } from './plan.ts';
import { offers } from './scope.ts';

/** Kept for one plan: sets of modules, times what is wanted of an owner. Few in practice. */
const keptOperations = 256;

/** Finds or compiles the operation for an owner. */
export class OperationCache {
  readonly #byPlan = new WeakMap<Plan, Map<string, OwnerOperation>>();
  readonly #kindOf: (owner: NetOwner) => string;

  /** `kindOf`: owners of one kind are asked the same; by default those that offer the same modules. */
  constructor(kindOf: (owner: NetOwner) => string = ({ modules }) => modulesKey(modules)) {
    this.#kindOf = kindOf;
  }

  of(plan: Plan, owner: NetOwner, wanted: Wanted): OwnerOperation {
    let operations = this.#byPlan.get(plan);
    if (!operations) this.#byPlan.set(plan, (operations = new Map()));
    const key = `${this.#kindOf(owner)} ${wantedKey(wanted)}`;
    const known = operations.get(key);
    if (known) return known;
    if (operations.size >= keptOperations) operations.clear();
    const compiled = ownerOperation(plan, (module) => offers(owner, module), wanted);
    operations.set(key, compiled);
    return compiled;
  }
}

const moduleKeys = new WeakMap<readonly ModuleName[], string>();

function modulesKey(modules: readonly ModuleName[]): string {
  let key = moduleKeys.get(modules);
  if (key === undefined) moduleKeys.set(modules, (key = modules.toSorted().join(',')));
  return key;
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
