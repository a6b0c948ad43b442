/** What analytics answers: figures, their history, rankings. */
import { ask, type Answer } from './client.ts';
import { list, nullable, number, object, text, type Reads } from './read.ts';

export const periods = ['TODAY', 'WEEK', 'MONTH', 'LAST_30_DAYS', 'YEAR', 'ALL'] as const;
export type Period = (typeof periods)[number];

export const comparisons = ['PREVIOUS_PERIOD', 'YEAR_AGO', 'NONE'] as const;
export type Comparison = (typeof comparisons)[number];

export type TopBy = 'PLATFORM' | 'PLACE' | 'CATEGORY' | 'CHANNEL';

export interface MetricsInput {
  readonly metrics: readonly string[];
  readonly period: Period;
  readonly grain?: 'HOUR' | 'DAY';
  readonly platforms?: readonly string[];
  readonly place?: string;
  /** Whether what the simulation made counts; it does when absent. */
  readonly simulated?: boolean;
  readonly compareWith?: Comparison;
}

export interface TopsInput {
  readonly metric: string;
  readonly by: TopBy;
  readonly period: Period;
  readonly place?: string;
  readonly platforms?: readonly string[];
  readonly first: number;
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

export const series = object({
  metric: text,
  value: nullable(number),
  opening: nullable(number),
  previous: nullable(number),
  change: nullable(number),
  points: nullable(list(object({ at: text, value: nullable(number) }))),
  asOf: text,
  answered: number,
  asked: number,
  behind: list(text),
});
export type MetricSeries = Reads<typeof series>;
export type MetricPoint = NonNullable<MetricSeries['points']>[number];

const tops = object({
  rows: list(
    object({
      key: text,
      value: nullable(number),
      previous: nullable(number),
      change: nullable(number),
    }),
  ),
  asOf: text,
});
export type Tops = Reads<typeof tops>;

const definitionFields = /* GraphQL */ `
  name module dimensions kind direction unit unitEn label labelEn explanation explanationEn
`;
const seriesFields = /* GraphQL */ `
  metric value opening previous change points { at value } asOf answered asked behind
`;

/** The list of metrics: one per name. */
export async function askDefinitions(
  signal: AbortSignal,
): Promise<Answer<readonly MetricDefinition[]>> {
  const document = /* GraphQL */ `
    query Definitions { metricDefinitions { ${definitionFields} } }
  `;
  const answer = await ask(document, {}, object({ metricDefinitions: list(definition) }), signal);
  return { ...answer, data: answer.data.metricDefinitions };
}

export async function askMetrics(
  input: MetricsInput,
  signal: AbortSignal,
): Promise<Answer<readonly MetricSeries[]>> {
  const document = /* GraphQL */ `
    query Metrics($input: MetricsInput!) { metrics(input: $input) { ${seriesFields} } }
  `;
  const answer = await ask(document, { input }, object({ metrics: list(series) }), signal);
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
  const answer = await ask(document, variables, shape, signal);
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
        asOf
      }
    }
  `;
  const answer = await ask(document, { input }, object({ tops }), signal);
  return { ...answer, data: answer.data.tops };
}
