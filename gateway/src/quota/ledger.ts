/** How much of a limit is left, over all gateways: each takes a small slice from the ledger and spends it from memory. */

/** What may be asked under a key: a client's limits, or an owner's budget. */
export interface QuotaLimits {
  /** In the long run; tokens of a bucket that holds `burst`. */
  readonly perSecond: number;
  readonly burst: number;
  /** A calendar day in Asia/Shanghai; null: as many as may be. */
  readonly perDay: number | null;
  /** Under way; null: as many as may be. */
  readonly concurrent: number | null;
}

/** What a gateway wants of a key. */
export interface LeaseWanted {
  /** Admissions to spend: each is a token of the bucket and one of the day. */
  readonly admissions: number;
  /** How many may be under way here; whatever it held before is replaced by what it is given. */
  readonly permits: number;
  /** Unspent, to be put back, or (below 0) spent without having been leased; of this day. */
  readonly back?: { readonly admissions: number; readonly day: string };
}

/** What it is given. */
export interface Leased {
  readonly admissions: number;
  readonly permits: number;
  /** Left in the bucket, for whoever asks next. */
  readonly tokens: number;
  /** Admissions of the day that were given so far. */
  readonly used: number;
  readonly day: string;
  /** Milliseconds from when it was given. */
  readonly dayEndsInMs: number;
}

export interface Ledger {
  lease(key: string, limits: QuotaLimits, wanted: LeaseWanted): Promise<Leased>;
}

/** How long a gateway's permits count as held, unless it renews them: those of one that died come back. */
export const permitsHeldMs = 10_000;

/** Stands for no limit in arithmetic; exact as a double. */
export const unlimited = 1e12;

const dayMs = 86_400_000;
/** Asia/Shanghai has one offset all year. */
const offsetMs = 8 * 3_600_000;

/** The calendar day in Asia/Shanghai of a moment, and how long it lasts. */
export function dayOf(nowMs: number): { readonly day: string; readonly endsInMs: number } {
  const local = nowMs + offsetMs;
  return {
    day: new Date(local).toISOString().slice(0, 10),
    endsInMs: dayMs - (local % dayMs),
  };
}

interface Entry {
  tokens: number;
  atMs: number;
  day: string;
  used: number;
}

/** Keys that are remembered; one that is forgotten has a full bucket again. */
const mostKeys = 100_000;

/** The ledger of one gateway alone. */
export class MemoryLedger implements Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  lease(key: string, limits: QuotaLimits, wanted: LeaseWanted): Promise<Leased> {
    const nowMs = this.#now();
    const { day, endsInMs } = dayOf(nowMs);
    const known = this.#entries.get(key) ?? { tokens: limits.burst, atMs: nowMs, day, used: 0 };
    const back = wanted.back?.admissions ?? 0;
    const refilled = ((nowMs - known.atMs) / 1000) * limits.perSecond;
    const tokens = Math.min(limits.burst, known.tokens + Math.max(0, refilled) + back);
    const backToday = wanted.back?.day === day ? back : 0;
    const used = Math.max(0, (known.day === day ? known.used : 0) - backToday);
    const left = (limits.perDay ?? unlimited) - used;
    const admissions = Math.max(0, Math.min(wanted.admissions, Math.floor(tokens), left));
    const entry = { tokens: tokens - admissions, atMs: nowMs, day, used: used + admissions };
    // The oldest stand first: what is used again moves to the end.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= mostKeys) break;
      this.#entries.delete(oldest);
    }
    return Promise.resolve({
      admissions,
      permits: Math.min(wanted.permits, limits.concurrent ?? unlimited),
      tokens: entry.tokens,
      used: entry.used,
      day,
      dayEndsInMs: endsInMs,
    });
  }
}
