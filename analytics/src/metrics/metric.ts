/** What a metric is, and the clauses of which its expressions are made. */
import { eventTypes } from '@onenet/contract';
import type { EventType, EventTypeName } from '@onenet/contract';
import { sum, textOf, total } from './formula.ts';
import type { Formula, Term } from './formula.ts';

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
  /** Of sums of events; absent of a distribution, and of what is not of events. */
  readonly formula?: Formula;
  /**
   * What the figure means, as one clause of a SELECT: of a formula the same over sums by type; of a distribution, which
   * is asked so, over raw; of what is not of events, over the rows of its source (usage/figures.ts).
   */
  readonly expression: string;
  /** Of a SHARE: the stock of which `formula` is a part. */
  readonly whole?: Formula;
  /**
   * Of money: `formula` is in whole fen, which a Float64 adds exactly up to 2^53 (90 trillion yuan);
   * the answer is in yuan, divided once, at the end.
   */
  readonly inFen?: true;
}

type Computed<Also extends keyof Metric = never> = Pick<
  Metric,
  'kind' | 'types' | 'formula' | 'expression' | Also
>;

/** Of sums of events: the expression says the same. */
export function computed(formula: Formula): Pick<Metric, 'formula' | 'expression'> {
  return { formula, expression: textOf(formula) };
}

/** The number of one type's events. */
export function counted(type: EventTypeName): Computed {
  return { kind: 'FLOW', types: [type], ...computed({ terms: [total(type)] }) };
}

/** What came, less what went. */
export function balance(
  kind: 'FLOW' | 'STOCK',
  came: readonly EventTypeName[],
  went: readonly EventTypeName[],
  column: 'total' | 'value_sum' = 'total',
): Computed {
  const terms: Term[] = [
    ...came.map((type) => sum(column, type)),
    ...went.map((type): Term => ({ ...sum(column, type), isLess: true })),
  ];
  return { kind, types: [...came, ...went], ...computed({ terms }) };
}

/** The sum of one type's fen, less another's. */
export function money(came: EventTypeName, ...went: EventTypeName[]): Computed<'inFen'> {
  return { ...balance('FLOW', [came], went, 'value_sum'), inFen: true };
}

/** Of some types' events with a deadline, the share within it. */
export function onTime(...types: EventTypeName[]): Computed {
  const terms = types.map((type) => sum('on_time_count', type));
  const by = types.map((type) => sum('timed_count', type));
  return { kind: 'RATIO', types, ...computed({ terms, by }) };
}

/** Hours that a share of one type's events did not exceed; their `value` is in minutes. */
export function hours(share: number, type: EventTypeName): Omit<Computed, 'formula'> {
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
  return { kind: 'PEOPLE', types, ...computed({ terms: [{ column: 'firsts', types }] }) };
}

/** The event types that metrics are made of. */
export function typesOf(metrics: readonly Metric[]): EventTypeName[] {
  return [...new Set(metrics.flatMap((metric) => metric.types))];
}
