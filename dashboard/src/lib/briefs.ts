/** Which briefs there can be: ids, and the newest periods that are over. */
import type { BriefKind, BriefSubject } from './api/briefs.ts';
import { lastMonth } from './ranking.ts';

const dayMs = 86_400_000;
const beijingMs = 8 * 3_600_000;

/** `week-2026-W48`, `month-2026-10-420100`: as analytics names them. */
export function briefIdOf({ kind, period, platform }: BriefSubject): string {
  return [kind.toLowerCase(), period, ...(platform === null ? [] : [platform])].join('-');
}

/** The ISO week before that of this time in Beijing, YYYY-Www. */
export function lastWeek(now: number): string {
  const day = new Date(now + beijingMs - 7 * dayMs);
  // The year of a week is that of its Thursday.
  const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs)) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** The newest period of a kind that is over. */
export function lastPeriod(kind: BriefKind, now: number): string {
  return kind === 'WEEK' ? lastWeek(now) : lastMonth(now);
}

/** Whether it is written as analytics takes it. */
export function isPeriod(kind: BriefKind, period: string): boolean {
  return kind === 'WEEK'
    ? /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/.test(period)
    : /^\d{4}-(0[1-9]|1[0-2])$/.test(period);
}
