/** The platform's own totals per event type: saved beside the log, and exact whenever they are read. */
import { formatSequence } from './line.ts';
import type { FeedStore, LogLine, LogPosition, LogTotals, TypeTotal } from './store.ts';

/** The platform's own totals of one event type. */
export interface EventTotal {
  readonly type: string;
  /** Lines. */
  readonly events: number;
  /** The sum of `data.count`, 1 where it is absent. */
  readonly count: number;
  /** Counted up to this sequence, 20 digits. */
  readonly through: string;
}

/**
 * The sums up to `end`: what was saved, if it was saved for this log (a restored one has another
 * head there), and what came after it.
 */
export async function totalsAt(store: FeedStore, end: LogPosition): Promise<LogTotals> {
  const saved = await store.savedTotals();
  const base = saved !== undefined && (await isOfThisLog(store, saved, end)) ? saved : undefined;
  const since = await store.sum(base?.through ?? 0, end.sequence);
  return { through: end.sequence, head: end.head, types: added(base?.types ?? [], since) };
}

/** The sums with lines that follow at once. */
export function totalsWith(totals: LogTotals, lines: readonly LogLine[]): LogTotals {
  const last = lines.at(-1);
  if (last === undefined) return totals;
  const types = lines.map(({ type, count }) => ({ type, events: 1, count }));
  return { through: last.sequence, head: last.head, types: added(totals.types, types) };
}

export function eventTotals(totals: LogTotals): readonly EventTotal[] {
  const through = formatSequence(totals.through);
  return totals.types.map((total) => ({ ...total, through }));
}

async function isOfThisLog(store: FeedStore, saved: LogTotals, end: LogPosition): Promise<boolean> {
  if (saved.through > end.sequence) return false;
  const then = saved.through === end.sequence ? end : await store.position(saved.through);
  return then?.head === saved.head;
}

function added(base: readonly TypeTotal[], more: readonly TypeTotal[]): readonly TypeTotal[] {
  const sums = new Map<string, { events: number; count: number }>();
  for (const { type, events, count } of [...base, ...more]) {
    const sum = sums.get(type) ?? { events: 0, count: 0 };
    sum.events += events;
    sum.count += count;
    sums.set(type, sum);
  }
  return Array.from(sums, ([type, sum]) => ({ type, ...sum })).toSorted((a, b) =>
    a.type < b.type ? -1 : 1,
  );
}
