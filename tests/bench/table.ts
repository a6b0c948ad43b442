/** Prints what a benchmark measured: every side, and the ratios between them. */

/** Figures by side, and ratios by name: what `--json` prints. */
export interface BenchResult {
  readonly bench: string;
  readonly sides: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly ratios: Readonly<Record<string, number>>;
  /** What must not be, one line each: the benchmark has failed then. */
  readonly failures?: readonly string[];
}

/** Writes the result as tables of figures for people. */
export function printTable({ sides, ratios, failures = [] }: BenchResult): void {
  for (const alike of byFigures(sides)) console.table(alike);
  const rows = Object.entries(ratios).map(([name, ratio]) => [name, { ratio }]);
  if (rows.length > 0) console.table(Object.fromEntries(rows));
  for (const failure of failures) console.error(`FAILED ${failure}`);
}

/** Those of the same figures together: else a table is mostly empty. */
function byFigures(sides: BenchResult['sides']): BenchResult['sides'][] {
  const groups = Map.groupBy(Object.entries(sides), ([, figures]) => Object.keys(figures).join());
  return [...groups.values()].map((entries) => Object.fromEntries(entries));
}

/** The middle one of an odd number of values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('A median needs a value.');
  return middle;
}

/** Rounds to three significant digits, so that noise is not printed as precision. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** The median of each figure over several runs of one side. */
export function medians(runs: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, round(median(runs.map((run) => run[name] ?? Number.NaN)))]),
  );
}
