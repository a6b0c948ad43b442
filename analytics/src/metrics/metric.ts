/** What a metric is, and the clauses of which its expressions are made. */
import { eventTypes } from '@onenet/contract';
import type { EventType, EventTypeName } from '@onenet/contract';

/**
 * How a metric adds up over time and owners. A FLOW is what happened in the period, a STOCK what is there
 * at its end, a RATIO two flows divided, a SHARE two stocks divided, a DISTRIBUTION a quantile, and PEOPLE
 * are counted once each.
 */
export type MetricKind = 'FLOW' | 'STOCK' | 'RATIO' | 'SHARE' | 'DISTRIBUTION' | 'PEOPLE';
/** What a metric is computed from: events of the owners' feeds, requests to the gateway, its calls to owners, the feeds themselves. */
export type MetricSource = 'events' | 'requests' | 'calls' | 'feeds';
/** By what metrics of each source can be told apart: `TopBy` of analytics.graphql. */
export const dimensionsOf = {
  events: ['PLATFORM', 'PLACE', 'CATEGORY', 'CHANNEL', 'MODULE'],
  requests: ['PLATFORM', 'CLIENT', 'CODE'],
  calls: ['PLATFORM', 'CLIENT', 'CODE'],
  feeds: ['PLATFORM'],
} as const satisfies Record<MetricSource, readonly string[]>;
export type Dimension = (typeof dimensionsOf)[MetricSource][number];
export type MetricDirection = 'UP_IS_GOOD' | 'DOWN_IS_GOOD' | 'NEUTRAL';

/** `MetricDefinition` of analytics.graphql without its module, and how it is computed. */
export interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly direction: MetricDirection;
  /** With `%` the value is a share from 0 to 1. */
  readonly unit: string;
  readonly unitEn: string;
  readonly label: string;
  readonly labelEn: string;
  readonly explanation: string;
  readonly explanationEn: string;
  /** Absent: events. */
  readonly source?: Exclude<MetricSource, 'events'>;
  /** The event types that it is made of. */
  readonly types: readonly EventTypeName[];
  /**
   * One clause of a SELECT over cells (`type`, `total`, `value_sum`, `on_time_count`, …); of a
   * distribution, over raw; of what is not of events, over the rows of its source (usage/figures.ts). `{{firsts}}` stands for the column of people's period.
   */
  readonly expression: string;
  /** Of a SHARE: the stock of which `expression` is a part. */
  readonly whole?: string;
  /**
   * Of money: `expression` is in whole fen, which a Float64 adds exactly up to 2^53 (90 trillion yuan);
   * the answer is in yuan, divided once, at the end.
   */
  readonly inFen?: true;
}

/** The sum of `count` over a type's events. */
export function total(type: EventTypeName): string {
  return sum('total', type);
}

export function sum(column: string, type: EventTypeName): string {
  return `sumIf(${column}, type = '${type}')`;
}

/** Null where there is nothing to divide by: then it is not zero. */
export function ratio(above: string, below: string): string {
  return `if(${below} > 0, (${above}) / (${below}), NULL)`;
}

type Computed<Also extends keyof Metric = never> = Pick<
  Metric,
  'kind' | 'types' | 'expression' | Also
>;

/** The number of one type's events. */
export function counted(type: EventTypeName): Computed {
  return { kind: 'FLOW', types: [type], expression: total(type) };
}

/** What came, less what went. */
export function balance(
  kind: 'FLOW' | 'STOCK',
  came: readonly EventTypeName[],
  went: readonly EventTypeName[],
  column: 'total' | 'value_sum' = 'total',
): Computed {
  const columns = (types: readonly EventTypeName[]): string[] =>
    types.map((type) => sum(column, type));
  const expression = [columns(came).join(' + '), ...columns(went)].join(' - ');
  return { kind, types: [...came, ...went], expression };
}

/** The sum of one type's fen, less another's. */
export function money(came: EventTypeName, ...went: EventTypeName[]): Computed<'inFen'> {
  return { ...balance('FLOW', [came], went, 'value_sum'), inFen: true };
}

/** Of one type's events with a deadline, the share within it. */
export function onTime(...types: EventTypeName[]): Computed {
  const columns = (column: string): string => types.map((type) => sum(column, type)).join(' + ');
  return {
    kind: 'RATIO',
    types,
    expression: ratio(columns('on_time_count'), `(${columns('timed_count')})`),
  };
}

/** Hours that a share of one type's events did not exceed; their `value` is in minutes. */
export function hours(share: number, type: EventTypeName): Computed {
  return {
    kind: 'DISTRIBUTION',
    types: [type],
    expression: `quantileExactIf(${share})(value, type = '${type}') / 60`,
  };
}

/** Who did anything that the contract counts these people by. */
export function people(measure: NonNullable<EventType['people']>): Computed {
  const types = Object.entries<EventType>(eventTypes).flatMap(([type, of]) =>
    // The keys of the list are its names.
    of.people === measure ? [type as EventTypeName] : [],
  );
  const names = types.map((type) => `'${type}'`).join(', ');
  return { kind: 'PEOPLE', types, expression: `sumIf({{firsts}}, type IN (${names}))` };
}
