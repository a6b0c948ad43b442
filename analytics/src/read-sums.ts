/**
 * Sums by part, key, point and type, added up from what the tables have of them. What ended with the last whole hour is
 * read apart from the rest: it is kept, and asked for again only when something comes in that it should count.
 */
import type { EventTypeName } from '@onenet/contract';
import type { Columns } from './additive.ts';
import {
  cellsSql,
  isBelowCounty,
  laterCellsSql,
  laterOpeningsSql,
  laterSql,
  openingCellsSql,
  rawCellsSql,
} from './cells.ts';
import type { SumScope } from './cells.ts';
import { keysOf } from './group-keys.ts';
import { typesOf } from './metrics/metric.ts';
import type { Metric } from './metrics/metric.ts';
import { beginningMs, hourMs } from './periods.ts';
import type { Question, Tables } from './query.ts';
import { Parts } from './scan.ts';
import type { Wanted } from './scan.ts';
import type { Part } from './sums.ts';
import { tiersOf } from './tiers.ts';

/** What was summed for a part, a key and a point: by type, each column's sum. */
export interface SumGroup {
  readonly part: Part;
  readonly key: string;
  readonly bucketMs: number;
  readonly byType: Map<EventTypeName, number[]>;
}

/** A row of the tables' sums. */
interface Cell {
  readonly parts: readonly Part[];
  readonly type: EventTypeName;
  readonly key: string;
  readonly bucketMs: number;
  readonly values: readonly number[];
}

/** All that a question's metrics of sums need. */
export async function readSums(
  tables: Tables,
  question: Question,
  metrics: readonly Metric[],
  columns: Columns,
): Promise<Iterable<SumGroup>> {
  const { filter, group, grain, nowMs } = question;
  const scope = { filter, group, grain, columns };
  const wanted = wantedOf(question, metrics).filter(({ types }) => types.length > 0);
  // Where nothing is kept, one query is planned and not two.
  const [over, since] = tables.ingest.kept ? splitAtHour(wanted) : [[], wanted];
  const openings = openingsOf(question, metrics);
  const read = async (of: readonly Wanted[], select: (parts: Parts) => readonly string[]) =>
    await readCells(tables, scope, Math.max(0, ...of.map(({ toMs }) => toMs)), select);
  const found = await Promise.all([
    read(over, (parts) => [
      ...cellsRead(over, parts, scope, nowMs),
      ...openings.map((each) =>
        openingCellsSql(parts.number([each.part]), each.types, each.kinds, scope),
      ),
    ]),
    read(since, (parts) => cellsRead(since, parts, scope, nowMs)),
    laterCells(tables, scope, wanted, openings),
  ]);
  return added(found.flat(), scope);
}

function wantedOf({ range, compared, grain }: Question, metrics: readonly Metric[]): Wanted[] {
  const types = typesOf(metrics);
  const stocks = typesOf(metrics.filter(({ kind }) => kind === 'STOCK'));
  const { fromMs = beginningMs, toMs } = range;
  const since = (part: Part, ms: number): Wanted => {
    return { part, types: stocks, fromMs: beginningMs, toMs: ms };
  };
  return [
    { part: 'now', types, fromMs, toMs },
    ...(grain ? [{ part: 'points', types, fromMs, toMs } as const] : []),
    since('sinceNow', fromMs),
    ...(compared?.fromMs === undefined
      ? []
      : [
          { part: 'then', types, fromMs: compared.fromMs, toMs: compared.toMs } as const,
          since('sinceThen', compared.fromMs),
        ]),
  ];
}

interface Openings {
  readonly part: Part;
  readonly types: readonly string[];
  readonly kinds: readonly ('stock' | 'flow')[];
}

function openingsOf({ range }: Question, metrics: readonly Metric[]): Openings[] {
  const of = (kind: Metric['kind']) => typesOf(metrics.filter((metric) => metric.kind === kind));
  const stocks: Openings = { part: 'stockOpenings', types: of('STOCK'), kinds: ['stock', 'flow'] };
  const flows: Openings = { part: 'flowOpenings', types: of('FLOW'), kinds: ['flow'] };
  const wanted = range.fromMs === undefined ? [stocks, flows] : [stocks];
  return wanted.filter(({ types }) => types.length > 0);
}

/** What ended with a whole hour, and what is left. */
function splitAtHour(wanted: readonly Wanted[]): [over: Wanted[], since: Wanted[]] {
  const hourOf = ({ fromMs, toMs }: Wanted) => Math.max(fromMs, Math.floor(toMs / hourMs) * hourMs);
  const isAny = ({ fromMs, toMs }: Wanted): boolean => fromMs < toMs;
  return [
    wanted.map((each) => ({ ...each, toMs: hourOf(each) })).filter(isAny),
    wanted.map((each) => ({ ...each, fromMs: hourOf(each) })).filter(isAny),
  ];
}

/** Sums, and single lines where these begin and end within one. */
function cellsRead(
  wanted: readonly Wanted[],
  parts: Parts,
  scope: SumScope,
  nowMs: number,
): readonly string[] {
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
  ];
}

/** What came in after a state, negative: with everything that comes in it is another. */
async function laterCells(
  tables: Tables,
  scope: SumScope,
  wanted: readonly Wanted[],
  openings: readonly Openings[],
): Promise<readonly Cell[]> {
  if (laterSql(scope.filter) === undefined) return [];
  return await readCells(tables, scope, undefined, (parts) => [
    ...laterCellsSql(wanted, parts, scope),
    ...openings.flatMap(({ part, types, kinds }) =>
      laterOpeningsSql(parts.number([part]), types, kinds, scope),
    ),
  ]);
}

/** The rows of some SELECTs. `untilMs`: nothing from then on is in them; undefined: nobody knows, they are not kept. */
async function readCells(
  { clickhouse, ingest }: Tables,
  { filter, columns }: SumScope,
  untilMs: number | undefined,
  select: (parts: Parts) => readonly string[],
): Promise<readonly Cell[]> {
  const parts = new Parts();
  const selects = select(parts);
  if (selects.length === 0) return [];
  const sql = selects.join('\nUNION ALL\n');
  const read = async (): Promise<readonly Cell[]> => {
    const rows = await clickhouse.rows<Readonly<Record<string, string | number>>>(sql);
    return rows.map((row) => ({
      parts: parts.of(Number(row['parts'])),
      type: row['type'] as EventTypeName,
      key: String(row['inner_key']),
      bucketMs: Number(row['bucket']) * 1000,
      values: columns.map(([name]) => Number(row[name])),
    }));
  };
  if (untilMs === undefined || !ingest.kept) return await read();
  return await ingest.kept.rows(sql, { platforms: filter.epochs.keys(), untilMs }, read);
}

function added(cells: readonly Cell[], { group }: SumScope): Iterable<SumGroup> {
  const groups = new Map<string, SumGroup>();
  const keysOfInner = keysOf(group);
  for (const { parts, type, key: inner, bucketMs, values } of cells) {
    for (const key of keysOfInner(inner)) {
      for (const part of parts) {
        const at = part === 'points' ? bucketMs : 0;
        const place = `${part} ${at} ${key}`;
        let own = groups.get(place);
        if (!own) groups.set(place, (own = { part, key, bucketMs: at, byType: new Map() }));
        const sums = own.byType.get(type);
        if (sums) for (const [i, value] of values.entries()) sums[i] = (sums[i] ?? 0) + value;
        else own.byType.set(type, [...values]);
      }
    }
  }
  return groups.values();
}
