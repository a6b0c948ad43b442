/**
 * What one gateway holds of a key: admissions and permits that it was leased and spends from memory.
 *
 * Nothing is admitted that was not leased, so that all gateways together never let through more than
 * the limits: of the day never, of the bucket in any time T at most burst + perSecond × (T + 1 s), since
 * a lease is spent within a second. While the ledger does not answer, each gateway counts by itself, and
 * tells the ledger afterwards what it let through.
 */
import { Away } from './away.ts';
import {
  permitsHeldMs,
  unlimited,
  type Leased,
  type LeaseWanted,
  type Ledger,
  type QuotaLimits,
} from './ledger.ts';

/** Why something was not admitted. */
export type Refusal = 'RATE' | 'DAY' | 'CONCURRENCY';

/** What is left, as far as this gateway knows. */
export interface Left {
  readonly admissions: number;
  readonly ofDay: number;
  readonly dayEndsInMs: number;
}

export interface LeaseOptions {
  readonly ledger: Ledger;
  /** A clock that never falls, in milliseconds. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** A lease is spent within so long, or goes back. */
const spentWithinMs = 1000;
/** Refused from memory for so long at most: a limit may be raised, and others give back. */
const refusedForMs = 1000;
/** Permits are few: a call that ended elsewhere should not be waited for long. */
const permitsRefusedForMs = 100;
/** The ledger is not asked again for so long after it failed. */
const awayForMs = 5000;
/** Leases that one call waits for: each that came was spent by others, who waited longer. */
const mostAsked = 16;
/** Stands for no limit where a share of it is taken. */
const unlimitedConcurrent = 64;

export class Lease {
  readonly key: string;
  readonly #options: LeaseOptions;
  #limits: QuotaLimits;
  #admissions = 0;
  #spendUntil = 0;
  #permits = 0;
  #permitsUntil = 0;
  #inUse = 0;
  #waiting = 0;
  #asking: Promise<void> | undefined;
  #refused:
    | { readonly why: 'RATE' | 'DAY'; readonly until: number; readonly waitMs: number }
    | undefined;
  #permitsRefusedUntil = 0;
  /** What the ledger said last. */
  #told = { tokens: 0, used: 0, day: '', dayEndsAt: 0 };
  #usedAt = 0;
  #away: Away | undefined;

  constructor(key: string, limits: QuotaLimits, options: LeaseOptions) {
    this.key = key;
    this.#limits = limits;
    this.#options = options;
  }

  /** Admits one, or says why not and when to come again; from memory wherever that is known. */
  async enter(
    limits: QuotaLimits,
  ): Promise<{ readonly why: Refusal; readonly waitMs: number } | undefined> {
    this.#follow(limits);
    this.#usedAt = this.#options.now();
    for (let asked = 0; ; asked++) {
      const now = this.#options.now();
      const refusal = this.#refusal(now);
      const hasAdmission = this.#admissions > 0 && now < this.#spendUntil;
      const hasPermit = this.#inUse < this.#permits && now < this.#permitsUntil;
      if (hasAdmission && hasPermit) {
        this.#admissions--;
        this.#inUse++;
        if (this.#away) this.#away.spent++;
        // The next slice comes before this one is spent, so that few wait for the ledger.
        const slice = this.#slice();
        if (slice > 1 && this.#admissions * 4 < slice && !refusal) void this.#ask();
        return undefined;
      }
      if (!hasAdmission && refusal) return refusal;
      if (!hasPermit && now < this.#permitsRefusedUntil) {
        return { why: 'CONCURRENCY', waitMs: permitsRefusedForMs };
      }
      // What came was asked for by fewer than waited for it, or too slowly: only a ledger that says no refuses.
      if (asked >= mostAsked) {
        const waitMs = Math.ceil(1000 / this.#limits.perSecond);
        return hasPermit ? { why: 'RATE', waitMs } : { why: 'CONCURRENCY', waitMs };
      }
      this.#waiting++;
      try {
        await this.#ask();
      } finally {
        this.#waiting--;
      }
    }
  }

  leave(): void {
    this.#inUse--;
  }

  get left(): Left {
    const { perDay, burst } = this.#limits;
    const now = this.#options.now();
    const isOver = now >= this.#told.dayEndsAt;
    const held = now < this.#spendUntil ? this.#admissions : 0;
    return {
      admissions: Math.min(burst, Math.floor(this.#told.tokens) + held),
      ofDay: Math.max(0, (perDay ?? unlimited) - (isOver ? 0 : this.#told.used) + held),
      dayEndsInMs: Math.max(0, this.#told.dayEndsAt - now),
    };
  }

  /** Gives back what was not spent in time, and keeps alive what is in use. True when nothing is held any more. */
  async tidy(isEnd = false): Promise<boolean> {
    if (this.#asking) await this.#asking;
    const now = this.#options.now();
    const isIdle = isEnd || now - this.#usedAt >= spentWithinMs;
    const isStale = this.#admissions > 0 && (isEnd || now >= this.#spendUntil);
    const mustRenew = this.#inUse > 0 && now >= this.#permitsUntil - permitsHeldMs / 2;
    const mayRelease = isIdle && this.#permits > this.#inUse;
    const mayTell = this.#away !== undefined && (isEnd || now >= this.#away.askAgainAt);
    if (isStale || mustRenew || mayRelease || mayTell) await this.#ask(true);
    return isIdle && this.isEmpty;
  }

  /** Whether nothing is held, nobody waits, and the ledger knows all: whoever is forgotten while it is away may spend the day again. */
  get isEmpty(): boolean {
    const held = this.#permits + this.#inUse + this.#admissions + this.#waiting;
    return held === 0 && !this.#asking && !this.#away;
  }

  #follow(limits: QuotaLimits): void {
    if (limits === this.#limits) return;
    this.#limits = limits;
    this.#refused = undefined;
    this.#permitsRefusedUntil = 0;
  }

  #refusal(now: number): { readonly why: 'RATE' | 'DAY'; readonly waitMs: number } | undefined {
    if (!this.#refused || now >= this.#refused.until) return undefined;
    return { why: this.#refused.why, waitMs: this.#refused.waitMs };
  }

  /** Half a second's worth: small against the limits, and large against what asking costs. */
  #slice(): number {
    const { perSecond, burst, perDay } = this.#limits;
    // A slice that is on its way back while the ledger fails is lost for the day.
    const ofDay = (perDay ?? unlimited) / 64;
    return Math.max(1, Math.ceil(Math.min(perSecond / 2, burst / 4, ofDay)));
  }

  #ask(giveBack = false): Promise<void> {
    this.#asking ??= this.#lease(giveBack).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #lease(giveBack: boolean): Promise<void> {
    const limits = this.#limits;
    const began = this.#options.now();
    const away = this.#away;
    const isAway = away !== undefined && began < away.askAgainAt;
    const unspent = giveBack || began >= this.#spendUntil ? this.#admissions : 0;
    // What is on its way back is nobody's to spend.
    this.#admissions -= unspent;
    if (giveBack) this.#permits = this.#inUse;
    const back = unspent - (isAway ? 0 : (away?.spent ?? 0));
    const spare = Math.ceil((limits.concurrent ?? unlimitedConcurrent) / 8);
    const wanted = {
      admissions: giveBack ? 0 : Math.min(limits.burst, Math.max(this.#slice(), this.#waiting)),
      // Fewer than are held, and those would be taken by others while they are spent here.
      permits: giveBack
        ? this.#inUse
        : Math.max(this.#permits, this.#inUse + this.#waiting + spare),
      ...(back !== 0 && { back: { admissions: back, day: this.#told.day } }),
    };
    try {
      const leased = isAway
        ? await away.counted(this.key, limits, wanted)
        : await this.#options.ledger.lease(this.key, limits, wanted);
      if (!isAway) this.#away = undefined;
      this.#take(leased, began, wanted);
    } catch (error) {
      // What was on its way back is lost for the day: rather too few than too many.
      this.#options.onError(error);
      this.#away = new Away(this.#options.now() + awayForMs, away, this.#told);
      this.#permitsUntil = this.#options.now();
    }
  }

  #take(leased: Leased, began: number, wanted: LeaseWanted): void {
    const { admissions, permits, tokens, used, day, dayEndsInMs } = leased;
    const now = this.#options.now();
    // Counted from when it was asked for, which is before the ledger looked at its clock.
    const dayEndsAt = began + dayEndsInMs;
    this.#admissions = (day === this.#told.day ? this.#admissions : 0) + admissions;
    this.#spendUntil = Math.min(began + spentWithinMs, dayEndsAt);
    this.#permits = permits;
    this.#permitsUntil = began + permitsHeldMs - 1000;
    this.#told = { tokens, used, day, dayEndsAt };
    const isRefused = permits < wanted.permits && permits <= this.#inUse;
    this.#permitsRefusedUntil = isRefused ? now + permitsRefusedForMs : 0;
    if (admissions >= wanted.admissions) {
      this.#refused = undefined;
      return;
    }
    const isDay = used >= (this.#limits.perDay ?? unlimited);
    const waitMs = isDay
      ? dayEndsInMs
      : Math.max(1, (1000 * (1 - (tokens % 1))) / this.#limits.perSecond);
    this.#refused = {
      why: isDay ? 'DAY' : 'RATE',
      waitMs,
      until: now + Math.min(refusedForMs, waitMs),
    };
  }
}
