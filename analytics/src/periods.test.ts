/** Periods by fixed dates: what each begins and ends with, and the same part of the one before. */
import { describe, expect, test } from 'vitest';
import { comparedRange, rangeOf } from './periods.ts';
import type { Comparison, Period } from './periods.ts';
import { tiersOf } from './tiers.ts';

/** A range as Asia/Shanghai reads it. */
function shown(
  range: { readonly fromMs: number | undefined; readonly toMs: number } | undefined,
): string {
  if (!range) return 'none';
  const local = (ms: number | undefined): string =>
    ms === undefined ? 'ever' : new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16);
  return `${local(range.fromMs)} ${local(range.toMs)}`;
}

describe('the same part', () => {
  const cases: readonly (readonly [string, Period, Comparison, string, string])[] = [
    [
      '2026-11-24T10:37:20+08:00',
      'TODAY',
      'PREVIOUS_PERIOD',
      '2026-11-24T00:00 2026-11-24T10:38',
      '2026-11-23T00:00 2026-11-23T10:38',
    ],
    [
      '2026-11-24T00:10:00+08:00',
      'TODAY',
      'YEAR_AGO',
      '2026-11-24T00:00 2026-11-24T00:11',
      '2025-11-24T00:00 2025-11-24T00:11',
    ],
    [
      '2026-11-22T23:59:59+08:00',
      'WEEK',
      'PREVIOUS_PERIOD',
      '2026-11-16T00:00 2026-11-23T00:00',
      '2026-11-09T00:00 2026-11-16T00:00',
    ],
    [
      '2026-11-24T10:37:20+08:00',
      'WEEK',
      'YEAR_AGO',
      '2026-11-23T00:00 2026-11-24T10:38',
      '2025-11-24T00:00 2025-11-25T10:38',
    ],
    [
      '2026-03-31T12:00:00+08:00',
      'MONTH',
      'PREVIOUS_PERIOD',
      '2026-03-01T00:00 2026-03-31T12:01',
      '2026-02-01T00:00 2026-02-28T12:01',
    ],
    [
      '2026-05-15T12:00:00+08:00',
      'QUARTER',
      'PREVIOUS_PERIOD',
      '2026-04-01T00:00 2026-05-15T12:01',
      '2026-01-01T00:00 2026-02-15T12:01',
    ],
    [
      '2028-02-29T08:00:00+08:00',
      'YEAR',
      'PREVIOUS_PERIOD',
      '2028-01-01T00:00 2028-02-29T08:01',
      '2027-01-01T00:00 2027-02-28T08:01',
    ],
    ['2027-01-01T00:00:30+08:00', 'WEEK', 'NONE', '2026-12-28T00:00 2027-01-01T00:01', 'none'],
    [
      '2026-11-24T10:37:20+08:00',
      'LAST_7_DAYS',
      'PREVIOUS_PERIOD',
      '2026-11-18T00:00 2026-11-24T10:38',
      '2026-11-11T00:00 2026-11-17T10:38',
    ],
    ['2026-11-24T10:37:20+08:00', 'ALL', 'PREVIOUS_PERIOD', 'ever 2026-11-24T10:38', 'none'],
  ];
  test.for(cases)('%s %s %s', ([now, period, comparison, expected, before]) => {
    const range = rangeOf(period, Date.parse(now));
    expect([shown(range), shown(comparedRange(range, period, comparison))]).toEqual([
      expected,
      before,
    ]);
  });
});

test('a calendar period is compared with the whole one before it', () => {
  const before = (from: string, to: string): string => {
    const days = { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` };
    return shown(comparedRange(rangeOf('CUSTOM', 0, days), 'CUSTOM', 'PREVIOUS_PERIOD'));
  };
  expect(before('2026-03-01', '2026-04-01')).toBe('2026-02-01T00:00 2026-03-01T00:00');
  expect(before('2026-04-01', '2026-07-01')).toBe('2026-01-01T00:00 2026-04-01T00:00');
  expect(before('2025-01-01', '2026-01-01')).toBe('2024-01-01T00:00 2025-01-01T00:00');
  expect(before('2026-03-02', '2026-04-01')).toBe('2026-01-31T00:00 2026-03-02T00:00');
});

test('a range that is a calendar period is known as one', () => {
  const calendarOf = (from: string, to: string): string | undefined =>
    rangeOf('CUSTOM', 0, { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` }).calendar;
  expect(calendarOf('2026-11-24', '2026-11-25')).toBe('day');
  expect(calendarOf('2026-11-23', '2026-11-30')).toBe('week');
  expect(calendarOf('2026-02-01', '2026-03-01')).toBe('month');
  expect(calendarOf('2026-10-01', '2027-01-01')).toBe('quarter');
  expect(calendarOf('2026-01-01', '2027-01-01')).toBe('year');
  expect(calendarOf('2026-11-24', '2026-12-01')).toBeUndefined();
});

test('a range is covered without gap or overlap, by the coarsest tables that can', () => {
  const now = Date.parse('2026-11-24T10:37:00+08:00');
  const tiers = (from: string, to: string): string[] =>
    tiersOf(Date.parse(from), Date.parse(to), now, {}).map(
      (piece) => `${piece.tier} ${shown(piece)}`,
    );
  expect(tiers('2026-11-22T22:58:30+08:00', '2026-11-24T10:38:00+08:00')).toEqual([
    'raw 2026-11-22T22:58 2026-11-22T22:59',
    'minute 2026-11-22T22:59 2026-11-22T23:00',
    'hour 2026-11-22T23:00 2026-11-23T00:00',
    'day 2026-11-23T00:00 2026-11-24T00:00',
    'hour 2026-11-24T00:00 2026-11-24T10:00',
    'minute 2026-11-24T10:00 2026-11-24T10:38',
  ]);
  // The table of minutes does not go back so far.
  expect(tiers('2026-10-01T00:00:00+08:00', '2026-10-02T10:38:00+08:00')).toEqual([
    'day 2026-10-01T00:00 2026-10-02T00:00',
    'hour 2026-10-02T00:00 2026-10-02T10:00',
    'raw 2026-10-02T10:00 2026-10-02T10:38',
  ]);
});
