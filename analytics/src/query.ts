/** Computes any metrics over a range and what it is compared with, for many keys and points, in very few queries. */
import { answerOf, knowsPeople, stocksOf } from './answer.ts';
import type { Answer } from './answer.ts';
import type { ClickHouse } from './clickhouse.ts';
import {
  cellsSql,
  isBelowCounty,
  laterCellsSql,
  laterOpeningsSql,
  laterSql,
  openingCellsSql,
  outerKey,
  valuesSql,
} from './cells.ts';
import type { Filter, Group } from './cells.ts';
import type { Metric } from './metrics/metric.ts';
import type { Grain } from './grains.ts';
import type { Range } from './periods.ts';
import { Sums } from './sums.ts';
import type { Part, SumRow } from './sums.ts';
import { tiersOf } from './tiers.ts';
import { usageSums } from './usage/figures.ts';
import type { UsageScope } from './usage/figures.ts';

export interface Question {
  readonly metrics: readonly Metric[];
  readonly range: Range;
  /** Of the same kind of period; undefined: none. */
  readonly compared?: Range | undefined;
  /** Of the range's points; those of the compared one are never asked for. */
  readonly grain?: Grain | undefined;
  readonly group: Group;
  readonly filter: Filter;
  /** Of metrics that are not of events, in place of `filter`; absent: everything. */
  readonly usage?: UsageScope | undefined;
  /** The clock: it decides which tables still go back far enough. */
  readonly nowMs: number;
}

/** By key (`''` when grouped by nothing), then by metric. */
export type Answers = Map<string, Map<string, Answer>>;

/** No event is older. */
const beginningMs = 0;

export async function answer(clickhouse: ClickHouse, question: Question): Promise<Answers> {
  const parts = await Promise.all(byTables(question).map((part) => answerFrom(clickhouse, part)));
  return new Map(parts.flatMap((part) => [...part]));
}

/** Divisions below the county and others come from other tables. */
function byTables(question: Question): Question[] {
  const { group } = question;
  if (group.by !== 'divisions') return [question];
  const below = group.codes.filter((code) => code.length > 6);
  const others = group.codes.filter((code) => code.length <= 6);
  return [below, others]
    .filter((codes) => codes.length > 0)
    .map((codes) => ({ ...question, group: { by: 'divisions', codes } }));
}

async function answerFrom(clickhouse: ClickHouse, question: Question): Promise<Answers> {
  const ofEvents = question.metrics.filter(({ source }) => source === undefined);
  const additive = ofEvents
    .filter((metric) => metric.kind !== 'DISTRIBUTION')
    .flatMap((metric) => (metric.kind === 'SHARE' ? stocksOf(metric) : [metric]));
  const distributions = ofEvents.filter((metric) => metric.kind === 'DISTRIBUTION');
  const { grain } = question;
  // What only came in after a state, and was taken off again, was not there.
  const present = laterSql(question.filter) === undefined ? '' : ' HAVING sum(events) != 0';
  const found = await Promise.all([
    evaluate(clickhouse, question, additive, sumSelects(question, additive), undefined, present),
    evaluate(clickhouse, question, distributions, valueSelects(question, distributions), undefined),
    evaluate(clickhouse, question, additive, pointSelects(question, additive), grain, present),
    evaluate(clickhouse, question, distributions, pointValues(question, distributions), grain),
    usageSums(clickhouse, question),
  ]);
  const sums = new Sums(found.flat());
  const keys = question.group.by === 'divisions' ? question.group.codes : sums.keys();
  const answers: Answers = new Map();
  for (const key of question.group.by === 'all' ? [''] : keys) {
    const ofKey = question.metrics.map(
      (metric) => [metric.name, answerOf(metric, question, sums, key)] as const,
    );
    answers.set(key, new Map(ofKey));
  }
  return answers;
}

function sumSelects(question: Question, metrics: readonly Metric[]): string[] {
  const { range, compared, filter, group } = question;
  const stocks = metrics.filter((metric) => metric.kind === 'STOCK');
  const flows = metrics.filter((metric) => metric.kind === 'FLOW');
  const fromMs = range.fromMs ?? beginningMs;
  const before = (until: number) => ({ fromMs: beginningMs, toMs: until });
  const opened = (part: Part, of: readonly Metric[], kinds: readonly ('stock' | 'flow')[]) =>
    of.length === 0
      ? []
      : [
          openingCellsSql(part, typesOf(of), kinds, filter, group),
          ...laterOpeningsSql(part, typesOf(of), kinds, filter, group),
        ];
  return [
    ...cells('now', question, metrics, { fromMs, toMs: range.toMs }),
    ...cells('sinceNow', question, stocks, before(fromMs)),
    ...opened('stockOpenings', stocks, ['stock', 'flow']),
    ...(range.fromMs === undefined ? opened('flowOpenings', flows, ['flow']) : []),
    ...(compared?.fromMs === undefined
      ? []
      : [
          ...cells('then', question, metrics, { fromMs: compared.fromMs, toMs: compared.toMs }),
          ...cells('sinceThen', question, stocks, before(compared.fromMs)),
        ]),
  ];
}

function pointSelects(question: Question, metrics: readonly Metric[]): string[] {
  const { range, grain } = question;
  if (!grain) return [];
  const whole = { fromMs: range.fromMs ?? beginningMs, toMs: range.toMs };
  return cells('points', question, metrics, whole, grain);
}

function cells(
  part: Part,
  { filter, group, nowMs }: Question,
  metrics: readonly Metric[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  grain?: Grain,
): string[] {
  if (metrics.length === 0) return [];
  const types = typesOf(metrics);
  const belowCounty = isBelowCounty(filter, group);
  const pieces = tiersOf(fromMs, toMs, nowMs, { grain, belowCounty });
  return [
    ...cellsSql(part, pieces, types, filter, group, grain),
    ...laterCellsSql(part, { fromMs, toMs }, types, filter, group, grain),
  ];
}

function valueSelects(question: Question, metrics: readonly Metric[]): string[] {
  const { compared } = question;
  return [
    ...values('now', question, metrics, question.range),
    ...(compared ? values('then', question, metrics, compared) : []),
  ];
}

function pointValues(question: Question, metrics: readonly Metric[]): string[] {
  return question.grain ? values('points', question, metrics, question.range, question.grain) : [];
}

function values(
  part: Part,
  { filter, group }: Question,
  metrics: readonly Metric[],
  range: Range,
  grain?: Grain,
): string[] {
  if (metrics.length === 0) return [];
  const whole = { fromMs: range.fromMs ?? beginningMs, toMs: range.toMs };
  return [valuesSql(part, whole, typesOf(metrics), filter, group, grain)];
}

/** The event types that metrics are made of. */
export function typesOf(metrics: readonly Metric[]): string[] {
  return [...new Set(metrics.flatMap((metric) => metric.types))];
}

/** One query over all parts; each metric is one clause of it. */
async function evaluate(
  clickhouse: ClickHouse,
  question: Question,
  metrics: readonly Metric[],
  selects: readonly string[],
  grain: Grain | undefined,
  having = '',
): Promise<SumRow[]> {
  if (metrics.length === 0 || selects.length === 0) return [];
  const clauses = metrics.map((metric) => `${clauseOf(metric, question, grain)} AS ${metric.name}`);
  const rows = await clickhouse.rows<Record<string, string | number | null>>(
    `SELECT part, ${outerKey(question.group)} AS key, bucket, ${clauses.join(', ')}
    FROM (\n${selects.join('\nUNION ALL\n')}\n) GROUP BY part, key, bucket${having}`,
  );
  return rows.map(({ part, key, bucket, ...found }) => ({
    part: String(part),
    key: String(key),
    bucketMs: Number(bucket) * 1000,
    values: Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, value === null ? null : Number(value)]),
    ),
  }));
}

/** A metric's clause; the column of `firsts` follows from the period. */
function clauseOf(metric: Metric, question: Question, grain: Grain | undefined): string {
  if (metric.kind !== 'PEOPLE') return metric.expression;
  if (!knowsPeople(question, question.range, grain)) return 'NULL';
  return metric.expression.replaceAll('{{firsts}}', firstsColumn(question.range, grain));
}

function firstsColumn(range: Range, grain: Grain | undefined): string {
  if (grain) return `first_${grain.toLowerCase()}`;
  if (range.fromMs === undefined) return 'first_year';
  return `first_${range.calendar ?? 'day'}`;
}
