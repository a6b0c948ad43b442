/** What an owner offers of the contract: its modules, and what of these it lacks or withholds. Owners that offer the same are asked the same. */
import { contractModules, type ModuleName, type NetOwner } from '@onenet/contract';
import { nothingWithheld, type Withheld } from './withheld.ts';

export interface Offer {
  /** The same for owners that offer the same. */
  readonly key: string;
  readonly modules: ReadonlySet<ModuleName>;
  /** Schema coordinates: fields, arguments, input fields, enum values, types. */
  readonly lacks: ReadonlySet<string>;
  /** From whom it is asked for. */
  readonly withheld: Withheld;
  /** Coordinates that no argument may use: what is lacking, and what would tell of what is withheld. */
  readonly noInput: ReadonlySet<string>;
}

/** Why an owner is not asked for something that it could be asked for. */
export type Unoffered = 'NOT_OFFERED' | 'REFUSED';

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
  const lacking = new Set(lacks);
  return {
    key: JSON.stringify([modules.toSorted(), lacks.toSorted()]),
    modules: new Set([...coreProfile, ...modules]),
    lacks: lacking,
    withheld: nothingWithheld,
    noInput: lacking,
  };
}

const narrowed = new WeakMap<Offer, WeakMap<Withheld, Offer>>();

/** An offer without what its owner withholds. */
export function without(whole: Offer, withheld: Withheld): Offer {
  let byWithheld = narrowed.get(whole);
  if (!byWithheld) narrowed.set(whole, (byWithheld = new WeakMap()));
  let offer = byWithheld.get(withheld);
  if (!offer) {
    const noInput =
      withheld.inputs.size > 0 ? new Set([...whole.lacks, ...withheld.inputs]) : whole.lacks;
    offer = { ...whole, key: `${whole.key} ${withheld.key}`, withheld, noInput };
    byWithheld.set(withheld, offer);
  }
  return offer;
}

/** Why a coordinate that is not offered is not. */
export function whyNot({ withheld }: Offer, coordinate: string): Unoffered {
  const isWithheld = withheld.fields.has(coordinate) || withheld.inputs.has(coordinate);
  return isWithheld ? 'REFUSED' : 'NOT_OFFERED';
}
