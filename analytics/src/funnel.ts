/**
 * How many requests took each step from submission to rating within a period. Events name no record, so
 * these are the steps that were taken in the period, by whichever requests, and no cohort that is followed.
 */
import { definitionsOf } from './as-of.ts';
import { knownMetric } from './known.ts';
import { counted } from './metrics/metric.ts';
import type { Metric } from './metrics/metric.ts';
import { askPart } from './part.ts';
import type { PartAnswer, PartInput } from './part.ts';
import { answer } from './query.ts';
import { refuseForgotten } from './raw-kept.ts';
import type { Sources } from './series.ts';

/** In order. */
const steps = [
  ['SUBMITTED', 'onenet.request.submitted'],
  ['VERIFIED', 'onenet.request.verified'],
  ['DISPATCHED', 'onenet.request.dispatched'],
  ['ACCEPTED', 'onenet.request.accepted'],
  ['RESOLVED', 'onenet.request.resolved'],
  ['FEEDBACK', 'onenet.request.feedback'],
  ['RATED', 'onenet.request.rated'],
] as const;

const metrics = steps.map(([step, type]): Metric => ({
  ...knownMetric('requestsSubmitted'),
  ...counted(type),
  name: `funnel${step}`,
}));

/** `FunnelStep` of analytics.graphql. */
interface FunnelStep {
  readonly step: (typeof steps)[number][0];
  readonly count: number | null;
  readonly shareOfBefore: number | null;
  readonly shareOfFirst: number | null;
}

/** `RequestFunnel` of analytics.graphql. */
export interface RequestFunnel extends PartAnswer {
  readonly steps: readonly FunnelStep[];
}

export async function requestFunnel(
  sources: Sources,
  input: PartInput,
  nowMs: number,
): Promise<RequestFunnel> {
  return await askPart(sources, input, definitionsOf(metrics), nowMs, async (range, filter) => {
    // Where no feed has ever come in, there is nothing to count: that is not zero.
    const isSilent = filter.epochs.size === 0;
    const question = { metrics, range, filter, nowMs, group: { by: 'all' } } as const;
    refuseForgotten(sources.ingest, question);
    const found = (await answer(sources, question)).get('');
    const counts = metrics.map(({ name }) => (isSilent ? null : (found?.get(name)?.value ?? 0)));
    return {
      steps: steps.map(([step], i) => ({
        step,
        count: counts[i] ?? null,
        shareOfBefore: i === 0 ? null : share(counts[i], counts[i - 1]),
        shareOfFirst: i === 0 ? null : share(counts[i], counts[0]),
      })),
    };
  });
}

function share(part: number | null = null, whole: number | null = null): number | null {
  return part === null || whole === null || whole <= 0 ? null : part / whole;
}
