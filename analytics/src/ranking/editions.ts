/**
 * The published editions in analytics' MongoDB: one a formula and month, inserted and never changed. What is
 * kept are the bytes that were hashed, so that a figure can be proved to be the one that was published.
 */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { Collection, Db, Filter } from 'mongodb';
import type { Edition, Published } from './edition.ts';

interface Stored {
  /** `<formula>-<month>`: there can be no second. */
  readonly _id: string;
  readonly formula: string;
  readonly month: string;
  /** RFC 3339 in UTC with milliseconds, so that texts compare as times. */
  readonly publishedAt: string;
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
    const { id, formula, month, publishedAt } = edition;
    const content = JSON.stringify(edition);
    const hash = hashOf(content);
    try {
      await this.collection.insertOne({
        _id: id,
        formula: formula.id,
        month,
        publishedAt,
        hash,
        content,
      });
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

  /** The newest of a formula, of those of months before this one that were published by then. */
  async before(formula: string, month: string, byMs: number): Promise<Published | undefined> {
    const [found] = await this.newest(1, {
      formula,
      month: { $lt: month },
      publishedAt: { $lte: new Date(byMs).toISOString() },
    });
    return found;
  }

  /** The newest month first; of all formulas without one. */
  async list(formula: string | undefined, first: number): Promise<Published[]> {
    return await this.newest(first, formula === undefined ? {} : { formula });
  }

  /** How many there are, and what of them is not as it was published: each gives its hash, and is the one that the next names. */
  async check(): Promise<{ readonly count: number; readonly faults: readonly string[] }> {
    const faults: string[] = [];
    let count = 0;
    let last: Stored | undefined;
    for await (const stored of this.collection.find().sort({ formula: 1, month: 1 })) {
      count += 1;
      const before = last?.formula === stored.formula ? last : undefined;
      faults.push(...faultsOf(stored, before));
      last = stored;
    }
    return { count, faults };
  }

  private async newest(first: number, filter: Filter<Stored>): Promise<Published[]> {
    const found = this.collection.find(filter).sort({ month: -1, formula: 1 }).limit(first);
    return (await found.toArray()).map(read);
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

function faultsOf(stored: Stored, last: Stored | undefined): string[] {
  const { _id, hash, content } = stored;
  if (hashOf(content) !== hash) return [`${_id} no longer gives its hash`];
  const { before } = JSON.parse(content) as Edition;
  if (before?.id !== last?._id) {
    return [`${_id} comes after ${before?.id ?? 'none'}, and ${last?._id ?? 'none'} is before it`];
  }
  return before?.hash === last?.hash ? [] : [`${before?.id} is not the one that ${_id} names`];
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Whether MongoDB refused what is there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11_000;
}
