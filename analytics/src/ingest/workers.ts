/** One of several processes that share the platforms: renews its leases, and follows what the others read. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';
import { Leases } from './leases.ts';
import { Pauses } from './pauses.ts';
import type { Positions } from './positions.ts';
import { SharedFeeds } from './shared.ts';
import type { FeedProgress, SharedProgress } from './status.ts';

const followEveryMs = 1_000;

/** What a process does with its leases. */
export interface Shares {
  /** The platforms that there are to read. */
  wanted(): readonly string[];
  /** What is held changed: whoever reads something else is to stop, and what is new is to be read. */
  changed(): void;
  /** Resolves when nothing of this platform is under way here. */
  stopped(platform: string): Promise<void>;
  /** How the feeds that are read here stand. */
  own(): readonly FeedProgress[];
  /** How those stand that others read. */
  told(feeds: ReadonlyMap<string, SharedProgress>): Promise<void>;
}

export class Workers {
  readonly leases: Leases;
  readonly pauses: Pauses;
  private readonly feeds: SharedFeeds;
  private readonly counts: Collection<{ readonly _id: 'blocks'; readonly count: number }>;
  private readonly log: (message: string, detail?: unknown) => void;
  private held = new Map<string, number>();
  private renewedAtMs = 0;

  constructor(
    db: Db,
    positions: Positions,
    worker: string,
    log: (message: string, detail?: unknown) => void,
    leaseMs?: number,
  ) {
    this.leases = new Leases(db, positions, worker, leaseMs);
    this.pauses = new Pauses(db);
    this.feeds = new SharedFeeds(db);
    this.counts = db.collection('counts');
    this.log = log;
  }

  /** Where the blocks of all processes are counted. */
  get blockCounts(): typeof this.counts {
    return this.counts;
  }

  /** The fence under which a platform is this process's; undefined: it is not, or may not be any more. */
  fence(platform: string): number | undefined {
    const isFresh = performance.now() - this.renewedAtMs < this.leases.durationMs;
    return isFresh ? this.held.get(platform) : undefined;
  }

  /** Until the signal aborts. Whoever cannot renew stops reading before its leases end. */
  async run(shares: Shares, signal: AbortSignal): Promise<void> {
    await Promise.all([
      repeat(
        () => this.renew(shares),
        this.leases.renewEveryMs,
        signal,
        (error) => {
          this.log('leases are not renewed', error);
          shares.changed();
        },
      ),
      repeat(
        () => this.follow(shares),
        followEveryMs,
        signal,
        (error) => this.log('what the other workers read is not known', error),
      ),
    ]);
  }

  /** After the last insert: the others need not wait for the end of the leases. */
  async leave(): Promise<void> {
    this.held = new Map();
    await this.leases.leave();
  }

  private async renew(shares: Shares): Promise<void> {
    const beganMs = performance.now();
    const { held, surplus } = await this.leases.renew(shares.wanted());
    for (const [code, fence] of held) {
      if (this.held.get(code) !== fence) this.log(`${code} is read here, fence ${fence}`);
    }
    this.held = new Map([...held].filter(([code]) => !surplus.includes(code)));
    this.renewedAtMs = beganMs;
    shares.changed();
    for (const code of surplus) {
      await shares.stopped(code);
      await this.leases.release(code);
      this.log(`${code} is left to the others`);
    }
  }

  private async follow(shares: Shares): Promise<void> {
    await this.feeds.write(shares.own());
    await shares.told(await this.feeds.read());
  }
}

async function repeat(
  work: () => Promise<void>,
  everyMs: number,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    // MongoDB does not answer: the next round asks again, and meanwhile the leases run out.
    await work().catch(failed);
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
