/** Computes any metrics over a range and what it is compared with, for many keys and points, in very few queries. */
import { columnsIn } from './additive.ts';
import type { Columns } from './additive.ts';
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
  rawCellsSql,
  valuesSql,
} from './cells.ts';
import type { Filter, Group, SumScope } from './cells.ts';
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
  // What only came in after a state, and was taken off again, was not there.
  const present = laterSql(question.filter) === undefined ? undefined : 'sum(events) != 0';
  const found = await Promise.all([
    evaluate(clickhouse, question, additive, sumsRead, present),
    evaluate(clickhouse, question, distributions, valuesRead),
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

function sumsRead(question: Question, metrics: readonly Metric[], columns: Columns): Reading {
  const { range, compared, filter, group, grain } = question;
  const scope = { filter, group, grain, columns };
  const parts = new Parts();
  const stocks = typesOf(metrics.filter((metric) => metric.kind === 'STOCK'));
  const flows = typesOf(metrics.filter((metric) => metric.kind === 'FLOW'));
  const { fromMs = beginningMs, toMs } = range;
  const types = typesOf(metrics);
  const opened = (part: Part, of: readonly string[], kinds: readonly ('stock' | 'flow')[]) =>
    of.length === 0
      ? []
      : [
          openingCellsSql(parts.number([part]), of, kinds, scope),
          ...laterOpeningsSql(parts.number([part]), of, kinds, scope),
        ];
  const wanted: Wanted[] = [
    { part: 'now', types, fromMs, toMs },
    ...(grain ? [{ part: 'points', types, fromMs, toMs } as const] : []),
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

/** Sums, single lines where these begin and end within one, and less what came in after the state. */
function cellsRead(
  { nowMs }: Question,
  ranges: readonly Wanted[],
  parts: Parts,
  scope: SumScope,
): string[] {
  const wanted = ranges.filter(({ types }) => types.length > 0);
  const belowCounty = isBelowCounty(scope.filter, scope.group);
  const pieces = wanted.flatMap((each) => {
    // The range itself is what its points are: nothing is read twice.
    const grain = each.part === 'points' || each.part === 'now' ? scope.grain : undefined;
    return tiersOf(each.fromMs, each.toMs, nowMs, { grain, belowCounty }).map(
      ({ tier, ...range }) => ({ ...each, ...range, tier: tier === 'raw' ? undefined : tier }),
    );
  });
  const sums = pieces.filter(({ tier }) => tier !== undefined);
  const lines = pieces.filter(({ tier }) => tier === undefined);
  return [
    ...(sums.length === 0 ? [] : [cellsSql(sums, parts, scope)]),
    ...(lines.length === 0 ? [] : [rawCellsSql(lines, parts, scope)]),
    ...laterCellsSql(wanted, parts, scope),
  ];
}

function valuesRead(question: Question, metrics: readonly Metric[]): Reading {
  const { range, compared, filter, group, grain } = question;
  const parts = new Parts();
  const types = typesOf(metrics);
  const of = (part: Part, { fromMs = beginningMs, toMs }: Range): Wanted => ({
    part,
    types,
    fromMs,
    toMs,
  });
  const wanted = [
    of('now', range),
    ...(grain ? [of('points', range)] : []),
    ...(compared ? [of('then', compared)] : []),
  ];
  return { parts, selects: [valuesSql(wanted, parts, { filter, group, grain })] };
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
  read: (question: Question, metrics: readonly Metric[], columns: Columns) => Reading,
  present?: string,
): Promise<SumRow[]> {
  if (metrics.length === 0) return [];
  const clauses = metrics.map((metric) => `${clauseOf(metric, question)} AS ${metric.name}`);
  const having = present === undefined ? '' : ` HAVING ${present}`;
  const { parts, selects } = read(question, metrics, columnsIn(`${clauses.join(' ')}${having}`));
  if (selects.length === 0) return [];
  const rows = await clickhouse.rows<Record<string, string | number | null>>(
    `SELECT ${parts.sql} AS part, ${outerKey(question.group)} AS key, if(part = 'points', bucket, 0) AS point, ${clauses.join(', ')}
    FROM (\n${selects.join('\nUNION ALL\n')}\n) GROUP BY part, key, point${having}`,
  );
  return rows.map(({ part, key, point, ...found }) => ({
    part: String(part),
    key: String(key),
    bucketMs: Number(point) * 1000,
    values: Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, value === null ? null : Number(value)]),
    ),
  }));
}

/** A metric's clause; the column of `firsts` follows from the period, and of points from the grain. */
function clauseOf(metric: Metric, question: Question): string {
  if (metric.kind !== 'PEOPLE') return metric.expression;
  const { range, grain } = question;
  const people = (of?: Grain): string =>
    knowsPeople(question, range, of)
      ? metric.expression.replaceAll('{{firsts}}', firstsColumn(range, of))
      : 'NULL';
  return grain ? `if(part = 'points', ${people(grain)}, ${people()})` : people();
}

function firstsColumn(range: Range, grain: Grain | undefined): string {
  if (grain) return `first_${grain.toLowerCase()}`;
  if (range.fromMs === undefined) return 'first_year';
  return `first_${range.calendar ?? 'day'}`;
}
