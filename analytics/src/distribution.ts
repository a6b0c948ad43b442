/** How long things took, in buckets from an hour to months, with their corrections. */
import { definition } from './as-of.ts';
import type { Filter } from './cells.ts';
import { askPart } from './part.ts';
import type { PartAnswer, PartInput } from './part.ts';
import type { Range } from './periods.ts';
import { Parts } from './scan.ts';
import type { Sources } from './series.ts';
import { valuesRule, valuesSql } from './values.ts';

/** What `DistributionOf` of analytics.graphql names, by the event whose value is the minutes that it took. */
const types = {
  TIME_TO_ACCEPT: 'onenet.request.accepted',
  TIME_TO_RESOLVE: 'onenet.request.resolved',
  TIME_TO_REJECT: 'onenet.request.rejected',
  SUPERVISION_ANSWER: 'onenet.supervision.answered',
} as const;

/** Hours at which buckets begin. Always the same, so that two answers compare; fine where most things end. */
const edges = [0, 1, 4, 8, 24, 48, 72, 120, 168, 240, 360, 720, 1440, 2160] as const;

/** `DistributionInput` of analytics.graphql. */
export interface DistributionInput extends PartInput {
  readonly of: keyof typeof types;
}

/** `DistributionBucket` of analytics.graphql. */
interface DistributionBucket {
  readonly fromHours: number;
  /** Null: without end. */
  readonly toHours: number | null;
  readonly count: number;
  readonly share: number | null;
}

/** `Distribution` of analytics.graphql. */
export interface Distribution extends PartAnswer {
  readonly of: keyof typeof types;
  readonly n: number;
  readonly medianHours: number | null;
  readonly p90Hours: number | null;
  readonly meanHours: number | null;
  readonly buckets: readonly DistributionBucket[];
}

interface Found {
  readonly n: number;
  readonly median: number;
  readonly p90: number;
  readonly minutes: number;
  readonly counts: readonly number[];
}

export async function distribution(
  sources: Sources,
  input: DistributionInput,
  nowMs: number,
): Promise<Distribution> {
  const type = types[input.of];
  const definitions = new Map([[`distribution${input.of}`, definition([type, edges, valuesRule])]]);
  return await askPart(sources, input, definitions, nowMs, async (range, filter) => {
    const [found] = await sources.clickhouse.rows<Found>(
      await distributionSql(sources, type, range, filter),
    );
    const n = found?.n ?? 0;
    const hours = (minutes: number | undefined): number | null =>
      n === 0 || minutes === undefined ? null : minutes / 60;
    return {
      of: input.of,
      n,
      medianHours: hours(found?.median),
      p90Hours: hours(found?.p90),
      meanHours: n === 0 || !found ? null : hours(found.minutes / n),
      buckets: bucketsOf(found?.counts ?? [], n),
    };
  });
}

/** Exact quantiles, as of the metrics; sums of whole minutes are the same in whatever order. */
async function distributionSql(
  sources: Sources,
  type: string,
  range: Range,
  filter: Filter,
): Promise<string> {
  const whole = {
    part: 'now',
    types: [type],
    fromMs: range.fromMs ?? 0,
    toMs: range.toMs,
  } as const;
  const counts = edges.map((hours, i) => {
    const next = edges[i + 1];
    const isBelow = next === undefined ? '' : ` AND value < ${next * 60}`;
    return `countIf(value >= ${hours * 60}${isBelow})`;
  });
  return `SELECT count() AS n, quantileExact(0.5)(value) AS median, quantileExact(0.9)(value) AS p90,
      sum(value) AS minutes, [${counts.join(', ')}] AS counts
    FROM (${await valuesSql(sources, [whole], new Parts(), { filter, group: { by: 'all' } })})`;
}

function bucketsOf(counts: readonly number[], n: number): DistributionBucket[] {
  return edges.map((fromHours, i) => ({
    fromHours,
    toHours: edges[i + 1] ?? null,
    count: counts[i] ?? 0,
    share: n === 0 ? null : (counts[i] ?? 0) / n,
  }));
}
