/** What owners withhold from a caller, of the contract or of their additions. */
import { allNeeds, coreScope, isShared, type Need, type Rights } from '@onenet/contract';
import { inputsReading } from './filtered-fields.ts';
import type { Granted } from './grants.ts';

/** The same object for the same rights and scopes. */
export interface Withheld {
  readonly key: string;
  /** Coordinates of fields that the owner does not give. */
  readonly fields: ReadonlySet<string>;
  /** Coordinates of filters and orders that would tell what such a field says. */
  readonly inputs: ReadonlySet<string>;
}

/** Of a caller with every right. */
export const nothingWithheld: Withheld = { key: '', fields: new Set(), inputs: new Set() };

/** Fields, with what would tell of them. */
export function withheldOf(fields: Iterable<string>, key = ''): Withheld {
  const all = new Set(fields);
  const inputs = [...all].flatMap((field) => [...(inputsReading(field) ?? [])]);
  return { key, fields: all, inputs: new Set(inputs) };
}

/** What the fields of a subgraph need: each of them. */
export type Needs = ReadonlyMap<string, readonly Need[]>;

/** Distinct combinations of rights and scopes that are kept: few in practice. */
const keptCombinations = 1_000;

/** Decides by what fields need. */
export class Withholding {
  readonly #needsOf: () => Needs;
  #needs: Needs | undefined;
  readonly #known = new Map<string, Withheld>();
  readonly #tokens = new Map<string, WeakMap<Granted, Withheld>>();
  /** Most calls come in a row, for one request: an owner each. */
  #last: { readonly token: readonly string[]; readonly byGranted: WeakMap<Granted, Withheld> } = {
    token: [],
    byGranted: new WeakMap(),
  };

  /** `needs` is called when there is first somebody from whom something is withheld. */
  constructor(needs: () => Needs) {
    this.#needsOf = needs;
  }

  /** Read once: thousands of fields, of which each request asks a dozen. */
  get #all(): Needs {
    return (this.#needs ??= this.#needsOf());
  }

  /**
   * NONE are the rights of a client that is not admitted (any more). `token`: the scopes that a client
   * asks with. The step `scopes` has looked at each field by itself; here a record is also withheld
   * that a token has no scope for, and that a reference would lead to.
   */
  from(
    rights: Exclude<Rights, 'ALL'> | 'NONE',
    granted: Granted,
    token: readonly string[],
  ): Withheld {
    if (rights !== 'GRANTED') return this.#read(rights, rights, granted, token);
    const byGranted = this.#forToken(token);
    let withheld = byGranted.get(granted);
    if (!withheld) {
      const key = `GRANTED ${granted.key} BY ${token.join(' ')}`;
      withheld = this.#read(key, rights, granted, token);
      byGranted.set(granted, withheld);
    }
    return withheld;
  }

  /**
   * What was found for these scopes, by what is granted. A request brings a list of its own, of which the
   * text is written once; with it every owner is looked up by identity, where a key would be as long as all scopes.
   */
  #forToken(token: readonly string[]): WeakMap<Granted, Withheld> {
    if (token === this.#last.token) return this.#last.byGranted;
    const text = token.join(' ');
    let byGranted = this.#tokens.get(text);
    if (!byGranted) {
      if (this.#tokens.size >= keptCombinations) this.#tokens.clear();
      this.#tokens.set(text, (byGranted = new WeakMap()));
    }
    this.#last = { token, byGranted };
    return byGranted;
  }

  /** The same for the same key. */
  #read(
    key: string,
    rights: Exclude<Rights, 'ALL'> | 'NONE',
    granted: Granted,
    token: readonly string[],
  ): Withheld {
    let withheld = this.#known.get(key);
    if (!withheld) {
      const fields = [...this.#all].flatMap(([field, needs]) => {
        const isGiven = needs.every((need) => isGivenBy(need, rights, granted, token));
        return isGiven ? [] : [field];
      });
      if (this.#known.size >= keptCombinations) this.#known.clear();
      this.#known.set(key, (withheld = withheldOf(fields, key)));
    }
    return withheld;
  }

  /** The scopes of the grants on which a field rests; none where it is for everybody. */
  scopesFor(field: string): readonly string[] {
    const conditional = (this.#all.get(field) ?? []).filter(
      ({ attribute }) => attribute === 'CONDITIONAL',
    );
    return conditional.map(({ scope }) => scope);
  }
}

function isGivenBy(
  need: Need,
  rights: Exclude<Rights, 'ALL'> | 'NONE',
  { scopes }: Granted,
  token: readonly string[],
): boolean {
  if (rights === 'NONE' || !isShared(need, rights, scopes)) return false;
  return rights !== 'GRANTED' || need.scope === coreScope || token.includes(need.scope);
}

/** Of the contract, the same in every generation. */
export const contractWithholding = new Withholding(
  () => new Map([...allNeeds()].map(([field, need]) => [field, [need]])),
);
