/** Questions about one period and one part of the net, at a state: funnels and distributions. */
import { asOf } from './as-of.ts';
import type { Definitions } from './as-of.ts';
import type { Filter } from './cells.ts';
import { toldPeriod } from './comparisons.ts';
import type { ToldPeriod } from './comparisons.ts';
import { refuseUnknown } from './known.ts';
import { rangeOf } from './periods.ts';
import type { Period, PeriodInput, Range } from './periods.ts';
import { epochsIn, freshnessOf } from './scope.ts';
import type { Freshness } from './scope.ts';
import type { Sources } from './series.ts';

/** What `RequestFunnelInput` and `DistributionInput` of analytics.graphql have in common. */
export interface PartInput extends PeriodInput {
  readonly period: Period;
  readonly platforms?: readonly string[] | null;
  readonly place?: string | null;
  readonly categories?: readonly string[] | null;
  readonly channels?: readonly string[] | null;
  readonly simulated: boolean;
  readonly state?: string | null;
}

/** What every answer says of its period, how complete it is, and how to ask for it again. */
export type PartAnswer = Omit<ToldPeriod, 'comparedFrom' | 'comparedTo'> &
  Freshness & { readonly state: string | null };

/** `count` answers the question itself, from what was in at the state alone. */
export async function askPart<T>(
  sources: Sources,
  input: PartInput,
  definitions: Definitions,
  nowMs: number,
  count: (range: Range, filter: Filter) => Promise<T>,
): Promise<T & PartAnswer> {
  const { period, from, to, at, categories, channels, simulated, state } = input;
  const where = { platforms: input.platforms ?? undefined, place: input.place ?? undefined };
  refuseUnknown(sources.ingest, where);
  const asked = { state, definitions, platforms: where.platforms };
  return await asOf(sources, asked, nowMs, async (moment) => {
    const range = moment.periods({ period, from, to, at }, (momentMs) =>
      rangeOf(period, momentMs, input),
    );
    const counted = await count(range, {
      epochs: epochsIn(moment.feeds, where),
      later: moment.later,
      place: where.place,
      categories: categories ?? undefined,
      channels: channels ?? undefined,
      simulated,
    });
    const { comparedFrom: _from, comparedTo: _to, ...told } = toldPeriod(range, undefined);
    return {
      ...counted,
      ...told,
      ...freshnessOf(moment.feeds, where),
      state: moment.state(),
    };
  });
}
