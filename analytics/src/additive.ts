/** The additive columns of every rollup: a batch adds to what is there, a correction subtracts. */

/** By name, how raw (as `t`) gives them. */
export const additiveColumns: Readonly<Record<string, string>> = {
  events: 'toInt64(count())',
  total: 'sum(t.count)',
  value_sum: 'sum(ifNull(t.value, 0))',
  value_count: 'sumIf(t.count, isNotNull(t.value))',
  on_time_count: 'sumIf(t.count, t.on_time = true)',
  timed_count: 'sumIf(t.count, isNotNull(t.on_time))',
  first_day: 'sum(t.first_day)',
  first_week: 'sum(t.first_week)',
  first_month: 'sum(t.first_month)',
  first_quarter: 'sum(t.first_quarter)',
  first_year: 'sum(t.first_year)',
};

/** Some of them. */
export type Columns = readonly (readonly [name: string, raw: string])[];

/** Those that an expression speaks of: what a query does not need is not planned either. */
export function columnsIn(sql: string): Columns {
  const words = new Set(sql.match(/\w+/g));
  return Object.entries(additiveColumns).filter(([name]) => words.has(name));
}
