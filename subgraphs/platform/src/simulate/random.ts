/** Chance that repeats itself: the same seed gives the same mix of activity. */

/** A stream of chance. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values[this.below(values.length)];
  }

  /** One of the first elements more often than one of the last. */
  pickEarly<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(values.length * this.next() ** 3)];
  }

  /** One of the choices, by weight. */
  weighted<Choice extends { readonly weight: number }>(
    choices: readonly Choice[],
  ): Choice | undefined {
    let rest = this.next() * choices.reduce((sum, { weight }) => sum + weight, 0);
    return choices.find(({ weight }) => (rest -= weight) < 0) ?? choices.at(-1);
  }
}
