/** Calendar months in Asia/Shanghai, by the name that ISO 8601 has for them: `2026-10`. */
import { NetError } from '@onenet/contract';
import { dayMs, shanghaiMs } from './periods.ts';
import type { Range } from './periods.ts';

/** So long after its end a month is closed, by statistics and rankings alike: late events are in by then. */
export const openAfterEndMs = 2 * dayMs;
/** And so long at most it waits for a platform: one must not keep the others' figures back for ever. */
export const waitedForMs = 9 * dayMs;
/** A net that has just started may not have heard all its platforms, and what is closed stays. */
export const settleMs = 60 * 60_000;

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
  return monthAt(monthStart(month) + 31.5 * dayMs);
}

/** The month before. */
export function previousMonth(month: string): string {
  return monthAt(monthStart(month) - 1);
}

/** The whole of a month. */
export function rangeOfMonth(month: string): Range & { readonly fromMs: number } {
  const endMs = monthStart(nextMonth(month));
  return { fromMs: monthStart(month), toMs: endMs, endMs, calendar: 'month' };
}

/** From one month to another, both included. */
export function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = nextMonth(month)) months.push(month);
  return months;
}
