/**
 * One scan of a table for all parts of an answer that it has something of: planning a SELECT costs more than
 * reading most of them. Ranges overlap (all before a month is also before the one after), so rows are told apart
 * by the stretches between their bounds, and a stretch may be of several parts.
 */
import { quote, quoteList } from './clickhouse.ts';
import type { Part } from './sums.ts';
import type { Tier } from './tiers.ts';

/** What a part needs of a table: [fromMs, toMs), of these event types. */
export interface Wanted {
  readonly part: Part;
  /** Of the table of cells; of others nothing. */
  readonly tier?: Tier | undefined;
  readonly types: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** The sets of parts that rows of a query belong to, each by a number. */
export class Parts {
  private readonly numbers = new Map<string, { readonly number: number; readonly sql: string }>();
  private readonly sets: (readonly Part[])[] = [];

  /** The number of a set, from 1. */
  number(parts: readonly Part[]): number {
    const key = parts.join();
    const sql = `[${parts.map(quote).join(', ')}]`;
    const known = this.numbers.get(key);
    if (known) return known.number;
    const number = this.sets.push(parts);
    this.numbers.set(key, { number, sql });
    return number;
  }

  /** The parts of a row by its column `parts`. */
  of(number: number): readonly Part[] {
    return this.sets[number - 1] ?? [];
  }

  /** … and in SQL, in which a row of several stands once for each. */
  get sql(): string {
    const sets = [...this.numbers.values()].map(({ sql }) => sql);
    return `arrayJoin(arrayElement([${sets.join(', ')}], parts))`;
  }
}

/** How a table is read once. */
export interface Scan {
  /** Of a row that is read: the number of its parts. */
  readonly parts: string;
  readonly where: string;
}

/** `column` is the table's time, `bound` a moment as it compares with it. */
export function scanOf(
  wanted: readonly Wanted[],
  parts: Parts,
  column: string,
  bound: (ms: number) => string,
): Scan {
  const tiers = [...Map.groupBy(wanted, ({ tier }) => tier)].map(([tier, of]) => ({
    ofTier: tier === undefined ? [] : [`t.tier = ${quote(tier)}`],
    stretches: stretchesOf(of),
  }));
  const cases = tiers.flatMap(({ ofTier, stretches }) =>
    stretches.map(({ toMs, of }, i) => ({
      // The last of a tier is whatever is left of it.
      when: [...ofTier, ...(i < stretches.length - 1 ? [`${column} < ${bound(toMs)}`] : [])],
      number: parts.number(of.map(({ part }) => part)),
    })),
  );
  const last = cases.pop()?.number ?? parts.number(wanted.map(({ part }) => part));
  const branches = cases.flatMap(({ when, number }) => [when.join(' AND '), number]);
  // All types first: what the table's order is by.
  const all = typesSql(wanted);
  const conditions = tiers.flatMap(({ ofTier, stretches }) =>
    [...Map.groupBy(stretches, ({ of }) => typesSql(of))].map(([types, of]) => {
      const within = joined(of).map(
        ({ fromMs, toMs }) => `${column} >= ${bound(fromMs)} AND ${column} < ${bound(toMs)}`,
      );
      return [...ofTier, ...(types === all ? [] : [types]), anyOf(within)].join(' AND ');
    }),
  );
  return {
    parts: branches.length === 0 ? String(last) : `multiIf(${branches.join(', ')}, ${last})`,
    where: `${all} AND ${anyOf(conditions)}`,
  };
}

function typesSql(wanted: readonly Wanted[]): string {
  const types = new Set(wanted.flatMap((each) => each.types));
  return `t.type IN ${quoteList([...types].toSorted())}`;
}

function anyOf(conditions: readonly string[]): string {
  if (conditions.length === 0) return 'false';
  return conditions.length === 1
    ? conditions.join('')
    : `(${conditions.map((each) => `(${each})`).join(' OR ')})`;
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly of: readonly Wanted[];
}

/** Between each two bounds that follow each other: what wants it, where anything does. */
function stretchesOf(wanted: readonly Wanted[]): readonly Stretch[] {
  const bounds = [...new Set(wanted.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))];
  const ordered = bounds.toSorted((a, b) => a - b);
  return ordered.slice(1).flatMap((toMs, i) => {
    const fromMs = ordered[i] ?? toMs;
    const of = wanted.filter((each) => each.fromMs <= fromMs && toMs <= each.toMs);
    return of.length === 0 ? [] : [{ fromMs, toMs, of }];
  });
}

/** In order, those that touch as one. */
function joined(stretches: readonly Stretch[]): { fromMs: number; toMs: number }[] {
  const ranges: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of stretches) {
    const last = ranges.at(-1);
    if (last?.toMs === fromMs) last.toMs = toMs;
    else ranges.push({ fromMs, toMs });
  }
  return ranges;
}
