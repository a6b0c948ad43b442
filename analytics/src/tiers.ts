/** Covers a range exactly with the coarsest tables that can: days, then hours, minutes, and raw at the edges. */
import type { Grain } from './grains.ts';
import { dayMs, hourMs, minuteMs, shanghaiMs } from './periods.ts';

export type Tier = 'day' | 'hour' | 'minute' | 'raw';

/** A part of a range, and the table that answers it. */
export interface Piece {
  readonly tier: Tier;
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far back the minute table surely goes; its rows are dropped after 3 days. */
const minutesKeptMs = 3 * dayMs - 5 * minuteMs;
const unitMs = { day: dayMs, hour: hourMs, minute: minuteMs } as const;
const finer = { day: 'hour', hour: 'minute', minute: 'raw' } as const;
const coarsest = { MONTH: 'day', WEEK: 'day', DAY: 'day', HOUR: 'hour', MINUTE: 'minute' } as const;

/**
 * The pieces of [fromMs, toMs), in order. `grain`: no piece is coarser than the points asked for.
 * `onlyRaw`: for places finer than a county, which no rollup has.
 */
export function tiersOf(
  fromMs: number,
  toMs: number,
  nowMs: number,
  { grain, onlyRaw = false }: { readonly grain?: Grain | undefined; readonly onlyRaw?: boolean },
): Piece[] {
  if (toMs <= fromMs) return [];
  if (onlyRaw) return [{ tier: 'raw', fromMs, toMs }];
  return cover(grain ? coarsest[grain] : 'day', fromMs, toMs, nowMs);
}

function cover(tier: Tier, fromMs: number, toMs: number, nowMs: number): Piece[] {
  if (fromMs >= toMs) return [];
  if (tier === 'raw') return [{ tier, fromMs, toMs }];
  const next = finer[tier];
  if (tier === 'minute' && fromMs < nowMs - minutesKeptMs) return cover(next, fromMs, toMs, nowMs);
  const unit = unitMs[tier];
  const first = Math.ceil((fromMs + shanghaiMs) / unit) * unit - shanghaiMs;
  const last = Math.floor((toMs + shanghaiMs) / unit) * unit - shanghaiMs;
  if (first >= last) return cover(next, fromMs, toMs, nowMs);
  return [
    ...cover(next, fromMs, first, nowMs),
    { tier, fromMs: first, toMs: last },
    ...cover(next, last, toMs, nowMs),
  ];
}
