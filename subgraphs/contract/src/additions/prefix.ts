/** The prefix that sets a platform's own names apart from the contract's, and whose a name is. */

/** How a platform's own names begin. */
export interface AdditionPrefix {
  /** Of types: `P420800_`, `SGCC_HB_`. */
  readonly type: string;
  /** Of fields on the contract's types, before a capital: `p420800`, `sgccHb`. */
  readonly field: string;
}

/** What a name names. */
export type NameKind = keyof AdditionPrefix;

/** The prefixes of a platform's code: a name may not begin with a digit, nor contain `-`. */
export function additionPrefix(code: string): AdditionPrefix {
  const words = code.split('-').filter((word) => word !== '');
  const camel = words.map((word, i) =>
    i === 0 ? word.toLowerCase() : word.charAt(0) + word.slice(1).toLowerCase(),
  );
  const startsWithDigit = /^\d/.test(code);
  return {
    type: `${startsWithDigit ? 'P' : ''}${code.replaceAll('-', '_')}_`,
    field: `${startsWithDigit ? 'p' : ''}${camel.join('')}`,
  };
}

/** Whether a name has a prefix and something behind it. */
export function hasPrefix(
  kind: NameKind,
  name: string,
  { [kind]: prefix }: AdditionPrefix,
): boolean {
  if (!name.startsWith(prefix)) return false;
  // A capital must follow, or 420 could speak for 420800.
  return kind === 'type' ? name.length > prefix.length : /^[A-Z]/.test(name.slice(prefix.length));
}

/** The prefixes of all registered platforms. */
export class Prefixes {
  readonly #codes: Readonly<Record<NameKind, ReadonlyMap<string, readonly string[]>>>;
  /** No prefix is longer: what a stranger calls its types may be. */
  readonly #longest: number;

  constructor(codes: Iterable<string>) {
    const all = [...new Set(codes)].map((code) => ({ code, prefix: additionPrefix(code) }));
    const by = (kind: NameKind): ReadonlyMap<string, readonly string[]> =>
      new Map(
        [...Map.groupBy(all, ({ prefix }) => prefix[kind])].map(([text, owners]) => [
          text,
          owners.map(({ code }) => code),
        ]),
      );
    this.#codes = { type: by('type'), field: by('field') };
    this.#longest = Math.max(0, ...all.map(({ prefix }) => prefix.type.length));
  }

  /** Whose a name is: the platforms with the longest prefix that it has. More than one: nobody can tell. */
  ownersOf(kind: NameKind, name: string): readonly string[] {
    const codes = this.#codes[kind];
    for (let length = Math.min(name.length - 1, this.#longest); length > 0; length--) {
      const owners = codes.get(name.slice(0, length));
      const [first] = owners ?? [];
      if (owners && first !== undefined && hasPrefix(kind, name, additionPrefix(first))) {
        return owners;
      }
    }
    return [];
  }
}
