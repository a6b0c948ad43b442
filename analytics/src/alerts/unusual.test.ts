/** What is usual, worked out by hand and over many made-up weeks. */
import { expect, test } from 'vitest';
import { dayMs } from '../periods.ts';
import { isOrdinaryDay, robustZ, usual, weeksBefore } from './unusual.ts';

test('the median and the deviations from it, by hand', () => {
  // Sorted 97 98 100 102 104 106 110 400; deviations from 103 sorted 1 1 3 3 5 6 7 297.
  const { expected, spread } = usual([100, 102, 98, 104, 97, 106, 110, 400]);
  expect(expected).toBe(103);
  expect(spread).toBeCloseTo(Math.max(1.4826 * 1.129 * 4, Math.sqrt(103)), 10);
});

test('one wild week moves nothing, and equal weeks leave the root of what is expected', () => {
  const calm = [50, 50, 50, 50, 50, 50, 50, 50];
  expect(usual(calm)).toEqual({ expected: 50, spread: Math.sqrt(50) });
  expect(usual([...calm.slice(1), 9000])).toEqual(usual(calm));
  expect(robustZ(50 + 5 * Math.sqrt(50), usual(calm))).toBeCloseTo(5, 10);
  expect(usual([0, 0, 0, 0, 0])).toEqual({ expected: 0, spread: 1 });
});

test('the spread of few weeks is made as wide as they are few', () => {
  const five = usual([1000, 1100, 900, 1200, 800]);
  expect(five.spread).toBeCloseTo(1.4826 * 1.206 * 100, 10);
});

test('of weeks that vary by chance alone hardly any is unusual', () => {
  const next = generator(20_261_130);
  const tries = 4000;
  let unusualWeeks = 0;
  for (let i = 0; i < tries; i += 1) {
    const weeks = Array.from({ length: 8 }, () => poisson(40, next));
    if (Math.abs(robustZ(poisson(40, next), usual(weeks))) >= 5) unusualWeeks += 1;
  }
  expect(unusualWeeks / tries).toBeLessThan(0.001);
});

test('half of what is usual, or twice as much, hardly ever passes for usual', () => {
  const next = generator(7);
  const tries = 1000;
  let missed = 0;
  for (let i = 0; i < tries; i += 1) {
    const weeks = Array.from({ length: 8 }, () => poisson(400, next));
    for (const mean of [200, 800]) {
      if (Math.abs(robustZ(poisson(mean, next), usual(weeks))) < 5) missed += 1;
    }
  }
  expect(missed / tries / 2).toBeLessThan(0.02);
});

test('holidays, and days worked in their stead, are no ordinary days', () => {
  const at = (day: string): number => Date.parse(`${day}T00:00:00+08:00`);
  // National Day 2026 is a Thursday; a Wednesday in March is one like others; so is a Sunday.
  expect(isOrdinaryDay(at('2026-10-01'))).toBe(false);
  expect(isOrdinaryDay(at('2026-03-18'))).toBe(true);
  expect(isOrdinaryDay(at('2026-03-22'))).toBe(true);
  const before = weeksBefore(at('2026-10-29'));
  expect(before).not.toContain(at('2026-10-01'));
  expect(before).toContain(at('2026-10-22'));
  expect(before.every((ms) => (at('2026-10-29') - ms) % (7 * dayMs) === 0)).toBe(true);
});

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of things that happen one by one (Knuth). */
function poisson(mean: number, next: () => number): number {
  // In parts: of a large mean the limit would be none.
  if (mean > 100) return poisson(100, next) + poisson(mean - 100, next);
  const limit = Math.exp(-mean);
  let product = next();
  let count = 0;
  while (product > limit) {
    product *= next();
    count += 1;
  }
  return count;
}
