/** Sorted and reversed copies, for browsers before `toSorted` (Chrome 110). */

export function sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): T[] {
  return [...items].sort(compare);
}

export function reversed<T>(items: readonly T[]): T[] {
  return [...items].reverse();
}

/** Compares codes and ids, which are ASCII. */
export function byCode(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
