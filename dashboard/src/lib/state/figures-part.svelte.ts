/** The figures that a page opens with: asked for what the address says, and kept for the next visit. */
import { askMetrics, type Asked, type MetricSeries } from '../api/metrics.ts';
import { overPeriod } from './asked.ts';
import type { Dashboard } from './dashboard.svelte.ts';
import { Part } from './part.svelte.ts';
import { figuresShape, keepSnapshot, readSnapshot } from './snapshot.ts';

/** Call it while the page's component is made. */
export function figuresPart(
  { view, beat }: Dashboard,
  page: string,
  names: readonly string[],
  scope: Partial<Asked> = {},
): Part<readonly MetricSeries[]> {
  const asked = () => ({ ...view.asked, ...scope });
  const key = () => `${page}.${JSON.stringify(asked())}`;
  return new Part((signal) => askMetrics({ ...asked(), metrics: names }, signal), {
    beat,
    last: readSnapshot(localStorage, key(), figuresShape, Date.now()),
    keep: (data) => keepSnapshot(localStorage, key(), data, Date.now()),
  });
}

/** The 30 days behind them, day by day. As above. */
export function trendsPart(
  { view, beat }: Dashboard,
  names: readonly string[],
  scope: Partial<Asked> = {},
): Part<readonly MetricSeries[]> {
  const asked = () => ({
    ...overPeriod(view.asked, 'LAST_30_DAYS'),
    ...scope,
    metrics: names,
    grain: 'DAY' as const,
    compareWith: 'NONE' as const,
  });
  return new Part((signal) => askMetrics(asked(), signal), { beat });
}
