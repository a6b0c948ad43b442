/** The periods that briefs are of: ISO weeks (`2026-W47`) and months (`2026-10`) of Asia/Shanghai. */
import { NetError } from '@onenet/contract';
import { monthAt, rangeOfMonth } from '../months.ts';
import { dayMs, shanghaiMs, startOf } from '../periods.ts';
import type { Range } from '../periods.ts';

export const briefKinds = ['WEEK', 'MONTH'] as const;
export type BriefKind = (typeof briefKinds)[number];

/** The whole of a period. */
export type WholeRange = Range & { readonly fromMs: number };

const named = /^(\d{4})-W(\d{2})$/;

/** The period of a kind in which a moment lies. */
export function periodAt(kind: BriefKind, ms: number): string {
  if (kind === 'MONTH') return monthAt(ms);
  const monday = startOf('week', ms);
  // A week belongs to the year of its Thursday (ISO 8601).
  const year = new Date(monday + shanghaiMs + 3 * dayMs).getUTCFullYear();
  const week = Math.round((monday - firstMonday(year)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** When a period begins and ends; a name that is none is the caller's error. */
export function rangeOfPeriod(kind: BriefKind, period: string): WholeRange {
  if (kind === 'MONTH') return rangeOfMonth(period);
  const [, year, week] = named.exec(period) ?? [];
  const fromMs = firstMonday(Number(year)) + (Number(week) - 1) * 7 * dayMs;
  // A year has 52 weeks or 53.
  if (year === undefined || periodAt('WEEK', fromMs) !== period) {
    throw new NetError(
      'BAD_INPUT',
      `\`period: "${period.slice(0, 20)}"\` is no week: give one of ISO 8601, like "2026-W47".`,
    );
  }
  const toMs = fromMs + 7 * dayMs;
  return { fromMs, toMs, endMs: toMs, calendar: 'week' };
}

/** The periods after one, up to another; without the first, that other alone. */
export function periodsAfter(
  kind: BriefKind,
  newest: string | undefined,
  last: string,
): readonly string[] {
  if (newest === undefined) return [last];
  const periods: string[] = [];
  for (let at = next(kind, newest); at <= last; at = next(kind, at)) periods.push(at);
  return periods;
}

function next(kind: BriefKind, period: string): string {
  return periodAt(kind, rangeOfPeriod(kind, period).toMs);
}

/** The Monday of a year's first week: the one with January 4. */
function firstMonday(year: number): number {
  return startOf('week', Date.UTC(year, 0, 4) - shanghaiMs);
}
