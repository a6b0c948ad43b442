/** How far each gateway has delivered what waits on its disk: without that, what one that was killed still holds would look as if it never was. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collection, Db } from 'mongodb';

/** One gateway, named by its folder. */
interface Delivery {
  readonly _id: string;
  /** Everything that it noted before is in the outbox. */
  readonly deliveredTo: Date;
  /** Requests that found no room on its disk, ever. */
  readonly dropped: number;
  /** It ended with nothing on its disk. */
  readonly isClosed: boolean;
}

const everyMs = 1_000;

export class Deliveries {
  readonly #collection: Collection<Delivery>;
  readonly #id: string;
  /** By earlier processes. */
  readonly #droppedBefore: number;
  #dropped = 0;
  #notedAt = -Infinity;

  private constructor(collection: Collection<Delivery>, id: string, droppedBefore: number) {
    this.#collection = collection;
    this.#id = id;
    this.#droppedBefore = droppedBefore;
  }

  /** `dir` is of one gateway alone, and stays its own. */
  static async open(db: Db, dir: string): Promise<Deliveries> {
    const collection = db.collection<Delivery>('deliveries', { writeConcern: { w: 'majority' } });
    const id = await idIn(dir);
    const known = await collection.findOneAndUpdate(
      { _id: id },
      // What an earlier process left is delivered first; until then its own word holds.
      { $set: { isClosed: false }, $setOnInsert: { deliveredTo: new Date(), dropped: 0 } },
      { upsert: true, returnDocument: 'after' },
    );
    return new Deliveries(collection, id, known?.dropped ?? 0);
  }

  /** At most once a second. */
  async note(deliveredTo: Date, dropped: number): Promise<void> {
    this.#dropped = this.#droppedBefore + dropped;
    if (performance.now() - this.#notedAt < everyMs) return;
    this.#notedAt = performance.now();
    await this.#set({ deliveredTo, dropped: this.#dropped });
  }

  /** `isEmpty`: nothing is left on the disk. */
  async close(isEmpty: boolean): Promise<void> {
    if (isEmpty) await this.#set({ isClosed: true, dropped: this.#dropped });
  }

  /** For the feed's answer: to when all gateways delivered, and how many requests were lost. */
  async headers(): Promise<readonly (readonly [string, string])[]> {
    const all = await this.#collection.find({}).toArray();
    const open = all.filter(({ isClosed }) => !isClosed);
    const to = Math.min(Date.now(), ...open.map(({ deliveredTo }) => deliveredTo.getTime()));
    const dropped = all.reduce((sum, each) => sum + each.dropped, 0);
    return [
      ['onenet-delivered-to', new Date(to).toISOString()],
      ['onenet-dropped', String(dropped)],
    ];
  }

  async #set(change: Partial<Omit<Delivery, '_id'>>): Promise<void> {
    await this.#collection.updateOne({ _id: this.#id }, { $set: change });
  }
}

async function idIn(dir: string): Promise<string> {
  const file = join(dir, 'id');
  await mkdir(dir, { recursive: true });
  await writeFile(file, randomUUID(), { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return await readFile(file, 'utf8');
}
