/**
 * Composes briefs: each week's on the Monday after it, from 06:00 on (Asia/Shanghai), each month's once its ranking
 * is published; as soon as everything of the period is in. A week waits for late platforms until Tuesday, a month
 * until the eleventh; then the brief names them. And at once when somebody asks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NetError } from '@onenet/contract';
import { refuseUnknown } from '../known.ts';
import { openAfterEndMs, settleMs, waitedForMs } from '../months.ts';
import { dayMs, hourMs } from '../periods.ts';
import { absenceOf } from '../ranking/candidates.ts';
import { briefId } from './brief.ts';
import type { ComposedBy, StoredBrief } from './brief.ts';
import { briefKinds, periodAt, periodsAfter, rangeOfPeriod } from './calendar.ts';
import type { BriefKind } from './calendar.ts';
import { briefOf } from './compose.ts';
import type { BriefSources, BriefSubject } from './compose.ts';
import { rankingFormula } from './plan.ts';
import type { Briefs } from './store.ts';

const pauseMs = 10 * 60_000;

/** How long after its end a period may be told, and how long its brief waits for what is not in yet. */
const opens: Readonly<Record<BriefKind, { readonly afterMs: number; readonly waitsToMs: number }>> =
  {
    WEEK: { afterMs: 6 * hourMs, waitsToMs: 30 * hourMs },
    // The ranking waits until the tenth.
    MONTH: { afterMs: openAfterEndMs, waitsToMs: waitedForMs + dayMs },
  };

/** `ComposeBriefInput` of analytics.graphql. */
export interface ComposeBriefInput extends Omit<BriefSubject, 'platform'> {
  readonly platform?: string | null;
  readonly evenIfBehind: boolean;
}

export class BriefComposer {
  private readonly sources: BriefSources;
  private readonly briefs: Briefs;
  private readonly log: (message: string, detail?: unknown) => void;
  /** Under way: who asks again, having been told of a timeout, waits for the same. */
  private readonly running = new Map<string, Promise<StoredBrief | undefined>>();
  /** What was said last of each brief, so that it is said once. */
  private readonly told = new Map<string, string>();

  constructor(
    sources: BriefSources,
    briefs: Briefs,
    log: (message: string, detail?: unknown) => void,
  ) {
    this.sources = sources;
    this.briefs = briefs;
    this.log = log;
  }

  /** Composes what is due until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const startedMs = Date.now();
    // A net that has just started has other things to do, and has not heard all its platforms.
    await rest(signal);
    while (!signal.aborted) {
      const nowMs = Date.now();
      const mayLack = nowMs - startedMs > settleMs;
      for (const kind of briefKinds) {
        await this.composeDue(kind, nowMs, { mayLack, signal }).catch((error: unknown) =>
          this.log('briefs could not be composed', error),
        );
      }
      await rest(signal);
    }
  }

  /** Composes every brief of a kind that is due and can be; returns their ids. */
  async composeDue(
    kind: BriefKind,
    nowMs: number,
    { mayLack, signal }: { readonly mayLack: boolean; readonly signal?: AbortSignal },
  ): Promise<string[]> {
    const composed: string[] = [];
    const newest = await this.briefs.newest(kind);
    for (const period of duePeriods(kind, newest, nowMs)) {
      const { toMs } = rangeOfPeriod(kind, period);
      const isLate = mayLack && nowMs >= toMs + opens[kind].waitsToMs;
      let open = 0;
      for (const platform of this.connected()) {
        if (signal?.aborted) return composed;
        const id = await this.compose({ kind, period, platform }, isLate, nowMs);
        if (id === 'WAITS') open += 1;
        else if (id !== undefined) composed.push(id);
      }
      // The province comes last: a period of which it has a brief is looked at no more.
      if (open > 0 && !isLate) break;
      const id = await this.compose({ kind, period }, isLate, nowMs);
      if (id === 'WAITS') break;
      if (id !== undefined) composed.push(id);
    }
    return composed;
  }

  /** Composes one at somebody's word; where there is one, that is it. */
  async composeNow(input: ComposeBriefInput, nowMs: number): Promise<StoredBrief> {
    const { kind, period, evenIfBehind } = input;
    const platform = input.platform ?? undefined;
    const { toMs } = rangeOfPeriod(kind, period);
    if (toMs > nowMs) {
      throw new NetError(
        'WRONG_STATE',
        `${period} is not over: a brief is of a whole period. Ask \`metrics\` for what there is of it.`,
      );
    }
    if (platform !== undefined) this.refuseAbsent(platform);
    const id = briefId(kind, period, platform);
    const found = await this.briefs.find(id);
    if (found) return found;
    const waiting = await this.waitingFor({ kind, period, platform }, nowMs);
    if (waiting.length > 0 && !evenIfBehind) {
      throw new NetError(
        'WRONG_STATE',
        `${id} waits for ${waiting.join(', ')}: wait, or compose it without them with \`evenIfBehind: true\`.`,
      );
    }
    const composed = await this.keep({ kind, period, platform }, 'REQUEST', nowMs);
    const kept = composed ?? (await this.briefs.find(id));
    if (kept) return kept;
    throw new NetError('UNAVAILABLE', `${id} was not kept: try again.`);
  }

  /** The id of a brief that is new; `WAITS` where it cannot be composed yet. */
  private async compose(
    subject: BriefSubject,
    isLate: boolean,
    nowMs: number,
  ): Promise<string | undefined> {
    const id = briefId(subject.kind, subject.period, subject.platform);
    if (await this.briefs.has(id)) return undefined;
    const waiting = await this.waitingFor(subject, nowMs);
    if (waiting.length > 0 && !isLate) {
      this.say(id, `the brief ${id} waits for ${waiting.join(', ')}`);
      return 'WAITS';
    }
    try {
      return (await this.keep(subject, 'SCHEDULE', nowMs))?.id;
    } catch (error) {
      this.log(`the brief ${id} could not be composed`, error);
      return 'WAITS';
    }
  }

  /** Undefined where somebody else was first. */
  private async keep(
    subject: BriefSubject,
    by: ComposedBy,
    nowMs: number,
  ): Promise<StoredBrief | undefined> {
    const id = briefId(subject.kind, subject.period, subject.platform);
    const under = this.running.get(id);
    if (under) return await under;
    const kept = this.keepNew(subject, by, nowMs).finally(() => this.running.delete(id));
    this.running.set(id, kept);
    return await kept;
  }

  private async keepNew(
    subject: BriefSubject,
    by: ComposedBy,
    nowMs: number,
  ): Promise<StoredBrief | undefined> {
    const brief = await briefOf(this.sources, subject, { by, nowMs });
    const kept = await this.briefs.keep(brief);
    if (kept) this.log(`composed the brief ${kept.id}, sha-256 ${kept.hash}`);
    return kept;
  }

  /** Platforms whose feed has not reached the period's end, the month's ranking, or the directory itself. */
  private async waitingFor(
    { kind, period, platform }: BriefSubject,
    nowMs: number,
  ): Promise<string[]> {
    const statuses = this.sources.ingest.statuses();
    if (statuses.length === 0) return ['the owner directory'];
    const range = rangeOfPeriod(kind, period);
    const behind = statuses
      .filter((status) => status.platform === (platform ?? status.platform))
      .filter((status) => absenceOf(status, range, nowMs) === 'FEED_BEHIND')
      .map((status) => status.platform);
    const isRanked = kind !== 'MONTH' || (await this.isRankingKnown(period));
    return [...behind, ...(isRanked ? [] : [`the ranking ${rankingFormula}-${period}`])];
  }

  /** Published, or never to be: an edition comes after all before it. */
  private async isRankingKnown(month: string): Promise<boolean> {
    const [newest] = await this.sources.editions.list(rankingFormula, 1);
    return newest !== undefined && newest.month >= month;
  }

  private connected(): readonly string[] {
    return this.sources.ingest
      .statuses()
      .filter(({ state }) => state !== 'NOT_CONNECTED')
      .map(({ platform }) => platform);
  }

  private refuseAbsent(platform: string): void {
    const { ingest } = this.sources;
    refuseUnknown(ingest, { platforms: [platform] });
    if (this.connected().includes(platform)) return;
    throw new NetError(
      'WRONG_STATE',
      `${platform} is not connected: there is nothing to tell of it.`,
    );
  }

  private say(id: string, text: string): void {
    if (this.told.get(id) === text) return;
    this.told.set(id, text);
    this.log(text);
  }
}

/** The periods after the newest that the province has a brief of, which may be told by now. */
function duePeriods(kind: BriefKind, newest: string | undefined, nowMs: number): readonly string[] {
  const open = periodAt(kind, nowMs - opens[kind].afterMs);
  const last = periodAt(kind, rangeOfPeriod(kind, open).fromMs - 1);
  return periodsAfter(kind, newest, last);
}

async function rest(signal: AbortSignal): Promise<void> {
  await delay(pauseMs, undefined, { signal }).catch(() => undefined);
}
