/** Counts of the last whole day or hour against what is usual for its weekday, by platform. */
import { quote } from '../clickhouse.ts';
import { dayMs, shanghaiMs } from '../periods.ts';
import type { Answers } from '../query.ts';
import { epochsIn } from '../scope.ts';
import { figures, told, whole } from './figures.ts';
import type { Ask, Read, Whole } from './figures.ts';
import type { Reading } from './rule.ts';
import { isOrdinaryDay, leastWeeks, robustZ, usual, weeksBefore } from './unusual.ts';

interface Week {
  readonly fromMs: number;
  readonly found: Answers;
}

/**
 * The weeks before, kept while they are those of the same range and platforms: they are asked for once a day or hour,
 * not at every look. What comes in late for them counts from the next on.
 */
export class WeeksBefore {
  private readonly kept = new Map<
    number,
    { readonly key: string; readonly weeks: readonly Week[] }
  >();

  async of(ask: Ask, range: Whole): Promise<readonly Week[]> {
    const lengthMs = range.endMs - range.fromMs;
    const epochs = [...epochsIn(ask.sources.ingest, { platforms: ask.platforms })];
    const of = epochs
      .map(([code, epoch]) => `${code} ${epoch}`)
      .toSorted((a, b) => (a < b ? -1 : 1));
    const key = [range.fromMs, ...of].join();
    const kept = this.kept.get(lengthMs);
    if (kept?.key === key) return kept.weeks;
    const weeks: Week[] = [];
    for (const fromMs of weeksBefore(range.fromMs)) {
      const week = whole(fromMs, fromMs + lengthMs, lengthMs === dayMs);
      weeks.push({ fromMs, found: await figures(ask, week) });
    }
    this.kept.set(lengthMs, { key, weeks });
    return weeks;
  }
}

/** `ask.platforms`: those that are in as a whole. */
export async function changes(ask: Ask, range: Whole, kept: WeeksBefore): Promise<Read> {
  // Nothing is usual: that opens nothing, and what was about an earlier day or hour is over.
  const incomparable: Reading = {
    ...told(range, true),
    figure: NaN,
    value: 0,
    sample: 0,
    expected: null,
    spread: null,
  };
  if (!isOrdinaryDay(range.fromMs)) return () => incomparable;
  const now = await figures(ask, range);
  const before = await kept.of(ask, range);
  const begun = await firstWholeDays(ask);
  return ({ subject: { metric } }, platform) => {
    const value = now.get(platform)?.get(metric.name)?.value ?? 0;
    // Before its first event a platform was not in: that is not zero.
    const first = begun.get(platform) ?? Infinity;
    const counts = before
      .filter(({ fromMs }) => fromMs >= first)
      .map(({ found }) => found.get(platform)?.get(metric.name)?.value ?? 0);
    if (counts.length < leastWeeks) return incomparable;
    const expected = usual(counts);
    const figure = robustZ(value, expected);
    return {
      ...told(range, true),
      ...expected,
      figure,
      value,
      sample: Math.max(value, expected.expected),
    };
  };
}

/** The start of the day after each platform's first, of which nobody knows whether it is whole. UTC ms. */
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
