/** Metrics as the subgraph answers them: a value, its comparison and its points, with how complete they are. */
import { NetError } from '@onenet/contract';
import type { Answer } from './answer.ts';
import type { Group } from './cells.ts';
import type { ClickHouse } from './clickhouse.ts';
import type { Ingest } from './ingest/ingest.ts';
import { metricByName, metrics as allMetrics } from './metrics.ts';
import type { Metric } from './metrics/metric.ts';
import { comparedRange, dayMs, hourMs, minuteMs, rangeOf, startOf } from './periods.ts';
import type { Comparison, Period, Range } from './periods.ts';
import { answer } from './query.ts';
import type { Question } from './query.ts';
import { epochsIn, freshnessOf } from './scope.ts';
import type { Freshness, Where } from './scope.ts';
import type { Grain } from './tiers.ts';

/** `MetricsInput` of analytics.graphql. */
export interface MetricsInput {
  readonly metrics: readonly string[];
  readonly period: Period;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly grain?: Grain | null;
  readonly platforms?: readonly string[] | null;
  readonly place?: string | null;
  readonly categories?: readonly string[] | null;
  readonly channels?: readonly string[] | null;
  readonly simulated: boolean;
  readonly compareWith: Comparison;
}

/** `MetricSeries` of analytics.graphql. */
export interface MetricSeries extends Freshness {
  readonly metric: string;
  readonly value: number | null;
  readonly opening: number | null;
  readonly previous: number | null;
  readonly change: number | null;
  readonly from: string | null;
  readonly to: string;
  readonly points: readonly MetricPoint[] | null;
}

interface MetricPoint {
  readonly at: string;
  readonly value: number | null;
}

/** What answers come from. */
export interface Sources {
  readonly clickhouse: ClickHouse;
  readonly ingest: Ingest;
}

/** Whose figures are asked for: one of the net, or one for each of these. */
export type Subjects =
  | { readonly of: 'net' }
  | { readonly of: 'platforms' | 'divisions'; readonly codes: readonly string[] };

const maxPoints = 2_000;

/** The series of every subject, by code (`''` for the net): all of them from the same few queries. */
export async function metricSeries(
  { clickhouse, ingest }: Sources,
  input: MetricsInput,
  subjects: Subjects,
  nowMs: number,
): Promise<Map<string, MetricSeries[]>> {
  const metrics = input.metrics.map(knownMetric);
  const range = rangeOf(input.period, nowMs, input);
  const compared = comparedRange(range, input.period, input.compareWith);
  const grain = input.grain ?? undefined;
  if (grain) checkPoints(range, grain);
  const where = whereOf(input, subjects);
  const question: Question = {
    metrics,
    range,
    compared,
    grain,
    group: groupOf(subjects),
    nowMs,
    filter: {
      epochs: epochsIn(ingest, where),
      place: where.place,
      categories: input.categories ?? undefined,
      channels: input.channels ?? undefined,
      simulated: input.simulated,
    },
  };
  const answers = await answer(clickhouse, question);
  const result = new Map<string, MetricSeries[]>();
  for (const code of subjects.of === 'net' ? [''] : subjects.codes) {
    const freshness = freshnessOf(ingest, whereOfSubject(where, subjects, code));
    // Where no feed has ever come in, there is nothing to count: that is not zero.
    const silent = freshness.answered === 0 && isSilent(question, subjects, code);
    const series = metrics.map((metric): MetricSeries => {
      const now = silent
        ? undefined
        : (answers.get(code)?.get(metric.name) ?? nothing(metric, compared !== undefined));
      const value = now?.value ?? null;
      const previous = now?.previous ?? null;
      return {
        metric: metric.name,
        value,
        opening: now?.opening ?? null,
        previous,
        change: changeOf(value, previous),
        from: range.fromMs === undefined ? null : new Date(range.fromMs).toISOString(),
        to: new Date(range.toMs).toISOString(),
        points: grain && now ? filled(metric, now, range, grain) : null,
        ...freshness,
      };
    });
    result.set(code, series);
  }
  return result;
}

/** A metric by its name; an unknown one is the caller's error. */
export function knownMetric(name: string): Metric {
  const metric = metricByName(name);
  if (metric) return metric;
  throw new NetError(
    'BAD_INPUT',
    `"${name}" is no metric: take one of ${allMetrics.map((m) => m.name).join(', ')}.`,
  );
}

/** (value − previous) ÷ previous. */
export function changeOf(value: number | null, previous: number | null): number | null {
  return value === null || previous === null || previous === 0
    ? null
    : (value - previous) / previous;
}

/** What a metric is where no event of it ever came: zero of what adds up, nothing of what divides. */
function nothing(metric: Metric, isCompared: boolean): Answer {
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

function checkPoints(range: Range, grain: Grain): void {
  const unit = { MINUTE: minuteMs, HOUR: hourMs, DAY: dayMs }[grain];
  // Since the beginning: only days, from the first that has any.
  const points = range.fromMs === undefined ? 0 : (range.toMs - range.fromMs) / unit;
  if (points > maxPoints || (range.fromMs === undefined && grain !== 'DAY')) {
    throw new NetError(
      'BAD_INPUT',
      `\`grain: ${grain}\` is too fine for this period: at most ${maxPoints} points. Take a coarser grain.`,
    );
  }
}

/** Every bucket of the range in order, those without events too. */
function filled(metric: Metric, of: Answer, range: Range, grain: Grain): MetricPoint[] {
  const unit = { MINUTE: minuteMs, HOUR: hourMs, DAY: dayMs }[grain];
  const first = range.fromMs ?? [...of.points.keys()][0] ?? range.toMs;
  const isUnknown = metric.kind === 'PEOPLE' && grain !== 'DAY';
  const none = (metric.kind === 'FLOW' || metric.kind === 'PEOPLE') && !isUnknown ? 0 : null;
  const isLevel = metric.kind === 'STOCK' || metric.kind === 'SHARE';
  let level = of.before;
  const points: MetricPoint[] = [];
  for (let at = bucketStart(first, grain); at < range.toMs; at += unit) {
    const value = of.points.get(at);
    // What nothing changed is as it was.
    if (isLevel) level = value ?? level;
    points.push({ at: new Date(at).toISOString(), value: isLevel ? level : (value ?? none) });
  }
  return points;
}

function bucketStart(ms: number, grain: Grain): number {
  if (grain === 'DAY') return startOf('day', ms);
  const unit = grain === 'HOUR' ? hourMs : minuteMs;
  return Math.floor(ms / unit) * unit;
}
