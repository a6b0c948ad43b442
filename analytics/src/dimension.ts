/** Metrics by one dimension: a row for each platform, place, category, channel, module or client. */
import { eventTypes } from '@onenet/contract';
import type { Answer } from './answer.ts';
import { asOf, definitionsOf, refuseUsage } from './as-of.ts';
import type { Moment } from './as-of.ts';
import { significantDigits } from './cells.ts';
import type { Group } from './cells.ts';
import { toldPeriod } from './comparisons.ts';
import type { ToldPeriod } from './comparisons.ts';
import { refuseUnknown } from './known.ts';
import type { ListedMetric } from './metrics.ts';
import type { Dimension } from './metrics/metric.ts';
import { answer } from './query.ts';
import { questionOf } from './question.ts';
import type { CountedInput } from './question.ts';
import { refuseForgotten } from './raw-kept.ts';
import { freshnessOf, isArriving, ownersIn } from './scope.ts';
import type { Feeds, Freshness, Where } from './scope.ts';
import { changeOf, nothing } from './series.ts';
import type { Sources } from './series.ts';
import { checkDimensions, isOfRequests, isUnread, usageFreshness } from './usage/dimensions.ts';

/** By what rows are: of the metrics asked for, each must know it. */
export type TopBy = Dimension;

/** What tops and tables ask alike. */
export interface DimensionInput extends CountedInput {
  readonly by: TopBy;
}

/** One metric of a row. */
export interface Cell {
  readonly metric: string;
  readonly value: number | null;
  readonly previous: number | null;
  readonly change: number | null;
}

export interface Row {
  readonly key: string;
  /** In the order of the metrics asked for. */
  readonly cells: readonly Cell[];
}

export interface Rows extends Freshness, ToldPeriod {
  readonly rows: readonly Row[];
  readonly state: string | null;
}

/** Every row in no order, those where all is null left out. */
export async function rowsBy(
  sources: Sources,
  input: DimensionInput,
  metrics: readonly ListedMetric[],
  nowMs: number,
): Promise<Rows> {
  const where: Where = { platforms: input.platforms ?? undefined, place: input.place ?? undefined };
  refuseUnknown(sources.ingest, where);
  for (const metric of metrics) checkAsked(metric, input);
  refuseUsage(metrics, input.state);
  const { state } = input;
  const asked = { state, definitions: definitionsOf(metrics), platforms: where.platforms };
  return await asOf(sources, asked, nowMs, (moment) =>
    rowsAt(sources, moment, input, metrics, where, nowMs),
  );
}

async function rowsAt(
  { clickhouse, ingest, usage }: Sources,
  moment: Moment,
  input: DimensionInput,
  metrics: readonly ListedMetric[],
  where: Where,
  nowMs: number,
): Promise<Rows> {
  const { feeds } = moment;
  const group = groupOf(input.by, where.place);
  const question = questionOf(moment, input, { metrics, where, group, usage, nowMs });
  const { range, compared } = question;
  refuseForgotten(ingest, question);
  const answers = await answer({ clickhouse, ingest }, question);
  const offered = input.by === 'PLATFORM' ? offersIn(feeds, where) : new Map<string, never>();
  const arriving = isArriving(feeds, where);
  const arrivingOwners = input.by === 'PLATFORM' ? arrivingIn(feeds, where) : new Set<string>();
  const keys = new Set([...answers.keys(), ...offered.keys()]);
  const cellOf = (key: string, metric: ListedMetric): Cell => {
    // Where the gateways' record was never read there is nothing to count: that is not zero.
    if (isOfRequests(metric) && isUnread(usage)) return told(metric, undefined);
    const isOffered = offered.get(key)?.has(metric.module);
    const none = isOffered ? nothing(metric, compared !== undefined) : undefined;
    const found = told(metric, answers.get(key)?.get(metric.name) ?? none);
    const isOfEvents = metric.source === undefined;
    return isOfEvents && (arriving || arrivingOwners.has(key)) ? asArriving(found) : found;
  };
  const rows = [...keys]
    .filter((key) => isRow(key, input.by, where.place))
    .map((key): Row => ({ key, cells: metrics.map((metric) => cellOf(key, metric)) }))
    .filter(({ cells }) =>
      cells.some(({ value, previous }) => value !== null || previous !== null),
    );
  const freshness = metrics.every(isOfRequests)
    ? usageFreshness(usage, nowMs)
    : freshnessOf(feeds, where);
  return { rows, ...toldPeriod(range, compared), ...freshness, state: moment.state() };
}

/** By what rows are is asked for as much as what they are narrowed to. */
function checkAsked(metric: ListedMetric, { by, ...input }: DimensionInput): void {
  checkDimensions(metric, {
    place: input.place ?? (by === 'PLACE' ? by : undefined),
    categories: input.categories ?? (by === 'CATEGORY' ? by : undefined),
    channels: input.channels ?? (by === 'CHANNEL' ? by : undefined),
    modules: by === 'MODULE' ? by : undefined,
    clients: input.clients ?? (by === 'CLIENT' ? by : undefined),
    codes: by === 'CODE' ? by : undefined,
  });
}

function told({ name }: ListedMetric, of: Answer | undefined): Cell {
  const { value = null, previous = null } = of ?? {};
  return { metric: name, value, previous, change: changeOf(value, previous) };
}

/** Of a platform whose first load is on its way: silent is not zero, and what has come so far is no fall. */
function asArriving(cell: Cell): Cell {
  return { ...cell, value: cell.value === 0 ? null : cell.value, change: null };
}

function arrivingIn(feeds: Feeds, where: Where): ReadonlySet<string> {
  const codes = ownersIn(feeds, where).map(({ code }) => code);
  return new Set(codes.filter((code) => isArriving(feeds, { platforms: [code] })));
}

/** What platforms whose feed is in offer: where nothing of that has happened it is zero. */
function offersIn(ingest: Feeds, where: Where): Map<string, ReadonlySet<string>> {
  const epochs = ingest.currentEpochs();
  const owners = ownersIn(ingest, where).filter(({ code }) => epochs.has(code));
  return new Map(owners.map(({ code, modules }) => [code, new Set<string>(modules)]));
}

function groupOf(by: TopBy, place: string | undefined): Group {
  switch (by) {
    case 'PLATFORM':
      return { by: 'platform' };
    case 'CATEGORY':
      return { by: 'category' };
    case 'CHANNEL':
      return { by: 'channel' };
    case 'CLIENT':
      return { by: 'client' };
    case 'CODE':
      return { by: 'code' };
    case 'MODULE':
      return { by: 'module', modules: modulesOfTypes };
    case 'PLACE':
      return { by: 'level', digits: digitsBelow(place) };
  }
}

const modulesOfTypes = Object.entries(eventTypes).map(
  ([type, { module }]) => [type, module] as const,
);

/** How long the codes directly below a place are; without one, the counties are meant. */
function digitsBelow(place: string | undefined): 4 | 6 | 9 | 12 {
  switch (place === undefined ? 4 : significantDigits(place).length) {
    case 2:
      return 4;
    case 4:
      return 6;
    case 6:
      return 9;
    default:
      return 12;
  }
}

/** What happened at no place, or at the place itself, stands in none below it. */
function isRow(key: string, by: TopBy, place: string | undefined): boolean {
  if (key === '') return false;
  if (by !== 'PLACE') return true;
  const digits = digitsBelow(place);
  if (digits === 4) return key.length === 6 && !key.endsWith('0000');
  return key.length === digits && !key.endsWith(digits === 6 ? '00' : '000');
}
