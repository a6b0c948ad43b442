/** Takes a brief's figures, all of them from one state, and says what they are of. Long, since each section asks in its own way. */
import type { NetOwner } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import { textOf } from '../alerts/message.ts';
import { theNet } from '../alerts/rule.ts';
import { ruleByName } from '../alerts/rules.ts';
import type { Alerts } from '../alerts/store.ts';
import { readToken } from '../as-of-token.ts';
import type { State } from '../as-of-token.ts';
import { comparedRange } from '../comparisons.ts';
import { knownMetric } from '../known.ts';
import type { Range } from '../periods.ts';
import { absenceOf } from '../ranking/candidates.ts';
import { formulas } from '../ranking/formula.ts';
import type { Editions } from '../ranking/editions.ts';
import { metricSeries } from '../series.ts';
import type { MetricSeries, MetricsInput, Sources } from '../series.ts';
import { metricTable } from '../table.ts';
import type { MetricTableInput } from '../table.ts';
import { briefId } from './brief.ts';
import type {
  Brief,
  BriefAlert,
  BriefFigure,
  BriefPlatform,
  BriefRanking,
  Completeness,
  ComposedBy,
  Span,
} from './brief.ts';
import { rangeOfPeriod } from './calendar.ts';
import type { BriefKind, WholeRange } from './calendar.ts';
import { countsOf } from './counts.ts';
import type { Counts } from './counts.ts';
import {
  briefMetrics,
  figureSections,
  plan,
  platformColumns,
  rankingFormula,
  sampleOf,
} from './plan.ts';
import { newestRenderer } from './renderers.ts';

/** What a brief is of. */
export interface BriefSubject {
  readonly kind: BriefKind;
  readonly period: string;
  /** Absent: the province. */
  readonly platform?: string | undefined;
}

/** What briefs come from. */
export interface BriefSources extends Sources {
  readonly editions: Editions;
  readonly alerts: Pick<Alerts, 'within'>;
}

/** As many as anybody reads. */
const mostAlerts = 20;
const mostShares = 8;

const plannedShares = figureSections.flatMap((section) => plan[section].shares ?? []);

/** What a brief of a period that is over would be if it were composed now. */
export async function briefOf(
  sources: BriefSources,
  { kind, period, platform }: BriefSubject,
  { by, nowMs }: { readonly by: ComposedBy; readonly nowMs: number },
): Promise<Brief> {
  const range = rangeOfPeriod(kind, period);
  const owners = sources.ingest.netOwners();
  // It would stand there for ever, and tell of nobody.
  if (owners.length === 0) {
    throw new NetError('UNAVAILABLE', 'The owner directory is not in yet: try again.');
  }
  const owner = owners.find(({ code }) => code === platform);
  const offered = offeredBy(owner ? [owner] : owners);
  const metrics = briefMetrics.filter((name) => offered.has(knownMetric(name).module));
  const asked: Omit<MetricsInput, 'metrics' | 'compareWith' | 'state'> = {
    period: kind,
    at: new Date(range.fromMs).toISOString(),
    simulated: false,
    ...(platform === undefined ? {} : { platforms: [platform] }),
  };
  // Each answer hands on what it was counted from: all are of one state. Without one, the next would be of another.
  let state: string | null = null;
  const settled = (answered: { readonly state: string | null }): string => {
    if (answered.state === null) throw disturbed(kind, period);
    return answered.state;
  };
  const series = async (
    names: readonly string[],
    more: Pick<MetricsInput, 'compareWith' | 'grain'>,
  ) => {
    const input = { ...asked, ...more, metrics: names, state };
    const found = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    const [first] = found;
    // Who offers nothing is asked nothing.
    if (first) state = settled(first);
    return found;
  };
  const now = await series(metrics, { compareWith: 'PREVIOUS_PERIOD' });
  const then = await series(metrics, { compareWith: 'YEAR_AGO' });
  const counts = await countsOf(sources, { ...asked, state }, nowMs);
  state = settled(counts);
  const ofTrends = figureSections.flatMap((section) => plan[section].trend ?? []);
  const drawn = ofTrends.filter((name) => metrics.includes(name));
  const trends =
    drawn.length === 0 ? [] : await series(drawn, { compareWith: 'NONE', grain: 'DAY' });
  const shares: Brief['shares'][number][] = [];
  for (const dimension of ['CATEGORY', 'CHANNEL'] as const) {
    const of = plannedShares.filter(
      (share) => share.by === dimension && metrics.includes(share.metric),
    );
    if (of.length === 0) continue;
    const names = of.map(({ metric }) => metric);
    const table = await tableOf(sources, { ...asked, metrics: names, by: dimension, state }, nowMs);
    state = settled(table);
    shares.push(...of.map((share, i) => ({ ...share, rows: largest(table.rows, i) })));
  }
  const ofPlatforms = { ...asked, metrics: platformColumns, by: 'PLATFORM', state } as const;
  const byPlatform = platform === undefined ? await tableOf(sources, ofPlatforms, nowMs) : null;
  if (byPlatform) state = settled(byPlatform);
  const taken = readToken(state);
  const completeness = completenessOf(owners, taken, range, counts, platform, now[0]?.asOf);
  const before = comparedRange(range, 'PREVIOUS_PERIOD');
  const yearAgo = comparedRange(range, 'YEAR_AGO');
  return {
    id: briefId(kind, period, platform),
    kind,
    period,
    platform: owner ? named(owner) : null,
    span: spanOf(range),
    before: spanOf(before),
    yearAgo: spanOf(yearAgo),
    composedAt: new Date(nowMs).toISOString(),
    composedBy: by,
    renderer: newestRenderer,
    isDemo: (owner ? [owner] : owners).some(({ demoNotice }) => demoNotice !== undefined),
    state,
    completeness,
    metrics: [...new Set([...metrics, ...platformColumns])].map(definitionOf),
    figures: now.map((of, i) => figureOf(of, then[i], counts, { now: range, before, yearAgo })),
    notOffered: briefMetrics.filter((name) => !metrics.includes(name)).map(definitionOf),
    trends: trends.map(({ metric, points }) => ({ metric, points: points ?? [] })),
    shares,
    byPlatform: byPlatform && {
      columns: platformColumns,
      rows: byPlatform.rows.map(({ key, values }) => ({ platform: key, values })),
    },
    ranking: kind === 'MONTH' ? await rankingOf(sources.editions, period, platform) : null,
    ...(await alertsOf(sources, range, platform)),
    names: owners.map(named),
  };
}

function offeredBy(owners: readonly NetOwner[]): ReadonlySet<string> {
  return new Set(owners.flatMap(({ modules }) => ['core', 'organizations', ...modules]));
}

function figureOf(
  { metric, value, previous, upperBound }: MetricSeries,
  then: MetricSeries | undefined,
  { samples, beganMs = Infinity }: Counts,
  ranges: Readonly<Record<'now' | 'before' | 'yearAgo', Range | undefined>>,
): BriefFigure {
  // Before there was anything, nothing is not zero.
  const isKnown = (range: Range | undefined): boolean => beganMs <= (range?.fromMs ?? -Infinity);
  const isBegun = beganMs < (ranges.now?.toMs ?? Infinity) || knownMetric(metric).kind === 'STOCK';
  const sample = sampleOf[metric];
  return {
    metric,
    value: isBegun ? value : null,
    before: isKnown(ranges.before) ? previous : null,
    yearAgo: isKnown(ranges.yearAgo) ? (then?.previous ?? null) : null,
    samples: sample ? (samples.get(sample.of) ?? null) : null,
    upperBound,
  };
}

/** A row a key, with the values of the metrics in their order. */
interface ValueRow {
  readonly key: string;
  readonly values: readonly (number | null)[];
}

async function tableOf(
  sources: Sources,
  asked: Omit<MetricTableInput, 'compareWith' | 'orderOf' | 'ascending' | 'first'>,
  nowMs: number,
): Promise<{ readonly rows: readonly ValueRow[]; readonly state: string | null }> {
  const order = { compareWith: 'NONE', orderOf: 'VALUE', ascending: false, first: 200 } as const;
  const found = await metricTable(sources, { ...asked, ...order }, nowMs);
  const rows = found.rows.map(({ key, cells }) => ({
    key,
    values: cells.map(({ value }) => value),
  }));
  return { rows, state: found.state };
}

/** What there is most of, of one metric. */
function largest(rows: readonly ValueRow[], metric: number): Brief['shares'][number]['rows'] {
  return rows
    .map(({ key, values }) => ({ key, value: values[metric] ?? 0 }))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value)
    .slice(0, mostShares);
}

/** Whether each platform's word reached the period's end when the figures were taken, and whether it said anything. */
function completenessOf(
  all: readonly NetOwner[],
  { feeds, atMs }: State,
  range: Range,
  { sent }: Counts,
  platform: string | undefined,
  asOf: string | undefined,
): Completeness {
  const statuses = new Map(feeds.map(({ code, freshness }) => [code, freshness]));
  const owners = all.filter(({ code }) => code === (platform ?? code));
  const of = (absence: ReturnType<typeof absenceOf>): string[] =>
    owners
      .filter(({ code }) => absenceOf(statuses.get(code), range, atMs) === absence)
      .map(({ code }) => code);
  const notConnected = of('NOT_CONNECTED');
  const without = (codes: ReadonlySet<string>): string[] =>
    owners.flatMap(({ code }) => (sent.now.has(code) && !codes.has(code) ? [code] : []));
  return {
    asOf: asOf ?? new Date(atMs).toISOString(),
    connected: owners.flatMap(({ code }) => (notConnected.includes(code) ? [] : [code])),
    notConnected,
    behind: of('FEED_BEHIND'),
    silent: of(undefined).filter((code) => !sent.now.has(code)),
    newSinceBefore: without(sent.before),
    newSinceYearAgo: without(sent.yearAgo),
  };
}

async function rankingOf(
  editions: Editions,
  month: string,
  platform: string | undefined,
): Promise<BriefRanking | null> {
  const formula = formulas.find(({ id }) => id === rankingFormula);
  if (!formula) return null;
  const { label, labelEn } = formula;
  const id = `${rankingFormula}-${month}`;
  const found = await editions.find(id);
  const groups = (found?.groups ?? []).filter(
    ({ rows }) => platform === undefined || rows.some((row) => row.platform === platform),
  );
  return { edition: id, hash: found?.hash ?? null, label, labelEn, groups };
}

async function alertsOf(
  { alerts }: BriefSources,
  range: WholeRange,
  platform: string | undefined,
): Promise<Pick<Brief, 'alerts' | 'alertCount'>> {
  const platforms = platform === undefined ? undefined : [platform];
  const found = await alerts.within(range, platforms, mostAlerts);
  const told = found.alerts.flatMap((alert): BriefAlert[] => {
    const rule = ruleByName(alert.rule);
    if (!rule) return [];
    const { zh, en } = textOf(rule, alert);
    const { openedAt, closedAt, severity } = alert;
    const isClosed = closedAt !== null && closedAt.getTime() < range.toMs;
    return [
      {
        text: zh,
        textEn: en,
        platform: alert.platform === theNet ? null : alert.platform,
        severity,
        openedAt: openedAt.toISOString(),
        closedAt: isClosed ? closedAt.toISOString() : null,
      },
    ];
  });
  return { alerts: told, alertCount: found.count };
}

function definitionOf(name: string): Brief['metrics'][number] {
  const { kind, direction, unit, unitEn, label, labelEn, explanation, explanationEn } =
    knownMetric(name);
  return { name, kind, direction, unit, unitEn, label, labelEn, explanation, explanationEn };
}

function named({ code, name, nameEn }: NetOwner): BriefPlatform {
  return { code, name, nameEn };
}

function spanOf(range: Range | undefined): Span {
  if (range?.fromMs === undefined) throw new Error('A brief is of a period with a beginning.');
  return { from: new Date(range.fromMs).toISOString(), to: new Date(range.toMs).toISOString() };
}

function disturbed(kind: BriefKind, period: string): NetError {
  return new NetError(
    'UNAVAILABLE',
    `The brief of ${kind.toLowerCase()} ${period} is not kept: events came in while it was counted, or an insert has failed half way, so its figures could not be had again. Try again.`,
  );
}
