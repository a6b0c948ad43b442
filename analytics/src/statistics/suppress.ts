/** Small cells: which counts of the places directly below one may be shown, so that none under 5 can be told from the others. */

/** `SMALL`: it is 1 to 4. `COMPLEMENTARY`: without it a small one beside it could be told by subtraction. */
export type Withheld = 'SMALL' | 'COMPLEMENTARY';

export interface ShownCount {
  /** Null where it is withheld. */
  readonly value: number | null;
  readonly withheld: Withheld | null;
}

/** Counts from 1 to one less than this are small. */
export const leastShown = 5;

/**
 * What may be shown of `counts`, the places directly below one of which the total is known; undefined: nothing,
 * not even which of them have something. What happened at that place itself, and nowhere below it, is a cell
 * beside them that is shown nowhere: if it is nothing, or small, it hides nobody.
 *
 * Whoever knows the total and this rule can still think of each small count as any of 1 to 4: which others are
 * withheld depends only on the range that each is of (1–4, 5–9, 10–19, 20–39, …), never on what it is within it,
 * and where these ranges leave too little room for what is withheld together, nothing is shown.
 */
export function suppress(
  total: number,
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, ShownCount> | undefined {
  const atItself = total - sum(counts.values());
  const upTo = withheldUpTo([...counts.values()], atItself);
  if (upTo === undefined) return undefined;
  return new Map([...counts].map(([code, count]) => [code, shown(count, upTo)]));
}

/** One ends at 4, so that a small one can be 1 or 4 the others must have room for 3; twice that, so that it seldom lies at their edge. */
const room = 6;

/** Takes the next greater range along until there is room. Undefined: there is none, or what is withheld together lies at its edge. */
function withheldUpTo(counts: readonly number[], atItself: number): number | undefined {
  const cells = atItself === 0 ? counts : [...counts, atItself];
  // A correction that came without what it corrects: nothing can be said of bounds.
  if (cells.some((count) => count < 0)) return undefined;
  if (!cells.some(isSmall)) return 0;
  const ends = new Set(cells.map((count) => rangeOf(count).most).toSorted((a, b) => a - b));
  for (const upTo of ends) {
    const withheld = counts.filter((count) => count > 0 && count <= upTo);
    const together = atItself > 0 ? [...withheld, atItself] : withheld;
    const ranges = together.map(rangeOf);
    const widest = sum(ranges.map(({ least, most }) => most - least)) - 3;
    if (widest >= room) return isInside(sum(together), ranges) ? upTo : undefined;
  }
  return undefined;
}

/** Whether any one of the small ones can be 1 to 4, the others being anything in their ranges. */
function isInside(known: number, ranges: readonly Range[]): boolean {
  const least = sum(ranges.map((range) => range.least));
  const most = sum(ranges.map((range) => range.most));
  return known - 4 >= least - 1 && known - 1 <= most - 4;
}

/** Of counts from `least` to `most`, both included. */
interface Range {
  readonly least: number;
  readonly most: number;
}

function rangeOf(count: number): Range {
  if (count < leastShown) return { least: 1, most: leastShown - 1 };
  let least = leastShown;
  while (count >= 2 * least) least *= 2;
  return { least, most: 2 * least - 1 };
}

function shown(count: number, upTo: number): ShownCount {
  if (isSmall(count)) return { value: null, withheld: 'SMALL' };
  if (count > 0 && count <= upTo) return { value: null, withheld: 'COMPLEMENTARY' };
  return { value: count, withheld: null };
}

function isSmall(count: number): boolean {
  return count > 0 && count < leastShown;
}

function sum(counts: Iterable<number>): number {
  return Iterator.from(counts).reduce((total, count) => total + count, 0);
}
