/** The points of a metric over a range: every bucket in order, those without events too. */
import { knowsPeople } from './answer.ts';
import type { Answer } from './answer.ts';
import { firstDayMs } from './beginning.ts';
import type { ClickHouse } from './clickhouse.ts';
import { bucketsOf } from './grains.ts';
import type { Grain, KnownRange } from './grains.ts';
import type { Metric } from './metrics/metric.ts';
import type { Question } from './query.ts';

/** `MetricPoint` of analytics.graphql. */
export interface MetricPoint {
  readonly at: string;
  readonly value: number | null;
}

/** Since the beginning is since the first day that has any of it. */
export async function knownRange(clickhouse: ClickHouse, question: Question): Promise<KnownRange> {
  const { range } = question;
  const fromMs = range.fromMs ?? (await firstDayMs(clickhouse, question)) ?? range.toMs - 1;
  return { ...range, fromMs };
}

/** What an answer has of each bucket of a known range. */
export function filled(
  metric: Metric,
  of: Answer,
  question: Question,
  known: KnownRange,
  grain: Grain,
): MetricPoint[] {
  const isPeople = metric.kind === 'PEOPLE';
  const isCounted =
    metric.kind === 'FLOW' || (isPeople && knowsPeople(question, question.range, grain));
  const none = isCounted ? 0 : null;
  const isLevel = metric.kind === 'STOCK' || metric.kind === 'SHARE';
  let level = of.before;
  const points: MetricPoint[] = [];
  for (const at of bucketsOf(known, grain)) {
    const value = of.points.get(at);
    // What nothing changed is as it was.
    if (isLevel) level = value ?? level;
    // Of a week that began before the range, whose first event was earlier is not known.
    const isCut = isPeople && at < (question.range.fromMs ?? at);
    const shown = isLevel ? level : (value ?? none);
    points.push({ at: new Date(at).toISOString(), value: isCut ? null : shown });
  }
  return points;
}
