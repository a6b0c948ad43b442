/** All feeds of the net into raw and rollups: a poller for each connected owner of the directory. Long, because what is known of every feed and who works on it must not drift apart. */
import type { NetOwner, NetSnapshot } from '@onenet/contract';
import type { FeedLine } from '@onenet/feed';
import { migrate, pendingMigrations } from '../migrate.ts';
import type { OwnerHeaders } from '../owner-call.ts';
import { ownBlocks, sharedBlocks } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import { Committer } from './committer.ts';
import type { Stores } from './epochs.ts';
import { droppedCells, floorsOf, isKept } from './floors.ts';
import type { Floor } from './floors.ts';
import { Poller } from './poller.ts';
import type { Position } from './positions.ts';
import { platformsInTables, reconcile } from './reconcile.ts';
import { FeedProgress } from './status.ts';
import type { FeedStatus, SharedProgress } from './status.ts';
import { Turns } from './turns.ts';
import type { Shares, Workers } from './workers.ts';

export interface IngestOptions extends Stores {
  readonly log: (message: string, detail?: unknown) => void;
  readonly ownerHeaders: OwnerHeaders;
  readonly ingested: (platform: string, lines: readonly FeedLine[]) => void;
  readonly feedChanged: (status: FeedStatus) => void;
  /** How long a platform's whole answer may take, beyond what it may hold it back. Default: half a minute. */
  readonly answerWithinMs?: number;
  /** Where several processes share the platforms; absent: this one reads all. */
  readonly workers?: Workers;
}

/** How far a feed is in. */
export interface FeedPlace {
  readonly epoch: number;
  readonly sequence: number;
  /** The chain's head at `sequence`. */
  readonly head: string;
  /** RFC 3339; null when none of its lines counts. */
  readonly recordedTime: string | null;
  /** False while an insert is under way, or has failed: some tables may have more than others. */
  readonly isSettled: boolean;
  /** The sequence up to which raw has lost its lines. */
  readonly floor: number;
}

export class Ingest {
  private readonly options: IngestOptions;
  private readonly progress = new Map<string, FeedProgress>();
  private readonly running = new Map<string, Running>();
  /** The last piece of work on each platform. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private floors: readonly Floor[] = [];
  private readonly sharing = new AbortController();
  private shared: Promise<void> | undefined;
  private readonly insertsAndQuestions = new Turns();
  private committer: Committer;
  private owners: readonly NetOwner[] = [];
  private stopped = false;

  constructor(options: IngestOptions) {
    this.options = options;
    this.committer = this.committerWith(ownBlocks([], []));
  }

  /** Brings the stores to one state: open intents first, then migrations, then what was restored. */
  async prepare(): Promise<void> {
    const { clickhouse, positions, log, workers } = this.options;
    await positions.addFences();
    const before = await positions.all();
    const intents = await positions.openIntents();
    const blocks = workers
      ? await sharedBlocks(workers.blockCounts, before.values(), intents)
      : ownBlocks(before.values(), intents);
    this.committer = this.committerWith(blocks);
    const pending = await pendingMigrations(clickhouse);
    if (workers && pending.length > 0) await refuseOthers(workers, pending);
    const unsettled = new Set<string>();
    // What others have under way is theirs: who takes a platform over settles it.
    for (const intent of workers && pending.length === 0 ? [] : intents) {
      // Tables that were never made, or are lost, have nothing for an insert to be replayed into.
      if (pending.includes('001-raw.sql')) {
        await positions.forget(intent);
        continue;
      }
      await this.committer.replay(intent).catch((error: unknown) => {
        if (pending.length > 0) throw error;
        log(`${intent._id} does not go through yet`, error);
        for (const { platform } of intent.members) unsettled.add(platform);
      });
    }
    for (const name of await migrate(clickhouse)) log(`migrated: ${name}`);
    const platforms = new Set([...before.keys(), ...(await platformsInTables(clickhouse))]);
    for (const platform of platforms) {
      if (!workers) await positions.stopBuilding(platform);
      const position = await positions.ensure(platform);
      // What is unsettled is taken up again by the platform's own poller.
      const isOpen = workers !== undefined || unsettled.has(platform);
      this.progressOf(platform).position = isOpen
        ? position
        : await reconcile(this.options, position);
      if (!isOpen) this.committer.settled(platform);
    }
    await this.countRejected();
    await this.refreshFloors();
    this.shared = workers?.run(this.shares(), this.sharing.signal);
  }

  /** Follows the directory: a poller for each owner that is connected now, none for the others. */
  use(snapshot: NetSnapshot): void {
    this.owners = snapshot.owners;
    this.startAndStop();
  }

  private startAndStop(): void {
    if (this.stopped) return;
    const connected = new Map(
      this.connected()
        .filter(({ code }) => this.works(code))
        .map((owner) => [owner.code, owner]),
    );
    for (const [code, { owner, abort }] of this.running) {
      const now = connected.get(code);
      // One that is ending polls no more: who is back before its end gets another.
      const isSame = now?.eventsUrl === owner.eventsUrl && now.addresses === owner.addresses;
      if (!abort.signal.aborted && isSame) connected.delete(code);
      else abort.abort();
    }
    for (const owner of connected.values()) this.start(owner);
  }

  /** `current(platform, epoch)`. */
  currentEpochs(): Map<string, number> {
    const epochs = new Map<string, number>();
    for (const [code, { position }] of this.progress) {
      if (position && position.sequence > 0) epochs.set(code, position.epoch);
    }
    return epochs;
  }

  /** The sequence up to which a platform is in. */
  sequenceOf(platform: string): number {
    return this.progress.get(platform)?.position?.sequence ?? 0;
  }

  /** Whether it is this process that works on a platform. */
  works(platform: string): boolean {
    const { workers } = this.options;
    return workers === undefined || workers.fence(platform) !== undefined;
  }

  /** The sequence up to which raw has lost a platform's lines; 0: none. */
  rawFloor(platform: string): number {
    const epoch = this.progress.get(platform)?.position?.epoch;
    const own = this.floors.find((floor) => floor.platform === platform && floor.epoch === epoch);
    return own?.sequence ?? 0;
  }

  /** UTC ms: of these platforms raw has all that happened from then on; 0: all that ever did. */
  rawFromMs(platforms: Iterable<string>): number {
    const codes = new Set(platforms);
    const times = this.floors.filter(({ platform }) => codes.has(platform));
    return times.reduce((latest, { timeToMs }) => Math.max(latest, timeToMs + 1), 0);
  }

  /** Reads anew where raw begins. */
  async refreshFloors(): Promise<void> {
    this.floors = await floorsOf(this.options.clickhouse);
  }

  /** Where every feed that ever came in stands, by platform. */
  places(): Map<string, FeedPlace> {
    const places = new Map<string, FeedPlace>();
    for (const [code, { position }] of this.progress) {
      if (position) this.place(places, position, this.committer.isSettled(code));
    }
    return places;
  }

  /** The same by MongoDB of the feeds that other processes read; undefined where this one reads all. */
  async othersPlaces(): Promise<Map<string, FeedPlace> | undefined> {
    const { workers, positions } = this.options;
    if (!workers) return undefined;
    // Before and after: what is closed in between has moved a position.
    const before = await positions.openIntents();
    const all = await positions.all();
    const open = [...before, ...(await positions.openIntents())];
    const unsettled = new Set(open.flatMap(({ members }) => members.map((of) => of.platform)));
    const places = new Map<string, FeedPlace>();
    for (const [code, position] of all) {
      if (!this.running.has(code)) this.place(places, position, !unsettled.has(code));
    }
    return places;
  }

  private place(places: Map<string, FeedPlace>, position: Position, isSettled: boolean): void {
    const { _id: code, epoch, sequence, head, recordedTime } = position;
    if (sequence === 0) return;
    const floor = this.rawFloor(code);
    places.set(code, { epoch, sequence, head: head ?? '', recordedTime, isSettled, floor });
  }

  /**
   * Runs a question while no insert is half done, so that `places` says exactly what is in the tables.
   * `isUndisturbed`: no longer so when it took too long.
   */
  async question<T>(work: (isUndisturbed: () => boolean) => Promise<T>): Promise<T> {
    return await this.insertsAndQuestions.question(work);
  }

  /** The owners of the net as the directory has them. */
  netOwners(): readonly NetOwner[] {
    return this.owners;
  }

  /** How each owner's feed stands, by code. */
  statuses(): FeedStatus[] {
    const nowMs = Date.now();
    return this.owners.map((owner) => {
      const status = this.progressOf(owner.code).status(nowMs);
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
    const progress = this.progressOf(position._id);
    await this.insertsAndQuestions.insert(async () => {
      progress.position = position;
    });
    this.options.feedChanged(progress.status(Date.now()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.sharing.abort();
    await this.shared;
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.all([...this.running.values()].map(({ done }) => done));
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
        await this.running.get(platform)?.done;
        await this.turns.get(platform);
      },
      own: () => [...this.running.keys()].map((code) => this.progressOf(code)),
      told: (feeds) => this.told(feeds),
    };
  }

  /** Takes over how far the others are, so that what is answered here has their lines too. */
  private async told(feeds: ReadonlyMap<string, SharedProgress>): Promise<void> {
    const { positions, ingested, feedChanged } = this.options;
    for (const [platform, position] of await positions.all()) {
      if (this.running.has(platform)) continue;
      const progress = this.progressOf(platform);
      const before = progress.position;
      progress.position = position;
      const feed = feeds.get(platform);
      if (feed) progress.takeOver(feed);
      feedChanged(progress.status(Date.now()));
      // The lines themselves are where they were read.
      if (before && before.sequence < position.sequence) ingested(platform, []);
    }
  }

  private start(owner: NetOwner): void {
    const previous = this.running.get(owner.code);
    const abort = new AbortController();
    const { clickhouse, positions, log, ownerHeaders, ingested, feedChanged, workers } =
      this.options;
    const { answerWithinMs = 30_000 } = this.options;
    const poller = new Poller(
      {
        owner,
        clickhouse,
        positions,
        log,
        ownerHeaders,
        ingested,
        committer: this.committer,
        answerWithinMs,
        ...(workers && { fence: () => workers.fence(owner.code) }),
        between: (work) => this.between(owner.code, work),
        insertsAndQuestions: this.insertsAndQuestions,
        signal: abort.signal,
        changed: (progress) => feedChanged(progress.status(Date.now())),
      },
      this.progressOf(owner.code),
    );
    // Two pollers of one platform would race for its position.
    const done = (previous?.done ?? Promise.resolve())
      .then(() => poller.run())
      .finally(() => {
        if (this.running.get(owner.code)?.poller === poller) this.running.delete(owner.code);
      });
    this.running.set(owner.code, { owner, poller, abort, done });
  }

  private committerWith(blocks: Blocks): Committer {
    const { clickhouse, positions } = this.options;
    return new Committer(clickhouse, positions, blocks, this.insertsAndQuestions);
  }

  private progressOf(platform: string): FeedProgress {
    const known = this.progress.get(platform);
    if (known) return known;
    const progress = new FeedProgress(platform);
    this.progress.set(platform, progress);
    return progress;
  }

  private async countRejected(): Promise<void> {
    const floors = await floorsOf(this.options.clickhouse);
    const rows = await this.options.clickhouse.rows<{
      platform: string;
      epoch: number;
      lines: number;
    }>(
      `SELECT platform, epoch, sum(n) AS lines FROM (
        SELECT t.platform AS platform, t.epoch AS epoch, toInt64(count()) AS n FROM onenet.raw AS t
        WHERE t.rejected != '' AND ${isKept(floors)} GROUP BY t.platform, t.epoch
        UNION ALL
        SELECT t.platform AS platform, t.epoch AS epoch, sum(t.events) AS n FROM ${droppedCells}
        WHERE t.rejected != '' GROUP BY t.platform, t.epoch
      ) GROUP BY platform, epoch`,
    );
    for (const { platform, epoch, lines } of rows) {
      const progress = this.progressOf(platform);
      if (progress.position?.epoch === epoch) progress.rejected = lines;
    }
  }
}

interface Running {
  readonly owner: NetOwner;
  readonly poller: Poller;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Tables change while nobody else inserts into them. */
async function refuseOthers({ leases }: Workers, pending: readonly string[]): Promise<void> {
  const others = (await leases.liveWorkers()).filter((name) => name !== leases.worker);
  if (others.length === 0) return;
  throw new Error(
    `${pending.join(', ')} must run while no other worker does, and ${others.join(', ')} run: ` +
      'stop them (one that was killed counts for 15 seconds), start one of the new version, then the others.',
  );
}
