/**
 * The published editions in analytics' MongoDB: one a formula and month, inserted and never changed. What is
 * kept are the bytes that were hashed, so that a figure can be proved to be the one that was published.
 */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { Collection, Db } from 'mongodb';
import type { Edition, Published } from './edition.ts';

interface Stored {
  /** `<formula>-<month>`: there can be no second. */
  readonly _id: string;
  readonly formula: string;
  readonly month: string;
  /** SHA-256 of `content`, hexadecimal. */
  readonly hash: string;
  /** The edition as JSON. */
  readonly content: string;
}

export class Editions {
  private readonly collection: Collection<Stored>;

  constructor(db: Db) {
    this.collection = db.collection<Stored>('ranking_editions', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  /** Makes sure of the index, which also keeps a formula's month to one edition. */
  async prepare(): Promise<void> {
    await this.collection.createIndex({ formula: 1, month: 1 }, { unique: true });
  }

  /** Freezes an edition. Undefined where its month has one already, which stays what it is. */
  async publish(edition: Edition): Promise<Published | undefined> {
    const { id, formula, month } = edition;
    const content = JSON.stringify(edition);
    const hash = hashOf(content);
    try {
      await this.collection.insertOne({ _id: id, formula: formula.id, month, hash, content });
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
    return { ...edition, hash };
  }

  async find(id: string): Promise<Published | undefined> {
    const stored = await this.collection.findOne({ _id: id });
    return stored ? read(stored) : undefined;
  }

  /** The newest of a formula, of those of months before this one. */
  async before(formula: string, month: string): Promise<Published | undefined> {
    const [found] = await this.list(formula, 1, month);
    return found;
  }

  /** The newest month first; of all formulas without one. */
  async list(
    formula: string | undefined,
    first: number,
    beforeMonth?: string,
  ): Promise<Published[]> {
    const found = await this.collection
      .find({
        ...(formula === undefined ? {} : { formula }),
        ...(beforeMonth === undefined ? {} : { month: { $lt: beforeMonth } }),
      })
      .sort({ month: -1, formula: 1 })
      .limit(first)
      .toArray();
    return found.map(read);
  }
}

/** What does not give its hash is not what was published, and is not shown as if it were. */
function read({ _id, hash, content }: Stored): Published {
  if (hashOf(content) === hash) return { ...(JSON.parse(content) as Edition), hash };
  throw new NetError(
    'WRONG_STATE',
    `The ranking edition ${_id} is not what was published: its content no longer gives its hash ${hash}. Restore it from a backup.`,
  );
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}
