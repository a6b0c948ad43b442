/** The points of a range: which grain they have, where each begins, and how many there may be. */
import { NetError } from '@onenet/contract';
import { dayMs, endOf, hourMs, minuteMs, startOf } from './periods.ts';
import type { Range } from './periods.ts';

/** From the finest to the coarsest. */
const grains = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const;
export type Grain = (typeof grains)[number];
/** `AUTO`: by the range. */
export type AskedGrain = Grain | 'AUTO';

const maxPoints = 2_000;
/** More of them are no help to an eye: a day by hours, a quarter by days, two years by weeks. */
const readablePoints = 120;

/** A range of which the beginning is known: of all that ever was, the first event. */
export interface KnownRange extends Range {
  readonly fromMs: number;
}

/** The grain of an answer's points; one that is too fine is the caller's error. */
export function grainOf(asked: AskedGrain, range: KnownRange): Grain {
  if (asked === 'AUTO') {
    // By the whole period, so that it is the same from its first minute on.
    const whole = { ...range, toMs: range.endMs };
    return grains.find((grain) => pointsIn(whole, grain) <= readablePoints) ?? 'MONTH';
  }
  const points = pointsIn(range, asked);
  if (points <= maxPoints) return asked;
  const fits = grains.find((grain) => pointsIn(range, grain) <= maxPoints);
  throw new NetError(
    'BAD_INPUT',
    `\`grain: ${asked}\` is too fine for this period: it has ${points} points, at most ${maxPoints} are given. ${fits ? `Take ${fits}, the next that fits, or AUTO.` : 'Take a shorter period.'}`,
  );
}

/** The starts of a range's points, in order; the first may lie before the range. */
export function* bucketsOf({ fromMs, toMs }: KnownRange, grain: Grain): Generator<number> {
  for (let at = bucketStart(fromMs, grain); at < toMs; at = bucketEnd(at, grain)) yield at;
}

function pointsIn(range: KnownRange, grain: Grain): number {
  const lengthMs = range.toMs - bucketStart(range.fromMs, grain);
  const unitMs = units[grain];
  if (unitMs !== undefined) return Math.ceil(lengthMs / unitMs);
  return [...bucketsOf(range, grain)].length;
}

/** Of months no two need be as long. */
const units: Partial<Record<Grain, number>> = {
  MINUTE: minuteMs,
  HOUR: hourMs,
  DAY: dayMs,
  WEEK: 7 * dayMs,
};

const calendars = { DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;

function bucketStart(ms: number, grain: Grain): number {
  if (grain === 'HOUR') return Math.floor(ms / hourMs) * hourMs;
  if (grain === 'MINUTE') return Math.floor(ms / minuteMs) * minuteMs;
  return startOf(calendars[grain], ms);
}

function bucketEnd(startMs: number, grain: Grain): number {
  if (grain === 'HOUR') return startMs + hourMs;
  if (grain === 'MINUTE') return startMs + minuteMs;
  return endOf(calendars[grain], startMs);
}
