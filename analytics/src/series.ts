/** Metrics as the subgraph answers them: a value, its comparison and its points, with how complete they are. */
import type { Answer } from './answer.ts';
import { asOf, definitionsOf, refuseUsage } from './as-of.ts';
import type { Moment } from './as-of.ts';
import type { Group } from './cells.ts';
import type { ClickHouse } from './clickhouse.ts';
import { toldPeriod } from './comparisons.ts';
import type { ToldPeriod } from './comparisons.ts';
import { grainOf } from './grains.ts';
import type { AskedGrain, Grain } from './grains.ts';
import type { Ingest } from './ingest/ingest.ts';
import { knownMetric, refuseUnknown } from './known.ts';
import type { Metric } from './metrics/metric.ts';
import { filled, knownRange } from './points.ts';
import type { MetricPoint } from './points.ts';
import { answer } from './query.ts';
import type { Question } from './query.ts';
import { questionOf } from './question.ts';
import type { CountedInput } from './question.ts';
import { refuseForgotten } from './raw-kept.ts';
import { freshnessOf, isArriving } from './scope.ts';
import type { Freshness, Where } from './scope.ts';
import { checkDimensions, isOfRequests, isUnread, usageFreshness } from './usage/dimensions.ts';
import type { UsageReader } from './usage/reader.ts';

/** `MetricsInput` of analytics.graphql. */
export interface MetricsInput extends CountedInput {
  readonly metrics: readonly string[];
  readonly grain?: AskedGrain | null;
}

/** `MetricSeries` of analytics.graphql. */
export interface MetricSeries extends Freshness, ToldPeriod {
  readonly metric: string;
  readonly value: number | null;
  readonly opening: number | null;
  readonly previous: number | null;
  readonly change: number | null;
  /** Of people over a range that is no calendar period, or of several platforms. */
  readonly upperBound: boolean;
  /** Of the points. */
  readonly grain: Grain | null;
  readonly points: readonly MetricPoint[] | null;
  /** Null: this answer cannot be had again. */
  readonly state: string | null;
}

/** What answers come from. */
export interface Sources {
  readonly clickhouse: ClickHouse;
  readonly ingest: Ingest;
  /** Of what consumers asked; absent: none is kept. */
  readonly usage?: UsageReader | undefined;
}

/** Whose figures are asked for: one of the net, or one for each of these. */
export type Subjects =
  | { readonly of: 'net' }
  | { readonly of: 'platforms' | 'divisions'; readonly codes: readonly string[] };

/** The series of every subject, by code (`''` for the net): all of them from the same few queries. */
export async function metricSeries(
  sources: Sources,
  input: MetricsInput,
  subjects: Subjects,
  nowMs: number,
): Promise<Map<string, MetricSeries[]>> {
  const metrics = input.metrics.map(knownMetric);
  refuseUnknown(sources.ingest, {
    platforms: input.platforms ?? undefined,
    place: input.place ?? undefined,
  });
  refuseUsage(metrics, input.state);
  const { platforms } = whereOf(input, subjects);
  const asked = { state: input.state, definitions: definitionsOf(metrics), platforms };
  return await asOf(sources, asked, nowMs, (moment) =>
    seriesAt(sources, moment, metrics, input, subjects, nowMs),
  );
}

async function seriesAt(
  { clickhouse, ingest, usage }: Sources,
  moment: Moment,
  metrics: readonly Metric[],
  input: MetricsInput,
  subjects: Subjects,
  nowMs: number,
): Promise<Map<string, MetricSeries[]>> {
  const { feeds } = moment;
  const where = whereOf(input, subjects);
  const { categories, channels, clients } = input;
  const place = subjects.of === 'divisions' ? subjects.codes.at(0) : where.place;
  for (const metric of metrics) {
    checkDimensions(metric, { place, categories, channels, clients });
  }
  const group = groupOf(subjects);
  const totals = questionOf(moment, input, { metrics, where, group, usage, nowMs });
  const { range, compared } = totals;
  const known = input.grain ? await knownRange(clickhouse, totals) : undefined;
  const grain = input.grain && known ? grainOf(input.grain, known) : undefined;
  const question = { ...totals, grain };
  refuseForgotten(ingest, question);
  const answers = await answer({ clickhouse, ingest }, question);
  const state = moment.state();
  const result = new Map<string, MetricSeries[]>();
  for (const code of subjects.of === 'net' ? [''] : subjects.codes) {
    const freshness = freshnessOf(feeds, whereOfSubject(where, subjects, code));
    // Where no feed has ever come in, there is nothing to count: that is not zero.
    const silent = freshness.answered === 0 && isSilent(question, subjects, code);
    const arriving = isArriving(feeds, whereOfSubject(where, subjects, code));
    const series = metrics.map((metric): MetricSeries => {
      const isUse = isOfRequests(metric);
      const isUnknown = metric.source === undefined ? silent : isUse && isUnread(usage);
      const now = isUnknown
        ? undefined
        : (answers.get(code)?.get(metric.name) ?? nothing(metric, compared !== undefined));
      // Nor is it zero, or a fall, while the first load is on its way.
      const isPart = arriving && metric.source === undefined;
      const value = isPart && now?.value === 0 ? null : (now?.value ?? null);
      const previous = now?.previous ?? null;
      return {
        metric: metric.name,
        value,
        opening: now?.opening ?? null,
        previous,
        change: isPart ? null : changeOf(value, previous),
        upperBound:
          metric.kind === 'PEOPLE' &&
          value !== null &&
          (range.calendar === undefined || isOfSeveral(question, subjects)),
        grain: grain ?? null,
        points:
          grain && known && now && !(isPart && value === null)
            ? filled(metric, now, question, known, grain)
            : null,
        ...toldPeriod(range, compared),
        ...(isUse ? usageFreshness(usage, nowMs) : freshness),
        state,
      };
    });
    result.set(code, series);
  }
  return result;
}

/** (value − previous) ÷ previous; from below zero, where more was taken back than came, a rise would seem to be a fall. */
export function changeOf(value: number | null, previous: number | null): number | null {
  return value === null || previous === null || previous <= 0
    ? null
    : (value - previous) / previous;
}

/** What a metric is where no event of it ever came: zero of what adds up, nothing of what divides. */
export function nothing(metric: Metric, isCompared: boolean): Answer {
  const isDivided = ['RATIO', 'SHARE', 'DISTRIBUTION'].includes(metric.kind);
  const value = isDivided ? null : 0;
  const opening = metric.kind === 'STOCK' ? 0 : null;
  return {
    value,
    opening,
    before: opening,
    previous: isCompared ? value : null,
    points: new Map(),
  };
}

function groupOf(subjects: Subjects): Group {
  switch (subjects.of) {
    case 'net':
      return { by: 'all' };
    case 'platforms':
      return { by: 'platform' };
    case 'divisions':
      return { by: 'divisions', codes: subjects.codes };
  }
}

function whereOf(input: MetricsInput, subjects: Subjects): Where {
  return {
    platforms: subjects.of === 'platforms' ? subjects.codes : (input.platforms ?? undefined),
    place: subjects.of === 'divisions' ? undefined : (input.place ?? undefined),
  };
}

function whereOfSubject(where: Where, subjects: Subjects, code: string): Where {
  if (subjects.of === 'platforms') return { ...where, platforms: [code] };
  return subjects.of === 'divisions' ? { ...where, place: code } : where;
}

function isSilent(question: Question, subjects: Subjects, code: string): boolean {
  const { epochs } = question.filter;
  return subjects.of === 'platforms' ? !epochs.has(code) : epochs.size === 0;
}

/** Who came to two platforms is two people: no platform tells another who came. */
function isOfSeveral({ filter }: Question, subjects: Subjects): boolean {
  return subjects.of !== 'platforms' && filter.epochs.size > 1;
}
