/** What an owner offers of the contract: its modules, and what of these it lacks. Owners that offer the same are asked the same. */
import { contractModules, type ModuleName, type NetOwner } from '@onenet/contract';

export interface Offer {
  /** The same for owners that offer the same. */
  readonly key: string;
  readonly modules: ReadonlySet<ModuleName>;
  /** Schema coordinates: fields, arguments, input fields, enum values, types. */
  readonly lacks: ReadonlySet<string>;
}

const coreProfile: readonly ModuleName[] = contractModules
  .filter((module) => !module.optional)
  .map((module) => module.name);

const offers = new WeakMap<NetOwner, Offer>();

/** What the directory says that an owner offers. Everybody offers the core profile. */
export function offerOf(owner: NetOwner): Offer {
  let offer = offers.get(owner);
  if (!offer) {
    offer = readOffer(owner.modules, owner.lacks);
    offers.set(owner, offer);
  }
  return offer;
}

/** An offer of modules, wholly but for what is lacking. */
export function readOffer(modules: readonly ModuleName[], lacks: readonly string[] = []): Offer {
  return {
    key: JSON.stringify([modules.toSorted(), lacks.toSorted()]),
    modules: new Set([...coreProfile, ...modules]),
    lacks: new Set(lacks),
  };
}
