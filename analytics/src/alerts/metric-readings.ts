/**
 * Readings of metrics, by platform: of a week, of the last whole day or hour, and of what is usual for its weekday.
 * A platform of which not all is in up to the end of the period has none: silent is not zero.
 */
import { quote } from '../clickhouse.ts';
import { comparedRange } from '../comparisons.ts';
import type { FeedStatus } from '../ingest/status.ts';
import type { Metric } from '../metrics/metric.ts';
import { dayMs, hourMs, rangeOf, shanghaiMs, startOf } from '../periods.ts';
import type { Range } from '../periods.ts';
import { answer } from '../query.ts';
import type { Answers } from '../query.ts';
import { epochsIn } from '../scope.ts';
import { nothing } from '../series.ts';
import type { Sources } from '../series.ts';
import { isOfRequests, usageFreshness } from '../usage/dimensions.ts';
import type { Reading, Readings, Rule, Subject } from './rule.ts';
import { isOrdinaryDay, leastWeeks, robustZ, usual, weeksBefore } from './unusual.ts';

type OfMetric = Extract<Subject, { readonly of: 'METRIC' }>;
interface MetricRule extends Rule {
  readonly subject: OfMetric;
}

/** So old may the word be that everything is in, of a period that is not over. */
const slackMs = 60_000;

/** What these rules find of these platforms at a moment. */
export async function metricReadings(
  sources: Sources,
  rules: readonly Rule[],
  platforms: readonly string[],
  nowMs: number,
): Promise<Readings> {
  const readings = new Map<string, ReadonlyMap<string, Reading>>();
  const ofMetrics = rules.filter(isOfMetric);
  for (const alike of Map.groupBy(ofMetrics, ({ kind, period }) => `${kind} ${period}`).values()) {
    const { period, kind } = alike[0] ?? {};
    const range = rangeFor(period, nowMs);
    const group = alike.filter(({ subject }) => isKnown(sources, subject, range));
    if (group.length === 0) continue;
    const ask = { sources, platforms, nowMs, metrics: metricsOf(group) };
    const complete = completePlatforms(sources, platforms, range, nowMs);
    const read =
      kind === 'CHANGE'
        ? await changes(ask, range, period === 'DAY')
        : await thresholds(ask, range, period !== 'LAST_7_DAYS');
    for (const rule of group) {
      const isUse = isOfRequests(rule.subject.metric);
      const of = platforms.flatMap((platform) => {
        const reading = isUse || complete.has(platform) ? read(rule, platform) : undefined;
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

interface Ask {
  readonly sources: Sources;
  readonly platforms: readonly string[];
  readonly metrics: readonly Metric[];
  readonly nowMs: number;
}

type Whole = Range & { readonly fromMs: number };
type Read = (rule: MetricRule, platform: string) => Reading | undefined;

async function thresholds(ask: Ask, range: Whole, isWhole: boolean): Promise<Read> {
  const found = await figures(ask, range, comparedRange(range, 'PREVIOUS_PERIOD'));
  return ({ subject: { metric, figure, sample } }, platform) => {
    const of = (asked: Metric) => found.get(platform)?.get(asked.name) ?? nothing(asked, true);
    const { value, previous } = of(metric);
    const times = told(range, isWhole);
    if (figure === 'GROWTH') {
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

async function changes(ask: Ask, range: Whole, isDay: boolean): Promise<Read> {
  // On a holiday nothing is usual.
  if (!isOrdinaryDay(range.fromMs)) return () => undefined;
  const lengthMs = range.endMs - range.fromMs;
  const now = await figures(ask, range);
  const before: { readonly fromMs: number; readonly found: Answers }[] = [];
  for (const fromMs of weeksBefore(range.fromMs)) {
    const week = whole(fromMs, fromMs + lengthMs, isDay);
    before.push({ fromMs, found: await figures(ask, week) });
  }
  const begun = await firstWholeDays(ask);
  return ({ subject: { metric } }, platform) => {
    const value = now.get(platform)?.get(metric.name)?.value ?? 0;
    // Before its first event a platform was not in: that is not zero.
    const first = begun.get(platform) ?? Infinity;
    const counts = before
      .filter(({ fromMs }) => fromMs >= first)
      .map(({ found }) => found.get(platform)?.get(metric.name)?.value ?? 0);
    if (counts.length < leastWeeks) return undefined;
    const expected = usual(counts);
    const figure = robustZ(value, expected);
    return {
      ...told(range, true),
      ...expected,
      figure,
      value,
      sample: Math.max(value, expected.expected),
    };
  };
}

/** While no epoch is exchanged for another: of half a log every figure is wrong. */
async function figures(
  { sources: { clickhouse, ingest, usage }, platforms, metrics, nowMs }: Ask,
  range: Range,
  compared?: Range,
): Promise<Answers> {
  return await ingest.question(async () => {
    const filter = {
      epochs: epochsIn(ingest, { platforms }),
      place: undefined,
      categories: undefined,
      channels: undefined,
      simulated: true,
    };
    const use = { platforms, clients: undefined, upTo: usage?.progress.position };
    const group = { by: 'platform' } as const;
    return await answer(clickhouse, { metrics, range, compared, group, filter, usage: use, nowMs });
  });
}

/** The start of the day after each platform's first, of which nobody knows whether it is whole. UTC ms. */
async function firstWholeDays({
  sources: { clickhouse, ingest },
  platforms,
}: Ask): Promise<ReadonlyMap<string, number>> {
  const epochs = [...epochsIn(ingest, { platforms })];
  if (epochs.length === 0) return new Map();
  const pairs = epochs.map(([code, epoch]) => `(${quote(code)}, ${epoch})`).join(', ');
  const rows = await clickhouse.rows<{ platform: string; first: string }>(
    `SELECT t.platform AS platform, toString(min(t.day)) AS first FROM onenet.day AS t
    WHERE (t.platform, t.epoch) IN (${pairs}) GROUP BY platform`,
  );
  return new Map(
    rows.map(({ platform, first }) => [
      platform,
      Date.parse(`${first}T00:00:00Z`) - shanghaiMs + dayMs,
    ]),
  );
}

/** The platforms whose feed is well and in up to the end of a range, or to now. */
function completePlatforms(
  { ingest }: Sources,
  platforms: readonly string[],
  range: Range,
  nowMs: number,
): ReadonlySet<string> {
  const asked = new Set(platforms);
  const neededMs = range.toMs <= nowMs ? range.toMs : nowMs - slackMs;
  const complete = (status: FeedStatus): boolean =>
    (status.state === 'OK' || status.state === 'QUIET') &&
    status.completeTo !== null &&
    Date.parse(status.completeTo) >= neededMs &&
    // A log that was taken up anew is behind what it had already.
    Number(status.sequence) >= Number(status.lastSequence ?? Infinity);
  const found = ingest.statuses().filter(({ platform }) => asked.has(platform));
  return new Set(found.filter(complete).map(({ platform }) => platform));
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

function whole(fromMs: number, toMs: number, isDay: boolean): Whole {
  return { fromMs, toMs, endMs: toMs, calendar: isDay ? 'day' : undefined };
}

function told({ fromMs, toMs, endMs }: Whole, isWhole: boolean) {
  const about = new Date(fromMs + shanghaiMs).toISOString();
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    about: isWhole ? about.slice(0, endMs - fromMs === dayMs ? 10 : 13) : null,
    mayClose: true,
  };
}
