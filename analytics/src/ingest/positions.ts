/** How far each platform is, and which inserts are on their way, in analytics' own MongoDB. Long, because every write that moves one is here. */
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
interface IntentMember extends Pick<
  Batch,
  'platform' | 'epoch' | 'fence' | 'from' | 'to' | 'head'
> {
  readonly recordedTime: string | null;
  /** Missing where it was stored before positions had a number of them. */
  readonly rejected?: number;
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
  /** Which holder of the platform's lease may write (leases.ts); 0 where one process has all. */
  readonly fence: number;
  /** The epoch that is being built while another counts. */
  readonly building: number | null;
  /** All platforms' blocks when this position was last advanced. */
  readonly blocks: number;
  /** How many lines up to `sequence` count nowhere. */
  readonly rejected: number;
  /** By which rules they were rejected (read-again.ts); missing: nobody has looked since there are some. */
  readonly rules?: string;
}

/** Somebody else has the platform now. */
export class LeaseLost extends Error {}

/** Every write is on disk before it returns. */
export class Positions {
  readonly db: Db;
  private readonly positions: Collection<Position>;
  private readonly intents: Collection<Intent>;

  constructor(db: Db) {
    this.db = db;
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
          fence: 0,
          building: null,
          blocks: 0,
          rejected: 0,
        },
      },
      { upsert: true, returnDocument: 'after' },
    );
    if (!position) throw new Error(`No position of ${platform} after an upsert.`);
    return position;
  }

  /**
   * Stores an intent, before its insert, if every member's fence is still that of its batch. In one
   * transaction: who takes a platform over raises the fence first and then reads what is open.
   */
  async open(insert: Insert, blocksBefore: number): Promise<Intent> {
    const intent: Intent = {
      _id: insert.token,
      members: insert.batches.map((batch) => ({
        platform: batch.platform,
        epoch: batch.epoch,
        fence: batch.fence,
        from: batch.from,
        to: batch.to,
        head: batch.head,
        recordedTime: batch.recordedTime ?? null,
        rejected: batch.rejected,
      })),
      hash: insert.hash,
      blocks: insert.blocks,
      bytes: new Binary(await compress(insert.statement)),
      openedAt: new Date(),
      blocksBefore,
    };
    if (intent.members.every(({ fence }) => fence === 0)) {
      await this.intents.insertOne(intent);
      return intent;
    }
    await this.db.client.withSession((session) =>
      session.withTransaction(
        async () => {
          const own = intent.members.map(({ platform, fence }) => ({ _id: platform, fence }));
          const { matchedCount } = await this.positions.updateMany(
            { $or: own },
            { $set: { openedAt: intent.openedAt } },
            { session },
          );
          if (matchedCount < own.length) {
            throw new LeaseLost(`Not all of ${intent._id} is this worker's any more.`);
          }
          await this.intents.insertOne(intent, { session });
        },
        { writeConcern: { w: 'majority', journal: true } },
      ),
    );
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
   * all were. `asHolder`: only what is still this worker's; the rest is for who has it now, who
   * finds the intent open.
   */
  async close(intent: Intent, { asHolder }: { readonly asHolder: boolean }): Promise<boolean> {
    const blocks = intent.blocksBefore + intent.blocks;
    const { matchedCount } = await this.positions.bulkWrite(
      intent.members.map(({ platform, epoch, fence, from, to, head, recordedTime, rejected }) => ({
        updateOne: {
          filter: { _id: platform, epoch, sequence: from - 1, ...(asHolder && { fence }) },
          update: {
            $set: {
              sequence: to,
              head,
              blocks,
              ...(recordedTime === null ? {} : { recordedTime }),
            },
            ...(rejected === undefined ? {} : { $inc: { rejected } }),
          },
        },
      })),
      { ordered: false },
    );
    const all = matchedCount === intent.members.length;
    if (all || !asHolder) await this.forget(intent);
    return all;
  }

  /** Closes an intent without advancing anybody. */
  async forget(intent: Intent): Promise<void> {
    await this.intents.deleteOne({ _id: intent._id });
  }

  /** Positions from before there were fences get one. */
  async addFences(): Promise<void> {
    await this.positions.updateMany({ fence: { $exists: false } }, { $set: { fence: 0 } });
  }

  /** Positions from before rejected lines were counted there, with the number that `count` finds. */
  async addRejected(count: (position: Position) => Promise<number>): Promise<void> {
    for (const position of await this.positions.find({ rejected: { $exists: false } }).toArray()) {
      const { _id, epoch, sequence } = position;
      const rejected = await count(position);
      await this.positions.updateOne({ _id, epoch, sequence }, { $set: { rejected } });
    }
  }

  /** Says by which rules a platform's rejected lines were looked at; not where others reject lines meanwhile, by theirs. */
  async readBy({ _id, epoch, fence }: Position, rules: string): Promise<void> {
    await this.positions.updateOne({ _id, epoch, fence }, { $set: { rules } });
  }

  /** From now on only who holds the lease of this fence writes. */
  async raiseFence(platform: string, fence: number): Promise<void> {
    // What the holder before was building is its own no more.
    await this.positions.updateOne(
      { _id: platform },
      { $max: { fence }, $set: { building: null } },
    );
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
    fence: number,
    to: Pick<Position, 'epoch' | 'sequence' | 'head' | 'recordedTime' | 'rejected'> & {
      readonly rules: string;
    },
  ): Promise<void> {
    const { epoch, sequence, head, recordedTime, rejected, rules } = to;
    const { matchedCount } = await this.positions.updateOne(
      // A later epoch is never replaced by one that was begun before it.
      { _id: platform, fence, epoch: { $lt: epoch } },
      { $set: { epoch, sequence, head, recordedTime, rejected, rules, building: null } },
    );
    if (matchedCount === 0) throw new LeaseLost(`${platform} is another worker's meanwhile.`);
  }
}

/** The statement of an intent, as it was stored. */
export async function statementOf(intent: Intent): Promise<string> {
  return (await decompress(intent.bytes.buffer)).toString('utf8');
}
