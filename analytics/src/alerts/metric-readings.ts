/**
 * Readings of metrics, by platform: of a week, of the last whole day or hour, and of what is usual for its weekday.
 * A platform of which not all is in up to the end of the period has none: silent is not zero.
 */
import { comparedRange } from '../comparisons.ts';
import type { FeedStatus } from '../ingest/status.ts';
import type { Metric } from '../metrics/metric.ts';
import { dayMs, hourMs, rangeOf, startOf } from '../periods.ts';
import type { Range } from '../periods.ts';
import { nothing } from '../series.ts';
import type { Sources } from '../series.ts';
import { isOfRequests, usageFreshness } from '../usage/dimensions.ts';
import { changes } from './changes.ts';
import { figures, told, whole } from './figures.ts';
import type { History } from './history.ts';
import type { Ask, MetricRule, OfMetric, Read, Whole } from './figures.ts';
import type { Reading, Readings, Rule } from './rule.ts';

/** So old may the word be that everything is in, of a period that is not over. */
const slackMs = 60_000;

/** What these rules find of these platforms at a moment. */
export async function metricReadings(
  sources: Sources,
  rules: readonly Rule[],
  platforms: readonly string[],
  nowMs: number,
  history: History,
): Promise<Readings> {
  const readings = new Map<string, ReadonlyMap<string, Reading>>();
  const ofMetrics = rules.filter(isOfMetric);
  for (const alike of Map.groupBy(ofMetrics, ({ kind, period }) => `${kind} ${period}`).values()) {
    const { period, kind } = alike[0] ?? {};
    const range = rangeFor(period, nowMs);
    const group = alike.filter(({ subject }) => isKnown(sources, subject, range));
    if (group.length === 0) continue;
    const complete = (): readonly string[] => completePlatforms(sources, platforms, range, nowMs);
    const before = complete();
    const ask = { sources, platforms, nowMs, metrics: metricsOf(group) };
    const read =
      kind === 'CHANGE'
        ? await changes({ ...ask, platforms: before }, range, history)
        : await thresholds(ask, range, history);
    // Before and after: in between a log may have been taken up anew.
    const after = complete().filter((code) => before.includes(code));
    for (const rule of group) {
      const isUse = isOfRequests(rule.subject.metric);
      const of = platforms.flatMap((platform) => {
        const reading = isUse || after.includes(platform) ? read(rule, platform) : undefined;
        return reading ? [[platform, reading] as const] : [];
      });
      readings.set(rule.name, new Map(of));
    }
  }
  return readings;
}

/** Whether a rule is counted from the gateways' record, which one process reads for all platforms. */
export function isOfUse({ subject }: Rule): boolean {
  return subject.of === 'METRIC' && isOfRequests(subject.metric);
}

async function thresholds(ask: Ask, range: Whole, history: History): Promise<Read> {
  const knownFrom = await history.knownFrom(ask, range);
  const found = await figures(ask, range, comparedRange(range, 'PREVIOUS_PERIOD'));
  return ({ subject: { metric, figure, sample } }, platform) => {
    const of = (asked: Metric) => found.get(platform)?.get(asked.name) ?? nothing(asked, true);
    const { value, previous } = of(metric);
    const times = told(range);
    if (figure === 'GROWTH') {
      // A platform that is new has grown from nothing that anybody knows.
      if ((knownFrom.get(platform) ?? Infinity) > range.fromMs) return undefined;
      const before = previous ?? 0;
      const grown = (value ?? 0) - before;
      const share = grown / Math.max(1, before);
      return { ...times, ...unexpected, figure: share, value: grown, sample: grown };
    }
    const count = sample ? (of(sample).value ?? 0) : 0;
    // Nothing to divide by: it is past no bound, and keeps nothing open.
    if (value === null) return { ...times, ...unexpected, figure: NaN, value: 0, sample: 0 };
    return { ...times, ...unexpected, figure: value, value, sample: count };
  };
}

const unexpected = { expected: null, spread: null } as const;

/** The platforms whose feed is well and in up to the end of a range, or to now. */
function completePlatforms(
  { ingest }: Sources,
  platforms: readonly string[],
  range: Range,
  nowMs: number,
): readonly string[] {
  const asked = new Set(platforms);
  const neededMs = range.toMs <= nowMs ? range.toMs : nowMs - slackMs;
  const complete = (status: FeedStatus): boolean =>
    (status.state === 'OK' || status.state === 'QUIET') &&
    status.completeTo !== null &&
    Date.parse(status.completeTo) >= neededMs &&
    // A log that was taken up anew is behind what it had already.
    Number(status.sequence) >= Number(status.lastSequence ?? Infinity);
  const found = ingest.statuses().filter(({ platform }) => asked.has(platform));
  return found.filter(complete).map(({ platform }) => platform);
}

/** Whether it can be known at all: of use, where the gateways' record is read, and in up to the end of a range. */
function isKnown({ usage }: Sources, { metric }: OfMetric, range: Range): boolean {
  if (!isOfRequests(metric)) return true;
  if (usage === undefined) return false;
  const { answered, asOf } = usageFreshness(usage, Date.now());
  return answered === 1 && Date.parse(asOf) >= range.toMs;
}

function isOfMetric(rule: Rule): rule is MetricRule {
  return rule.subject.of === 'METRIC';
}

function metricsOf(group: readonly MetricRule[]): readonly Metric[] {
  const all = group.flatMap(({ subject: { metric, sample } }): Metric[] =>
    sample ? [metric, sample] : [metric],
  );
  return [...new Map(all.map((metric) => [metric.name, metric])).values()];
}

function rangeFor(period: Rule['period'] | undefined, nowMs: number): Whole {
  const today = startOf('day', nowMs);
  if (period === 'DAY') return whole(today - dayMs, today, true);
  if (period === 'HOUR') {
    const hour = Math.floor(nowMs / hourMs) * hourMs;
    return whole(hour - hourMs, hour, false);
  }
  const range = rangeOf('LAST_7_DAYS', nowMs);
  return { ...range, fromMs: range.fromMs ?? 0 };
}
