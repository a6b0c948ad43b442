/** Classes of a choropleth: about as many units in each, with limits that can be read. */

import { sorted } from '../sorted.ts';

/** At most so many classes; the style sheet has as many shades. */
export const classCount = 5;

export interface Classes {
  /** Lower limits of all classes but the lowest, rising. */
  readonly limits: readonly number[];
  /** From 0, the lowest. */
  readonly classOf: (value: number) => number;
}

/** By quantiles, limits rounded to two digits; fewer classes where limits fall together. */
export function classify(values: readonly number[]): Classes {
  const rising = sorted(values, (a, b) => a - b);
  const limits: number[] = [];
  for (let index = 1; index < classCount; index += 1) {
    const at = rising[Math.floor((index * rising.length) / classCount)];
    if (at === undefined) continue;
    const limit = roundTo2(at);
    const below = limits[limits.length - 1] ?? rising[0] ?? 0;
    if (limit > below) limits.push(limit);
  }
  return {
    limits,
    classOf: (value) => limits.filter((limit) => value >= limit).length,
  };
}

function roundTo2(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2));
}
