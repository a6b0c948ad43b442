/**
 * Which of several processes reads which platform's feed: one lease each, in MongoDB, by MongoDB's clock.
 * A lease that changes hands gets a higher fence, which stands in the platform's position too: whoever
 * lost it opens no insert and advances nothing any more, however late it notices.
 */
import type { Collection, Db } from 'mongodb';
import type { Positions } from './positions.ts';

interface Lease {
  /** The platform's code. */
  readonly _id: string;
  readonly worker: string;
  readonly fence: number;
  readonly until: Date;
}

interface Worker {
  readonly _id: string;
  readonly until: Date;
}

/** Who alone may change the tables now. */
interface Migrating extends Omit<Worker, '_id'> {
  readonly _id: 'tables';
  readonly worker: string;
}

/** What a worker holds, and what it should give up so that others have as much. */
export interface Share {
  /** Fences by platform. */
  readonly held: ReadonlyMap<string, number>;
  readonly surplus: readonly string[];
}

/** A worker that does not renew for so long has lost its leases. */
export const leaseMs = 15_000;

export class Leases {
  readonly worker: string;
  readonly durationMs: number;
  private readonly positions: Positions;
  private readonly leases: Collection<Lease>;
  private readonly workers: Collection<Worker>;
  private readonly migrating: Collection<Migrating>;

  /** `worker`: the name of this process, which no other has. */
  constructor(db: Db, positions: Positions, worker: string, durationMs = leaseMs) {
    const options = {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    } as const;
    this.worker = worker;
    this.positions = positions;
    this.durationMs = durationMs;
    this.leases = db.collection<Lease>('leases', options);
    this.workers = db.collection<Worker>('workers', options);
    this.migrating = db.collection<Migrating>('migrating', options);
  }

  /** Often enough that one renewal may fail. */
  get renewEveryMs(): number {
    return this.durationMs / 3;
  }

  /** Renews what is held, takes what is free up to an equal share, and says what is too much. */
  async renew(wanted: readonly string[]): Promise<Share> {
    const { worker } = this;
    const until = { $add: ['$$NOW', this.durationMs] };
    await this.workers.updateOne({ _id: worker }, [{ $set: { until } }], { upsert: true });
    const live = await this.liveWorkers();
    await this.leases.updateMany({ worker, _id: { $in: [...wanted] } }, [{ $set: { until } }]);
    const held = new Map(
      (await this.leases.find({ worker, $expr: { $gt: ['$until', '$$NOW'] } }).toArray()).map(
        (lease) => [lease._id, lease.fence],
      ),
    );
    const share = Math.ceil(wanted.length / Math.max(1, live.length));
    for (const code of wanted) {
      if (held.size >= share) break;
      if (held.has(code)) continue;
      const fence = await this.take(code);
      if (fence !== undefined) held.set(code, fence);
    }
    const isWanted = new Set(wanted);
    const kept = [...held.keys()].filter((code) => isWanted.has(code));
    const surplus = [
      ...[...held.keys()].filter((code) => !isWanted.has(code)),
      ...kept.slice(share),
    ];
    return { held, surplus };
  }

  /** Gives a lease up before its time; what was begun under it must be over. */
  async release(platform: string): Promise<void> {
    await this.leases.updateOne(
      { _id: platform, worker: this.worker },
      { $set: { until: new Date(0) } },
    );
  }

  /** Gives everything up, so that the others need not wait. */
  async leave(): Promise<void> {
    await this.leases.updateMany({ worker: this.worker }, { $set: { until: new Date(0) } });
    await this.workers.deleteOne({ _id: this.worker });
  }

  /** The names of all processes that renew, this one's too if it does. */
  async liveWorkers(): Promise<string[]> {
    const live = await this.workers.find({ $expr: { $gt: ['$until', '$$NOW'] } }).toArray();
    return live.map(({ _id }) => _id);
  }

  /** Whether this process alone may change the tables, for as long as a lease is; to be asked again before it ends. */
  async mayMigrate(): Promise<boolean> {
    const { worker } = this;
    const _id = 'tables';
    const never = { worker: '', until: new Date(0) };
    await this.migrating.updateOne({ _id }, { $setOnInsert: never }, { upsert: true });
    const { matchedCount } = await this.migrating.updateOne(
      { _id, $expr: { $or: [{ $eq: ['$worker', worker] }, { $lte: ['$until', '$$NOW'] }] } },
      [{ $set: { worker, until: { $add: ['$$NOW', this.durationMs] } } }],
    );
    return matchedCount === 1;
  }

  /** Lets others change them. */
  async hasMigrated(): Promise<void> {
    await this.migrating.updateOne({ worker: this.worker }, { $set: { until: new Date(0) } });
  }

  /** Takes a lease that nobody has; its fence, or undefined where somebody has it. */
  private async take(platform: string): Promise<number | undefined> {
    const position = await this.positions.ensure(platform);
    await this.leases.updateOne(
      { _id: platform },
      { $setOnInsert: { worker: '', fence: 0, until: new Date(0) } },
      { upsert: true },
    );
    const lease = await this.leases.findOneAndUpdate(
      { _id: platform, $expr: { $lte: ['$until', '$$NOW'] } },
      [
        {
          $set: {
            worker: this.worker,
            until: { $add: ['$$NOW', this.durationMs] },
            // Leases that were lost with a backup begin behind the positions.
            fence: { $add: [{ $max: ['$fence', position.fence] }, 1] },
          },
        },
      ],
      { returnDocument: 'after' },
    );
    if (!lease) return undefined;
    // From here on nobody else opens an insert of this platform.
    await this.positions.raiseFence(platform, lease.fence);
    return lease.fence;
  }
}
