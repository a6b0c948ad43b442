/** Working days of China: weekends, public holidays, and the days worked in their stead, as versioned data. */
import { readFileSync } from 'node:fs';

/** What differs from Monday to Friday. Holidays are announced year by year; beyond them weekends alone are off. */
const table = JSON.parse(
  readFileSync(new URL('../working-days.json', import.meta.url), 'utf8'),
) as Readonly<Record<'holidays' | 'workdays', readonly string[]>>;
const holidays = new Set(table.holidays);
const workdays = new Set(table.workdays);

const dayMs = 86_400_000;
/** Asia/Shanghai has been UTC+8 all year since 1992. */
const shanghaiMs = 8 * 3_600_000;

/** Category → the working days within which a request is to be resolved. */
const periods: Readonly<Record<string, number>> = {
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
};

/** By when a request of this category is to be resolved that came at `time`. */
export function dueAfter(time: Date, category: string): Date {
  return workingDaysAfter(time, periods[category] ?? 15);
}

/** The same time of day, in Shanghai, of the `days`-th working day after the day of `time`; before it if negative. */
export function workingDaysAfter(time: Date, days: number): Date {
  let at = time;
  for (let left = Math.abs(days); left > 0;) {
    at = new Date(at.getTime() + Math.sign(days) * dayMs);
    if (isWorkingDay(at)) left -= 1;
  }
  return at;
}

function isWorkingDay(time: Date): boolean {
  const shanghai = new Date(time.getTime() + shanghaiMs);
  const day = shanghai.toISOString().slice(0, 10);
  const weekday = shanghai.getUTCDay();
  return weekday === 0 || weekday === 6 ? workdays.has(day) : !holidays.has(day);
}
