/** How the live stream brings a page's figures forward. */
import { relativeChange } from '@onenet/charts';
import type { MetricSeries } from './api/metrics.ts';
import type { LiveTotals } from './state/live.svelte.ts';

/** A figure of today as `/live` last told it, if that came after the answer did (Unix milliseconds). */
export function withNewest(
  series: MetricSeries,
  answeredAt: number,
  totals: LiveTotals | undefined,
): MetricSeries {
  const value = totals?.values.get(series.metric);
  // By when they came: `asOf` is that of the slowest feed, and stands while others move.
  if (totals === undefined || value === undefined || totals.at <= answeredAt) return series;
  const asOf = new Date(totals.asOf) > new Date(series.asOf) ? totals.asOf : series.asOf;
  return { ...series, value, change: relativeChange(value, series.previous), asOf };
}
