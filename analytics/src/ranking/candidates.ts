/** Every platform of the net with the figures that a formula asks for, in one answer. */
import type { Moment } from '../as-of.ts';
import type { FeedStatus } from '../ingest/status.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Range } from '../periods.ts';
import { answer } from '../query.ts';
import { refuseForgotten } from '../raw-kept.ts';
import { epochsIn } from '../scope.ts';
import { knownMetric } from '../known.ts';
import type { Sources } from '../series.ts';
import type { Formula } from './formula.ts';
import { samples } from './samples.ts';
import type { Candidate } from './score.ts';

/** What is ranked. */
export interface Ranked {
  readonly formula: Formula;
  readonly range: Range;
  /** Whether what the simulation made counts. */
  readonly simulated: boolean;
  /** When it is asked for; earlier than now where a state is asked for again. */
  readonly momentMs: number;
  readonly nowMs: number;
}

/** All of them as of one moment. */
export async function candidatesOf(
  { clickhouse, ingest }: Pick<Sources, 'clickhouse' | 'ingest'>,
  { feeds, later }: Pick<Moment, 'feeds' | 'later'>,
  ranked: Ranked,
): Promise<Candidate[]> {
  const metrics = metricsOf(ranked.formula);
  const filter = {
    epochs: epochsIn(feeds, {}),
    later,
    place: undefined,
    categories: undefined,
    channels: undefined,
    simulated: ranked.simulated,
  };
  const { range, momentMs, nowMs } = ranked;
  const statuses = new Map(feeds.statuses().map((status) => [status.platform, status]));
  const question = { metrics, range, group: { by: 'platform' }, filter, nowMs } as const;
  refuseForgotten(ingest, question);
  const answers = await answer({ clickhouse, ingest }, question);
  return feeds.netOwners().map((owner): Candidate => {
    const absent = absenceOf(statuses.get(owner.code), range, momentMs);
    const own = answers.get(owner.code);
    const figures = metrics.map((metric) => {
      const value = own?.get(metric.name)?.value ?? none(metric);
      return [metric.name, absent ? null : value] as const;
    });
    const { code, name, nameEn, kind, modules } = owner;
    return {
      platform: code,
      name,
      nameEn,
      peers: kind,
      modules,
      absent,
      figures: new Map(figures),
    };
  });
}

/** The metrics of the parts, what they are divided by, and their samples, each once. */
export function metricsOf({ parts }: Formula): readonly Metric[] {
  const names = parts.flatMap(({ metric, per }) => (per ? [metric, per.metric] : [metric]));
  const counts = parts.flatMap(({ sample }) => (sample ? [samples[sample.of]] : []));
  return [...new Set([...[...new Set(names)].map(knownMetric), ...counts])];
}

/** Where no event of it ever came: zero of what adds up, nothing of what divides. */
function none({ kind }: Metric): number | null {
  return kind === 'FLOW' || kind === 'STOCK' || kind === 'PEOPLE' ? 0 : null;
}

/** Why a platform's figures of this range are not whole; undefined where they are. */
export function absenceOf(
  status: Pick<FeedStatus, 'state' | 'completeTo'> | undefined,
  { toMs }: Range,
  nowMs: number,
): Candidate['absent'] {
  if (!status || status.state === 'NOT_CONNECTED') return 'NOT_CONNECTED';
  const isFresh = status.state === 'OK' || status.state === 'QUIET';
  // A range that is over is whole when the platform's word reaches its end, whatever became of it since.
  const isWhole =
    toMs > nowMs ? isFresh : status.completeTo !== null && Date.parse(status.completeTo) >= toMs;
  return isWhole ? undefined : 'FEED_BEHIND';
}
