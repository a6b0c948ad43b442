/** What is known of every feed, by platform: how far it is in, how it stands, and where its raw begins. */
import type { ClickHouse } from '../clickhouse.ts';
import { floorsOf } from './floors.ts';
import type { Floor } from './floors.ts';
import type { Position } from './positions.ts';
import { FeedProgress } from './status.ts';

/** How far a feed is in. */
export interface FeedPlace {
  readonly epoch: number;
  readonly sequence: number;
  /** The chain's head at `sequence`. */
  readonly head: string;
  /** RFC 3339; null when none of its lines counts. */
  readonly recordedTime: string | null;
  /** How many lines up to `sequence` count nowhere. */
  readonly rejected: number;
  /** False while an insert is under way, or has failed: some tables may have more than others. */
  readonly isSettled: boolean;
  /** The sequence up to which raw has lost its lines. */
  readonly floor: number;
}

export class KnownFeeds {
  private readonly clickhouse: ClickHouse;
  private readonly feeds = new Map<string, FeedProgress>();
  private floors: readonly Floor[] = [];

  constructor(clickhouse: ClickHouse) {
    this.clickhouse = clickhouse;
  }

  /** A platform's; of one that was never heard of, a new one. */
  of(platform: string): FeedProgress {
    const known = this.feeds.get(platform);
    if (known) return known;
    const progress = new FeedProgress(platform);
    this.feeds.set(platform, progress);
    return progress;
  }

  /** `current(platform, epoch)`. */
  currentEpochs(): Map<string, number> {
    const epochs = new Map<string, number>();
    for (const [code, { position }] of this.feeds) {
      if (position && position.sequence > 0) epochs.set(code, position.epoch);
    }
    return epochs;
  }

  /** The sequence up to which a platform is in. */
  sequenceOf(platform: string): number {
    return this.feeds.get(platform)?.position?.sequence ?? 0;
  }

  /** Where every feed that ever came in stands. */
  places(isSettled: (platform: string) => boolean): Map<string, FeedPlace> {
    const places = new Map<string, FeedPlace>();
    for (const [code, { position }] of this.feeds) {
      const place = position && this.placeOf(position, isSettled(code));
      if (place) places.set(code, place);
    }
    return places;
  }

  /** Undefined where nothing is in. */
  placeOf(position: Position, isSettled: boolean): FeedPlace | undefined {
    const { _id: code, epoch, sequence, head, recordedTime, rejected } = position;
    if (sequence === 0) return undefined;
    const floor = this.rawFloor(code);
    return { epoch, sequence, head: head ?? '', recordedTime, rejected, isSettled, floor };
  }

  /** The sequence up to which raw has lost a platform's lines; 0: none. */
  rawFloor(platform: string): number {
    const epoch = this.feeds.get(platform)?.position?.epoch;
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
    this.floors = await floorsOf(this.clickhouse);
  }
}
