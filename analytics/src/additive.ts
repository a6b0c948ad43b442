/** The additive columns of every rollup: a batch adds to what is there, a correction subtracts. */

/** By name, how raw (as `t`) gives them. */
export const additiveColumns = {
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
} as const satisfies Readonly<Record<string, string>>;

export type SumColumn = keyof typeof additiveColumns;

/** Some of them. */
export type Columns = readonly (readonly [name: string, raw: string])[];

/** Those that are named: what a query does not need is not planned either. */
export function columnsNamed(names: ReadonlySet<SumColumn>): Columns {
  return Object.entries(additiveColumns).filter(([name]) => names.has(name as SumColumn));
}
