/** Periods in Asia/Shanghai, which has been UTC+8 all year since 1992. */
import { NetError, parseDateTime } from '@onenet/contract';

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

/** The calendar period that a range is, or is the beginning of. */
export type Calendar = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A range of time: at or after `fromMs`, before `toMs`; UTC ms. */
export interface Range {
  /** Undefined: since the beginning, with opening balances. */
  readonly fromMs: number | undefined;
  readonly toMs: number;
  /** Where the period ends once it is over; later than `toMs` until then. */
  readonly endMs: number;
  /** Undefined: no calendar period, so people are an upper bound. */
  readonly calendar: Calendar | undefined;
}

/** Which period is meant, where its name alone does not say it. */
export interface PeriodInput {
  /** With CUSTOM. */
  readonly from?: string | null;
  readonly to?: string | null;
  /** With a calendar period: the one that contains this moment, instead of now. */
  readonly at?: string | null;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** Asia/Shanghai before UTC. */
export const shanghaiMs = 8 * hourMs;
/** No event is older: UTC ms. */
export const beginningMs = 0;

const calendars: Partial<Record<Period, Calendar>> = {
  TODAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  QUARTER: 'quarter',
  YEAR: 'year',
};

/**
 * What a period means now. While it is not over it is up to the end of this minute, so that whole
 * minutes suffice.
 */
export function rangeOf(period: Period, nowMs: number, input: PeriodInput = {}): Range {
  refuseUnused(period, input);
  const untilMs = Math.floor(nowMs / minuteMs) * minuteMs + minuteMs;
  const calendar = calendars[period];
  if (calendar) {
    const fromMs = startOf(calendar, input.at == null ? nowMs : time('at', input.at, nowMs));
    refuseFuture(period, fromMs, untilMs, 'at', input.at);
    const endMs = endOf(calendar, fromMs);
    return { fromMs, toMs: Math.min(endMs, untilMs), endMs, calendar };
  }
  if (period === 'CUSTOM') return customRange(input, nowMs, untilMs);
  if (period === 'ALL') {
    return { fromMs: undefined, toMs: untilMs, endMs: untilMs, calendar: undefined };
  }
  const today = startOf('day', nowMs);
  const days = period === 'LAST_7_DAYS' ? 7 : 30;
  const endMs = today + dayMs;
  return {
    fromMs: endMs - days * dayMs,
    toMs: Math.min(endMs, untilMs),
    endMs,
    calendar: undefined,
  };
}

/** Whether a period is not over yet: it is compared with the same part of another. */
export function isPartial({ toMs, endMs }: Range): boolean {
  return toMs < endMs;
}

function customRange({ from, to }: PeriodInput, nowMs: number, untilMs: number): Range {
  const fromMs = time('from', from, nowMs);
  const endMs = time('to', to, nowMs);
  if (endMs <= fromMs) {
    throw new NetError(
      'BAD_INPUT',
      `\`to: ${to}\` is not after \`from: ${from}\`${endMs < fromMs ? ': are they the wrong way round?' : '.'}`,
    );
  }
  refuseFuture('CUSTOM', fromMs, untilMs, 'from', from);
  const calendar = (['day', 'week', 'month', 'quarter', 'year'] as const).find(
    (c) => startOf(c, fromMs) === fromMs && endOf(c, fromMs) === endMs,
  );
  return { fromMs, toMs: Math.min(endMs, untilMs), endMs, calendar };
}

/** What a period does not use would be dropped in silence. */
function refuseUnused(period: Period, { from, to, at }: PeriodInput): void {
  if (period !== 'CUSTOM' && (from != null || to != null)) {
    throw new NetError(
      'BAD_INPUT',
      `\`from\` and \`to\` go with period CUSTOM, not with ${period}: leave them out, or ask for CUSTOM.`,
    );
  }
  if (at != null && !(period in calendars)) {
    throw new NetError(
      'BAD_INPUT',
      `\`at\` goes with ${Object.keys(calendars).join(', ')}, not with ${period}${period === 'CUSTOM' ? ': there, give `from` and `to`' : ''}.`,
    );
  }
}

function refuseFuture(
  period: Period,
  fromMs: number,
  untilMs: number,
  name: string,
  text: string | null | undefined,
): void {
  if (fromMs < untilMs) return;
  throw new NetError(
    'BAD_INPUT',
    `\`${name}: ${text}\`: this ${period} has not begun. Take a moment that is not in the future.`,
  );
}

/** RFC 3339; a date alone is its beginning in Asia/Shanghai. From 2000 to the end of next year. */
function time(name: string, text: string | null | undefined, nowMs: number): number {
  const ms = momentOf(text ?? '');
  const lastYear = new Date(nowMs + shanghaiMs).getUTCFullYear() + 1;
  if (ms !== undefined && ms >= startOfYear(2000) && ms <= startOfYear(lastYear + 1)) return ms;
  throw new NetError(
    'BAD_INPUT',
    ms === undefined
      ? `\`${name}: ${text ?? 'null'}\` is no time: give RFC 3339, like 2026-01-31 or 2026-01-31T00:00:00+08:00.`
      : `\`${name}: ${text}\` is out of range: from 2000 to the end of ${lastYear}.`,
  );
}

function momentOf(text: string): number | undefined {
  const full = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00+08:00` : text;
  try {
    return parseDateTime(full).getTime();
  } catch {
    // It is told with the name of the argument.
    return undefined;
  }
}

function startOfYear(year: number): number {
  return Date.UTC(year, 0) - shanghaiMs;
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
      return startOfYear(year);
  }
}

/** Where the calendar period that starts here ends. */
export function endOf(calendar: Calendar, startMs: number): number {
  switch (calendar) {
    case 'day':
      return startMs + dayMs;
    case 'week':
      return startMs + 7 * dayMs;
    case 'month':
      return addMonths(startMs, 1, 'lastDay');
    case 'quarter':
      return addMonths(startMs, 3, 'lastDay');
    case 'year':
      return addMonths(startMs, 12, 'lastDay');
  }
}

/**
 * The same day and time in another month. Where that month has no such day: the same time on its
 * last day, or its end.
 */
export function addMonths(ms: number, months: number, otherwise: 'lastDay' | 'end'): number {
  const local = new Date(ms + shanghaiMs);
  const first = Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months);
  const next = Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months + 1);
  const inMonth = ms + shanghaiMs - Date.UTC(local.getUTCFullYear(), local.getUTCMonth());
  const last = otherwise === 'end' ? next : next - dayMs + (inMonth % dayMs);
  return Math.min(first + inMonth, last) - shanghaiMs;
}
