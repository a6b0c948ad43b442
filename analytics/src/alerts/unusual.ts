/**
 * How far a count is from what is usual for its weekday: a robust z. One bad week among eight moves neither the
 * median nor the median of the deviations (MAD), where it would move a mean and its standard deviation.
 */
import { isWorkingDay } from '@onenet/contract';
import { dayMs, shanghaiMs } from '../periods.ts';

/** The same weekday of so many weeks before. */
export const weeksBack = 8;
/** With fewer of them nothing is usual yet. */
export const leastWeeks = 5;

/** What a count is measured by. */
export interface Usual {
  readonly expected: number;
  readonly spread: number;
}

/** 1.4826 × MAD estimates the standard deviation of many normal values. */
const madToDeviation = 1.4826;
/** Of few it is too small: by how much, from 5 to 8 (Croux and Rousseeuw 1992). */
const smallSample: Readonly<Record<number, number>> = { 5: 1.206, 6: 1.2, 7: 1.14, 8: 1.129 };

/**
 * The median of the weeks before, and their spread: from the MAD, and never less than that of things that
 * happen by chance one by one (Poisson: the root of how many are expected), nor than 1.
 */
export function usual(counts: readonly number[]): Usual {
  const expected = median(counts);
  const mad = median(counts.map((count) => Math.abs(count - expected)));
  const byMad = madToDeviation * (smallSample[counts.length] ?? 1) * mad;
  return { expected, spread: Math.max(byMad, Math.sqrt(Math.max(expected, 1))) };
}

/** By how many spreads a count is off; negative: fewer than usual. */
export function robustZ(count: number, { expected, spread }: Usual): number {
  return (count - expected) / spread;
}

/** Whether a day is worked, or off, as its weekday always is: no holiday, nor a day worked in its stead. */
export function isOrdinaryDay(ms: number): boolean {
  const weekday = new Date(ms + shanghaiMs).getUTCDay();
  return isWorkingDay(new Date(ms)) === (weekday !== 0 && weekday !== 6);
}

/** The same time of the weeks before, without those on days that were not as their weekday is. */
export function weeksBefore(fromMs: number): number[] {
  return Array.from({ length: weeksBack }, (_, i) => fromMs - (i + 1) * 7 * dayMs).filter(
    isOrdinaryDay,
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
