/** What a range is compared with: the same part of another period, or the same days counted in another way. */
import { springFestivalOf } from '@onenet/contract/spring-festival';
import { addMonths, dayMs, isPartial, shanghaiMs } from './periods.ts';
import type { Calendar, Range } from './periods.ts';

export type Comparison = 'NONE' | 'PREVIOUS_PERIOD' | 'YEAR_AGO' | 'WEEKDAY' | 'SPRING_FESTIVAL';

/** So many days are always the same weekdays; in them lies a year less one or two days. */
const yearOfWeeksMs = 52 * 7 * dayMs;

/** The range to compare with; undefined when there is none. */
export function comparedRange(range: Range, comparison: Comparison): Range | undefined {
  const { fromMs, calendar } = range;
  if (comparison === 'NONE' || fromMs === undefined) return undefined;
  switch (comparison) {
    case 'PREVIOUS_PERIOD': {
      const months = monthsOf(calendar);
      if (months === undefined) return earlier(range, fromMs, range.endMs - fromMs, calendar);
      return monthsEarlier(range, fromMs, months);
    }
    case 'YEAR_AGO':
      // A week has its match in a week: of parts of two, the people could not be counted.
      if (calendar === 'week') return earlier(range, fromMs, yearOfWeeksMs, calendar);
      return monthsEarlier(range, fromMs, 12);
    case 'WEEKDAY':
      return earlier(range, fromMs, yearOfWeeksMs, calendar);
    case 'SPRING_FESTIVAL':
      return earlier(range, fromMs, betweenFestivals(range), calendar);
  }
}

/** From last year's Spring Festival to that of the year in which the period ends. */
function betweenFestivals({ endMs }: Range): number {
  const year = new Date(endMs - 1 + shanghaiMs).getUTCFullYear();
  return springFestivalOf(year) - springFestivalOf(year - 1);
}

/** The range so much earlier; of a month or a week that may be none. */
function earlier(
  { toMs, endMs }: Range,
  fromMs: number,
  shiftMs: number,
  calendar: Calendar | undefined,
): Range {
  const remains = calendar === 'day' || (calendar === 'week' && shiftMs % (7 * dayMs) === 0);
  return {
    fromMs: fromMs - shiftMs,
    toMs: toMs - shiftMs,
    endMs: endMs - shiftMs,
    calendar: remains ? calendar : undefined,
  };
}

/** The same days of earlier months. March 31 has no match in February: the same part is all of it then. */
function monthsEarlier({ toMs, endMs, calendar }: Range, fromMs: number, months: number): Range {
  const from = addMonths(fromMs, -months, 'lastDay');
  // Of a day or less the length tells: February 29 is compared with 28.
  const end = (ms: number): number =>
    endMs - fromMs <= dayMs ? from + ms - fromMs : addMonths(ms, -months, 'end');
  return { fromMs: from, toMs: end(toMs), endMs: end(endMs), calendar };
}

function monthsOf(calendar: Calendar | undefined): number | undefined {
  if (calendar === 'month') return 1;
  if (calendar === 'quarter') return 3;
  return calendar === 'year' ? 12 : undefined;
}

/** A period as an answer says it. */
export interface ToldPeriod {
  /** Null: since the beginning. */
  readonly from: string | null;
  readonly to: string;
  readonly comparedFrom: string | null;
  readonly comparedTo: string | null;
  /** Not over yet, and so compared with the same part. */
  readonly partial: boolean;
}

export function toldPeriod(range: Range, compared: Range | undefined): ToldPeriod {
  const told = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  return {
    from: told(range.fromMs),
    to: new Date(range.toMs).toISOString(),
    comparedFrom: told(compared?.fromMs),
    comparedTo: told(compared?.toMs),
    partial: isPartial(range),
  };
}
