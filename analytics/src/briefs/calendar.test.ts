import { expect, test } from 'vitest';
import { periodAt, periodsAfter, rangeOfPeriod } from './calendar.ts';

test.each([
  // ISO 8601: a week belongs to the year of its Thursday.
  ['2024-12-29T23:59:59+08:00', '2024-W52'],
  ['2024-12-30T00:00:00+08:00', '2025-W01'],
  ['2026-12-31T00:00:00+08:00', '2026-W53'],
  ['2027-01-03T23:59:59+08:00', '2026-W53'],
  ['2027-01-04T00:00:00+08:00', '2027-W01'],
])('%s lies in %s, which holds it', (at, week) => {
  const ms = Date.parse(at);
  expect(periodAt('WEEK', ms)).toBe(week);
  const { fromMs, toMs } = rangeOfPeriod('WEEK', week);
  expect(fromMs <= ms && ms < toMs).toBe(true);
});

test('a year without a week 53 has none', () => {
  expect(() => rangeOfPeriod('WEEK', '2027-W53')).toThrow('is no week');
  expect(() => rangeOfPeriod('WEEK', '2026-W00')).toThrow('is no week');
  expect(() => rangeOfPeriod('MONTH', '2026-13')).toThrow('is no month');
});

test('the periods after one, over the turn of a year; the last alone where there is none', () => {
  expect(periodsAfter('WEEK', '2026-W52', '2027-W01')).toEqual(['2026-W53', '2027-W01']);
  expect(periodsAfter('MONTH', '2026-11', '2027-01')).toEqual(['2026-12', '2027-01']);
  expect(periodsAfter('MONTH', '2026-12', '2026-12')).toEqual([]);
  expect(periodsAfter('MONTH', undefined, '2026-12')).toEqual(['2026-12']);
});
