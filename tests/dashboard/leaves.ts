/** Numbers of an answer, each with what it belongs to; and those that a page computes from them, computed here again. */
import { classify } from '../../dashboard/src/lib/map/classes.ts';

export interface Leaf {
  readonly value: number;
  /** Names of the fields on the way to it, and the keys of what they hold. */
  readonly tags: ReadonlySet<string>;
}

export interface Question {
  readonly name: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Fields that say whose the numbers beside them are. */
const keys = /^(?:key|code|metric|step|at|platform|fromHours|client|rule|state|id)$/;

/** All of an answer's, with what the question itself names: one metric, say. */
export function leavesOf(question: Question, data: unknown): readonly Leaf[] {
  const named = new Set(textsIn(question.variables));
  return [...numbersIn(data, named), ...derived(question, data, named)];
}

function* numbersIn(node: unknown, tags: ReadonlySet<string>): Generator<Leaf> {
  if (typeof node === 'number') yield { value: node, tags };
  // Numbers that a float cannot hold come as texts.
  else if (typeof node === 'string' && /^\d+$/.test(node)) yield { value: Number(node), tags };
  else if (Array.isArray(node)) {
    yield { value: node.length, tags: new Set([...tags, 'length']) };
    for (const [value, count] of counted(node))
      yield { value: count, tags: new Set([...tags, value]) };
    for (const each of node) yield* numbersIn(each, tags);
  } else if (typeof node === 'object' && node !== null) {
    const own = Object.entries(node).flatMap(([name, value]) =>
      keys.test(name) && (typeof value === 'string' || typeof value === 'number')
        ? [String(value)]
        : [],
    );
    for (const [name, value] of Object.entries(node))
      yield* numbersIn(value, new Set([...tags, ...own, name]));
  }
}

/** How many of a list are in which state, and of how many something is true. */
function counted(list: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const each of list) {
    if (typeof each !== 'object' || each === null) continue;
    for (const [name, value] of Object.entries(each)) {
      if (name === 'state' || name === 'contractVersion')
        counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
      if (typeof value === 'boolean') counts.set(name, (counts.get(name) ?? 0) + Number(value));
    }
  }
  return counts;
}

export function textsIn(node: unknown): readonly string[] {
  if (typeof node === 'string') return [node];
  if (typeof node !== 'object' || node === null) return [];
  return Object.values(node).flatMap(textsIn);
}

interface Skew {
  readonly skew: readonly {
    readonly platform: { readonly code: string };
    readonly modules: readonly { readonly lacks: readonly string[] | null }[] | null;
  }[];
}

interface Row {
  readonly key: string;
  readonly value: number | null;
}

/** Shares of a whole, limits of a map's colours, sums, the rhythm of a week: by the definition that the page gives. */
function derived(
  { name, variables }: Question,
  data: unknown,
  named: ReadonlySet<string>,
): readonly Leaf[] {
  const tagged = (value: number, ...tags: string[]): Leaf => ({
    value,
    tags: new Set([...named, ...tags]),
  });
  if (name === 'Tops') {
    const rows = (data as { tops: { rows: Row[] } }).tops.rows.flatMap(({ key, value }) =>
      value === null ? [] : [{ key, value }],
    );
    const whole = rows.reduce((sum, { value }) => sum + value, 0);
    return [
      ...rows.map(({ key, value }) => tagged(value / whole, key, 'share')),
      ...classify(rows.map(({ value }) => value)).limits.map((limit) => tagged(limit, 'legend')),
    ];
  }
  if (name === 'Platforms') {
    const { platforms } = data as { platforms: { publishedFigures: unknown[] }[] };
    return [
      tagged(platforms.reduce((sum, { publishedFigures }) => sum + publishedFigures.length, 0)),
    ];
  }
  if (name === 'Skew') {
    const { skew } = data as Skew;
    return skew.map(({ platform, modules }) =>
      tagged(
        (modules ?? []).reduce((sum, { lacks }) => sum + (lacks?.length ?? 0), 0),
        platform.code,
      ),
    );
  }
  if (name === 'AccessSummary') {
    const totals = new Map<string, number>();
    const { accessSummary } = data as { accessSummary: { client: string; rows: number }[] };
    for (const { client, rows } of accessSummary)
      totals.set(client, (totals.get(client) ?? 0) + rows);
    return [...totals].map(([client, rows]) => tagged(rows, 'total', client));
  }
  if (name === 'Usage') {
    const { topOperations } = data as { topOperations: { meanMs: number }[] | null };
    return (topOperations ?? []).map(({ meanMs }) => tagged(Math.round(meanMs), 'meanMs'));
  }
  const { grain } = (variables['input'] ?? {}) as { grain?: string };
  if (name === 'Metrics' && grain === 'HOUR') {
    const { metrics } = data as { metrics: { points: { at: string; value: number | null }[] }[] };
    const cells = new Map<string, number[]>();
    for (const { at, value } of metrics[0]?.points ?? []) {
      if (value === null) continue;
      const local = new Date(Date.parse(at) + 8 * 3_600_000).toISOString();
      const weekday = (new Date(local).getUTCDay() + 6) % 7;
      const cell = `${local.slice(11, 13)} ${weekday}`;
      cells.set(cell, [...(cells.get(cell) ?? []), value]);
    }
    return [...cells].map(([cell, values]) =>
      tagged(values.reduce((sum, value) => sum + value, 0) / values.length, ...cell.split(' ')),
    );
  }
  return [];
}
