/** Figures of metrics by platform over a range, for the rules of alerts. */
import type { Metric } from '../metrics/metric.ts';
import { dayMs, shanghaiMs } from '../periods.ts';
import type { Range } from '../periods.ts';
import { answer } from '../query.ts';
import type { Answers } from '../query.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import type { Reading, Rule, Subject } from './rule.ts';

export type OfMetric = Extract<Subject, { readonly of: 'METRIC' }>;
export interface MetricRule extends Rule {
  readonly subject: OfMetric;
}

/** What is asked, of whom. */
export interface Ask {
  readonly sources: Sources;
  readonly platforms: readonly string[];
  readonly metrics: readonly Metric[];
  readonly nowMs: number;
}

export type Whole = Range & { readonly fromMs: number };
/** What a rule finds of a platform; undefined: nobody knows. */
export type Read = (rule: MetricRule, platform: string) => Reading | undefined;

/** While no epoch is exchanged for another: of half a log every figure is wrong. */
export async function figures(
  { sources: { clickhouse, ingest, usage }, platforms, metrics, nowMs }: Ask,
  range: Range,
  compared?: Range,
): Promise<Answers> {
  return await ingest.question(async () => {
    const filter = {
      epochs: epochsIn(ingest, { platforms }),
      place: undefined,
      categories: undefined,
      channels: undefined,
      simulated: true,
    };
    const use = { platforms, clients: undefined, upTo: usage?.progress.position };
    const group = { by: 'platform' } as const;
    return await answer(
      { clickhouse, ingest },
      { metrics, range, compared, group, filter, usage: use, nowMs },
    );
  });
}

/** A whole day or hour. */
export function whole(fromMs: number, toMs: number, isDay: boolean): Whole {
  return { fromMs, toMs, endMs: toMs, calendar: isDay ? 'day' : undefined };
}

/** A period as a reading tells it; a whole day or hour by its name too. */
export function told({ fromMs, toMs, endMs }: Whole) {
  const lengthMs = endMs - fromMs;
  const name = new Date(fromMs + shanghaiMs).toISOString().slice(0, lengthMs === dayMs ? 10 : 13);
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    about: lengthMs > dayMs ? null : name,
    mayClose: true,
  };
}
