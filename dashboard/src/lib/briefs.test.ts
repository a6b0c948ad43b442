import { expect, test } from 'vitest';
import { briefIdOf, isPeriod, lastPeriod, lastWeek } from './briefs.ts';

test('a brief is named by kind, period and platform', () => {
  expect(briefIdOf({ kind: 'WEEK', period: '2026-W48', platform: null })).toBe('week-2026-W48');
  expect(briefIdOf({ kind: 'MONTH', period: '2026-10', platform: '420000-AID' })).toBe(
    'month-2026-10-420000-AID',
  );
});

test.each([
  // A Monday: the week before ended last night.
  ['2026-11-30T10:00:00Z', '2026-W48'],
  // Still Sunday in London, Monday in Beijing.
  ['2026-11-29T17:00:00Z', '2026-W48'],
  ['2026-11-29T15:00:00Z', '2026-W47'],
  // The first days of a year may belong to the last week of the year before, which has 53.
  ['2027-01-05T00:00:00Z', '2026-W53'],
  ['2026-01-06T00:00:00Z', '2026-W01'],
])('the week before %s is %s', (now, week) => {
  expect(lastWeek(Date.parse(now))).toBe(week);
});

test('the newest period that is over', () => {
  expect(lastPeriod('MONTH', Date.parse('2026-11-30T10:00:00Z'))).toBe('2026-10');
  expect(lastPeriod('WEEK', Date.parse('2026-11-30T10:00:00Z'))).toBe('2026-W48');
});

test('what is no week or month is not sent', () => {
  expect(
    ['2026-W01', '2026-W53', '2026-W00', '2026-W54', '2026-10'].map((period) =>
      isPeriod('WEEK', period),
    ),
  ).toEqual([true, true, false, false, false]);
  expect(
    ['2026-01', '2026-12', '2026-13', '2026-W10'].map((period) => isPeriod('MONTH', period)),
  ).toEqual([true, true, false, false]);
});
