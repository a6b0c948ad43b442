/** What a query of cells gave: metrics by part, key and bucket. */

/**
 * What a number is a sum over: `now` and `then` are the ranges, `since` all that lies before them,
 * `points` the buckets of `now`, and the openings those that a stock or a flow counts.
 */
export type Part =
  | 'now'
  | 'then'
  | 'sinceNow'
  | 'sinceThen'
  | 'points'
  | 'stockOpenings'
  | 'flowOpenings';

/** A row of the answer: the metrics of a part, a key and a bucket. */
export interface SumRow {
  readonly part: string;
  readonly key: string;
  readonly bucketMs: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** The rows, found by part and key. */
export class Sums {
  private readonly rows = new Map<string, SumRow[]>();
  private readonly allKeys = new Set<string>();

  constructor(rows: readonly SumRow[]) {
    for (const row of rows) {
      const place = `${row.part} ${row.key}`;
      this.rows.set(place, [...(this.rows.get(place) ?? []), row]);
      this.allKeys.add(row.key);
    }
  }

  keys(): Iterable<string> {
    return this.allKeys;
  }

  at(part: Part, key: string, metric: string): number | null | undefined {
    return this.of(part, key).find((row) => metric in row.values)?.values[metric];
  }

  /** In order of time. */
  points(key: string, metric: string): Map<number, number | null> {
    const rows = this.of('points', key).filter((row) => metric in row.values);
    const ordered = rows.toSorted((a, b) => a.bucketMs - b.bucketMs);
    return new Map(ordered.map((row) => [row.bucketMs, row.values[metric] ?? null]));
  }

  private of(part: Part, key: string): readonly SumRow[] {
    return this.rows.get(`${part} ${key}`) ?? [];
  }
}
