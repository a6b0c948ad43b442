/** What needs attention now: rules over the last seven days of every platform, its feed, and the self-check. */
import type { Filter } from './cells.ts';
import { comparedRange } from './comparisons.ts';
import { knownMetric } from './known.ts';
import type { Sources } from './series.ts';
import { epochsIn } from './scope.ts';
import type { Metric } from './metrics/metric.ts';
import { rangeOf } from './periods.ts';
import { answer } from './query.ts';
import type { SelfCheck } from './self-check.ts';
import type { FeedStatus } from './ingest/status.ts';

/** `AttentionItem` of analytics.graphql. */
export interface AttentionItem {
  readonly kind:
    | 'OVERDUE'
    | 'BACKLOG_GROWS'
    | 'LOW_ON_TIME'
    | 'FEED_BEHIND'
    | 'FEED_BROKEN'
    | 'UNREACHABLE'
    | 'SELF_CHECK';
  readonly platform: string;
  /** 1 (look today) to 3 (look now). */
  readonly severity: 1 | 2 | 3;
  readonly value: number | null;
  readonly metric: string | null;
  readonly since: string | null;
}

/** Fewer than this say nothing. */
const minimumSample = 10;
const lowOnTimeShare = 0.8;
const veryLowOnTimeShare = 0.6;
const manyOverdue = 10;
const growthShare = 0.1;
const strongGrowthShare = 0.3;

/** How many the on-time rate is of: for the rule only, no published metric. */
const timed: Metric = {
  ...knownMetric('onTimeRate'),
  name: 'endedTimed',
  kind: 'FLOW',
  expression: "sumIf(timed_count, startsWith(type, 'onenet.request.'))",
};

/** The gravest first. */
export async function attention(
  sources: Sources,
  selfCheck: SelfCheck,
  nowMs: number,
): Promise<AttentionItem[]> {
  const items = [
    ...feedItems(sources.ingest.statuses()),
    ...selfCheckItems(selfCheck),
    ...(await requestItems(sources, nowMs)),
  ];
  return items.toSorted((a, b) => b.severity - a.severity || (a.platform < b.platform ? -1 : 1));
}

const feedKinds = {
  BEHIND: ['FEED_BEHIND', 2],
  UNREACHABLE: ['UNREACHABLE', 3],
  BROKEN: ['FEED_BROKEN', 3],
} as const;

function feedItems(statuses: readonly FeedStatus[]): AttentionItem[] {
  return statuses.flatMap((status) => {
    const { state } = status;
    if (state !== 'BEHIND' && state !== 'UNREACHABLE' && state !== 'BROKEN') return [];
    const [kind, severity] = feedKinds[state];
    return [
      {
        kind,
        platform: status.platform,
        severity,
        value: status.lagSeconds,
        metric: null,
        since: status.completeTo,
      },
    ];
  });
}

function selfCheckItems(selfCheck: SelfCheck): AttentionItem[] {
  const { differences, checkedAt } = selfCheck.result();
  const counts = new Map<string, number>();
  for (const { platform } of differences) counts.set(platform, (counts.get(platform) ?? 0) + 1);
  return [...counts].map(([platform, value]) => ({
    kind: 'SELF_CHECK',
    platform,
    severity: 3,
    value,
    metric: null,
    since: checkedAt,
  }));
}

async function requestItems(
  { clickhouse, ingest }: Sources,
  nowMs: number,
): Promise<AttentionItem[]> {
  const backlog = knownMetric('requestsBacklog');
  const onTime = knownMetric('onTimeRate');
  const overdue = knownMetric('requestsOverdue');
  const range = rangeOf('LAST_7_DAYS', nowMs);
  const filter: Filter = {
    epochs: epochsIn(ingest, {}),
    place: undefined,
    categories: undefined,
    channels: undefined,
    simulated: true,
  };
  const answers = await answer(clickhouse, {
    metrics: [backlog, onTime, overdue, timed],
    range,
    compared: comparedRange(range, 'PREVIOUS_PERIOD'),
    group: { by: 'platform' },
    filter,
    nowMs,
  });
  return [...answers].flatMap(([platform, of]) =>
    platformItems(platform, {
      open: of.get(backlog.name)?.value ?? 0,
      openBefore: of.get(backlog.name)?.previous ?? 0,
      share: of.get(onTime.name)?.value ?? null,
      overdue: of.get(overdue.name)?.value ?? 0,
      timed: of.get(timed.name)?.value ?? 0,
      since: new Date(range.fromMs ?? range.toMs).toISOString(),
    }),
  );
}

interface WeekOfRequests {
  readonly open: number;
  readonly openBefore: number;
  readonly share: number | null;
  /** Passed their deadline in these days; whether they have ended since, the feed does not say. */
  readonly overdue: number;
  readonly timed: number;
  readonly since: string;
}

function platformItems(platform: string, week: WeekOfRequests): AttentionItem[] {
  const items: AttentionItem[] = [];
  const { since } = week;
  if (week.overdue >= manyOverdue) {
    const severity = week.overdue >= 5 * manyOverdue ? 2 : 1;
    items.push({
      kind: 'OVERDUE',
      platform,
      severity,
      value: week.overdue,
      metric: 'requestsOverdue',
      since,
    });
  }
  if (week.share !== null && week.share < lowOnTimeShare && week.timed >= minimumSample) {
    const severity = week.share < veryLowOnTimeShare ? 2 : 1;
    items.push({
      kind: 'LOW_ON_TIME',
      platform,
      severity,
      value: week.share,
      metric: 'onTimeRate',
      since,
    });
  }
  const grown = week.open - week.openBefore;
  if (grown >= minimumSample && grown > growthShare * week.openBefore) {
    const severity = grown > strongGrowthShare * week.openBefore ? 2 : 1;
    items.push({
      kind: 'BACKLOG_GROWS',
      platform,
      severity,
      value: grown,
      metric: 'requestsBacklog',
      since,
    });
  }
  return items;
}
