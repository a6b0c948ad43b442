/** A metric over one bucket of time: `MetricPoint` of analytics.graphql. */
export interface Point {
  /** RFC 3339, the start of the bucket. */
  readonly at: string;
  /** Null where nothing can be computed: that is no zero. */
  readonly value: number | null;
}
