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
import type { CellScope, Filter, Group } from './cells.ts';
import type { Metric } from './metrics/metric.ts';
import type { Grain } from './grains.ts';
import type { Range } from './periods.ts';
import { Parts } from './scan.ts';
import type { Wanted } from './scan.ts';
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
    evaluate(clickhouse, question, additive, sumsRead(question, additive), undefined, present),
    evaluate(clickhouse, question, distributions, valuesRead(question, distributions), undefined),
    evaluate(clickhouse, question, additive, pointsRead(question, additive), grain, present),
    evaluate(clickhouse, question, distributions, pointValuesRead(question, distributions), grain),
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

/** What a query reads, and which parts of the answer its rows belong to. */
interface Reading {
  readonly parts: Parts;
  readonly selects: readonly string[];
}

function sumsRead(question: Question, metrics: readonly Metric[]): Reading {
  const { range, compared } = question;
  const scope = { filter: question.filter, group: question.group };
  const parts = new Parts();
  const stocks = typesOf(metrics.filter((metric) => metric.kind === 'STOCK'));
  const flows = typesOf(metrics.filter((metric) => metric.kind === 'FLOW'));
  const fromMs = range.fromMs ?? beginningMs;
  const types = typesOf(metrics);
  const opened = (part: Part, of: readonly string[], kinds: readonly ('stock' | 'flow')[]) =>
    of.length === 0
      ? []
      : [
          openingCellsSql(parts.number([part]), of, kinds, scope),
          ...laterOpeningsSql(parts.number([part]), of, kinds, scope),
        ];
  const wanted: Wanted[] = [
    { part: 'now', types, fromMs, toMs: range.toMs },
    { part: 'sinceNow', types: stocks, fromMs: beginningMs, toMs: fromMs },
    ...(compared?.fromMs === undefined
      ? []
      : [
          { part: 'then', types, fromMs: compared.fromMs, toMs: compared.toMs } as const,
          {
            part: 'sinceThen',
            types: stocks,
            fromMs: beginningMs,
            toMs: compared.fromMs,
          } as const,
        ]),
  ];
  const selects = [
    ...cellsRead(question, wanted, parts, scope),
    ...opened('stockOpenings', stocks, ['stock', 'flow']),
    ...(range.fromMs === undefined ? opened('flowOpenings', flows, ['flow']) : []),
  ];
  return { parts, selects };
}

function pointsRead(question: Question, metrics: readonly Metric[]): Reading {
  const { range, filter, group, grain } = question;
  const parts = new Parts();
  if (!grain) return { parts, selects: [] };
  const fromMs = range.fromMs ?? beginningMs;
  const wanted: Wanted = { part: 'points', types: typesOf(metrics), fromMs, toMs: range.toMs };
  const selects = cellsRead(question, [wanted], parts, { filter, group, grain });
  return { parts, selects };
}

/** From each table all that it has of these ranges, and less what came in after the state. */
function cellsRead(
  { nowMs }: Question,
  ranges: readonly Wanted[],
  parts: Parts,
  scope: CellScope,
): string[] {
  const wanted = ranges.filter(({ types }) => types.length > 0);
  const belowCounty = isBelowCounty(scope.filter, scope.group);
  const pieces = wanted.flatMap((each) =>
    tiersOf(each.fromMs, each.toMs, nowMs, { grain: scope.grain, belowCounty }).map((piece) => ({
      ...each,
      ...piece,
    })),
  );
  return [
    ...[...Map.groupBy(pieces, ({ tier }) => tier)].map(([tier, of]) =>
      cellsSql(tier, of, parts, scope),
    ),
    ...laterCellsSql(wanted, parts, scope),
  ];
}

function valuesRead(question: Question, metrics: readonly Metric[]): Reading {
  const { range, compared, filter, group } = question;
  const ranges = compared
    ? ([
        ['now', range],
        ['then', compared],
      ] as const)
    : ([['now', range]] as const);
  return valuesOf(ranges, metrics, { filter, group });
}

function pointValuesRead(question: Question, metrics: readonly Metric[]): Reading {
  const { range, filter, group, grain } = question;
  return valuesOf(grain ? [['points', range]] : [], metrics, { filter, group, grain });
}

function valuesOf(
  ranges: readonly (readonly [Part, Range])[],
  metrics: readonly Metric[],
  scope: CellScope,
): Reading {
  const parts = new Parts();
  const types = typesOf(metrics);
  const wanted = ranges.map(([part, { fromMs = beginningMs, toMs }]) => ({
    part,
    types,
    fromMs,
    toMs,
  }));
  const isAny = wanted.length > 0 && types.length > 0;
  return { parts, selects: isAny ? [valuesSql(wanted, parts, scope)] : [] };
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
  { parts, selects }: Reading,
  grain: Grain | undefined,
  having = '',
): Promise<SumRow[]> {
  if (metrics.length === 0 || selects.length === 0) return [];
  const clauses = metrics.map((metric) => `${clauseOf(metric, question, grain)} AS ${metric.name}`);
  const rows = await clickhouse.rows<Record<string, string | number | null>>(
    `SELECT ${parts.sql} AS part, ${outerKey(question.group)} AS key, bucket, ${clauses.join(', ')}
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
