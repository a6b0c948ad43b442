/** Covers a range exactly with the coarsest sums that can: of months, then days, hours, minutes, and raw at the edges. */
import type { Grain } from './grains.ts';
import { dayMs, endOf, hourMs, minuteMs, shanghaiMs, startOf } from './periods.ts';

/** The tiers of onenet.cells. `places`: days of places below the county, which the others do not know. */
export type Tier = 'month' | 'day' | 'hour' | 'minute' | 'places';

/** A part of a range, and what answers it. */
export interface Piece {
  readonly tier: Tier | 'raw';
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far back minutes surely go; they are dropped after 3 days. */
const minutesKeptMs = 3 * dayMs - 5 * minuteMs;
const unitMs = { day: dayMs, places: dayMs, hour: hourMs, minute: minuteMs } as const;
const finer = {
  month: 'day',
  day: 'hour',
  hour: 'minute',
  minute: 'raw',
  places: 'raw',
} as const satisfies Record<Tier, Tier | 'raw'>;
const coarsest = {
  MONTH: 'month',
  WEEK: 'day',
  DAY: 'day',
  HOUR: 'hour',
  MINUTE: 'minute',
} as const satisfies Record<Grain, Tier>;

/**
 * The pieces of [fromMs, toMs), in order. `grain`: no piece is coarser than the points asked for.
 * `belowCounty`: for places finer than a county.
 */
export function tiersOf(
  fromMs: number,
  toMs: number,
  nowMs: number,
  {
    grain,
    belowCounty = false,
  }: { readonly grain?: Grain | undefined; readonly belowCounty?: boolean },
): Piece[] {
  const tier = grain ? coarsest[grain] : 'month';
  if (!belowCounty) return cover(tier, fromMs, toMs, nowMs);
  return cover(tier === 'hour' || tier === 'minute' ? 'raw' : 'places', fromMs, toMs, nowMs);
}

function cover(tier: Tier | 'raw', fromMs: number, toMs: number, nowMs: number): Piece[] {
  if (fromMs >= toMs) return [];
  if (tier === 'raw') return [{ tier, fromMs, toMs }];
  const next = finer[tier];
  if (tier === 'minute' && fromMs < nowMs - minutesKeptMs) return cover(next, fromMs, toMs, nowMs);
  const last = unitStart(tier, toMs);
  // Nothing is older than 0: there every unit begins.
  const first = fromMs <= 0 || unitStart(tier, fromMs) === fromMs ? fromMs : unitEnd(tier, fromMs);
  if (first >= last) return cover(next, fromMs, toMs, nowMs);
  return [
    ...cover(next, fromMs, first, nowMs),
    { tier, fromMs: first, toMs: last },
    ...cover(next, last, toMs, nowMs),
  ];
}

/** The beginning of the unit that contains a moment. */
function unitStart(tier: Tier, ms: number): number {
  if (tier === 'month') return startOf('month', ms);
  return Math.floor((ms + shanghaiMs) / unitMs[tier]) * unitMs[tier] - shanghaiMs;
}

function unitEnd(tier: Tier, ms: number): number {
  const start = unitStart(tier, ms);
  return tier === 'month' ? endOf('month', start) : start + unitMs[tier];
}
