/** One metric's answer, by its kind: what is summed, what is a level, what is divided. */
import type { Grain } from './grains.ts';
import type { Metric } from './metrics/metric.ts';
import { startOf } from './periods.ts';
import type { Range } from './periods.ts';
import type { Question } from './query.ts';
import type { Sums } from './sums.ts';

/** One metric of one key. */
export interface Answer {
  readonly value: number | null;
  /** Of `value`, what comes from opening balances; null where there can be none. */
  readonly opening: number | null;
  /** Of a stock, what it was when the range began; else null. */
  readonly before: number | null;
  /** The value over the compared range; null without one. */
  readonly previous: number | null;
  /** By bucket start, UTC ms, without empty buckets. */
  readonly points: ReadonlyMap<number, number | null>;
}

/** What a metric is for a key, from the sums that a question's queries gave. */
export function answerOf(metric: Metric, question: Question, sums: Sums, key: string): Answer {
  const answer = answerOfKind(metric, question, sums, key);
  return metric.inFen ? inYuan(answer) : answer;
}

function answerOfKind(metric: Metric, question: Question, sums: Sums, key: string): Answer {
  if (metric.kind === 'STOCK') return stockAnswer(metric.name, question, sums, key);
  if (metric.kind === 'SHARE') return shareAnswer(metric, question, sums, key);
  return periodAnswer(metric, question, sums, key);
}

function periodAnswer(metric: Metric, question: Question, sums: Sums, key: string): Answer {
  const { range, compared } = question;
  const isPeople = metric.kind === 'PEOPLE';
  const isCounted = metric.kind === 'FLOW' || (isPeople && knowsPeople(question, range));
  const none = isCounted ? 0 : null;
  // People of a month and those of 30 days that are none, an upper bound, are no comparison.
  const isComparable =
    compared &&
    (!isPeople || (compared.calendar === range.calendar && knowsPeople(question, compared)));
  const inPeriod = sums.at('now', key, metric.name) ?? none;
  const sinceEver = metric.kind === 'FLOW' && range.fromMs === undefined;
  const opening = sinceEver ? (sums.at('flowOpenings', key, metric.name) ?? 0) : null;
  return {
    value: inPeriod === null ? null : inPeriod + (opening ?? 0),
    opening,
    before: null,
    previous: isComparable ? (sums.at('then', key, metric.name) ?? none) : null,
    points: sums.points(key, metric.name),
  };
}

/** At the end: the opening balances, all flows before the range, and those within it. */
function stockAnswer(name: string, question: Question, sums: Sums, key: string): Answer {
  const opening = sums.at('stockOpenings', key, name) ?? 0;
  const start = opening + (sums.at('sinceNow', key, name) ?? 0);
  let level = start;
  const levels = new Map<number, number | null>();
  for (const [bucket, change] of sums.points(key, name)) {
    level += change ?? 0;
    levels.set(bucket, level);
  }
  const then = (sums.at('sinceThen', key, name) ?? 0) + (sums.at('then', key, name) ?? 0);
  return {
    value: start + (sums.at('now', key, name) ?? 0),
    opening,
    before: start,
    previous: question.compared ? opening + then : null,
    points: levels,
  };
}

/** The part of the whole at each of the moments that the two stocks have in common. */
function shareAnswer(metric: Metric, question: Question, sums: Sums, key: string): Answer {
  const [partOf, wholeOf] = stocksOf(metric);
  const part = stockAnswer(partOf.name, question, sums, key);
  const whole = stockAnswer(wholeOf.name, question, sums, key);
  const share = (above: number | null, below: number | null = null): number | null =>
    above === null || below === null || below <= 0 ? null : above / below;
  // Both are clauses of one query: a bucket has both or neither.
  const points = [...part.points].map(
    ([bucket, level]) => [bucket, share(level, whole.points.get(bucket))] as const,
  );
  return {
    value: share(part.value, whole.value),
    opening: null,
    before: share(part.before, whole.before),
    previous: share(part.previous, whole.previous),
    points: new Map(points),
  };
}

/** Fen are whole and add up exactly; yuan would not. */
function inYuan({ value, opening, before, previous, points }: Answer): Answer {
  const yuan = (fen: number | null): number | null => (fen === null ? null : fen / 100);
  return {
    value: yuan(value),
    opening: yuan(opening),
    before: yuan(before),
    previous: yuan(previous),
    points: new Map([...points].map(([bucket, fen]) => [bucket, yuan(fen)])),
  };
}

/** A share is read as its two stocks, and divided at the end. */
export function stocksOf(metric: Metric): [part: Metric, whole: Metric] {
  const { whole, ...part } = metric;
  if (whole === undefined) throw new Error(`${metric.name} is a share of nothing.`);
  return [
    { ...part, kind: 'STOCK', name: `${metric.name}Part` },
    { ...part, kind: 'STOCK', name: `${metric.name}Whole`, formula: whole },
  ];
}

/**
 * Whether the first events of days, weeks and so on tell how many people there were. Who was first in a
 * period was so in one category, channel and module: over those nobody adds up. Of a range that begins within a
 * day, and of an hour, they know only some.
 */
export function knowsPeople({ filter, group }: Question, range: Range, grain?: Grain): boolean {
  if (filter.categories ?? filter.channels) return false;
  if (group.by === 'category' || group.by === 'channel' || group.by === 'module') return false;
  if (grain) return grain !== 'HOUR' && grain !== 'MINUTE';
  return range.fromMs === undefined || startOf('day', range.fromMs) === range.fromMs;
}
