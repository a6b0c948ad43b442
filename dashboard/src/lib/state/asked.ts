/** What an address asks: the period, the comparison, the filters, and as of which state. */
import {
  comparisons,
  periods,
  type Asked,
  type Comparison,
  type Period,
  type Scope,
} from '../api/metrics.ts';
import { choose } from './choices.ts';

/** What follows the `?`. */
type Params = Pick<URLSearchParams, 'get'>;

/** The filters that an address may have, each of one value. */
export const filters = ['place', 'platform', 'category', 'channel'] as const;

/** What is asked when the address says nothing. */
export const defaults: Readonly<Record<string, string>> = {
  period: periods[0],
  compare: comparisons[0],
  from: '',
  to: '',
  asOf: '',
  ...Object.fromEntries(filters.map((filter) => [filter, ''])),
};

/** CUSTOM only with two days that analytics would take; else the default. */
export function periodOf(params: Params): Period {
  const period = choose(params.get('period'), periods);
  if (period !== 'CUSTOM') return period;
  const { from, to } = daysOf(params);
  return isDay(from) && isDay(to) && from <= to ? period : periods[0];
}

export function comparisonOf(params: Params): Comparison {
  return choose(params.get('compare'), comparisons);
}

/** The first and the last day of a period of one's own. */
export function daysOf(params: Params): { readonly from: string; readonly to: string } {
  return { from: params.get('from') ?? '', to: params.get('to') ?? '' };
}

/** Who passes a wall is not known: there nothing is told of a place below the county, where counts are of few. */
const wall = '/wall';
const countyDigits = 6;

/** The place that a page is narrowed to; empty: everywhere. */
export function placeOf(params: Params, path: string): string {
  const place = params.get('place') ?? '';
  return path === wall ? place.slice(0, countyDigits) : place;
}

/** Whose parts a wall tells apart: those of a county would be below it, so they are its city's or, of a direct city, the province's. */
export function wholeOnWall(place: string): string {
  if (place === '' || place.startsWith('4290')) return '420000';
  return place.endsWith('00') ? place : `${place.slice(0, 4)}00`;
}

export function askedOf(params: Params, path: string): Asked {
  const period = periodOf(params);
  const { from, to } = daysOf(params);
  const place = placeOf(params, path);
  const [platform, category, channel, state] = ['platform', 'category', 'channel', 'asOf'].map(
    (name) => params.get(name) ?? '',
  );
  return {
    period,
    compareWith: comparisonOf(params),
    ...(period === 'CUSTOM' && { from, to: dayAfter(to) }),
    ...(place && { place }),
    ...(platform && { platforms: [platform] }),
    ...(category && { categories: [category] }),
    ...(channel && { channels: [channel] }),
    ...(state && { state }),
  };
}

/** The same, over another period. */
export function overPeriod(asked: Asked, period: Exclude<Period, 'CUSTOM'>): Asked {
  const { from: _from, to: _to, ...rest } = asked;
  return { ...rest, period };
}

/** Laid over a question about what is known by platform alone: what the address says of other things is not asked. */
export const byPlatformAlone = {
  place: undefined,
  categories: undefined,
  channels: undefined,
} as const;

/** The same, where nothing is compared. */
export function scopeOf(asked: Asked): Scope {
  const { compareWith: _comparison, ...scope } = asked;
  return scope;
}

const dayMs = 86_400_000;
/** Analytics takes times from 2000 to the end of next year; what is far off it refuses itself. */
const dayForm = /^2[01]\d\d-\d\d-\d\d$/;

function isDay(day: string): boolean {
  // 2026-02-30 is read as a day in March.
  return dayForm.test(day) && dayOf(Date.parse(day)) === day;
}

function dayAfter(day: string): string {
  return dayOf(Date.parse(day) + dayMs);
}

function dayOf(time: number): string {
  return Number.isNaN(time) ? '' : new Date(time).toISOString().slice(0, 10);
}
