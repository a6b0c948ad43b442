/** Working days of China: weekends, public holidays and the days worked in their stead, as versioned data. */
import { readFileSync } from 'node:fs';

/** What `working-days.json` holds: what differs from "Monday to Friday". Days are written `2026-02-17`. */
interface WorkingDayTable {
  /** Of the source. */
  readonly version: string;
  readonly source: string;
  readonly licence: string;
  readonly coveredFrom: string;
  readonly coveredTo: string;
  /** Mondays to Fridays that are off. */
  readonly holidays: readonly string[];
  /** Saturdays and Sundays that are worked. */
  readonly workdays: readonly string[];
}

/** The table, as the repository carries it. */
export const workingDayTable = JSON.parse(
  readFileSync(new URL('../working-days.json', import.meta.url), 'utf8'),
) as WorkingDayTable;

const dayMs = 86_400_000;
/** Asia/Shanghai has been UTC+8 all year since 1992: a day there is always 24 hours. */
const shanghaiMs = 8 * 3_600_000;

/** Days are numbered from 1970-01-01: millions are looked up when records are generated. */
const numbersOf = (days: readonly string[]): ReadonlySet<number> =>
  new Set(days.map((day) => Date.parse(`${day}T00:00:00Z`) / dayMs));
const holidays = numbersOf(workingDayTable.holidays);
const workdays = numbersOf(workingDayTable.workdays);
/** 1970-01-01 was a Thursday. */
const firstWeekday = 4;

/** Working days within which a request of a category is to be resolved. */
export const requestWorkingDays = {
  WAGES: 15,
  CONTRACT: 15,
  SAFETY: 7,
  INSURANCE: 20,
  MEDICAL: 15,
  HARDSHIP: 20,
  EMPLOYMENT: 30,
  LEGAL: 30,
  SERVICE: 7,
  OTHER: 15,
} as const satisfies Readonly<Record<string, number>>;

/**
 * Whether the day in Shanghai that holds `time` is worked. Holidays are announced year by year: outside
 * `coveredFrom` to `coveredTo` of the table, Monday to Friday are taken for working days.
 */
export function isWorkingDay(time: Date): boolean {
  return isWorkedAt(time.getTime());
}

function isWorkedAt(ms: number): boolean {
  if (Number.isNaN(ms)) throw new RangeError('Invalid time value');
  const day = Math.floor((ms + shanghaiMs) / dayMs);
  const weekday = (((day + firstWeekday) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6 ? workdays.has(day) : !holidays.has(day);
}

/**
 * The same time of day, in Shanghai, of the `days`-th working day after the day of `time`, which itself
 * does not count, whether it is worked or not. Beyond the table's years weekends alone are left out.
 */
export function workingDaysAfter(time: Date, days: number): Date {
  return step(time, days, dayMs);
}

/** The same time of day, in Shanghai, of the `days`-th working day before the day of `time`. */
export function workingDaysBefore(time: Date, days: number): Date {
  return step(time, days, -dayMs);
}

function step(time: Date, days: number, by: number): Date {
  if (!Number.isSafeInteger(days) || days < 0 || days > maxDays) {
    throw new RangeError(`${days} working days: give a whole number from 0 to ${maxDays}.`);
  }
  let ms = time.getTime();
  for (let left = days; left > 0;) {
    ms += by;
    if (isWorkedAt(ms)) left -= 1;
  }
  return new Date(ms);
}

/** Some 40 years: what is longer is a slip, and would keep a process busy. */
const maxDays = 10_000;
