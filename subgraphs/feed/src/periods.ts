/** The calendar periods in which people are counted: Asia/Shanghai, by event time. */

export const periodKinds = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type PeriodKind = (typeof periodKinds)[number];

/** The longest that a period of a kind lasts, days. */
export const longestPeriodDays: Readonly<Record<PeriodKind, number>> = {
  day: 1,
  week: 7,
  month: 31,
  quarter: 92,
  year: 366,
};

export const dayMs = 86_400_000;
/** No summer time since 1991, long before the first event. */
const shanghaiOffsetMs = 8 * 3_600_000;

/** The periods of a moment; no two kinds are written alike. ISO 8601 weeks: 2016-W35. */
export function periodsOf(time: Date): Readonly<Record<PeriodKind, string>> {
  const local = new Date(time.getTime() + shanghaiOffsetMs);
  const day = local.toISOString().slice(0, 10);
  const year = day.slice(0, 4);
  const quarter = Math.floor(local.getUTCMonth() / 3) + 1;
  return {
    day,
    week: isoWeek(local),
    month: day.slice(0, 7),
    quarter: `${year}-Q${quarter}`,
    year,
  };
}

/** A week belongs to the year of its Thursday. */
function isoWeek(local: Date): string {
  const daysSinceMonday = (local.getUTCDay() + 6) % 7;
  const thursday = new Date(local.getTime() + (3 - daysSinceMonday) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
