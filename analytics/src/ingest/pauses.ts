/**
 * Inserts and questions by turns where several processes insert, as turns.ts within one. What asks to be held up looks
 * here before it stores an intent; so a question that finds no quiet moment makes one, and what it gives can be had again.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, Db } from 'mongodb';

/** Times are MongoDB's own: the clocks of processes differ. */
interface Pause {
  readonly _id: 'inserts';
  readonly holder: string;
  readonly began: Date;
  /** No insert begins before. */
  readonly until: Date;
  /** No other pause begins before: inserts have as much time as questions. */
  readonly freeFrom: Date;
}

/** So long at most, also where the process that paused them is gone. */
const patienceMs = 30_000;
const lookEveryMs = 20;
/** Questions of one process share a pause, but none is prolonged for ever by who still comes. */
const joinWithinMs = 250;

interface Hold {
  readonly holder: string;
  readonly begun: Promise<void>;
  beganMs: number | undefined;
  users: number;
}

export class Pauses {
  private readonly pauses: Collection<Pause>;
  private current: Hold | undefined;

  constructor(db: Db) {
    this.pauses = db.collection<Pause>('pauses');
  }

  /** Resolves when an insert may begin. */
  async over(): Promise<void> {
    while (await this.isHeld()) await delay(lookEveryMs);
  }

  /** Whether no insert may begin now. */
  async isHeld(): Promise<boolean> {
    const isPaused = { _id: 'inserts', $expr: { $gt: ['$until', '$$NOW'] } } as const;
    return (await this.pauses.findOne(isPaused)) !== null;
  }

  /** Runs something while no process begins an insert; those that are under way end first, or say that they are. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const hold = this.joined();
    try {
      await hold.begun;
      hold.beganMs ??= performance.now();
      return await work();
    } finally {
      hold.users -= 1;
      if (hold.users === 0) await this.end(hold);
    }
  }

  private joined(): Hold {
    const { current } = this;
    const isOpen =
      current !== undefined &&
      (current.beganMs === undefined || performance.now() - current.beganMs < joinWithinMs);
    if (isOpen) {
      current.users += 1;
      return current;
    }
    const holder = randomUUID();
    const hold: Hold = { holder, begun: this.begin(holder), beganMs: undefined, users: 1 };
    this.current = hold;
    return hold;
  }

  private async begin(holder: string): Promise<void> {
    const never = new Date(0);
    await this.pauses
      .updateOne(
        { _id: 'inserts' },
        { $setOnInsert: { holder: '', began: never, until: never, freeFrom: never } },
        { upsert: true },
      )
      // Two at once: there is one now.
      .catch(() => undefined);
    const until = { $add: ['$$NOW', patienceMs] };
    const isFree = { _id: 'inserts', $expr: { $lte: ['$freeFrom', '$$NOW'] } } as const;
    for (;;) {
      const { matchedCount } = await this.pauses.updateOne(isFree, [
        { $set: { holder, began: '$$NOW', until, freeFrom: until } },
      ]);
      if (matchedCount === 1) return;
      await delay(lookEveryMs);
    }
  }

  private async end(hold: Hold): Promise<void> {
    if (this.current === hold) this.current = undefined;
    // Where MongoDB does not answer, it ends by itself.
    await this.pauses
      .updateOne({ _id: 'inserts', holder: hold.holder }, [
        {
          $set: {
            until: '$$NOW',
            freeFrom: { $add: ['$$NOW', { $subtract: ['$$NOW', '$began'] }] },
          },
        },
      ])
      .catch(() => undefined);
  }
}
