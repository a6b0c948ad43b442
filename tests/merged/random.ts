/** Repeatable chance: the same seed gives the same operations and data. */

/** A small generator (mulberry32) with the draws that the tests need. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const value = from[this.int(0, from.length - 1)];
    if (value === undefined) throw new Error('Nothing to pick from.');
    return value;
  }

  /** Some of them, at least one, in their order. */
  some<T>(from: readonly T[], most: number): T[] {
    const wanted = Math.min(from.length, this.int(1, most));
    const indexes = new Set<number>();
    while (indexes.size < wanted) indexes.add(this.int(0, from.length - 1));
    return from.filter((_, index) => indexes.has(index));
  }
}
