/** All feeds of the net into raw and rollups: who reads them, how far they are, and questions between the inserts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetOwner, NetSnapshot } from '@onenet/contract';
import { KeptRows } from '../kept-rows.ts';
import { ownBlocks } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { Committer } from './committer.ts';
import { Directories } from './directories.ts';
import { KnownFeeds } from './known-feeds.ts';
import type { FeedPlace } from './known-feeds.ts';
import type { IngestOptions } from './options.ts';
import { Pollers } from './pollers.ts';
import type { Intent, Position } from './positions.ts';
import { prepareStores } from './prepare.ts';
import { States } from './states.ts';
import type { FeedStatus, SharedProgress } from './status.ts';
import { Turns } from './turns.ts';
import type { Shares } from './workers.ts';

/** As long as a lease: whose insert takes longer has failed, or is gone, and holds nobody else up. */
const underWayMs = 15_000;
const lookEveryMs = 20;

function isUnderWay({ openedAt }: Intent): boolean {
  return openedAt !== undefined && Date.now() - openedAt.getTime() < underWayMs;
}

export class Ingest {
  private readonly options: IngestOptions;
  /** The owners of states. */
  readonly directories: Directories;
  /** Those that somebody keeps. */
  readonly states: States;
  /** Rows that questions share; undefined where others insert too. */
  readonly kept: KeptRows | undefined;
  private readonly feeds: KnownFeeds;
  private readonly pollers: Pollers;
  /** The last piece of work on each platform. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly sharing = new AbortController();
  private shared: Promise<void> | undefined;
  private readonly insertsAndQuestions = new Turns();
  private committer: Committer;
  private owners: readonly NetOwner[] = [];
  private stopped = false;

  constructor(options: IngestOptions) {
    this.options = options;
    this.directories = new Directories(options.positions.db, options.log);
    this.states = new States(options.positions.db);
    this.feeds = new KnownFeeds(options.clickhouse);
    this.kept = options.workers
      ? undefined
      : new KeptRows((platform) => this.feeds.sequenceOf(platform));
    this.committer = this.committerWith(ownBlocks([], []));
    this.pollers = new Pollers(options, {
      feeds: this.feeds,
      insertsAndQuestions: this.insertsAndQuestions,
      committer: () => this.committer,
      between: (platform, work) => this.between(platform, work),
      cameIn: (batch) => this.kept?.cameIn(batch),
    });
  }

  /** Brings the stores to one state, and begins to share the platforms where several processes do. */
  async prepare(): Promise<void> {
    const { options, feeds } = this;
    this.committer = await prepareStores(options, feeds, (blocks) => this.committerWith(blocks));
    this.shared = options.workers?.run(this.shares(), this.sharing.signal);
  }

  /** Follows the directory: a poller for each owner that is connected now, none for the others. */
  use(snapshot: NetSnapshot): void {
    this.owners = snapshot.owners;
    this.directories.use(snapshot.owners);
    this.startAndStop();
  }

  private startAndStop(): void {
    if (this.stopped) return;
    this.pollers.read(this.connected().filter(({ code }) => this.works(code)));
  }

  /** `current(platform, epoch)`. */
  currentEpochs(): Map<string, number> {
    return this.feeds.currentEpochs();
  }

  /** The sequence up to which a platform is in. */
  sequenceOf(platform: string): number {
    return this.feeds.sequenceOf(platform);
  }

  /** Whether it is this process that works on a platform. */
  works(platform: string): boolean {
    const { workers } = this.options;
    return workers === undefined || workers.fence(platform) !== undefined;
  }

  /** The sequence up to which raw has lost a platform's lines; 0: none. */
  rawFloor(platform: string): number {
    return this.feeds.rawFloor(platform);
  }

  /** UTC ms: of these platforms raw has all that happened from then on; 0: all that ever did. */
  rawFromMs(platforms: Iterable<string>): number {
    return this.feeds.rawFromMs(platforms);
  }

  /** Reads anew where raw begins; no question is left then that does not know it. */
  async refreshFloors(): Promise<void> {
    await this.insertsAndQuestions.insert(() => this.feeds.refreshFloors());
  }

  /** Where every feed that ever came in stands, by platform. */
  places(): Map<string, FeedPlace> {
    return this.feeds.places((platform) => this.committer.isSettled(platform));
  }

  /** The same by MongoDB of the feeds that other processes read; undefined where this one reads all. */
  async othersPlaces(): Promise<Map<string, FeedPlace> | undefined> {
    const { workers, positions } = this.options;
    if (!workers) return undefined;
    // They forget lines of raw too: what only those would answer is to be refused here as well.
    await this.feeds.refreshFloors();
    // Before and after: what is closed in between has moved a position.
    const before = await positions.openIntents();
    const all = await positions.all();
    const open = [...before, ...(await positions.openIntents())];
    const unsettled = new Set(open.flatMap(({ members }) => members.map((of) => of.platform)));
    const places = new Map<string, FeedPlace>();
    for (const [code, position] of all) {
      if (this.pollers.has(code)) continue;
      const place = this.feeds.placeOf(position, !unsettled.has(code));
      if (place) places.set(code, place);
    }
    return places;
  }

  /**
   * Runs a question while no insert is half done, so that `places` says exactly what is in the tables.
   * `isUndisturbed`: no longer so when it took too long.
   */
  async question<T>(work: (isUndisturbed: () => boolean) => Promise<T>): Promise<T> {
    return await this.insertsAndQuestions.question(work);
  }

  /** Runs something while no other process begins an insert, and those that they have begun are through. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    const { workers, positions } = this.options;
    if (!workers) return await work();
    return await workers.pauses.hold(async () => {
      const untilMs = Date.now() + underWayMs;
      while (Date.now() < untilMs && (await positions.openIntents()).some(isUnderWay)) {
        await delay(lookEveryMs);
      }
      return await work();
    });
  }

  /** The owners of the net as the directory has them. */
  netOwners(): readonly NetOwner[] {
    return this.owners;
  }

  /** How each owner's feed stands, by code. */
  statuses(): FeedStatus[] {
    const nowMs = Date.now();
    return this.owners.map((owner) => {
      const status = this.feeds.of(owner.code).status(nowMs);
      return owner.connection === 'CONNECTED' ? status : { ...status, state: 'NOT_CONNECTED' };
    });
  }

  /** Runs something while no insert of this platform is under way. */
  async between<T>(platform: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(platform) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.turns.set(
      platform,
      turn.catch(() => undefined),
    );
    return await turn;
  }

  /**
   * Goes on from a position that was made by somebody else, who worked `between`. No question is left
   * then that asks about the old one.
   */
  async moved(position: Position): Promise<void> {
    const progress = this.feeds.of(position._id);
    await this.insertsAndQuestions.insert(async () => {
      progress.position = position;
    });
    this.options.feedChanged(progress.status(Date.now()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.sharing.abort();
    await this.shared;
    await this.pollers.stop();
    await this.options.workers?.leave();
  }

  private connected(): readonly NetOwner[] {
    return this.owners.filter(({ connection }) => connection === 'CONNECTED');
  }

  /** What this process does with its leases. */
  private shares(): Shares {
    return {
      wanted: () => this.connected().map(({ code }) => code),
      changed: () => this.startAndStop(),
      stopped: async (platform) => {
        await this.pollers.ended(platform);
        await this.turns.get(platform);
      },
      own: () => this.pollers.codes().map((code) => this.feeds.of(code)),
      told: (feeds) => this.told(feeds),
    };
  }

  /** Takes over how far the others are, so that what is answered here has their lines too. */
  private async told(feeds: ReadonlyMap<string, SharedProgress>): Promise<void> {
    const { positions, ingested, feedChanged } = this.options;
    for (const [platform, position] of await positions.all()) {
      if (this.pollers.has(platform)) continue;
      const progress = this.feeds.of(platform);
      const before = progress.position;
      progress.position = position;
      const feed = feeds.get(platform);
      if (feed) progress.takeOver(feed);
      feedChanged(progress.status(Date.now()));
      // The lines themselves are where they were read.
      if (before && before.sequence < position.sequence) ingested(platform, undefined);
    }
  }

  private committerWith(blocks: Blocks): Committer {
    const { clickhouse, positions, workers } = this.options;
    const { insertsAndQuestions } = this;
    return new Committer(clickhouse, positions, blocks, insertsAndQuestions, workers?.pauses);
  }
}
