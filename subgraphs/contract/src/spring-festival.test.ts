/** The table of Spring Festivals against the announced ones, the length of lunar years and another calendar. */
import { expect, test } from 'vitest';
import { springFestivalOf } from './spring-festival.ts';

const dayMs = 86_400_000;
const shanghaiMs = 8 * 3_600_000;
const years = Array.from({ length: 102 }, (_, i) => 1999 + i);
const dayOf = (year: number): string =>
  new Date(springFestivalOf(year) + shanghaiMs).toISOString().slice(0, 10);

test('the days that were announced', () => {
  const announced = [
    '2000-02-05',
    '2008-02-07',
    '2016-02-08',
    '2020-01-25',
    '2023-01-22',
    '2024-02-10',
    '2025-01-29',
    '2026-02-17',
    '2027-02-06',
    '2030-02-03',
    '2034-02-19',
  ];
  expect(announced.map((day) => dayOf(Number(day.slice(0, 4))))).toEqual(announced);
});

test('a lunar year has 12 or 13 months, and begins between January 21 and February 20', () => {
  for (const year of years) {
    expect(dayOf(year).slice(5) >= '01-21' && dayOf(year).slice(5) <= '02-20', `${year}`).toBe(
      true,
    );
  }
  for (const year of years.slice(1)) {
    const length = (springFestivalOf(year) - springFestivalOf(year - 1)) / dayMs;
    expect([353, 354, 355, 383, 384, 385], `${year}`).toContain(length);
  }
});

test('Node’s own calendar says the same, but where it is known to err', () => {
  const chinese = new Intl.DateTimeFormat('en-u-ca-chinese', {
    timeZone: 'Asia/Shanghai',
    month: 'numeric',
    day: 'numeric',
  });
  const isFirst = (year: number): boolean => {
    const parts = chinese.formatToParts(springFestivalOf(year));
    const of = (type: string) => parts.find((part) => part.type === type)?.value;
    return of('month') === '1' && of('day') === '1';
  };
  const others = years.filter((year) => !isFirst(year));
  expect(others.filter((year) => year !== 2027 && year !== 2030)).toEqual([]);
});

test('a year beyond the table is told', () => {
  expect(() => springFestivalOf(2101)).toThrow('1999 to 2100, not 2101');
});
