/** Takes a brief's figures, all of them from one state, and says what they are of. */
import type { NetOwner } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import type { AttentionItem } from '../attention.ts';
import { readToken } from '../as-of-token.ts';
import { comparedRange } from '../comparisons.ts';
import { knownMetric } from '../known.ts';
import { dayMs } from '../periods.ts';
import type { Range } from '../periods.ts';
import { absenceOf } from '../ranking/candidates.ts';
import { formulas } from '../ranking/formula.ts';
import type { Editions } from '../ranking/editions.ts';
import { metricSeries } from '../series.ts';
import type { MetricSeries, MetricsInput, Sources } from '../series.ts';
import { metricTable } from '../table.ts';
import { tops } from '../tops.ts';
import { briefId } from './brief.ts';
import type {
  Brief,
  BriefFigure,
  BriefPlatform,
  BriefRanking,
  Completeness,
  ComposedBy,
  Span,
} from './brief.ts';
import { rangeOfPeriod } from './calendar.ts';
import type { BriefKind } from './calendar.ts';
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
  /** What needs attention now. */
  readonly attention: () => Promise<readonly AttentionItem[]>;
}

/** So long after a period what needs attention now is told with it; later it would be of another time. */
const attentionForMs = 15 * dayMs;
/** As many as anybody reads. */
const mostAttention = 20;
const mostShares = 8;

/** What a brief of a period that is over would be if it were composed now. */
export async function briefOf(
  sources: BriefSources,
  { kind, period, platform }: BriefSubject,
  { by, nowMs }: { readonly by: ComposedBy; readonly nowMs: number },
): Promise<Brief> {
  const range = rangeOfPeriod(kind, period);
  const owners = sources.ingest.netOwners();
  const owner = owners.find(({ code }) => code === platform);
  const offered = offeredBy(owner ? [owner] : owners);
  const metrics = briefMetrics.filter((name) => offered.has(knownMetric(name).module));
  const asked: Omit<MetricsInput, 'metrics' | 'compareWith' | 'state'> = {
    period: kind,
    at: new Date(range.fromMs).toISOString(),
    simulated: false,
    ...(platform === undefined ? {} : { platforms: [platform] }),
  };
  // Each answer hands on what it was counted from: all are of one state.
  let state: string | null = null;
  const series = async (
    names: readonly string[],
    more: Pick<MetricsInput, 'compareWith' | 'grain'>,
  ) => {
    const input = { ...asked, ...more, metrics: names, state };
    const found = (await metricSeries(sources, input, { of: 'net' }, nowMs)).get('') ?? [];
    state = found[0]?.state ?? state;
    return found;
  };
  const now = await series(metrics, { compareWith: 'PREVIOUS_PERIOD' });
  const then = await series(metrics, { compareWith: 'YEAR_AGO' });
  const counts = await countsOf(sources, { ...asked, state }, nowMs);
  state = counts.state;
  const ofTrends = figureSections.flatMap((section) => plan[section].trend ?? []);
  const drawn = ofTrends.filter((name) => metrics.includes(name));
  const trends =
    drawn.length === 0 ? [] : await series(drawn, { compareWith: 'NONE', grain: 'DAY' });
  const shares: Brief['shares'][number][] = [];
  for (const share of figureSections.flatMap((section) => plan[section].shares ?? [])) {
    if (!metrics.includes(share.metric)) continue;
    const input = {
      ...asked,
      ...share,
      compareWith: 'NONE',
      ascending: false,
      first: mostShares,
    } as const;
    const found = await tops(sources, { ...input, state }, nowMs);
    state = found.state;
    const rows = found.rows.flatMap(({ key, value }) => (value ? [{ key, value }] : []));
    shares.push({ ...share, rows });
  }
  const byPlatform = platform === undefined ? await tableOf(sources, asked, state, nowMs) : null;
  state = byPlatform?.state ?? state ?? '';
  if (!readToken(state).isExact) throw disturbed(kind, period);
  const completeness = completenessOf(sources, range, counts, platform, now[0]?.asOf, nowMs);
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
    byPlatform: byPlatform && { columns: platformColumns, rows: byPlatform.rows },
    ranking: kind === 'MONTH' ? await rankingOf(sources.editions, period, platform) : null,
    attention: nowMs - range.toMs <= attentionForMs ? await attentionOf(sources, platform) : null,
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

async function tableOf(
  sources: Sources,
  asked: Omit<MetricsInput, 'metrics' | 'compareWith' | 'state'>,
  state: string | null,
  nowMs: number,
): Promise<{ readonly rows: NonNullable<Brief['byPlatform']>['rows']; readonly state: string }> {
  const found = await metricTable(
    sources,
    {
      ...asked,
      metrics: platformColumns,
      by: 'PLATFORM',
      compareWith: 'NONE',
      orderOf: 'VALUE',
      ascending: false,
      first: 200,
      state,
    },
    nowMs,
  );
  const rows = found.rows.map(({ key, cells }) => ({
    platform: key,
    values: cells.map(({ value }) => value),
  }));
  return { rows, state: found.state };
}

/** Whether each platform's word reaches the period's end, and whether it said anything. */
function completenessOf(
  { ingest }: Sources,
  range: Range,
  { sent }: Counts,
  platform: string | undefined,
  asOf: string | undefined,
  nowMs: number,
): Completeness {
  const statuses = new Map(ingest.statuses().map((status) => [status.platform, status]));
  const owners = ingest.netOwners().filter(({ code }) => code === (platform ?? code));
  const of = (absence: ReturnType<typeof absenceOf>): string[] =>
    owners
      .filter(({ code }) => absenceOf(statuses.get(code), range, nowMs) === absence)
      .map(({ code }) => code);
  const notConnected = of('NOT_CONNECTED');
  const without = (codes: ReadonlySet<string>): string[] =>
    owners.flatMap(({ code }) => (sent.now.has(code) && !codes.has(code) ? [code] : []));
  return {
    asOf: asOf ?? new Date(nowMs).toISOString(),
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

async function attentionOf(
  { attention }: BriefSources,
  platform: string | undefined,
): Promise<readonly AttentionItem[]> {
  const items = await attention();
  return items
    .filter((item) => item.platform === (platform ?? item.platform))
    .slice(0, mostAttention);
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
    `Counting for the brief of ${kind.toLowerCase()} ${period} took so long that events came in meanwhile: it is not kept. Try again.`,
  );
}
