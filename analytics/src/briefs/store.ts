/**
 * The briefs in analytics' MongoDB: one a kind, period and platform, inserted and never changed. What is kept are
 * the bytes that were hashed, so that what is shown can be proved to be what was composed.
 */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { Collection, Db, Filter } from 'mongodb';
import { isDuplicate } from '../ranking/editions.ts';
import type { Brief, ComposedBy, StoredBrief } from './brief.ts';
import type { BriefKind } from './calendar.ts';

interface Stored {
  /** There can be no second. */
  readonly _id: string;
  readonly kind: BriefKind;
  readonly period: string;
  /** Empty: the province. */
  readonly platform: string;
  readonly composedBy: ComposedBy;
  /** RFC 3339 in UTC, when the period ends: the newest first, weeks and months alike. */
  readonly to: string;
  /** SHA-256 of `content`, hexadecimal. */
  readonly hash: string;
  /** The brief as JSON. */
  readonly content: string;
}

/** Which briefs are meant; what is absent is any. */
export interface BriefFilter {
  readonly kind?: BriefKind | undefined;
  /** `null`: the province. */
  readonly platform?: string | null | undefined;
  /** Those after this one in the list. */
  readonly after?: string | undefined;
}

export class Briefs {
  private readonly collection: Collection<Stored>;

  constructor(db: Db) {
    this.collection = db.collection<Stored>('briefs', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ platform: 1, to: -1, _id: 1 });
    await this.collection.createIndex({ to: -1, _id: 1 });
  }

  /** Freezes a brief. Undefined where there is one already, which stays what it is. */
  async keep(brief: Brief): Promise<StoredBrief | undefined> {
    const { id, kind, period, platform, composedBy, span } = brief;
    const content = JSON.stringify(brief);
    const hash = hashOf(content);
    const key = { _id: id, kind, period, platform: platform?.code ?? '', composedBy, to: span.to };
    try {
      await this.collection.insertOne({ ...key, hash, content });
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
    return { ...brief, hash };
  }

  async find(id: string): Promise<StoredBrief | undefined> {
    const stored = await this.collection.findOne({ _id: id });
    return stored ? read(stored) : undefined;
  }

  async has(id: string): Promise<boolean> {
    return (await this.collection.countDocuments({ _id: id }, { limit: 1 })) > 0;
  }

  /** The newest period of a kind of which the province's was composed in its time. */
  async newest(kind: BriefKind): Promise<string | undefined> {
    const filter = { kind, platform: '', composedBy: 'SCHEDULE' } as const;
    const found = await this.collection.findOne(filter, { sort: { to: -1 } });
    return found?.period;
  }

  /** The newest period first; of one period by id, and so the province before its platforms. */
  async list({ kind, platform, after }: BriefFilter, first: number): Promise<StoredBrief[]> {
    const filter: Filter<Stored> = {
      ...(kind && { kind }),
      ...(platform !== undefined && { platform: platform ?? '' }),
      ...(after !== undefined && (await this.behind(after))),
    };
    const found = this.collection.find(filter).sort({ to: -1, _id: 1 }).limit(first);
    return (await found.toArray()).map(read);
  }

  /** How many there are, and which of them no longer give their hash. */
  async check(): Promise<{ readonly count: number; readonly faults: readonly string[] }> {
    const faults: string[] = [];
    let count = 0;
    for await (const { _id, hash, content } of this.collection.find()) {
      count += 1;
      if (hashOf(content) !== hash) faults.push(`${_id} no longer gives its hash`);
    }
    return { count, faults };
  }

  private async behind(id: string): Promise<Filter<Stored>> {
    const last = await this.collection.findOne({ _id: id }, { projection: { to: 1 } });
    if (!last) {
      throw new NetError('BAD_INPUT', `\`after: "${id.slice(0, 60)}"\` is no brief that is kept.`);
    }
    return { $or: [{ to: { $lt: last.to } }, { to: last.to, _id: { $gt: id } }] };
  }
}

/** What does not give its hash is not what was composed, and is not shown as if it were. */
function read({ _id, hash, content }: Stored): StoredBrief {
  if (hashOf(content) === hash) return { ...(JSON.parse(content) as Brief), hash };
  throw new NetError(
    'WRONG_STATE',
    `The brief ${_id} is not what was composed: its content no longer gives its hash ${hash}. Restore it from a backup.`,
  );
}

function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
