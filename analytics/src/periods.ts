/** Periods in Asia/Shanghai, which has been UTC+8 all year since 1992, and the same part of an earlier one. */
import { NetError } from '@onenet/contract';

export type Period =
  | 'TODAY'
  | 'WEEK'
  | 'MONTH'
  | 'QUARTER'
  | 'YEAR'
  | 'LAST_7_DAYS'
  | 'LAST_30_DAYS'
  | 'ALL'
  | 'CUSTOM';
export type Comparison = 'NONE' | 'PREVIOUS_PERIOD' | 'YEAR_AGO';

/** The calendar period that a range is, or is the beginning of. */
export type Calendar = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A range of time: at or after `fromMs`, before `toMs`; UTC ms. */
export interface Range {
  /** Undefined: since the beginning, with opening balances. */
  readonly fromMs: number | undefined;
  readonly toMs: number;
  /** Undefined: no calendar period, so people are an upper bound. */
  readonly calendar: Calendar | undefined;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Asia/Shanghai before UTC. */
export const shanghaiMs = 8 * hourMs;

/** What a period means now. Up to now is up to the end of this minute, so that whole minutes suffice. */
export function rangeOf(
  period: Period,
  nowMs: number,
  custom: { readonly from?: string | null; readonly to?: string | null } = {},
): Range {
  const toMs = Math.floor(nowMs / minuteMs) * minuteMs + minuteMs;
  const today = startOf('day', nowMs);
  switch (period) {
    case 'TODAY':
      return { fromMs: today, toMs, calendar: 'day' };
    case 'WEEK':
    case 'MONTH':
    case 'QUARTER':
    case 'YEAR': {
      const calendar = calendars[period];
      return { fromMs: startOf(calendar, nowMs), toMs, calendar };
    }
    case 'LAST_7_DAYS':
      return { fromMs: today - 6 * dayMs, toMs, calendar: undefined };
    case 'LAST_30_DAYS':
      return { fromMs: today - 29 * dayMs, toMs, calendar: undefined };
    case 'ALL':
      return { fromMs: undefined, toMs, calendar: undefined };
    case 'CUSTOM':
      return customRange(custom);
  }
}

const calendars = { WEEK: 'week', MONTH: 'month', QUARTER: 'quarter', YEAR: 'year' } as const;

/** The range to compare with; undefined when there is none. */
export function comparedRange(
  range: Range,
  period: Period,
  comparison: Comparison,
): Range | undefined {
  const { fromMs, toMs, calendar } = range;
  if (comparison === 'NONE' || fromMs === undefined) return undefined;
  if (comparison === 'YEAR_AGO' && calendar === 'week') {
    // A week has its match in a week: of parts of two, the people could not be counted.
    return { fromMs: fromMs - yearOfWeeksMs, toMs: toMs - yearOfWeeksMs, calendar };
  }
  if (comparison === 'YEAR_AGO') {
    return { fromMs: addMonths(fromMs, -12), toMs: addMonths(toMs, -12), calendar };
  }
  const months = monthsOf(calendar);
  if (months === undefined) {
    const shift = period === 'TODAY' ? dayMs : lengthMs(period, range);
    return { fromMs: fromMs - shift, toMs: toMs - shift, calendar };
  }
  // March 31 has no match in February: the same part ends with the period.
  return {
    fromMs: addMonths(fromMs, -months),
    toMs: Math.min(addMonths(toMs, -months), fromMs),
    calendar,
  };
}

const yearOfWeeksMs = 52 * 7 * dayMs;

function monthsOf(calendar: Calendar | undefined): number | undefined {
  if (calendar === 'month') return 1;
  if (calendar === 'quarter') return 3;
  return calendar === 'year' ? 12 : undefined;
}

function lengthMs(period: Period, range: Range): number {
  if (period === 'WEEK' || period === 'LAST_7_DAYS') return 7 * dayMs;
  if (period === 'LAST_30_DAYS') return 30 * dayMs;
  return range.toMs - (range.fromMs ?? range.toMs);
}

function customRange(custom: {
  readonly from?: string | null;
  readonly to?: string | null;
}): Range {
  const fromMs = time('from', custom.from);
  const toMs = time('to', custom.to);
  if (toMs <= fromMs) {
    throw new NetError('BAD_INPUT', `\`to: ${custom.to}\` is not after \`from: ${custom.from}\`.`);
  }
  const calendar = (['day', 'week', 'month', 'quarter', 'year'] as const).find(
    (c) => startOf(c, fromMs) === fromMs && endOf(c, fromMs) === toMs,
  );
  return { fromMs, toMs, calendar };
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function time(name: string, text: string | null | undefined): number {
  const ms = rfc3339.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN;
  if (!(ms >= 0 && ms < Date.UTC(2100, 0, 1))) {
    throw new NetError(
      'BAD_INPUT',
      `\`${name}: ${text ?? 'null'}\` is no time: with period CUSTOM give RFC 3339 from 1970 to 2099, like 2026-01-31T00:00:00+08:00.`,
    );
  }
  return ms;
}

/** The start of the calendar period in which a moment lies. ISO weeks begin on Monday. */
export function startOf(calendar: Calendar, ms: number): number {
  const local = new Date(ms + shanghaiMs);
  const year = local.getUTCFullYear();
  const month = local.getUTCMonth();
  const day = Date.UTC(year, month, local.getUTCDate());
  switch (calendar) {
    case 'day':
      return day - shanghaiMs;
    case 'week':
      return day - ((local.getUTCDay() + 6) % 7) * dayMs - shanghaiMs;
    case 'month':
      return Date.UTC(year, month) - shanghaiMs;
    case 'quarter':
      return Date.UTC(year, month - (month % 3)) - shanghaiMs;
    case 'year':
      return Date.UTC(year, 0) - shanghaiMs;
  }
}

function endOf(calendar: Calendar, startMs: number): number {
  switch (calendar) {
    case 'day':
      return startMs + dayMs;
    case 'week':
      return startMs + 7 * dayMs;
    case 'month':
      return addMonths(startMs, 1);
    case 'quarter':
      return addMonths(startMs, 3);
    case 'year':
      return addMonths(startMs, 12);
  }
}

/** The same day and time in another month, or that month's last day when it has no such day. */
function addMonths(ms: number, months: number): number {
  const local = new Date(ms + shanghaiMs);
  const first = Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months);
  const next = Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months + 1);
  const inMonth = ms + shanghaiMs - Date.UTC(local.getUTCFullYear(), local.getUTCMonth());
  const lastDay = next - dayMs + (inMonth % dayMs);
  return Math.min(first + inMonth, lastDay) - shanghaiMs;
}
