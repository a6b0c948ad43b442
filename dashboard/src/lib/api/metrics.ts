/** What analytics answers: figures, their history, rankings. Long, since each question stands with the shape of its answer. */
import { askAnalytics, type Answer } from './client.ts';
import { list, nullable, number, object, text, truth, type Reads } from './read.ts';

/** The first is the default. */
export const periods = [
  'TODAY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
  'LAST_30_DAYS',
  'ALL',
  'CUSTOM',
] as const;
export type Period = (typeof periods)[number];

/** The first is the default. */
export const comparisons = [
  'PREVIOUS_PERIOD',
  'YEAR_AGO',
  'WEEKDAY',
  'SPRING_FESTIVAL',
  'NONE',
] as const;
export type Comparison = (typeof comparisons)[number];

/** By what figures are told apart: `TopBy` of analytics.graphql. */
export const dimensions = [
  'PLATFORM',
  'PLACE',
  'CATEGORY',
  'CHANNEL',
  'CLIENT',
  'CODE',
  'MODULE',
] as const;
export type TopBy = (typeof dimensions)[number];

export type Grain = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH' | 'AUTO';

/** Of what a question is: the period, the filters, and as of which state. */
export interface Scope {
  readonly period: Period;
  /** With CUSTOM: the first day, YYYY-MM-DD. */
  readonly from?: string;
  /** With CUSTOM: the day after the last one. */
  readonly to?: string;
  readonly platforms?: readonly string[] | undefined;
  readonly place?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  /** A token of an earlier answer: the same is answered again. */
  readonly state?: string;
  /** Whether what the simulation made counts; it does when absent. */
  readonly simulated?: boolean;
}

/** A {@link Scope}, and what it is compared with. */
export interface Asked extends Scope {
  readonly compareWith?: Comparison;
}

export interface MetricsInput extends Asked {
  readonly metrics: readonly string[];
  readonly grain?: Grain;
}

export interface TopsInput extends Asked {
  readonly metric: string;
  readonly by: TopBy;
  readonly first: number;
}

export interface MetricTableInput extends Asked {
  readonly metrics: readonly string[];
  readonly by: TopBy;
  readonly orderBy?: string;
  readonly ascending?: boolean;
  readonly first?: number;
}

export const definition = object({
  name: text,
  module: text,
  dimensions: list(text),
  kind: text,
  direction: text,
  unit: text,
  unitEn: text,
  label: text,
  labelEn: text,
  explanation: text,
  explanationEn: text,
});
export type MetricDefinition = Reads<typeof definition>;

/** What every answer says of itself. */
export const covered = {
  /** RFC 3339: all events up to this time are in. */
  asOf: text,
  /** Given as `state`, the same is answered again; null where it cannot be had again. */
  state: nullable(text),
  answered: number,
  asked: number,
  behind: list(text),
};
export type Covered = Reads<ReturnType<typeof object<typeof covered>>>;

/** What is compared of the same answer, where something is. */
export interface Compared {
  readonly comparedFrom?: string | null;
  readonly comparedTo?: string | null;
}
export const coveredFields = 'asOf state answered asked behind';

export const series = object({
  metric: text,
  value: nullable(number),
  opening: nullable(number),
  previous: nullable(number),
  change: nullable(number),
  points: nullable(list(object({ at: text, value: nullable(number) }))),
  upperBound: truth,
  from: nullable(text),
  to: text,
  comparedFrom: nullable(text),
  comparedTo: nullable(text),
  partial: truth,
  grain: nullable(text),
  ...covered,
});
export type MetricSeries = Reads<typeof series>;
export type MetricPoint = NonNullable<MetricSeries['points']>[number];

const tops = object({
  comparedFrom: nullable(text),
  comparedTo: nullable(text),
  rows: list(
    object({
      key: text,
      value: nullable(number),
      previous: nullable(number),
      change: nullable(number),
    }),
  ),
  ...covered,
});
export type Tops = Reads<typeof tops>;

const metricTable = object({
  by: text,
  rows: list(
    object({
      key: text,
      cells: list(
        object({
          metric: text,
          value: nullable(number),
          previous: nullable(number),
          change: nullable(number),
        }),
      ),
    }),
  ),
  totalRows: number,
  from: nullable(text),
  to: text,
  partial: truth,
  ...covered,
});
export type MetricTable = Reads<typeof metricTable>;
export type MetricTableRow = MetricTable['rows'][number];

const definitionFields = /* GraphQL */ `
  name module dimensions kind direction unit unitEn label labelEn explanation explanationEn
`;
const seriesFields = /* GraphQL */ `
  metric value opening previous change points { at value } upperBound
  from to comparedFrom comparedTo partial grain ${coveredFields}
`;

/** The list of metrics: one per name. */
export async function askDefinitions(
  signal: AbortSignal,
): Promise<Answer<readonly MetricDefinition[]>> {
  const document = /* GraphQL */ `
    query Definitions { metricDefinitions { ${definitionFields} } }
  `;
  const answer = await askAnalytics(
    document,
    {},
    object({ metricDefinitions: list(definition) }),
    signal,
  );
  return { ...answer, data: answer.data.metricDefinitions };
}

export async function askMetrics(
  input: MetricsInput,
  signal: AbortSignal,
): Promise<Answer<readonly MetricSeries[]>> {
  const document = /* GraphQL */ `
    query Metrics($input: MetricsInput!) { metrics(input: $input) { ${seriesFields} } }
  `;
  const answer = await askAnalytics(document, { input }, object({ metrics: list(series) }), signal);
  return { ...answer, data: answer.data.metrics };
}

/**
 * The same metrics of one platform, or of each of the net's: by platform, then by metric. Analytics answers
 * one question for all of them by the same few queries; a question each would be as many.
 */
export async function askMetricsByPlatform(
  input: Omit<MetricsInput, 'platforms'>,
  code: string | null,
  signal: AbortSignal,
): Promise<Answer<ReadonlyMap<string, ReadonlyMap<string, MetricSeries>>>> {
  const fields = `{ code metrics(input: $input) { ${seriesFields} } }`;
  const [document, variables] =
    code === null
      ? [`query MetricsByPlatform($input: MetricsInput!) { platforms ${fields} }`, { input }]
      : [
          `query MetricsOfPlatform($input: MetricsInput!, $code: ID!) { platform(code: $code) ${fields} }`,
          { input, code },
        ];
  const platform = object({ code: text, metrics: nullable(list(series)) });
  const shape = object({ platforms: nullable(list(platform)), platform: nullable(platform) });
  const answer = await askAnalytics(document, variables, shape, signal);
  const { platforms, platform: one } = answer.data;
  const all = platforms ?? (one === null ? [] : [one]);
  const entries = all.map((of) => {
    const ofPlatform = new Map((of.metrics ?? []).map((each) => [each.metric, each]));
    return [of.code, ofPlatform] as const;
  });
  return { ...answer, data: new Map(entries) };
}

export async function askTops(input: TopsInput, signal: AbortSignal): Promise<Answer<Tops>> {
  const document = /* GraphQL */ `
    query Tops($input: TopsInput!) {
      tops(input: $input) {
        rows {
          key
          value
          previous
          change
        }
        comparedFrom comparedTo ${coveredFields}
      }
    }
  `;
  const answer = await askAnalytics(document, { input }, object({ tops }), signal);
  return { ...answer, data: answer.data.tops };
}

/** Rows by metrics, sorted by the net. */
export async function askMetricTable(
  input: MetricTableInput,
  signal: AbortSignal,
): Promise<Answer<MetricTable>> {
  const document = /* GraphQL */ `
    query MetricTable($input: MetricTableInput!) {
      metricTable(input: $input) {
        by
        rows { key cells { metric value previous change } }
        totalRows from to partial ${coveredFields}
      }
    }
  `;
  const answer = await askAnalytics(document, { input }, object({ metricTable }), signal);
  return { ...answer, data: answer.data.metricTable };
}
