/** Calendar months in Asia/Shanghai, by the name that ISO 8601 has for them: `2026-10`. */
import { NetError } from '@onenet/contract';
import { shanghaiMs } from '../periods.ts';

const named = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The month in which a moment lies. */
export function monthAt(ms: number): string {
  return new Date(ms + shanghaiMs).toISOString().slice(0, 7);
}

/** When a month begins, UTC ms; one that is none is the caller's error. */
export function monthStart(month: string, argument = 'month'): number {
  const [, year, number] = named.exec(month) ?? [];
  if (year === undefined || number === undefined) {
    throw new NetError(
      'BAD_INPUT',
      `\`${argument}: "${month.slice(0, 20)}"\` is no month: give one like "2026-10".`,
    );
  }
  return Date.UTC(Number(year), Number(number) - 1) - shanghaiMs;
}

/** The month after. */
export function nextMonth(month: string): string {
  return monthAt(monthStart(month) + 31 * 86_400_000 + 86_400_000 / 2);
}

/** From one month to another, both included. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = nextMonth(month)) months.push(month);
  return months;
}
