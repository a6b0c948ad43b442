/** Analytics: every platform's events once into raw and rollups, and the figures that are made of them. */
export { startAnalytics } from './analytics.ts';
export type { Analytics, AnalyticsOptions } from './analytics.ts';
export { openClickHouse } from './clickhouse.ts';
export type { ClickHouse } from './clickhouse.ts';
export { metrics } from './metrics.ts';
export type { Metric } from './metrics/metric.ts';
export { analyticsSdl } from './sdl.ts';
