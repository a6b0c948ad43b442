/** Computes any metrics over any range, for many keys and points at once, in as few queries as their kinds need. */
import type { ClickHouse } from './clickhouse.ts';
import { cellsSql, needsRaw, openingCellsSql, outerKey, valuesSql } from './cells.ts';
import type { Filter, Group } from './cells.ts';
import type { Metric } from './metrics.ts';
import type { Range } from './periods.ts';
import { tiersOf } from './tiers.ts';
import type { Grain } from './tiers.ts';

export interface Question {
  readonly metrics: readonly Metric[];
  readonly range: Range;
  readonly grain?: Grain | undefined;
  readonly group: Group;
  readonly filter: Filter;
  readonly nowMs: number;
}

/** One metric of one key. */
export interface Answer {
  readonly value: number | null;
  /** Of `value`, what comes from opening balances; null where there can be none. */
  readonly opening: number | null;
  /** Of a stock, what it was when the range began; else null. */
  readonly before: number | null;
  /** By bucket start, UTC ms, without empty buckets. */
  readonly points: ReadonlyMap<number, number | null>;
}

/** By key (`''` when grouped by nothing), then by metric. */
export type Answers = Map<string, Map<string, Answer>>;

/** What a query of cells gives: numbers by metric, of a key and a bucket (UTC ms; 0 without grain). */
type Sums = Map<string, Map<number, Readonly<Record<string, number | null>>>>;

/** The beginning of all time ranges: no event is older. */
const beginningMs = 0;

export async function answer(clickhouse: ClickHouse, question: Question): Promise<Answers> {
  const { range, grain } = question;
  const additive = question.metrics.filter((metric) => metric.kind !== 'DISTRIBUTION');
  const stocks = additive.filter((metric) => metric.kind === 'STOCK');
  const flows = additive.filter((metric) => metric.kind === 'FLOW');
  const distributions = question.metrics.filter((metric) => metric.kind === 'DISTRIBUTION');
  const fromMs = range.fromMs ?? beginningMs;
  const whole = { fromMs, toMs: range.toMs };

  const [sums, points, before, stockOpenings, flowOpenings, quantiles, quantilePoints] =
    await Promise.all([
      sumsOf(clickhouse, question, additive, whole, undefined),
      grain ? sumsOf(clickhouse, question, additive, whole, grain) : empty(),
      sumsOf(clickhouse, question, stocks, { fromMs: beginningMs, toMs: fromMs }, undefined),
      openingsOf(clickhouse, question, stocks, ['stock', 'flow']),
      range.fromMs === undefined ? openingsOf(clickhouse, question, flows, ['flow']) : empty(),
      quantilesOf(clickhouse, question, distributions, undefined),
      grain ? quantilesOf(clickhouse, question, distributions, grain) : empty(),
    ]);

  const answers: Answers = new Map();
  const all = [sums, points, before, stockOpenings, flowOpenings, quantiles, quantilePoints];
  const keys = question.group.by === 'all' ? [''] : keysOf(question.group, all);
  for (const key of keys) {
    const ofKey = new Map<string, Answer>();
    for (const metric of question.metrics) {
      const parts =
        metric.kind === 'DISTRIBUTION'
          ? { sums: quantiles, points: quantilePoints }
          : { sums, points };
      ofKey.set(
        metric.name,
        metric.kind === 'STOCK'
          ? stockAnswer(metric.name, key, parts, before, stockOpenings)
          : periodAnswer(metric, key, parts, range.fromMs === undefined ? flowOpenings : undefined),
      );
    }
    answers.set(key, ofKey);
  }
  return answers;
}

function keysOf(group: Group, all: readonly Sums[]): Iterable<string> {
  if (group.by === 'divisions') return group.codes;
  return new Set(all.flatMap((sums) => [...sums.keys()]));
}

function periodAnswer(
  metric: Metric,
  key: string,
  { sums, points }: { readonly sums: Sums; readonly points: Sums },
  openings: Sums | undefined,
): Answer {
  const none = metric.kind === 'FLOW' || metric.kind === 'PEOPLE' ? 0 : null;
  const inPeriod = at(sums, key, metric.name) ?? none;
  const opening = openings && metric.kind === 'FLOW' ? (at(openings, key, metric.name) ?? 0) : null;
  return {
    value: inPeriod === null ? null : inPeriod + (opening ?? 0),
    opening,
    before: null,
    points: pointsOf(points, key, metric.name),
  };
}

/** At the end: the opening balances, all flows before the range, and those within it. */
function stockAnswer(
  name: string,
  key: string,
  { sums, points }: { readonly sums: Sums; readonly points: Sums },
  before: Sums,
  openings: Sums,
): Answer {
  const opening = at(openings, key, name) ?? 0;
  const start = opening + (at(before, key, name) ?? 0);
  let level = start;
  const levels = new Map<number, number | null>();
  for (const [bucket, change] of pointsOf(points, key, name)) {
    level += change ?? 0;
    levels.set(bucket, level);
  }
  const value = start + (at(sums, key, name) ?? 0);
  return { value, opening, before: start, points: levels };
}

function at(sums: Sums, key: string, name: string): number | null | undefined {
  return sums.get(key)?.get(0)?.[name];
}

/** In order of time. */
function pointsOf(points: Sums, key: string, name: string): Map<number, number | null> {
  const buckets = [...(points.get(key) ?? [])].toSorted(([a], [b]) => a - b);
  return new Map(buckets.map(([bucket, values]) => [bucket, values[name] ?? null]));
}

function empty(): Promise<Sums> {
  return Promise.resolve(new Map());
}

async function sumsOf(
  clickhouse: ClickHouse,
  question: Question,
  metrics: readonly Metric[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  grain: Grain | undefined,
): Promise<Sums> {
  const { filter, group, nowMs } = question;
  const onlyRaw = needsRaw(filter, group);
  const pieces = tiersOf(fromMs, toMs, nowMs, { grain, onlyRaw });
  const cells = cellsSql(pieces, typesOf(metrics), filter, group, grain);
  if (!cells || metrics.length === 0) return new Map();
  return await evaluate(clickhouse, question, metrics, cells, grain);
}

async function openingsOf(
  clickhouse: ClickHouse,
  question: Question,
  metrics: readonly Metric[],
  kinds: readonly ('stock' | 'flow')[],
): Promise<Sums> {
  if (metrics.length === 0) return new Map();
  const { filter, group } = question;
  const cells = openingCellsSql(typesOf(metrics), kinds, filter, group);
  return await evaluate(clickhouse, question, metrics, cells, undefined);
}

async function quantilesOf(
  clickhouse: ClickHouse,
  question: Question,
  metrics: readonly Metric[],
  grain: Grain | undefined,
): Promise<Sums> {
  if (metrics.length === 0) return new Map();
  const { filter, group, range } = question;
  const whole = { fromMs: range.fromMs ?? beginningMs, toMs: range.toMs };
  const values = valuesSql(whole, typesOf(metrics), filter, group, grain);
  return await evaluate(clickhouse, question, metrics, values, grain);
}

function typesOf(metrics: readonly Metric[]): string[] {
  return [...new Set(metrics.flatMap((metric) => metric.types))];
}

async function evaluate(
  clickhouse: ClickHouse,
  question: Question,
  metrics: readonly Metric[],
  inner: string,
  grain: Grain | undefined,
): Promise<Sums> {
  const clauses = metrics.map((metric) => `${clauseOf(metric, question, grain)} AS ${metric.name}`);
  const rows = await clickhouse.rows<Record<string, string | number | null>>(
    `SELECT ${outerKey(question.group)} AS key, bucket, ${clauses.join(', ')} FROM (\n${inner}\n) GROUP BY key, bucket`,
  );
  const sums: Sums = new Map();
  for (const { key, bucket, ...values } of rows) {
    const ofKey = sums.get(String(key)) ?? new Map();
    sums.set(String(key), ofKey);
    ofKey.set(Number(bucket) * 1000, numbers(values));
  }
  return sums;
}

function numbers(
  values: Readonly<Record<string, string | number | null>>,
): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
}

/** A metric's clause; the column of `firsts` follows from the period. */
function clauseOf(metric: Metric, question: Question, grain: Grain | undefined): string {
  if (metric.kind !== 'PEOPLE') return metric.expression;
  const { filter, group } = question;
  const split = filter.categories ?? filter.channels;
  // Who was first in a period was so in one category and channel: over those nobody adds up.
  if (split || group.by === 'category' || group.by === 'channel') return 'NULL';
  // Of people who came in one hour, the day's first events know only some.
  if (grain === 'HOUR' || grain === 'MINUTE') return 'NULL';
  return metric.expression.replaceAll('{{firsts}}', firstsColumn(question.range, grain));
}

function firstsColumn(range: Range, grain: Grain | undefined): string {
  if (grain === 'DAY') return 'first_day';
  if (range.fromMs === undefined) return 'first_year';
  return `first_${range.calendar ?? 'day'}`;
}
