/** The one list of metrics: what each is called, means and is computed by. Everything else comes from here. */
import { aid } from './metrics/aid.ts';
import { cards } from './metrics/cards.ts';
import { content } from './metrics/content.ts';
import { corrections } from './metrics/corrections.ts';
import { matching } from './metrics/matching.ts';
import { members } from './metrics/members.ts';
import { dimensionsOf } from './metrics/metric.ts';
import type { Dimension, Metric } from './metrics/metric.ts';
import { organizations } from './metrics/organizations.ts';
import { requests } from './metrics/requests.ts';
import { supervision } from './metrics/supervision.ts';
import { usage } from './metrics/usage.ts';

/** By the contract module that they belong to, in reading order; `usage` is the net's own. */
const byModule: Readonly<Record<string, readonly Metric[]>> = {
  requests,
  supervision,
  members,
  cards,
  aid,
  matching,
  corrections,
  content,
  organizations,
  usage,
};

/** `MetricDefinition` of analytics.graphql. */
export interface ListedMetric extends Metric {
  readonly module: string;
  readonly dimensions: readonly Dimension[];
}

export const metrics: readonly ListedMetric[] = Object.entries(byModule).flatMap(([module, list]) =>
  list.map((metric) => ({
    ...metric,
    module,
    dimensions: dimensionsOf[metric.source ?? 'events'],
  })),
);

/** The four figures of the overview, in reading order. */
export const overviewMetrics = [
  'requestsResolved',
  'requestsBacklog',
  'signUps',
  'engagement',
] as const;

const byName = new Map(metrics.map((metric) => [metric.name, metric]));

/** A metric by its name. */
export function metricByName(name: string): ListedMetric | undefined {
  return byName.get(name);
}
