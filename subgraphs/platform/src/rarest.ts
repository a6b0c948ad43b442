/** Which of a list's facets bounds its scan: the one with the fewest records, as far as that matters. */

/**
 * A facet of two thousand is read in a moment, whatever else it is checked for. To know more costs more,
 * and of those beyond half a million none is rare.
 */
const countedUpTo = [2_000, 50_000, 500_000] as const;

/** An old size does: it decides how fast a list is read, and not what it holds. */
const rememberedMs = 5 * 60_000;
const rememberedAtMost = 10_000;

interface Counted {
  readonly at: number;
  readonly upTo: number;
  readonly size: Promise<number>;
}

const remembered = new Map<string, Counted>();

/** Records under a facet, no more than so many. */
export type CountFacet = (facet: string, upTo: number) => Promise<number>;

/** The one of the facets with the fewest records; of equals the first. One alone is not counted. */
export async function rarest(
  namespace: string,
  facets: readonly [string, ...string[]],
  count: CountFacet,
): Promise<string> {
  let [found] = facets;
  if (facets.length === 1) return found;
  for (const upTo of countedUpTo) {
    const sizes = await Promise.all(facets.map((facet) => sizeOf(namespace, facet, upTo, count)));
    const least = Math.min(...sizes);
    found = facets[sizes.indexOf(least)] ?? found;
    if (least < upTo) break;
  }
  return found;
}

/** Counted once for all who ask in the same minutes. */
async function sizeOf(
  namespace: string,
  facet: string,
  upTo: number,
  count: CountFacet,
): Promise<number> {
  const key = `${namespace} ${facet}`;
  const known = remembered.get(key);
  if (known && Date.now() - known.at < rememberedMs) {
    const size = await known.size;
    if (size < known.upTo || known.upTo >= upTo) return Math.min(size, upTo);
  }
  if (remembered.size >= rememberedAtMost) remembered.clear();
  const counted = { at: Date.now(), upTo, size: count(facet, upTo) };
  remembered.set(key, counted);
  // What went wrong is not remembered: the next one counts again.
  counted.size.catch(() => remembered.get(key) === counted && remembered.delete(key));
  return await counted.size;
}
