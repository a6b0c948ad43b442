/** Periods by fixed dates: what each begins and ends with, and what it is compared with. Long, because it is a table of dates. */
import { describe, expect, test } from 'vitest';
import { comparedRange } from './comparisons.ts';
import type { Comparison } from './comparisons.ts';
import { isPartial, rangeOf } from './periods.ts';
import type { Period, PeriodInput } from './periods.ts';
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
      '2026-02-01T00:00 2026-03-01T00:00',
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
      '2027-01-01T00:00 2027-03-01T00:00',
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
    expect([shown(range), shown(comparedRange(range, comparison))]).toEqual([expected, before]);
  });
});

const now = Date.parse('2026-11-24T10:37:20+08:00');

describe('a year ago, counted in other ways', () => {
  const cases: readonly (readonly [
    PeriodInput & { period: Period },
    Comparison,
    string,
    string,
  ])[] = [
    // Tuesday and Tuesday.
    [
      { period: 'TODAY' },
      'WEEKDAY',
      '2026-11-24T00:00 2026-11-24T10:38',
      '2025-11-25T00:00 2025-11-25T10:38',
    ],
    [
      { period: 'MONTH', at: '2026-02-01' },
      'WEEKDAY',
      '2026-02-01T00:00 2026-03-01T00:00',
      '2025-02-02T00:00 2025-03-02T00:00',
    ],
    // The first day of the festival, and of the one before.
    [
      { period: 'TODAY', at: '2026-02-17' },
      'SPRING_FESTIVAL',
      '2026-02-17T00:00 2026-02-18T00:00',
      '2025-01-29T00:00 2025-01-30T00:00',
    ],
    // 16 days before it.
    [
      { period: 'MONTH', at: '2026-02-01' },
      'SPRING_FESTIVAL',
      '2026-02-01T00:00 2026-03-01T00:00',
      '2025-01-13T00:00 2025-02-10T00:00',
    ],
    // A week over the turn of the year is counted from the festival before it, 41 days on.
    [
      { period: 'WEEK', at: '2024-01-01T00:00:00+08:00' },
      'SPRING_FESTIVAL',
      '2024-01-01T00:00 2024-01-08T00:00',
      '2022-12-13T00:00 2022-12-20T00:00',
    ],
    [
      { period: 'WEEK', at: '2024-12-30' },
      'SPRING_FESTIVAL',
      '2024-12-30T00:00 2025-01-06T00:00',
      '2024-01-11T00:00 2024-01-18T00:00',
    ],
    // A leap day, and the day of a year that has none.
    [
      { period: 'TODAY', at: '2024-02-29' },
      'YEAR_AGO',
      '2024-02-29T00:00 2024-03-01T00:00',
      '2023-02-28T00:00 2023-03-01T00:00',
    ],
    [
      { period: 'MONTH', at: '2024-02-29' },
      'YEAR_AGO',
      '2024-02-01T00:00 2024-03-01T00:00',
      '2023-02-01T00:00 2023-03-01T00:00',
    ],
    [
      { period: 'CUSTOM', from: '2024-02-29T06:00:00+08:00', to: '2024-02-29T12:00:00+08:00' },
      'YEAR_AGO',
      '2024-02-29T06:00 2024-02-29T12:00',
      '2023-02-28T06:00 2023-02-28T12:00',
    ],
    [
      { period: 'CUSTOM', from: '2024-02-10', to: '2024-02-29' },
      'YEAR_AGO',
      '2024-02-10T00:00 2024-02-29T00:00',
      '2023-02-10T00:00 2023-03-01T00:00',
    ],
  ];
  test.for(cases)('%o %s', ([{ period, ...input }, comparison, expected, before]) => {
    const range = rangeOf(period, now, input);
    expect([shown(range), shown(comparedRange(range, comparison))]).toEqual([expected, before]);
  });
});

test('a month’s part before is never shorter because of a minute more', () => {
  const lengths = Array.from({ length: 31 * 24 }, (_, hour) => {
    const at = Date.parse('2026-03-01T00:59:00+08:00') + hour * 3_600_000;
    const before = comparedRange(rangeOf('MONTH', at), 'PREVIOUS_PERIOD');
    return (before?.toMs ?? 0) - (before?.fromMs ?? 0);
  });
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.at(-1)).toBe(28 * 86_400_000);
});

test('`at` takes the whole period that contains it, and up to now of the one that is not over', () => {
  const of = (period: Period, at: string): string => shown(rangeOf(period, now, { at }));
  expect(of('TODAY', '2026-10-01')).toBe('2026-10-01T00:00 2026-10-02T00:00');
  expect(of('WEEK', '2026-11-22T23:59:59.999+08:00')).toBe('2026-11-16T00:00 2026-11-23T00:00');
  // In Asia/Shanghai it is March already.
  expect(of('MONTH', '2026-02-28T16:00:00Z')).toBe('2026-03-01T00:00 2026-04-01T00:00');
  expect(of('QUARTER', '2024-12-31')).toBe('2024-10-01T00:00 2025-01-01T00:00');
  expect(of('YEAR', '2000-02-29')).toBe('2000-01-01T00:00 2001-01-01T00:00');
  expect(of('MONTH', '2026-11-01')).toBe('2026-11-01T00:00 2026-11-24T10:38');
  expect(of('WEEK', '2026-11-29')).toBe('2026-11-23T00:00 2026-11-24T10:38');
});

test('a period that is not over is told, and compared with the same part', () => {
  const partial = (period: Period, input: PeriodInput = {}): boolean =>
    isPartial(rangeOf(period, now, input));
  expect([
    partial('MONTH'),
    partial('LAST_7_DAYS'),
    partial('MONTH', { at: '2026-11-24' }),
  ]).toEqual([true, true, true]);
  expect([partial('MONTH', { at: '2026-10-24' }), partial('ALL')]).toEqual([false, false]);
  const whole = rangeOf('CUSTOM', now, { from: '2026-11-20', to: '2026-11-30' });
  expect([isPartial(whole), shown(whole), shown(comparedRange(whole, 'PREVIOUS_PERIOD'))]).toEqual([
    true,
    '2026-11-20T00:00 2026-11-24T10:38',
    '2026-11-10T00:00 2026-11-14T10:38',
  ]);
});

describe('what is no period is told', () => {
  const cases: readonly (readonly [Period, PeriodInput, string])[] = [
    ['CUSTOM', {}, '`from: null` is no time: give RFC 3339'],
    ['CUSTOM', { from: '2026-02-30', to: '2026-03-01' }, '`from: 2026-02-30` is no time'],
    ['CUSTOM', { from: '2026-01-02', to: '2026-01-01' }, 'are they the wrong way round?'],
    ['CUSTOM', { from: '2026-01-02', to: '2026-01-02' }, 'is not after `from: 2026-01-02`.'],
    [
      'CUSTOM',
      { from: '1999-12-31T23:59:59+08:00', to: '2026-01-01' },
      'from 2000 to the end of 2027',
    ],
    ['CUSTOM', { from: '2026-01-01', to: '2028-01-02' }, '`to: 2028-01-02` is out of range'],
    ['CUSTOM', { from: '2026-11-25', to: '2026-11-26' }, 'has not begun'],
    ['CUSTOM', { at: '2026-11-01' }, '`at` goes with TODAY, WEEK, MONTH, QUARTER, YEAR'],
    ['MONTH', { at: '2026-12-01' }, '`at: 2026-12-01`: this MONTH has not begun'],
    ['MONTH', { at: 'May' }, '`at: May` is no time'],
    ['MONTH', { from: '2026-11-01', to: null }, 'go with period CUSTOM, not with MONTH'],
    ['ALL', { at: '2026-11-01' }, '`at` goes with'],
  ];
  test.for(cases)('%s %o', ([period, input, message]) => {
    expect(() => rangeOf(period, now, input)).toThrow(message);
  });
});

/** When all of these periods are over. */
const later = Date.parse('2027-06-01T00:00:00+08:00');

test('a calendar period is compared with the whole one before it', () => {
  const before = (from: string, to: string): string => {
    const days = { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` };
    return shown(comparedRange(rangeOf('CUSTOM', later, days), 'PREVIOUS_PERIOD'));
  };
  expect(before('2026-03-01', '2026-04-01')).toBe('2026-02-01T00:00 2026-03-01T00:00');
  expect(before('2026-04-01', '2026-07-01')).toBe('2026-01-01T00:00 2026-04-01T00:00');
  expect(before('2025-01-01', '2026-01-01')).toBe('2024-01-01T00:00 2025-01-01T00:00');
  expect(before('2026-03-02', '2026-04-01')).toBe('2026-01-31T00:00 2026-03-02T00:00');
});

test('a range that is a calendar period is known as one', () => {
  const calendarOf = (from: string, to: string): string | undefined =>
    rangeOf('CUSTOM', later, { from: `${from}T00:00:00+08:00`, to: `${to}T00:00:00+08:00` })
      .calendar;
  expect(calendarOf('2026-11-24', '2026-11-25')).toBe('day');
  expect(calendarOf('2026-11-23', '2026-11-30')).toBe('week');
  expect(calendarOf('2026-02-01', '2026-03-01')).toBe('month');
  expect(calendarOf('2026-10-01', '2027-01-01')).toBe('quarter');
  expect(calendarOf('2026-01-01', '2027-01-01')).toBe('year');
  expect(calendarOf('2026-11-24', '2026-12-01')).toBeUndefined();
});

test('a range is covered without gap or overlap, by the coarsest tables that can', () => {
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
