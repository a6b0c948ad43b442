/** How far each platform is, and what is on its way: one document each, so that both change in one step. */
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { Binary } from 'mongodb';
import type { Collection, Db } from 'mongodb';
import type { Batch } from './batch.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** An insert that was decided on, whose outcome is not known yet. */
export interface Intent extends Omit<Batch, 'statement' | 'lines' | 'platform' | 'recordedTime'> {
  readonly recordedTime: string | null;
  /** The statement, zstd. */
  readonly bytes: Binary;
  /** Of the count of all blocks inserted, what it was when this intent was stored. */
  readonly blocksBefore: number;
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
  /** All platforms' blocks when this position was last advanced. */
  readonly blocks: number;
  readonly intent?: Intent;
}

/** The positions, in analytics' own MongoDB. Every write is on disk before it returns. */
export class Positions {
  private readonly collection: Collection<Position>;

  constructor(db: Db) {
    this.collection = db.collection<Position>('positions', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  /** All of them, by platform. */
  async all(): Promise<Map<string, Position>> {
    const positions = await this.collection.find().toArray();
    return new Map(positions.map((position) => [position._id, position]));
  }

  /** A platform's position; at the beginning when it has none. */
  async ensure(platform: string): Promise<Position> {
    const position = await this.collection.findOneAndUpdate(
      { _id: platform },
      {
        $setOnInsert: {
          epoch: 1,
          sequence: 0,
          head: null,
          recordedTime: null,
          lastEpoch: 1,
          blocks: 0,
        },
      },
      { upsert: true, returnDocument: 'after' },
    );
    if (!position) throw new Error(`No position of ${platform} after an upsert.`);
    return position;
  }

  /** Stores the intent. Refused when the position is not the one that the batch follows. */
  async open(batch: Batch, blocksBefore: number): Promise<Intent> {
    const { statement, lines: _, platform, recordedTime, ...rest } = batch;
    const intent: Intent = {
      ...rest,
      recordedTime: recordedTime ?? null,
      bytes: new Binary(await compress(statement)),
      blocksBefore,
    };
    const { matchedCount } = await this.collection.updateOne(
      {
        _id: platform,
        epoch: batch.epoch,
        sequence: batch.from - 1,
        intent: { $exists: false },
      },
      { $set: { intent } },
    );
    if (matchedCount !== 1) throw new Error(`${platform} is not at ${batch.from - 1} any more.`);
    return intent;
  }

  /** Advances to the end of the intent and closes it. */
  async advance(platform: string, intent: Intent): Promise<void> {
    const { matchedCount } = await this.collection.updateOne(
      { _id: platform, epoch: intent.epoch, sequence: intent.from - 1, 'intent.hash': intent.hash },
      {
        $set: {
          sequence: intent.to,
          head: intent.head,
          ...(intent.recordedTime === null ? {} : { recordedTime: intent.recordedTime }),
          blocks: intent.blocksBefore + intent.blocks,
        },
        $unset: { intent: '' },
      },
    );
    if (matchedCount !== 1) throw new Error(`${platform} has no such intent at ${intent.from}.`);
  }

  /** Takes a number for a new epoch, greater than every one before. */
  async takeEpoch(platform: string, atLeast: number): Promise<number> {
    await this.ensure(platform);
    const position = await this.collection.findOneAndUpdate(
      { _id: platform },
      [{ $set: { lastEpoch: { $max: [{ $add: ['$lastEpoch', 1] }, atLeast] } } }],
      { returnDocument: 'after' },
    );
    if (!position) throw new Error(`No position of ${platform} to take an epoch for.`);
    return position.lastEpoch;
  }

  /** Makes an epoch the one that counts; an open intent belonged to the old one, and goes. */
  async switchEpoch(
    platform: string,
    to: Pick<Position, 'epoch' | 'sequence' | 'head' | 'recordedTime'>,
  ): Promise<void> {
    await this.collection.updateOne({ _id: platform }, { $set: to, $unset: { intent: '' } });
  }
}

/** The statement of an intent, as it was stored. */
export async function statementOf(intent: Intent): Promise<string> {
  return (await decompress(intent.bytes.buffer)).toString('utf8');
}
