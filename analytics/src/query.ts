/** Computes any metrics over a range and what it is compared with, for many keys and points, in very few queries. */
import type { EventTypeName } from '@onenet/contract';
import { columnsNamed } from './additive.ts';
import type { SumColumn } from './additive.ts';
import { answerOf, knowsPeople, stocksOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { laterSql, outerKey } from './cells.ts';
import type { Filter, Group } from './cells.ts';
import type { ClickHouse } from './clickhouse.ts';
import type { Grain } from './grains.ts';
import type { KeptRows } from './kept-rows.ts';
import { columnsOf, valueOf } from './metrics/formula.ts';
import type { Formula } from './metrics/formula.ts';
import { typesOf } from './metrics/metric.ts';
import type { Metric } from './metrics/metric.ts';
import { beginningMs } from './periods.ts';
import type { Range } from './periods.ts';
import { readSums } from './read-sums.ts';
import { Parts } from './scan.ts';
import type { Wanted } from './scan.ts';
import { Sums } from './sums.ts';
import type { Part, SumRow } from './sums.ts';
import { usageSums } from './usage/figures.ts';
import type { UsageScope } from './usage/figures.ts';
import { valuesSql } from './values.ts';

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

/** Where answers are read. */
export interface Tables {
  readonly clickhouse: ClickHouse;
  /** `kept`: rows that are still good; absent where others insert too. */
  readonly ingest: { readonly kept: KeptRows | undefined };
}

/** By key (`''` when grouped by nothing), then by metric. */
export type Answers = Map<string, Map<string, Answer>>;

export async function answer(tables: Tables, question: Question): Promise<Answers> {
  const parts = await Promise.all(byTables(question).map((part) => answerFrom(tables, part)));
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

async function answerFrom(tables: Tables, question: Question): Promise<Answers> {
  const ofEvents = question.metrics.filter(({ source }) => source === undefined);
  const additive = ofEvents
    .filter((metric) => metric.kind !== 'DISTRIBUTION')
    .flatMap((metric) => (metric.kind === 'SHARE' ? stocksOf(metric) : [metric]));
  const distributions = ofEvents.filter((metric) => metric.kind === 'DISTRIBUTION');
  const found = await Promise.all([
    sumsOf(tables, question, additive),
    valuesOf(tables, question, distributions),
    usageSums(tables.clickhouse, question),
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

/** Metrics of sums: each is its formula over the sums by type. */
async function sumsOf(
  tables: Tables,
  question: Question,
  metrics: readonly Metric[],
): Promise<SumRow[]> {
  if (metrics.length === 0) return [];
  const columns = columnsNamed(columnNames(question, metrics));
  const index = new Map<string, number>(columns.map(([name], i) => [name, i]));
  const rows: SumRow[] = [];
  for (const { part, key, bucketMs, byType } of await readSums(
    tables,
    question,
    metrics,
    columns,
  )) {
    const sumOf = (column: SumColumn, type: EventTypeName): number =>
      byType.get(type)?.[index.get(column) ?? -1] ?? 0;
    // What only came in after a state, and was taken off again, was not there.
    const isThere =
      !index.has('events') || [...byType.keys()].some((type) => sumOf('events', type) !== 0);
    if (!isThere) continue;
    const values: Record<string, number | null> = {};
    for (const metric of metrics) {
      const firsts = firstsOf(metric, question, part);
      values[metric.name] =
        firsts === null
          ? null
          : valueOf(formulaOf(metric), (column, type) =>
              sumOf(column === 'firsts' ? firsts : column, type),
            );
    }
    rows.push({ part, key, bucketMs, values });
  }
  return rows;
}

function columnNames(question: Question, metrics: readonly Metric[]): ReadonlySet<SumColumn> {
  const firsts = metrics
    .filter(({ kind }) => kind === 'PEOPLE')
    .flatMap((metric) => [
      firstsOf(metric, question, 'now'),
      ...(question.grain ? [firstsOf(metric, question, 'points')] : []),
    ]);
  const spoken = columnsOf(metrics.map(formulaOf));
  return new Set([
    ...[...spoken].filter((column) => column !== 'firsts'),
    ...firsts.filter((column) => column !== null),
    ...(laterSql(question.filter) === undefined ? [] : (['events'] as const)),
  ]);
}

function formulaOf({ name, formula }: Metric): Formula {
  if (!formula) throw new Error(`${name} is no metric of sums.`);
  return formula;
}

/** The column by which people of a part are counted; null where nobody knows how many they were. */
function firstsOf(metric: Metric, question: Question, part: Part): SumColumn | null {
  const { range, grain } = question;
  const of = part === 'points' ? grain : undefined;
  if (metric.kind === 'PEOPLE' && !knowsPeople(question, range, of)) return null;
  return firstsColumn(range, of);
}

const firstsColumns = {
  day: 'first_day',
  week: 'first_week',
  month: 'first_month',
  quarter: 'first_quarter',
  year: 'first_year',
} as const satisfies Readonly<Record<string, SumColumn>>;

function firstsColumn(range: Range, grain: Grain | undefined): SumColumn {
  if (grain === 'WEEK' || grain === 'MONTH')
    return firstsColumns[grain === 'WEEK' ? 'week' : 'month'];
  if (grain) return 'first_day';
  if (range.fromMs === undefined) return 'first_year';
  return firstsColumns[range.calendar ?? 'day'];
}

/** Distributions: each is one clause of a query over single values. */
async function valuesOf(
  tables: Tables,
  question: Question,
  metrics: readonly Metric[],
): Promise<readonly SumRow[]> {
  if (metrics.length === 0) return [];
  const { clickhouse, ingest } = tables;
  const { range, compared, filter, group, grain } = question;
  const types = typesOf(metrics);
  const parts = new Parts();
  const of = (part: Part, { fromMs = beginningMs, toMs }: Range): Wanted => {
    return { part, types, fromMs, toMs };
  };
  const wanted = [
    of('now', range),
    ...(grain ? [of('points', range)] : []),
    ...(compared ? [of('then', compared)] : []),
  ];
  const values = await valuesSql(tables, wanted, parts, { filter, group, grain });
  const clauses = metrics.map(({ name, expression }) => `${expression} AS ${name}`);
  const sql = `SELECT ${parts.sql} AS part, ${outerKey(group)} AS key, if(part = 'points', bucket, 0) AS point, ${clauses.join(', ')}
    FROM (\n${values}\n) GROUP BY part, key, point`;
  const read = async (): Promise<readonly SumRow[]> => {
    const rows = await clickhouse.rows<Record<string, string | number | null>>(sql);
    return rows.map(({ part, key, point, ...found }) => ({
      part: String(part),
      key: String(key),
      bucketMs: Number(point) * 1000,
      values: Object.fromEntries(
        Object.entries(found).map(([name, value]) => [name, value === null ? null : Number(value)]),
      ),
    }));
  };
  if (!ingest.kept || laterSql(filter) !== undefined) return await read();
  const untilMs = Math.max(...wanted.map(({ toMs }) => toMs));
  return await ingest.kept.rows(sql, { platforms: filter.epochs.keys(), untilMs }, read);
}
