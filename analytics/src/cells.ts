/** The SQL of cells: sums by event type, key and bucket over any range, from rollups and raw alike. Long, because all SQL over sums is here. */
import type { Columns } from './additive.ts';
import { quote, quoteList, timeLiteral } from './clickhouse.ts';
import type { Grain } from './grains.ts';
import { scanOf } from './scan.ts';
import type { Parts, Wanted } from './scan.ts';

/** What is counted in. */
export interface Filter {
  /** `current(platform, epoch)` of the platforms in scope: nothing else is ever read. */
  readonly epochs: ReadonlyMap<string, number>;
  /** A division code. */
  readonly place: string | undefined;
  readonly categories: readonly string[] | undefined;
  readonly channels: readonly string[] | undefined;
  /** Whether what the simulation made counts. */
  readonly simulated: boolean;
  /** Where platforms were at the state that is asked for; what came in after that is left out. */
  readonly later?: ReadonlyMap<string, Later> | undefined;
}

/** The lines of a platform after one of them. */
export interface Later {
  readonly epoch: number;
  readonly sequence: number;
  /** UTC ms: all of them were recorded at or after it. */
  readonly recordedMs: number;
  /** Whether opening balances are among what is left out. */
  readonly hasOpenings: boolean;
  /** Lines before it that were taken up behind this epoch (ingest/read-again.ts) are left out too; absent: none were. */
  readonly takenUpAfter?: number;
}

/** By what sums are kept apart. */
export type Group =
  | { readonly by: 'all' }
  | { readonly by: 'platform' | 'category' | 'channel' }
  /** Who asked, and what was lacking: of usage only. */
  | { readonly by: 'client' | 'code' }
  /** By what the contract's modules say happened: `[event type, module]`. */
  | { readonly by: 'module'; readonly modules: readonly (readonly [string, string])[] }
  /** Each of these divisions, with all below it. */
  | { readonly by: 'divisions'; readonly codes: readonly string[] }
  /** Codes cut to so many digits; the direct cities keep their six among the cities' four. */
  | { readonly by: 'level'; readonly digits: 4 | 6 | 9 | 12 };

/** Whether it is of places finer than a county, where most rollups end. */
export function isBelowCounty(filter: Filter, group: Group): boolean {
  if ((filter.place?.length ?? 0) > 6) return true;
  if (group.by === 'divisions') return group.codes.some((code) => code.length > 6);
  return group.by === 'level' && group.digits > 6;
}

/** A SELECT of `parts, type, inner_key, bucket` and the columns: all that is wanted of sums. */
export function cellsSql(wanted: readonly Wanted[], parts: Parts, scope: SumScope): string {
  const { filter, group, grain, columns } = scope;
  const scan = scanOf(wanted, parts, 't.at', secondLiteral);
  const place = isBelowCounty(filter, group) ? 't.place' : 't.county';
  const sums = columns.map(([name]) => `sum(t.${name}) AS ${name}`);
  return `SELECT ${scan.parts} AS parts, t.type AS type, ${innerKey(place, group)} AS inner_key, ${bucketSql('t.at', grainOfPoints(wanted, grain))} AS bucket, ${sums.join(', ')}
    FROM onenet.cells AS t
    WHERE ${scan.where} AND ${filterSql(filter, place)}${groupSql(group, place)}
    GROUP BY parts, t.type, inner_key, bucket`;
}

/** … and all that is wanted of single lines, where no sums end. */
export function rawCellsSql(wanted: readonly Wanted[], parts: Parts, scope: SumScope): string {
  const { filter, group, grain, columns } = scope;
  const scan = scanOf(wanted, parts, 't.time', timeLiteral);
  const sums = columns.map(([name, raw]) => `${raw} AS ${name}`);
  return `SELECT ${scan.parts} AS parts, t.type AS type, ${innerKey('t.place', group)} AS inner_key, ${bucketSql('t.time', grainOfPoints(wanted, grain))} AS bucket, ${sums.join(', ')}
    FROM onenet.raw AS t
    WHERE ${scan.where} AND ${filterSql(filter, 't.place')}${groupSql(group, 't.place')} AND t.rejected = ''
    GROUP BY parts, t.type, inner_key, bucket`;
}

/** What all tables are asked alike. */
export interface CellScope {
  readonly filter: Filter;
  readonly group: Group;
  /** Of points. */
  readonly grain?: Grain | undefined;
}

/** … and of sums which. */
export interface SumScope extends CellScope {
  readonly columns: Columns;
}

/**
 * The cells of what came in after a state, negative: all columns add up, so what is left is what was
 * there. Exact as long as the values are whole (numbers up to 2^53), as those of money and people must be.
 */
export function laterCellsSql(
  ranges: readonly Wanted[],
  parts: Parts,
  { filter, group, grain, columns }: SumScope,
): string[] {
  const later = laterSql(filter);
  const wanted = ranges.filter(({ fromMs, toMs }) => fromMs < toMs);
  if (later === undefined || wanted.length === 0) return [];
  const scan = scanOf(wanted, parts, 't.time', timeLiteral);
  const sums = columns.map(([name, raw]) => `-(${raw}) AS ${name}`);
  return [
    `SELECT ${scan.parts} AS parts, t.type AS type, ${innerKey('t.place', group)} AS inner_key, ${bucketSql('t.time', grainOfPoints(wanted, grain))} AS bucket, ${sums.join(', ')}
    FROM onenet.raw AS t
    WHERE ${scan.where} AND ${laterFilterSql(filter)} AND t.rejected = '' AND ${later}
    GROUP BY parts, t.type, inner_key, bucket`,
  ];
}

/** Whether a line (of a table named `t`) came in after the state; undefined when none did. */
export function laterSql({ epochs, later }: Filter): string | undefined {
  const of = [...(later ?? [])].filter(([code]) => epochs.has(code));
  if (of.length === 0) return undefined;
  // Each term is planned: what platforms have in common stands once.
  const byEpoch = [...Map.groupBy(of, ([, { epoch }]) => epoch)].map(([epoch, at]) => {
    const lines = at.map(
      ([code, { sequence }]) => `(t.platform = ${quote(code)} AND t.sequence > ${sequence})`,
    );
    return `(t.epoch = ${epoch} AND (${lines.join(' OR ')}))`;
  });
  const recordedMs = Math.min(...of.map(([, each]) => each.recordedMs));
  const cameIn = `(t.recorded >= ${timeLiteral(recordedMs)} AND (${byEpoch.join(' OR ')}))`;
  const takenUp = of.flatMap(([code, { epoch, takenUpAfter }]) =>
    takenUpAfter === undefined
      ? []
      : [`(t.epoch = ${epoch} AND t.platform = ${quote(code)} AND t.taken_up > ${takenUpAfter})`],
  );
  if (takenUp.length === 0) return cameIn;
  return `(${cameIn} OR (t.taken_up != 0 AND (${takenUp.join(' OR ')})))`;
}

/** A moment as it compares with a `DateTime('UTC')`; where sums begin and end there are no fractions of a second. */
function secondLiteral(ms: number): string {
  return `toDateTime(${Math.floor(ms / 1000)}, 'UTC')`;
}

/** What lies in none of the divisions asked for need not be read. */
function groupSql(group: Group, placeColumn: string): string {
  if (group.by !== 'divisions') return '';
  return ` AND (${group.codes.map((code) => within(placeColumn, code)).join(' OR ') || 'false'})`;
}

/** Only points have buckets; a table that has none of them may be too coarse for one. */
export function grainOfPoints(
  wanted: readonly Wanted[],
  grain: Grain | undefined,
): Grain | undefined {
  return wanted.some(({ part }) => part === 'points') ? grain : undefined;
}

/** The start of a time's bucket in Unix seconds; 0 without a grain. */
export function bucketSql(time: string, grain: Grain | undefined): string {
  if (!grain) return '0';
  const local = `toTimeZone(${time}, 'Asia/Shanghai')`;
  return `toUnixTimestamp(toDateTime(${starts[grain](local)}, 'Asia/Shanghai'))`;
}

const starts: Readonly<Record<Grain, (time: string) => string>> = {
  MINUTE: (time) => `toStartOfMinute(${time})`,
  HOUR: (time) => `toStartOfHour(${time})`,
  DAY: (time) => `toDate(${time})`,
  // ISO weeks begin on Monday.
  WEEK: (time) => `toStartOfWeek(${time}, 1)`,
  MONTH: (time) => `toStartOfMonth(${time})`,
};

/** Conditions that hold for every table, which is named `t`. */
export function filterSql(filter: Filter, placeColumn: string): string {
  return [epochsSql(filter.epochs), ...scopeSql(filter, placeColumn)].join(' AND ');
}

/** … and for lines of raw that came in after a state, which says of which epochs. */
function laterFilterSql(filter: Filter): string {
  return scopeSql(filter, 't.place').join(' AND ') || 'true';
}

function scopeSql(filter: Filter, placeColumn: string): string[] {
  const conditions: string[] = [];
  if (filter.place !== undefined) conditions.push(within(placeColumn, filter.place));
  if (filter.categories) conditions.push(isOneOf('t.category', filter.categories));
  if (filter.channels) conditions.push(isOneOf('t.channel', filter.channels));
  if (!filter.simulated) conditions.push('NOT t.simulated');
  return conditions;
}

/** Most platforms are at the same epoch: a list of texts is planned faster than one of pairs. */
function epochsSql(epochs: ReadonlyMap<string, number>): string {
  const byEpoch = Map.groupBy(epochs, ([, epoch]) => epoch);
  const each = [...byEpoch].map(
    ([epoch, of]) => `t.epoch = ${epoch} AND t.platform IN ${quoteList(of.map(([code]) => code))}`,
  );
  if (each.length < 2) return each[0] ?? 'false';
  return `(${each.map((one) => `(${one})`).join(' OR ')})`;
}

/** Of no name at all nothing is one: what has none is of the empty name. */
function isOneOf(column: string, names: readonly string[]): string {
  return names.length === 0 ? 'false' : `${column} IN ${quoteList(names)}`;
}

/** Whether a place is a division or lies below it: codes are hierarchical by prefix. */
function within(column: string, division: string): string {
  return `startsWith(${column}, ${quote(significantDigits(division))})`;
}

/** The digits that everything within a division begins with: 420000 → 42, 420100 → 4201. */
export function significantDigits(code: string): string {
  if (code.length !== 6) return code;
  if (code.endsWith('0000')) return code.slice(0, 2);
  return code.endsWith('00') ? code.slice(0, 4) : code;
}

export function innerKey(placeColumn: string, group: Group): string {
  if (group.by === 'all') return "''";
  if (group.by === 'divisions' || group.by === 'level') return placeColumn;
  return `toString(t.${group.by === 'module' ? 'type' : group.by})`;
}

/**
 * The key of the answer, from `inner_key`: divisions overlap (a city and its county), so a cell may
 * count in several of them.
 */
export function outerKey(group: Group): string {
  if (group.by === 'divisions') {
    const pairs = group.codes.map((code) => `(${quote(code)}, ${quote(significantDigits(code))})`);
    return `arrayJoin(arrayMap(d -> d.1, arrayFilter(d -> startsWith(inner_key, d.2), [${pairs.join(', ')}])))`;
  }
  if (group.by === 'module') {
    const [types, modules] = [0, 1].map((i) => group.modules.map((pair) => quote(pair[i] ?? '')));
    return `transform(inner_key, [${types?.join(', ')}], [${modules?.join(', ')}], '')`;
  }
  if (group.by !== 'level') return 'inner_key';
  const cut = `substring(inner_key, 1, ${group.digits})`;
  if (group.digits !== 4) return cut;
  return `if(startsWith(inner_key, '4290'), substring(inner_key, 1, 6), concat(${cut}, '00'))`;
}

/** Opening balances as cells: of a number they stand where a period has its total, of values where it has their sum. */
export function openingCellsSql(
  parts: number,
  types: readonly string[],
  kinds: readonly ('stock' | 'flow')[],
  { filter, group, columns }: SumScope,
): string {
  const sums = openingSums(columns, {
    events: 'sum(t.events)',
    total: 'toInt64(sum(t.value))',
    value_sum: 'sum(t.value_sum)',
  });
  return `SELECT ${parts} AS parts, t.type AS type, ${innerKey('t.place', group)} AS inner_key, 0 AS bucket, ${sums}
    FROM onenet.openings AS t
    WHERE t.type IN ${quoteList(types)} AND t.kind IN ${quoteList(kinds)} AND ${filterSql(filter, 't.place')}
    GROUP BY t.type, inner_key`;
}

/** The balances that came in after a state, negative. */
export function laterOpeningsSql(
  parts: number,
  types: readonly string[],
  kinds: readonly ('stock' | 'flow')[],
  { filter, group, columns }: SumScope,
): string[] {
  const some = [...(filter.later ?? [])].filter(([, { hasOpenings }]) => hasOpenings);
  const later = laterSql({ ...filter, later: new Map(some) });
  if (later === undefined) return [];
  const sums = openingSums(columns, {
    events: '-toInt64(count())',
    total: "-toInt64(sumIf(t.opening_value, t.opening_of != 'value'))",
    value_sum: "-sumIf(t.opening_value, t.opening_of = 'value')",
  });
  const key = group.by === 'module' ? 't.opening_measure' : innerKey('t.place', group);
  return [
    `SELECT ${parts} AS parts, t.opening_measure AS type, toString(${key}) AS inner_key, 0 AS bucket, ${sums}
    FROM onenet.raw AS t
    WHERE t.type = 'onenet.opening' AND t.opening_measure IN ${quoteList(types)} AND t.opening_kind IN ${quoteList(kinds)}
      AND ${laterFilterSql(filter)} AND t.rejected = '' AND ${later}
    GROUP BY t.opening_measure, inner_key`,
  ];
}

function openingSums(columns: Columns, opened: Readonly<Record<string, string>>): string {
  return columns.map(([name]) => `${opened[name] ?? '0'} AS ${name}`).join(', ');
}
