/**
 * What alerts compare with: weeks before, and since when a platform is known. Kept while it is of the same platforms
 * and logs: asked for once a day or hour, not at every look. What comes in late for it counts from the next on.
 */
import { quote } from '../clickhouse.ts';
import { dayMs } from '../periods.ts';
import type { Answers } from '../query.ts';
import { epochsIn } from '../scope.ts';
import { figures, whole } from './figures.ts';
import type { Ask, Whole } from './figures.ts';
import { weeksBefore } from './unusual.ts';

/** The same day or hour of a week before. */
export interface Week {
  readonly fromMs: number;
  readonly found: Answers;
}

interface Kept<T> {
  /** Of what it is. */
  readonly key: string;
  readonly value: T;
}

export class History {
  /** By the length of the range. */
  private readonly kept = new Map<number, Kept<readonly Week[]>>();
  private readonly firstDays = new Map<number, Kept<ReadonlyMap<string, number>>>();

  /** The same day or hour of the weeks before. */
  async weeks(ask: Ask, range: Whole): Promise<readonly Week[]> {
    const lengthMs = range.endMs - range.fromMs;
    const key = `${range.fromMs} ${keyOf(ask)}`;
    const kept = this.kept.get(lengthMs);
    if (kept?.key === key) return kept.value;
    const weeks: Week[] = [];
    for (const fromMs of weeksBefore(range.fromMs)) {
      const week = whole(fromMs, fromMs + lengthMs, lengthMs === dayMs);
      weeks.push({ fromMs, found: await figures(ask, week) });
    }
    this.kept.set(lengthMs, { key, value: weeks });
    return weeks;
  }

  /**
   * UTC ms from which on each platform is known: the start of the day after its first, of which nobody knows whether
   * it is whole. Before that it was not in, which is not zero.
   */
  async knownFrom(ask: Ask, range: Whole): Promise<ReadonlyMap<string, number>> {
    const lengthMs = range.endMs - range.fromMs;
    // A history may come in late, and go further back than what was known.
    const key = `${range.fromMs} ${keyOf(ask)}`;
    const kept = this.firstDays.get(lengthMs);
    if (kept?.key === key) return kept.value;
    const value = await firstWholeDays(ask);
    this.firstDays.set(lengthMs, { key, value });
    return value;
  }
}

function keyOf({ sources: { ingest }, platforms }: Ask): string {
  return [...epochsIn(ingest, { platforms })]
    .map(([code, epoch]) => `${code} ${epoch}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();
}

async function firstWholeDays({
  sources: { clickhouse, ingest },
  platforms,
}: Ask): Promise<ReadonlyMap<string, number>> {
  const epochs = [...epochsIn(ingest, { platforms })];
  if (epochs.length === 0) return new Map();
  const pairs = epochs.map(([code, epoch]) => `(${quote(code)}, ${epoch})`).join(', ');
  const rows = await clickhouse.rows<{ platform: string; first: number }>(
    `SELECT t.platform AS platform, toUnixTimestamp(min(t.at)) AS first FROM onenet.cells AS t
    WHERE t.tier = 'day' AND (t.platform, t.epoch) IN (${pairs}) GROUP BY platform`,
  );
  return new Map(rows.map(({ platform, first }) => [platform, first * 1000 + dayMs]));
}
