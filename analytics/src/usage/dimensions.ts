/** By what a metric can be told apart: events by place, category and channel, use by client and code, both by platform. */
import { NetError } from '@onenet/contract';
import { gatewayCode } from '@onenet/feed';
import { dimensionsOf } from '../metrics/metric.ts';
import type { Dimension, Metric } from '../metrics/metric.ts';
import type { Freshness } from '../scope.ts';
import type { UsageReader } from './reader.ts';

/** What a question narrows to, or tells apart; absent: not. */
export interface Dimensions {
  readonly place?: unknown;
  readonly categories?: unknown;
  readonly channels?: unknown;
  readonly modules?: unknown;
  readonly clients?: unknown;
  readonly codes?: unknown;
}

const dimensionOf = {
  place: 'PLACE',
  categories: 'CATEGORY',
  channels: 'CHANNEL',
  modules: 'MODULE',
  clients: 'CLIENT',
  codes: 'CODE',
} as const;

/** Refuses what a metric cannot be told apart by: a filter that were left out would answer too much. */
export function checkDimensions(metric: Metric, asked: Dimensions): void {
  const known: readonly Dimension[] = dimensionsOf[metric.source ?? 'events'];
  const names = ['place', 'categories', 'channels', 'modules', 'clients', 'codes'] as const;
  const unknown = names.find((name) => asked[name] != null && !known.includes(dimensionOf[name]));
  if (!unknown) return;
  throw new NetError(
    'BAD_INPUT',
    `\`${metric.name}\` is not known by \`${unknown}\`: it is by ${known.join(', ')}. Ask for it by itself, without that.`,
  );
}

/** Whether a metric is counted from the gateways' record. */
export function isOfRequests({ source }: Metric): boolean {
  return source === 'requests' || source === 'calls';
}

/** Of what is counted from the gateways' record: that is one feed. */
export function usageFreshness(reader: UsageReader | undefined, nowMs: number): Freshness {
  const { position, completeTo, trouble } = reader?.progress ?? {};
  const readTo = position && position.recordedMs > 0 ? position.recordedMs : nowMs;
  return {
    asOf: completeTo ?? new Date(readTo).toISOString(),
    answered: trouble === '' ? 1 : 0,
    asked: 1,
    behind: trouble === '' ? [] : [gatewayCode],
  };
}

/** Where nothing has ever been read, there is nothing to count: that is not zero. */
export function isUnread(reader: UsageReader | undefined): boolean {
  return reader === undefined || reader.progress.position.sequence === 0;
}
