/**
 * What alerts compare with: weeks before, and since when a platform is known. Kept while it is of the same platforms
 * and logs: asked for once a day or hour, not at every look. What comes in late for it counts from the next on.
 */
import { quote } from '../clickhouse.ts';
import { dayMs, shanghaiMs } from '../periods.ts';
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
  private firstDays: Kept<ReadonlyMap<string, number>> = { key: 'none', value: new Map() };

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
  async knownFrom(ask: Ask): Promise<ReadonlyMap<string, number>> {
    const key = keyOf(ask);
    if (this.firstDays.key !== key) this.firstDays = { key, value: await firstWholeDays(ask) };
    return this.firstDays.value;
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
  const rows = await clickhouse.rows<{ platform: string; first: string }>(
    `SELECT t.platform AS platform, toString(min(t.day)) AS first FROM onenet.day AS t
    WHERE (t.platform, t.epoch) IN (${pairs}) GROUP BY platform`,
  );
  return new Map(
    rows.map(({ platform, first }) => [
      platform,
      Date.parse(`${first}T00:00:00Z`) - shanghaiMs + dayMs,
    ]),
  );
}
