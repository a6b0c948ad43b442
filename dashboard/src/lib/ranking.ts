/** How a ranking is read: who is ranked, how far a score reaches, what may be published. */
import type { FormulaPart, RankingGroup, RankingRow } from './api/ranking.ts';

/** Those with a rank, and those without one, who are not last. */
export function splitRows({ rows }: Pick<RankingGroup, 'rows'>): {
  readonly ranked: readonly RankingRow[];
  readonly unranked: readonly RankingRow[];
} {
  return {
    ranked: rows.filter(({ rank }) => rank !== null),
    unranked: rows.filter(({ rank }) => rank === null),
  };
}

/** The group that is shown: the chosen one, else that with most ranked, else the largest. */
export function shownGroup(
  groups: readonly RankingGroup[],
  chosen: string,
): RankingGroup | undefined {
  const named = groups.find(({ peers }) => peers === chosen);
  if (named) return named;
  return groups.reduce<RankingGroup | undefined>(
    (best, group) =>
      best === undefined ||
      group.ranked > best.ranked ||
      (group.ranked === best.ranked && group.rows.length > best.rows.length)
        ? group
        : best,
    undefined,
  );
}

/** How long each score's bar is, 0 to 1: of 100 where the formula is out of 100, else of the highest. */
export function reach(
  score: number | null,
  rows: readonly RankingRow[],
  limit: number | null,
): number {
  const most = limit ?? Math.max(0, ...rows.map((row) => row.score ?? 0));
  return score === null || most <= 0 ? 0 : Math.min(1, Math.max(0, score / most));
}

/** The most that the formula gives; null where it counts numbers as they are. */
export function outOf(parts: readonly FormulaPart[]): number | null {
  if (parts.some(({ scale }) => scale === 'RAW')) return null;
  return Math.round(parts.reduce((sum, { weight }) => sum + weight * 100, 0));
}

/** The month before that of this time in Beijing, YYYY-MM: the newest that can be over. */
export function lastMonth(now: number): string {
  const there = new Date(now + 8 * 3_600_000);
  const before = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() - 1, 1));
  return before.toISOString().slice(0, 7);
}
