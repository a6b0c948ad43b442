/** What series, tops and tables ask alike, and the question that this makes at a moment. */
import type { Moment } from './as-of.ts';
import type { Group } from './cells.ts';
import { comparedRange } from './comparisons.ts';
import type { Comparison } from './comparisons.ts';
import type { Metric } from './metrics/metric.ts';
import { rangeOf } from './periods.ts';
import type { Period, PeriodInput } from './periods.ts';
import type { Question } from './query.ts';
import { epochsIn } from './scope.ts';
import type { Where } from './scope.ts';
import type { UsageReader } from './usage/reader.ts';

/** The part of an input that says what is counted; absent or null: everything. */
export interface CountedInput extends PeriodInput {
  readonly period: Period;
  readonly platforms?: readonly string[] | null;
  readonly place?: string | null;
  readonly categories?: readonly string[] | null;
  readonly channels?: readonly string[] | null;
  readonly clients?: readonly string[] | null;
  readonly simulated: boolean;
  readonly compareWith: Comparison;
  /** A token that an answer gave: its figures again. */
  readonly state?: string | null;
}

/** By totals; points come with a grain. */
export function questionOf(
  { feeds, later, periods }: Moment,
  input: CountedInput,
  of: {
    readonly metrics: readonly Metric[];
    readonly where: Where;
    readonly group: Group;
    readonly usage: UsageReader | undefined;
    readonly nowMs: number;
  },
): Question {
  const { metrics, where, group, usage, nowMs } = of;
  const { period, from, to, at, compareWith } = input;
  const ranges = periods({ period, from, to, at, compareWith }, (momentMs) => {
    const range = rangeOf(period, momentMs, input);
    return { range, compared: comparedRange(range, compareWith) };
  });
  return {
    metrics,
    ...ranges,
    group,
    nowMs,
    usage: {
      platforms: where.platforms,
      clients: input.clients ?? undefined,
      upTo: usage?.progress.position,
    },
    filter: {
      epochs: epochsIn(feeds, where),
      later,
      place: where.place,
      categories: input.categories ?? undefined,
      channels: input.channels ?? undefined,
      simulated: input.simulated,
    },
  };
}
