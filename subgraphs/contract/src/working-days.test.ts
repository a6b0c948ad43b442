/** Working days come out as the State Council's notices had them. */
import { expect, test } from 'vitest';
import {
  isWorkingDay,
  requestWorkingDays,
  workingDayTable,
  workingDaysAfter,
  workingDaysBefore,
} from './working-days.ts';
import { contractSchema } from './schema.ts';

const noon = (day: string): Date => new Date(`${day}T12:00:00+08:00`);

test.each([
  ['2026-02-16', false, 'Spring Festival, a Monday'],
  ['2026-02-14', true, 'a Saturday worked for Spring Festival'],
  ['2026-02-24', true, 'the first Tuesday after it'],
  ['2026-10-01', false, 'National Day'],
  ['2026-09-20', true, 'a Sunday worked for National Day'],
  ['2026-10-11', false, 'a Sunday like others'],
  ['2016-09-15', false, 'Mid-Autumn Festival of the year of the figures'],
  ['2016-09-18', true, 'the Sunday worked for it'],
  ['2016-08-31', true, 'a Wednesday'],
  ['2031-10-01', true, 'beyond the table: a Wednesday'],
  ['2031-10-04', false, 'beyond the table: a Saturday'],
])('%s is worked: %s (%s)', (day, isWorked) => {
  expect(isWorkingDay(noon(day))).toBe(isWorked);
});

test('the day is that of Shanghai', () => {
  expect(isWorkingDay(new Date('2026-02-13T15:59:59.999Z'))).toBe(true);
  expect(isWorkingDay(new Date('2026-02-27T16:00:00.000Z'))).toBe(true);
  expect(isWorkingDay(new Date('2026-02-28T16:00:00.000Z'))).toBe(false);
});

test.each([
  ['2026-02-12T09:30:00+08:00', 1, '2026-02-13T09:30:00+08:00'],
  ['2026-02-12T09:30:00+08:00', 3, '2026-02-24T09:30:00+08:00'],
  ['2026-02-18T23:59:59.999+08:00', 1, '2026-02-24T23:59:59.999+08:00'],
  ['2026-09-18T00:00:00+08:00', 7, '2026-09-29T00:00:00+08:00'],
  ['2016-08-31T08:05:00+08:00', 15, '2016-09-22T08:05:00+08:00'],
  ['2016-08-31T08:05:00+08:00', 0, '2016-08-31T08:05:00+08:00'],
])('from %s, %i working days lead to %s', (from, days, to) => {
  expect(workingDaysAfter(new Date(from), days)).toEqual(new Date(to));
});

test('before is after, backward', () => {
  expect(workingDaysBefore(noon('2026-02-25'), 1)).toEqual(noon('2026-02-24'));
  expect(workingDaysBefore(noon('2026-02-24'), 1)).toEqual(noon('2026-02-14'));
  for (let day = Date.parse('2026-01-01T12:00:00+08:00'); day < Date.parse('2027-01-01');) {
    const time = new Date(day);
    if (isWorkingDay(time)) {
      expect(workingDaysBefore(workingDaysAfter(time, 15), 15)).toEqual(time);
    }
    day += 86_400_000;
  }
});

test.each([-1, 1.5, Number.NaN, 10_001])('%d working days are refused', (days) => {
  expect(() => workingDaysAfter(noon('2026-01-05'), days)).toThrow(
    `${days} working days: give a whole number from 0 to 10000.`,
  );
});

test('the table holds real days, in order, and only what differs from Monday to Friday', () => {
  const { holidays, workdays, coveredFrom, coveredTo } = workingDayTable;
  for (const days of [holidays, workdays]) {
    expect(days).toEqual([...new Set(days)].toSorted());
    expect(days.every((day) => day >= coveredFrom && day <= coveredTo)).toBe(true);
  }
  const weekday = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay();
  expect(holidays.filter((day) => [0, 6].includes(weekday(day)))).toEqual([]);
  expect(workdays.filter((day) => ![0, 6].includes(weekday(day)))).toEqual([]);
  // Each year has its days, so that none can go missing unseen.
  const years = new Set(holidays.map((day) => day.slice(0, 4)));
  expect([...years]).toHaveLength(
    Number(coveredTo.slice(0, 4)) - Number(coveredFrom.slice(0, 4)) + 1,
  );
});

test('every category of request has its period', () => {
  const categories = contractSchema().getType('RequestCategory');
  expect(Object.keys(requestWorkingDays)).toEqual(
    categories && 'getValues' in categories ? categories.getValues().map(({ name }) => name) : [],
  );
});
