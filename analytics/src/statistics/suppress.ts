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
 */
export function suppress(
  total: number,
  counts: ReadonlyMap<string, number>,
): ReadonlyMap<string, ShownCount> | undefined {
  const atItself = total - sum(counts.values());
  const upTo = withheldUpTo([...counts.values(), atItself]);
  if (upTo === undefined) return undefined;
  return new Map([...counts].map(([code, count]) => [code, shown(count, upTo)]));
}

/**
 * Takes the next greater count along until each small one can still be anything from 1 to 4. Equal counts go
 * together, so that the answer is the same whatever their order. Undefined: all of them are not enough.
 */
function withheldUpTo(cells: readonly number[]): number | undefined {
  // A correction that came without what it corrects: nothing can be said of bounds.
  if (cells.some((count) => count < 0)) return undefined;
  const small = cells.filter(isSmall);
  if (small.length === 0) return 0;
  const greater = cells.filter((count) => count >= leastShown);
  const steps = [0, ...new Set(greater.toSorted((a, b) => a - b))];
  return steps.find((upTo) =>
    hides(
      small,
      greater.filter((count) => count <= upTo),
    ),
  );
}

/** Whether their sum, which is known, leaves open for each small one whether it is 1 or 4, or between. */
function hides(small: readonly number[], complementary: readonly number[]): boolean {
  const known = sum(small) + sum(complementary);
  const others = small.length - 1;
  const leastOfOthers = others + leastShown * complementary.length;
  const mostOfOthers = complementary.length > 0 ? Infinity : others * (leastShown - 1);
  return known - leastOfOthers >= leastShown - 1 && known - mostOfOthers <= 1;
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
