/**
 * For the tests: events of every type, and what every metric of them is, said a second time in plain TypeScript.
 * Long, because it says every metric.
 */
import { divisionContains, eventTypes } from '@onenet/contract';
import type { EventData, EventType, EventTypeName, FeedEvent, Opening } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { dayMs, hourMs } from './periods.ts';
import type { Calendar, Range } from './periods.ts';

const places = [
  '420100',
  '420102',
  '420102002',
  '420102002003',
  '420103',
  '429004',
  '429004001',
  '421087',
  '',
];
export const categories = ['WAGES', 'MEDICAL', 'TRAINING'];
export const channels = ['WEB', 'WECHAT'];

/** A small generator: the same events every time. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const happening = Object.entries<EventType>(eventTypes).filter(
  ([type]) => type !== 'onenet.opening',
);

/** Where calendars turn: days, months, quarters, years, a leap day, and three Spring Festivals. */
const turns = [
  '2024-01-01',
  '2024-02-10',
  '2024-02-29',
  '2024-03-01',
  '2024-12-30',
  '2025-01-01',
  '2025-01-29',
  '2025-03-01',
  '2025-10-01',
  '2026-01-01',
  '2026-02-17',
  '2026-03-01',
].map((day) => Date.parse(`${day}T00:00:00+08:00`));

/**
 * When something happened: half of it within two days, some at the very turn of a day or a millisecond
 * beside it, some by a clock that is ahead, the rest over three years: every tier, period and comparison
 * has some. In no order: what is late is so on any line.
 */
function timeOf(pick: (below: number) => number, nowMs: number): number {
  const kind = pick(100);
  if (kind < 50) return nowMs - pick(2 * dayMs);
  const today = nowMs - ((nowMs + 8 * hourMs) % dayMs);
  const turn = kind < 60 ? today - pick(40) * dayMs : (turns[pick(turns.length)] ?? today);
  if (kind < 75) return turn + pick(3) - 1;
  if (kind === 75) return nowMs + pick(dayMs);
  return nowMs - pick(1_100) * dayMs - pick(dayMs);
}

export function generated(n: number, seed: number, nowMs: number): OutboxEntryInput[] {
  const pick = random(seed);
  return Array.from({ length: n }, () => {
    const [type, of] = happening[pick(happening.length)] ?? ['onenet.article.read', {}];
    return {
      // The keys of the list are its names.
      type: type as EventTypeName,
      // A person's first event of a month that is not over may lie ahead: then nobody knows of one before.
      time: new Date(Math.min(timeOf(pick, nowMs), 'people' in of ? nowMs - 1 : Infinity)),
      data: dataOf(of, pick),
      ...('people' in of ? { person: `p${pick(40)}` } : {}),
    };
  });
}

function dataOf(of: Partial<EventType>, pick: (below: number) => number): EventData {
  const place = places[pick(places.length)];
  const value = of.value === 'rating' ? 1 + pick(5) : pick(1_000_000);
  return {
    ...(place ? { place } : {}),
    ...(pick(3) > 0 ? { category: categories[pick(3)] ?? '' } : {}),
    ...(pick(3) > 0 ? { channel: channels[pick(2)] ?? '' } : {}),
    ...(of.counted ? { count: 1 + pick(9) } : {}),
    ...(of.value ? { value } : {}),
    ...(of.onTime ? { onTime: pick(4) > 0 } : {}),
    ...(pick(5) === 0 ? { simulated: true as const } : {}),
  };
}

export const openings: OutboxEntryInput[] = [
  opening({ measure: 'onenet.member.accepted', value: 60_000, kind: 'flow' }),
  opening({ measure: 'onenet.channel.followed', value: 70_000, kind: 'stock' }),
  opening({ measure: 'onenet.request.submitted', value: 500, kind: 'flow' }),
  opening({ measure: 'onenet.request.resolved', of: 'count', value: 480, kind: 'flow' }),
  opening({ measure: 'onenet.card.issued', value: 180_000, kind: 'flow' }),
  opening({ measure: 'onenet.card.started', value: 120_000, kind: 'flow' }),
  // A number and a sum of one type, each opened by itself.
  opening({ measure: 'onenet.card.used', value: 90_000, kind: 'flow' }),
  opening({ measure: 'onenet.card.used', of: 'value', value: 160_000_037, kind: 'flow' }),
  opening({ measure: 'onenet.aid.paid', of: 'value', value: 2 ** 52 + 1, kind: 'flow' }),
  opening({ measure: 'onenet.matching.compared', of: 'value', value: 800, kind: 'stock' }),
];

function opening(of: Omit<Opening, 'asOf'>): OutboxEntryInput {
  const asOf = '2016-08-31T00:00:00+08:00';
  return {
    type: 'onenet.opening',
    time: new Date(asOf),
    data: { place: '420100', opening: { ...of, asOf } },
  };
}

export interface Held {
  readonly platform: string;
  readonly event: FeedEvent;
  readonly timeMs: number;
}

export interface Scope {
  readonly platforms?: readonly string[] | undefined;
  readonly place?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  /** Of the contract, by the list of event types. */
  readonly module?: string;
  readonly simulated: boolean;
}

/** Types without `onenet.`. */
interface Counts {
  /** In the period; since the beginning, with opening balances of flows. */
  flow(...types: string[]): number;
  /** The same of values. */
  values(type: string): number;
  /** At the end, with all opening balances. */
  level(...types: string[]): number;
  /** In the period, without opening balances. */
  within(type: string): { readonly count: number; readonly value: number };
  onTime(...types: string[]): number | null;
  hours(type: string, quantile: number): number | null;
  /** Null where nobody can say. */
  people(types: RegExp): number | null;
}

/** What a metric is over a range of all that was held. */
export function oracle(
  all: readonly Held[],
  name: string,
  range: Range,
  scope: Scope,
): number | null {
  const said = sayings[name];
  if (!said) throw new Error(`The oracle does not know ${name}.`);
  return said(knownCounts(all, range, scope));
}

/** How long a point is in words of the oracle: it knows neither tiers nor SQL. */
export type OracleGrain = 'MINUTE' | 'HOUR' | 'DAY' | 'WEEK' | 'MONTH';

const calendarOf: Partial<Record<OracleGrain, Calendar>> = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
};

/** The points of a metric over a range: of each bucket what lies within the range. */
export function oraclePoints(
  all: readonly Held[],
  name: string,
  range: Range,
  scope: Scope,
  grain: OracleGrain,
  types: ReadonlySet<string>,
): { readonly at: string; readonly value: number | null }[] {
  const isPeople = name === 'activePeople' || name === 'aidPeople';
  const calendar = calendarOf[grain];
  const starts = knownStarts(all, range, scope, grain, types);
  return starts.map((start, i) => {
    const toMs = Math.min(starts[i + 1] ?? range.toMs, range.toMs);
    const fromMs = Math.max(start, range.fromMs ?? start);
    // Of an hour, and of a day that began before the range, nobody knows who had come before.
    const isUnknown = isPeople && (calendar === undefined || fromMs > start);
    const part = { fromMs, toMs, endMs: toMs, calendar };
    return {
      at: new Date(start).toISOString(),
      value: isUnknown ? null : oracle(all, name, part, scope),
    };
  });
}

/** Of every range, scope and grain once. */
function knownStarts(
  all: readonly Held[],
  range: Range,
  scope: Scope,
  grain: OracleGrain,
  types: ReadonlySet<string>,
): readonly number[] {
  const key = JSON.stringify(['starts', range, scope, grain, ...types]);
  return once(all, key, () => startsOf(all, range, scope, grain, types));
}

/** Where the buckets of a range begin; of all that ever was, from the first day of which corrections have left any. */
function startsOf(
  all: readonly Held[],
  range: Range,
  scope: Scope,
  grain: OracleGrain,
  types: ReadonlySet<string>,
): number[] {
  const stepMs = { MINUTE: 60_000, HOUR: hourMs, DAY: dayMs, WEEK: dayMs, MONTH: dayMs }[grain];
  const startOf = (ms: number): number => {
    const local = new Date(ms + 8 * hourMs);
    const [year, month, day] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
    if (grain === 'MONTH') return Date.UTC(year, month, 1) - 8 * hourMs;
    const toMonday = grain === 'WEEK' ? (local.getUTCDay() + 6) % 7 : 0;
    if (stepMs === dayMs) return Date.UTC(year, month, day - toMonday) - 8 * hourMs;
    return Math.floor(ms / stepMs) * stepMs;
  };
  const { happened } = heldIn(all, scope);
  const days = Map.groupBy(
    happened.filter(({ event }) => types.has(event.type)),
    ({ timeMs }) => Math.floor((timeMs + 8 * hourMs) / dayMs),
  );
  const sumOf = (of: readonly Held[], what: (data: EventData) => number): number =>
    of.reduce((n, { event }) => n + what(event.data), 0);
  const times = [...days.values()]
    .filter((of) => sumOf(of, (data) => data.count ?? 1) || sumOf(of, (data) => data.value ?? 0))
    .flatMap((of) => of.map(({ timeMs }) => timeMs));
  const firstMs = range.fromMs ?? Math.min(...times);
  const starts = new Set<number>();
  for (let at = firstMs; at < range.toMs; at += stepMs) starts.add(startOf(at));
  if (firstMs < range.toMs) starts.add(startOf(range.toMs - 1));
  return [...starts];
}

const sayings: Readonly<Record<string, (of: Counts) => number | null>> = {
  requestsSubmitted: (of) => of.flow('request.submitted'),
  requestsResolved: (of) => of.flow('request.resolved'),
  requestsBacklog: (of) =>
    of.level('request.submitted', 'request.reopened', 'request.received', 'request.returned') -
    of.level('request.resolved', 'request.rejected', 'request.offered'),
  onTimeRate: (of) => of.onTime('request.resolved', 'request.rejected'),
  resolveHoursMedian: (of) => of.hours('request.resolved', 0.5),
  resolveHoursP90: (of) => of.hours('request.resolved', 0.9),
  satisfaction: (of) => share(of.within('request.rated').value, of.within('request.rated').count),
  ratedShare: (of) => share(of.within('request.rated').count, of.within('request.resolved').count),
  requestsReopened: (of) => of.flow('request.reopened'),
  requestsReminded: (of) => of.flow('request.reminded'),
  requestsOverdue: (of) => of.flow('request.overdue'),
  requestsEscalated: (of) => of.flow('request.escalated'),
  requestsSupervised: (of) => of.flow('request.supervised'),
  requestsInTransfer: (of) =>
    of.level('request.offered') - of.level('request.returned', 'request.departed'),
  requestsTransferredIn: (of) => of.flow('request.received'),
  supervisionsAsked: (of) => of.flow('supervision.asked'),
  supervisionsAnswered: (of) => of.flow('supervision.answered'),
  supervisionsOpen: (of) =>
    of.level('supervision.asked') +
    of.level('supervision.returned') -
    of.level('supervision.answered') -
    of.level('supervision.dropped'),
  supervisionOnTimeRate: (of) => of.onTime('supervision.answered'),
  supervisionAnswerHoursMedian: (of) => of.hours('supervision.answered', 0.5),
  membersApplied: (of) => of.flow('member.applied'),
  signUps: (of) => of.flow('member.accepted'),
  members: (of) =>
    of.level('member.accepted', 'member.received', 'member.returned') -
    of.level('member.left', 'member.offered'),
  membersInTransfer: (of) =>
    of.level('member.offered') - of.level('member.returned', 'member.departed'),
  membersTransferredIn: (of) => of.flow('member.received'),
  cardsIssued: (of) => of.flow('card.issued'),
  cards: (of) => of.level('card.issued') - of.level('card.ended'),
  cardsStarted: (of) => of.flow('card.started'),
  cardUseRate: (of) => share(of.level('card.started'), of.level('card.issued')),
  cardUses: (of) => of.flow('card.used'),
  cardDiscounts: (of) => of.values('card.used') / 100,
  merchants: (of) => of.level('merchant.opened') - of.level('merchant.closed'),
  claimsSubmitted: (of) => of.flow('claim.submitted'),
  claimsPaid: (of) => of.flow('claim.paid'),
  claimsPaidAmount: (of) => of.values('claim.paid') / 100,
  hardshipWorkers: (of) => of.level('hardship.registered') - of.level('hardship.closed'),
  hardshipWorkersPaired: (of) => of.level('hardship.paired') - of.level('hardship.unpaired'),
  cadresPaired: (of) => of.level('pairing.started') - of.level('pairing.ended'),
  aidApplied: (of) => of.flow('aid.applied'),
  aidPaid: (of) => of.flow('aid.paid') - of.flow('aid.returned'),
  aidAmount: (of) => (of.values('aid.paid') - of.values('aid.returned')) / 100,
  aidCompleted: (of) => of.flow('aid.completed'),
  aidPeople: (of) => of.people(/\.aid\./),
  fundsCredited: (of) => of.values('fund.credited') / 100,
  departmentsMatched: (of) => of.level('matching.connected'),
  comparisons: (of) => of.flow('matching.compared'),
  comparedPeople: (of) => of.values('matching.compared'),
  matchedPeople: (of) => of.values('matching.matched'),
  lookups: (of) => of.flow('lookup.asked'),
  lookedUpPeople: (of) => of.values('lookup.asked'),
  correctionsFiled: (of) => of.flow('correction.filed'),
  correctionsOpen: (of) =>
    of.level('correction.filed') - of.level('correction.confirmed', 'correction.rejected'),
  correctionsConfirmedShare: (of) =>
    share(of.flow('correction.confirmed'), of.flow('correction.confirmed', 'correction.rejected')),
  correctionOnTimeRate: (of) => of.onTime('correction.confirmed', 'correction.rejected'),
  correctionsOverdue: (of) => of.flow('correction.overdue'),
  articlesPublished: (of) => of.flow('article.published'),
  reads: (of) => of.flow('article.read'),
  shares: (of) => of.flow('article.shared'),
  likes: (of) => of.flow('article.liked'),
  comments: (of) => of.flow('article.commented'),
  followers: (of) => of.level('channel.followed'),
  engagement: (of) =>
    of.flow('article.read', 'article.shared', 'article.liked', 'article.commented'),
  activePeople: (of) => of.people(/\.(article|request|card)\./),
  organizations: (of) => of.level('organization.founded') - of.level('organization.dissolved'),
  stations: (of) => of.level('station.opened') - of.level('station.closed'),
};

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** What is known of events already: every metric asks for the same again. */
const known = new WeakMap<readonly Held[], Map<string, unknown>>();

function once<Value>(all: readonly Held[], key: string, find: () => Value): Value {
  const ofAll = known.get(all) ?? new Map<string, unknown>();
  known.set(all, ofAll);
  if (!ofAll.has(key)) ofAll.set(key, find());
  return ofAll.get(key) as Value;
}

/** Of every range and scope once. */
function knownCounts(all: readonly Held[], range: Range, scope: Scope): Counts {
  const key = JSON.stringify(['counts', range, scope]);
  return once(all, key, () => countsOf(all, range, scope));
}

/** What happened in a scope, and its opening balances; of every scope once. */
function heldIn(all: readonly Held[], scope: Scope) {
  return once(all, JSON.stringify(['scope', scope]), () => {
    const held = all.filter((one) => isInScope(one, scope));
    return {
      happened: held.filter(({ event }) => event.type !== 'onenet.opening'),
      flows: openingsOf(held, ['flow']),
      levels: openingsOf(held, ['stock', 'flow']),
    };
  });
}

function countsOf(all: readonly Held[], range: Range, scope: Scope): Counts {
  const { happened, ...balances } = heldIn(all, scope);
  const before = happened.filter(({ timeMs }) => timeMs < range.toMs);
  const within = before.filter(({ timeMs }) => timeMs >= (range.fromMs ?? 0));
  const [sumsBefore, sumsWithin] = [sumsOf(before), sumsOf(within)];
  const flows = range.fromMs === undefined ? balances.flows : [];
  const { levels } = balances;
  const standing = once(all, 'standing', () => standingOf(all));
  const sum = (sums: Sums, types: readonly string[], of: 'count' | 'value'): number =>
    types.reduce((n, type) => n + (sums.get(type)?.[of] ?? 0), 0);
  return {
    flow: (...types) => sum(sumsWithin, types, 'count') + opened(flows, types, 'count'),
    values: (type) => sum(sumsWithin, [type], 'value') + opened(flows, [type], 'value'),
    level: (...types) => sum(sumsBefore, types, 'count') + opened(levels, types, 'count'),
    within: (type) => sumsWithin.get(type) ?? { count: 0, value: 0 },
    onTime(...types) {
      const timed = within.filter(({ event }) => event.data.onTime !== undefined);
      const inTime = timed.filter(({ event }) => event.data.onTime);
      return share(sum(sumsOf(inTime), types, 'count'), sum(sumsOf(timed), types, 'count'));
    },
    hours(type, quantile) {
      const minutes = within
        .filter(
          ({ platform, event }) =>
            event.type === `onenet.${type}` && standing.has(`${platform} ${event.sequence}`),
        )
        .flatMap(({ event }) => event.data.value ?? [])
        .toSorted((a, b) => a - b);
      const found = minutes[Math.floor(quantile * minutes.length)];
      return found === undefined ? null : found / 60;
    },
    people(types) {
      if (scope.categories ?? scope.channels ?? scope.module) return null;
      // Who came earlier on that day is not known of one event.
      if (range.fromMs !== undefined && (range.fromMs + 8 * hourMs) % dayMs !== 0) return null;
      const period = range.fromMs === undefined ? 'year' : (range.calendar ?? 'day');
      return within
        .filter(({ event }) => types.test(event.type))
        .reduce((n, { event }) => n + (event.data.firsts?.[period] ?? 0), 0);
    },
  };
}

function isInScope({ platform, event: { data, type } }: Held, scope: Scope): boolean {
  return (
    (!scope.platforms || scope.platforms.includes(platform)) &&
    (scope.place === undefined ||
      (data.place !== undefined && divisionContains(scope.place, data.place))) &&
    (scope.module === undefined || moduleOf(data.opening?.measure ?? type) === scope.module) &&
    (!scope.categories || scope.categories.includes(data.category ?? '')) &&
    (!scope.channels || scope.channels.includes(data.channel ?? '')) &&
    (scope.simulated || data.simulated !== true)
  );
}

function moduleOf(type: string): string | undefined {
  return Object.entries<EventType>(eventTypes).find(([name]) => name === type)?.[1].module;
}

/** FEED.md, rule 10: of a line and all that corrects it, as many stand as their counts add up to. */
function standingOf(all: readonly Held[]): ReadonlySet<string> {
  const lines = new Map(all.map((one) => [lineOf(one, one.event.sequence), one]));
  const firstOf = (one: Held): string => {
    const corrected = one.event.corrects && lines.get(lineOf(one, one.event.corrects));
    return corrected ? firstOf(corrected) : lineOf(one, one.event.sequence);
  };
  const countOf = ({ event }: Held): number => event.data.count ?? 1;
  return new Set(
    [...Map.groupBy(all, firstOf).values()].flatMap((family) => {
      const takenBack = new Set(
        family.filter((one) => countOf(one) < 0).map(({ event }) => event.corrects),
      );
      const latestFirst = family
        .filter((one) => countOf(one) > 0)
        .toSorted((a, b) => Number(b.event.sequence) - Number(a.event.sequence));
      const isTakenBack = ({ event }: Held): boolean => takenBack.has(event.sequence);
      const byRank = [
        ...latestFirst.filter((one) => !isTakenBack(one)),
        ...latestFirst.filter(isTakenBack),
      ];
      const many = family.reduce((n, one) => n + countOf(one), 0);
      return byRank.slice(0, Math.max(many, 0)).map((one) => lineOf(one, one.event.sequence));
    }),
  );
}

function lineOf({ platform }: Held, sequence: string): string {
  return `${platform} ${sequence}`;
}

function openingsOf(held: readonly Held[], kinds: readonly string[]): Opening[] {
  return held.flatMap(({ event: { data } }) =>
    data.opening && kinds.includes(data.opening.kind) ? [data.opening] : [],
  );
}

function opened(all: readonly Opening[], types: readonly string[], of: 'count' | 'value'): number {
  return all
    .filter(
      (one) => types.includes(one.measure.slice('onenet.'.length)) && (one.of ?? 'count') === of,
    )
    .reduce((n, one) => n + one.value, 0);
}

/** By type, without `onenet.`. */
type Sums = ReadonlyMap<string, { readonly count: number; readonly value: number }>;

function sumsOf(held: readonly Held[]): Sums {
  const sums = new Map<string, { count: number; value: number }>();
  for (const { event } of held) {
    const type = event.type.slice('onenet.'.length);
    const sum = sums.get(type) ?? { count: 0, value: 0 };
    sum.count += event.data.count ?? 1;
    sum.value += event.data.value ?? 0;
    sums.set(type, sum);
  }
  return sums;
}
