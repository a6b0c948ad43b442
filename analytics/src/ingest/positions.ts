/** How far each platform is, and which inserts are on their way, in analytics' own MongoDB. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { Binary } from 'mongodb';
import type { Collection, Db } from 'mongodb';
import type { Batch } from './batch.ts';
import type { Insert } from './insert.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** An insert that was decided on, whose outcome is not known yet. */
export interface Intent {
  /** The insert's token. */
  readonly _id: string;
  readonly members: readonly IntentMember[];
  readonly hash: string;
  readonly blocks: number;
  /** The statement, zstd. */
  readonly bytes: Binary;
  /** Missing where it was stored before there was one. */
  readonly openedAt?: Date;
  /** Of the count of all blocks inserted, what it was when this intent was stored. */
  readonly blocksBefore: number;
}

/** What an insert holds of one platform. */
interface IntentMember extends Pick<Batch, 'platform' | 'epoch' | 'from' | 'to' | 'head'> {
  readonly recordedTime: string | null;
}

/** One platform's place in its feed. `current(platform, epoch)` is `_id` and `epoch`. */
export interface Position {
  readonly _id: string;
  /** The epoch that counts. */
  readonly epoch: number;
  /** All up to here is in raw and in every rollup. */
  readonly sequence: number;
  /** The chain's head at `sequence`; null at 0. */
  readonly head: string | null;
  readonly recordedTime: string | null;
  /** The greatest number that an epoch or an attempt at one has had. */
  readonly lastEpoch: number;
  /** The epoch that is being built while another counts. */
  readonly building: number | null;
  /** All platforms' blocks when this position was last advanced. */
  readonly blocks: number;
}

/** Every write is on disk before it returns. */
export class Positions {
  private readonly positions: Collection<Position>;
  private readonly intents: Collection<Intent>;

  constructor(db: Db) {
    const options = {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    } as const;
    this.positions = db.collection<Position>('positions', options);
    this.intents = db.collection<Intent>('intents', options);
  }

  /** All of them, by platform. */
  async all(): Promise<Map<string, Position>> {
    const positions = await this.positions.find().toArray();
    return new Map(positions.map((position) => [position._id, position]));
  }

  /** A platform's position; at the beginning when it has none. */
  async ensure(platform: string): Promise<Position> {
    const position = await this.positions.findOneAndUpdate(
      { _id: platform },
      {
        $setOnInsert: {
          epoch: 1,
          sequence: 0,
          head: null,
          recordedTime: null,
          lastEpoch: 1,
          building: null,
          blocks: 0,
        },
      },
      { upsert: true, returnDocument: 'after' },
    );
    if (!position) throw new Error(`No position of ${platform} after an upsert.`);
    return position;
  }

  /** Stores an intent, before its insert. */
  async open(insert: Insert, blocksBefore: number): Promise<Intent> {
    const intent: Intent = {
      _id: insert.token,
      members: insert.batches.map(({ platform, epoch, from, to, head, recordedTime }) => ({
        platform,
        epoch,
        from,
        to,
        head,
        recordedTime: recordedTime ?? null,
      })),
      hash: insert.hash,
      blocks: insert.blocks,
      bytes: new Binary(await compress(insert.statement)),
      openedAt: new Date(),
      blocksBefore,
    };
    await this.intents.insertOne(intent);
    return intent;
  }

  /** Intents that are open, oldest first; of one platform, those that it is in. */
  async openIntents(platform?: string): Promise<Intent[]> {
    const filter = platform === undefined ? {} : { 'members.platform': platform };
    return await this.intents.find(filter).sort({ blocksBefore: 1 }).toArray();
  }

  /**
   * Advances every member to its end, and closes the intent. A member that is not where its batch
   * begins stays where it is: what raw then has beyond it is found by comparison. Returns whether
   * all were.
   */
  async close(intent: Intent): Promise<boolean> {
    const blocks = intent.blocksBefore + intent.blocks;
    const { matchedCount } = await this.positions.bulkWrite(
      intent.members.map(({ platform, epoch, from, to, head, recordedTime }) => ({
        updateOne: {
          filter: { _id: platform, epoch, sequence: from - 1 },
          update: {
            $set: {
              sequence: to,
              head,
              blocks,
              ...(recordedTime === null ? {} : { recordedTime }),
            },
          },
        },
      })),
      { ordered: false },
    );
    await this.forget(intent);
    return matchedCount === intent.members.length;
  }

  /** Closes an intent without advancing anybody. */
  async forget(intent: Intent): Promise<void> {
    await this.intents.deleteOne({ _id: intent._id });
  }

  /** Takes a number for a new epoch, greater than every one before. */
  async takeEpoch(platform: string, atLeast: number): Promise<number> {
    await this.ensure(platform);
    const position = await this.positions.findOneAndUpdate(
      { _id: platform },
      [{ $set: { lastEpoch: { $max: [{ $add: ['$lastEpoch', 1] }, atLeast] } } }],
      { returnDocument: 'after' },
    );
    if (!position) throw new Error(`No position of ${platform} to take an epoch for.`);
    return position.lastEpoch;
  }

  /** Says which epoch is being built beside the one that counts. Not, where one is already. */
  async startBuilding(platform: string, building: number): Promise<boolean> {
    const { matchedCount } = await this.positions.updateOne(
      { _id: platform, building: null },
      { $set: { building } },
    );
    return matchedCount === 1;
  }

  /** No epoch is being built any more. */
  async stopBuilding(platform: string): Promise<void> {
    await this.positions.updateOne({ _id: platform }, { $set: { building: null } });
  }

  /** Makes an epoch the one that counts; what was being built beside the one before is void. */
  async switchEpoch(
    platform: string,
    to: Pick<Position, 'epoch' | 'sequence' | 'head' | 'recordedTime'>,
  ): Promise<void> {
    await this.positions.updateOne({ _id: platform }, { $set: { ...to, building: null } });
  }
}

/** The statement of an intent, as it was stored. */
export async function statementOf(intent: Intent): Promise<string> {
  return (await decompress(intent.bytes.buffer)).toString('utf8');
}
