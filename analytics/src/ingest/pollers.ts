/** The pollers of this process: one for each owner that it is to read now, and never two of one platform. */
import type { NetOwner } from '@onenet/contract';
import type { Batch } from './batch.ts';
import type { Committer } from './committer.ts';
import type { KnownFeeds } from './known-feeds.ts';
import type { IngestOptions } from './options.ts';
import { Poller } from './poller.ts';
import type { Turns } from './turns.ts';

/** What pollers work with, and do not own. */
interface Shared {
  readonly feeds: KnownFeeds;
  readonly insertsAndQuestions: Turns;
  readonly committer: () => Committer;
  readonly between: <T>(platform: string, work: () => Promise<T>) => Promise<T>;
  readonly cameIn: (batch: Batch) => void;
}

interface Running {
  readonly owner: NetOwner;
  readonly poller: Poller;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class Pollers {
  private readonly options: IngestOptions;
  private readonly shared: Shared;
  private readonly running = new Map<string, Running>();

  constructor(options: IngestOptions, shared: Shared) {
    this.options = options;
    this.shared = shared;
  }

  /** Starts and stops, until exactly these are read. */
  read(owners: readonly NetOwner[]): void {
    const wanted = new Map(owners.map((owner) => [owner.code, owner]));
    for (const [code, { owner, abort }] of this.running) {
      const now = wanted.get(code);
      // One that is ending polls no more: who is back before its end gets another.
      const isSame = now?.eventsUrl === owner.eventsUrl && now.addresses === owner.addresses;
      if (!abort.signal.aborted && isSame) wanted.delete(code);
      else abort.abort();
    }
    for (const owner of wanted.values()) this.start(owner);
  }

  /** The platforms that are read, or whose poller is ending. */
  codes(): readonly string[] {
    return [...this.running.keys()];
  }

  has(platform: string): boolean {
    return this.running.has(platform);
  }

  /** Resolves when a platform's poller has ended. */
  async ended(platform: string): Promise<void> {
    await this.running.get(platform)?.done;
  }

  async stop(): Promise<void> {
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private start(owner: NetOwner): void {
    const { code } = owner;
    const previous = this.running.get(code);
    const abort = new AbortController();
    const { clickhouse, positions, log, ownerHeaders, ingested, feedChanged, workers } =
      this.options;
    const { answerWithinMs = 30_000 } = this.options;
    const { feeds, insertsAndQuestions, committer, between, cameIn } = this.shared;
    const poller = new Poller(
      {
        owner,
        clickhouse,
        positions,
        log,
        ownerHeaders,
        ingested,
        committer: committer(),
        answerWithinMs,
        ...(workers && { fence: () => workers.fence(code) }),
        between: (work) => between(code, work),
        insertsAndQuestions,
        cameIn,
        signal: abort.signal,
        changed: (progress) => feedChanged(progress.status(Date.now())),
      },
      feeds.of(code),
    );
    // Two pollers of one platform would race for its position.
    const done = (previous?.done ?? Promise.resolve())
      .then(() => poller.run())
      .finally(() => {
        if (this.running.get(code)?.poller === poller) this.running.delete(code);
      });
    this.running.set(code, { owner, poller, abort, done });
  }
}
