/** Compares, without end and cheaply, what raw and the rollups hold with each platform's own totals, and hourly every sum of the tiers with raw. Long, because asking, comparing and telling what other processes found are one round. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventTypes } from '@onenet/contract';
import type { NetOwner } from '@onenet/contract';
import type { Collection } from 'mongodb';
import { request } from 'undici';
import { quote } from './clickhouse.ts';
import type { ClickHouse } from './clickhouse.ts';
import { ownerAgents } from './owner-call.ts';
import { droppedCells, floorsOf, isKept } from './ingest/floors.ts';
import type { OwnerHeaders } from './owner-call.ts';
import { epochStates } from './ingest/tables.ts';
import { gaps } from './operation/totals.ts';
import { SumsCheck } from './self-check-sums.ts';
import type { SumDifference } from './self-check-sums.ts';
import type { Sources } from './series.ts';

/** `SelfCheckDifference` of analytics.graphql. */
export interface Difference {
  readonly platform: string;
  /** An event type, `UNKNOWN_TYPE` for whatever else a line may claim to be, or `sequence`. */
  readonly what: string;
  readonly owner: number | null;
  readonly raw: number | null;
  readonly rollup: number | null;
  /** Where sums differ: in which tier, what of, and on which day or in which month; null where counts do. */
  readonly tier: string | null;
  readonly measure: string | null;
  readonly day: string | null;
}

/** `SelfCheck` of analytics.graphql. */
export interface SelfCheckResult {
  readonly checkedAt: string | null;
  readonly ok: boolean;
  readonly platformsChecked: number;
  /** RFC 3339: since then every sum of every platform was compared, over the days that changed; null: not of all yet. */
  readonly sumsCheckedAt: string | null;
  /** Days of platforms that the latest of these compared. */
  readonly daysCompared: number;
  readonly differences: readonly Difference[];
}

/** A platform's `EventTotal`. */
interface OwnerTotal {
  readonly type: string;
  readonly events: number;
  readonly count: number;
  readonly throughSequence: string;
}

const ownerTimeoutMs = 10_000;
const shortestPauseMs = 1_000;
const shortestFirstPauseMs = 200;
/** A check rests this many times as long as it took: it takes at most a twentieth of the machine. */
const restFactor = 20;
const sumsEveryMs = 3_600_000;

/** What a check of one platform found. */
interface Checked {
  readonly differences: readonly Difference[];
  /** UTC ms. */
  readonly atMs: number;
  /** The latest comparison of its sums; absent: none yet. */
  readonly sums?: Found | undefined;
}

interface Found {
  readonly differences: readonly Difference[];
  /** UTC ms. */
  readonly atMs: number;
  readonly days: number;
}

/** The same as several processes tell each other, by platform. */
export interface SharedCheck extends Checked {
  readonly _id: string;
}

/** The latest result of every platform, and the round that renews them. */
export class SelfCheck {
  private readonly sources: Sources;
  private readonly ownerHeaders: OwnerHeaders;
  /** Where several processes share the platforms: each checks its own, and shows all. */
  private readonly shared: Collection<SharedCheck> | undefined;
  private readonly latest = new Map<string, Checked>();
  private readonly sums = new Map<string, SumsCheck>();

  constructor(sources: Sources, ownerHeaders: OwnerHeaders, shared?: Collection<SharedCheck>) {
    this.sources = sources;
    this.ownerHeaders = ownerHeaders;
    this.shared = shared;
  }

  /** What the latest checks of connected platforms found. Nothing checked is not right. */
  result(): SelfCheckResult {
    const connected = new Set(this.connected().map(({ code }) => code));
    const latest = [...this.latest].filter(([code]) => connected.has(code));
    const differences = latest.flatMap(([, found]) => allOf(found));
    const sums = latest.flatMap(([, found]) => found.sums ?? []);
    const areAll = sums.length === latest.length && sums.length > 0;
    const sumsCheckedAtMs = Math.min(...sums.map(({ atMs }) => atMs));
    const checkedAtMs = Math.max(...latest.map(([, { atMs }]) => atMs));
    return {
      checkedAt: latest.length === 0 ? null : new Date(checkedAtMs).toISOString(),
      ok: latest.length > 0 && differences.length === 0,
      platformsChecked: latest.length,
      sumsCheckedAt: areAll ? new Date(sumsCheckedAtMs).toISOString() : null,
      daysCompared: sums.reduce((n, { days }) => n + days, 0),
      differences,
    };
  }

  /** What the latest check of one platform found; undefined while it was not checked. */
  differencesOf(platform: string): readonly Difference[] | undefined {
    const found = this.latest.get(platform);
    return found && allOf(found);
  }

  private connected(): readonly NetOwner[] {
    return this.sources.ingest.netOwners().filter(({ connection }) => connection === 'CONNECTED');
  }

  /** Checks one platform after another until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.readShared();
      const own = this.connected().filter(({ code }) => this.sources.ingest.works(code));
      for (const owner of own) {
        const began = performance.now();
        const isFirst = !this.latest.has(owner.code);
        // An owner that does not answer is the feed's business; its last result stays.
        await this.check(owner, signal).catch(() => undefined);
        if (signal.aborted) return;
        // Counts of all first: sums are the longer work, and the engine's failures are ingest's to tell.
        if (!isFirst) await this.checkSumsIfDue(owner.code).catch(() => undefined);
        if (signal.aborted) return;
        const tookMs = performance.now() - began;
        // While nobody knows yet whether a platform is right, that is worth half of the machine.
        const pauseMs = isFirst
          ? Math.max(shortestFirstPauseMs, tookMs)
          : Math.max(shortestPauseMs, tookMs * restFactor);
        await rest(pauseMs, signal);
      }
      // Of several processes one may have no platform yet: without a rest it would do nothing else ever.
      if (own.length === 0) await rest(shortestPauseMs, signal);
    }
  }

  /** Checks one platform now. Undefined when its totals are of events that are not in yet. */
  async check(owner: NetOwner, signal?: AbortSignal): Promise<readonly Difference[] | undefined> {
    const { clickhouse, ingest } = this.sources;
    const totals = await ownerTotals(owner, this.ownerHeaders, signal);
    const through = Math.max(0, ...totals.map((total) => Number(total.throughSequence)));
    const found = await ingest.between(owner.code, async () => {
      const epoch = ingest.currentEpochs().get(owner.code);
      const sequence = ingest.sequenceOf(owner.code);
      if (epoch === undefined) return through === 0 ? [] : undefined;
      if (sequence < through) return undefined;
      const held = await heldTotals(clickhouse, owner.code, epoch, through);
      return differencesOf(owner.code, totals, held, sequence);
    });
    if (!found) return undefined;
    const { sums } = this.latest.get(owner.code) ?? {};
    await this.keep(owner.code, { differences: found, atMs: Date.now(), ...(sums && { sums }) });
    return found;
  }

  private async checkSumsIfDue(platform: string): Promise<void> {
    const last = this.latest.get(platform)?.sums?.atMs ?? 0;
    const isDue = Date.now() - last >= sumsEveryMs || this.sums.get(platform)?.isBehind === true;
    if (isDue) await this.checkSums(platform);
  }

  /** Compares every sum of the tiers with raw now, over the days that changed and a month in turn. */
  async checkSums(platform: string): Promise<readonly Difference[]> {
    const { clickhouse, ingest } = this.sources;
    const check = this.sums.get(platform) ?? new SumsCheck();
    this.sums.set(platform, check);
    const nowMs = Date.now();
    const found = await ingest.between(platform, async () => {
      const epoch = ingest.currentEpochs().get(platform);
      if (epoch === undefined) return { differences: [], days: 0 };
      const sequence = ingest.sequenceOf(platform);
      const { differences, days } = await check.round(
        clickhouse,
        { platform, epoch, sequence },
        nowMs,
      );
      const states = await epochStates(clickhouse, platform);
      const state = states.find((each) => each.epoch === epoch);
      const missing = state ? gaps(state, sequence) : [];
      return {
        differences: [
          ...differences.map((each) => ofSum(platform, each)),
          ...missing.map((what) => ({ ...nothing, platform, what })),
        ],
        days,
      };
    });
    const latest = this.latest.get(platform) ?? { differences: [], atMs: nowMs };
    await this.keep(platform, { ...latest, sums: { ...found, atMs: nowMs } });
    return found.differences;
  }

  private async keep(platform: string, checked: Checked): Promise<void> {
    this.latest.set(platform, checked);
    await this.shared?.replaceOne({ _id: platform }, checked, { upsert: true });
  }

  /** Takes over what others have found since. */
  private async readShared(): Promise<void> {
    // While MongoDB does not answer, what was known last stays.
    const told =
      (await this.shared
        ?.find()
        .toArray()
        .catch(() => undefined)) ?? [];
    for (const { _id: code, ...checked } of told) {
      const { atMs = 0, sums } = this.latest.get(code) ?? {};
      const isNewer =
        checked.atMs > atMs ||
        (checked.atMs === atMs && (checked.sums?.atMs ?? 0) > (sums?.atMs ?? 0));
      if (isNewer) this.latest.set(code, checked);
    }
  }
}

function allOf({ differences, sums }: Checked): readonly Difference[] {
  return [...differences, ...(sums?.differences ?? [])];
}

const nothing = { owner: null, raw: null, rollup: null, tier: null, measure: null, day: null };

function ofSum(platform: string, { type, ...of }: SumDifference): Difference {
  return { ...of, platform, what: knownType(type), owner: null };
}

function knownType(type: string): string {
  return Object.hasOwn(eventTypes, type) ? type : 'UNKNOWN_TYPE';
}

/** Sums of one event type, as the tables hold them. */
interface Held {
  readonly type: string;
  /** Up to the sequence that the owner's totals include, rejected lines too. */
  readonly lines: number;
  readonly count: number;
  /** All that counts. */
  readonly accepted: number;
  readonly hours: number;
  readonly days: number;
  readonly months: number;
}

function differencesOf(
  platform: string,
  owner: readonly OwnerTotal[],
  held: { readonly types: readonly Held[]; readonly lines: number },
  sequence: number,
): Difference[] {
  const own = new Map(owner.map((total) => [total.type, total]));
  const types = new Map(held.types.map((total) => [total.type, total]));
  const differences: Difference[] = [];
  for (const type of new Set([...own.keys(), ...types.keys()])) {
    const theirs = own.get(type);
    const ours = types.get(type);
    const count = ours?.count ?? 0;
    const isOpening = type === 'onenet.opening';
    const rollups = [ours?.hours, ours?.days, ours?.months];
    const rollup = rollups.find((n) => n !== ours?.accepted) ?? ours?.accepted;
    const same =
      (theirs?.events ?? 0) === (ours?.lines ?? 0) &&
      (theirs?.count ?? 0) === count &&
      (isOpening || rollup === ours?.accepted);
    if (same) continue;
    // The rollups hold later events too: the difference is told at the owner's sequence.
    const off = (rollup ?? 0) - (ours?.accepted ?? 0);
    differences.push({
      ...nothing,
      platform,
      what: knownType(type),
      owner: theirs?.count ?? 0,
      raw: count,
      rollup: isOpening ? null : count + off,
    });
  }
  if (held.lines !== sequence) {
    differences.push({
      ...nothing,
      platform,
      what: 'sequence',
      owner: sequence,
      raw: held.lines,
    });
  }
  return differences;
}

async function heldTotals(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
  through: number,
): Promise<{ types: Held[]; lines: number }> {
  const of = `t.platform = ${quote(platform)} AND t.epoch = ${epoch}`;
  const kept = isKept(await floorsOf(clickhouse, platform));
  const zeros = (names: readonly string[]): string =>
    names.map((name) => `0 AS ${name}`).join(', ');
  const rows = await clickhouse.rows<Held & { readonly all: number }>(`
    SELECT type, sum(lines) AS lines, sum(count) AS count, sum(accepted) AS accepted,
      sum(hours) AS hours, sum(days) AS days, sum(months) AS months, sum(all) AS all
    FROM (
      SELECT t.type AS type, countIf(t.sequence <= ${through}) AS lines,
        sumIf(t.count, t.sequence <= ${through}) AS count, sumIf(t.count, t.rejected = '') AS accepted,
        ${zeros(['hours', 'days', 'months'])}, count() AS all
      FROM onenet.raw AS t WHERE ${of} AND ${kept} GROUP BY t.type
      UNION ALL
      SELECT t.type AS type, toUInt64(sum(t.events)) AS lines, sum(t.total) AS count, sumIf(t.total, t.rejected = '') AS accepted,
        ${zeros(['hours', 'days', 'months'])}, toUInt64(sum(t.events)) AS all
      FROM ${droppedCells} WHERE ${of} GROUP BY t.type
      UNION ALL
      SELECT t.type AS type, ${zeros(['lines', 'count', 'accepted'])}, sumIf(t.total, t.tier = 'hour') AS hours,
        sumIf(t.total, t.tier = 'day') AS days, sumIf(t.total, t.tier = 'month') AS months, 0 AS all
      FROM onenet.cells AS t WHERE t.tier IN ('hour', 'day', 'month') AND ${of} GROUP BY t.type
    ) GROUP BY type`);
  return { types: rows, lines: rows.reduce((sum, row) => sum + row.all, 0) };
}

const totalsQuery = `query ($of: [_Any!]!) {
  platforms: _entities(representations: $of) { ... on Platform { eventTotals { type events count throughSequence } } }
}`;

async function ownerTotals(
  { code, graphqlUrl, addresses }: NetOwner,
  ownerHeaders: OwnerHeaders,
  signal?: AbortSignal,
): Promise<OwnerTotal[]> {
  const timeout = AbortSignal.timeout(ownerTimeoutMs);
  const variables = { of: [{ __typename: 'Platform', code }] };
  const asked = JSON.stringify({ query: totalsQuery, variables });
  const url = new URL(graphqlUrl);
  const { statusCode, body } = await request(url, {
    dispatcher: ownerAgents[addresses],
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ownerHeaders(code, 'POST', url, asked) },
    body: asked,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const answer = (await body.json()) as {
    data?: { platforms?: ({ eventTotals?: OwnerTotal[] | null } | null)[] } | null;
  };
  const totals = answer.data?.platforms?.[0]?.eventTotals;
  if (!totals) throw new Error(`${code} gave no totals (HTTP ${statusCode}).`);
  return totals;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
