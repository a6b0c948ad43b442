/** The jobs of all gateways, in MongoDB: one stream a job at a time, the newest. */
import { NetError } from '@onenet/contract';
import { Binary, MongoClient, MongoServerError, type Collection } from 'mongodb';
import { HttpRefusal } from '../http-request.ts';
import { noProgress, type ExportOrder, type Job, type JobState, type Progress } from './job.ts';

interface JobDocument extends ExportOrder, Progress {
  readonly _id: string;
  readonly owner: string;
  /** From 0: an owner has as many jobs as there are slots, at however many gateways it makes them. */
  readonly slot: number;
  /** What is asked, sealed to the job's address. */
  readonly sealed: Binary;
  /** What all cursors of its list have in common, sealed too: it is made of what is asked. */
  readonly head: Binary | null;
  readonly state: JobState;
  /** The stream that gives rows; it holds until `streamUntil` if it does not say otherwise. */
  readonly stream: string | null;
  readonly streamUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}

/** A job, and what only its address opens. */
export interface SealedJob extends Job {
  readonly owner: string;
  readonly sealed: Buffer;
  readonly head: Buffer | null;
}

export interface JobsOptions {
  /** Shared by all gateways of the net. */
  readonly mongodbUri: string;
  readonly database: string;
}

/** Jobs that one owner may have; they cost little, and a client that forgets them must not fill the database. */
const mostJobs = 20;
const keptMs = 7 * 86_400_000;
/** A stream that a gateway's death ended is over after this time. */
export const leaseMs = 20_000;
const withinMs = 3000;
const duplicateKey = 11_000;

export class Jobs {
  readonly #client: MongoClient;
  readonly #jobs: Collection<JobDocument>;
  #indexes: Promise<unknown> | undefined;

  constructor({ mongodbUri, database }: JobsOptions) {
    this.#client = new MongoClient(mongodbUri, {
      serverSelectionTimeoutMS: withinMs,
    });
    this.#jobs = this.#client
      .db(database)
      .collection('exports', { writeConcern: { w: 'majority' } });
  }

  /** Makes a job in a free slot of its owner. */
  async create(id: string, owner: string, sealed: Buffer, order: ExportOrder): Promise<Job> {
    await this.#prepare();
    const now = new Date();
    for (;;) {
      const slot = await this.#freeSlot(owner);
      const document: JobDocument = {
        _id: id,
        owner,
        slot,
        ...order,
        ...noProgress,
        sealed: new Binary(sealed),
        head: null,
        state: 'READY',
        stream: null,
        streamUntil: null,
        createdAt: now,
        updatedAt: now,
        expiresAt: new Date(+now + keptMs),
      };
      try {
        await this.#jobs.insertOne(document);
        return jobOf(document);
      } catch (error) {
        // Another gateway took the slot meanwhile.
        if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      }
    }
  }

  /** The owner's jobs, the newest first. */
  async list(owner: string): Promise<readonly Job[]> {
    const found = this.#jobs.find({ owner, expiresAt: { $gt: new Date() } });
    return (await found.sort({ createdAt: -1 }).toArray()).map(jobOf);
  }

  /** A job of the owner; another's is none. */
  async find(id: string, owner: string): Promise<SealedJob> {
    const document = await this.#jobs.findOne({
      _id: id,
      owner,
      expiresAt: { $gt: new Date() },
    });
    if (!document) throw unknownExport();
    return sealedJobOf(document);
  }

  /** Takes a job away, and ends its stream. */
  async remove(id: string, owner: string): Promise<void> {
    const { deletedCount } = await this.#jobs.deleteOne({ _id: id, owner });
    if (deletedCount === 0) throw unknownExport();
  }

  /** Makes `stream` the one that gives rows; one before it ends with its next page. */
  async begin(id: string, stream: string, progress: Partial<Progress>): Promise<void> {
    const { matchedCount } = await this.#jobs.updateOne(
      { _id: id },
      { $set: { ...progress, state: 'RUNNING', stream, ...lease() } },
    );
    if (matchedCount === 0) throw unknownExport();
  }

  /** Notes how far a stream is; false where it is not the job's (any more). */
  async advance(
    id: string,
    stream: string,
    change: Partial<Progress> & { readonly head?: Buffer },
  ): Promise<boolean> {
    const { head, ...progress } = change;
    const { matchedCount } = await this.#jobs.updateOne(
      { _id: id, stream },
      { $set: { ...progress, ...(head && { head: new Binary(head) }), ...lease() } },
      // Of what is lost with a primary, the next page says more.
      { writeConcern: { w: 1 } },
    );
    return matchedCount === 1;
  }

  /** Ends a stream. */
  async end(
    id: string,
    stream: string,
    state: JobState,
    progress: Partial<Progress>,
  ): Promise<void> {
    await this.#jobs.updateOne(
      { _id: id, stream },
      { $set: { ...progress, state, stream: null, streamUntil: null, updatedAt: new Date() } },
    );
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #freeSlot(owner: string): Promise<number> {
    const used = await this.#jobs.distinct('slot', { owner });
    const free = Array.from({ length: mostJobs }, (_, i) => i).filter((i) => !used.includes(i));
    // Any of them: who comes at the same moment takes another.
    const slot = free[Math.floor(Math.random() * free.length)];
    if (slot !== undefined) return slot;
    throw new HttpRefusal(
      429,
      'TOO_MANY',
      `There are ${mostJobs} exports, and no more are kept: end one with DELETE /exports/<id>.`,
    );
  }

  /** The slots' bound rests on an index, so a job waits for it. */
  async #prepare(): Promise<void> {
    this.#indexes ??= Promise.all([
      this.#jobs.createIndex({ owner: 1, slot: 1 }, { unique: true }),
      this.#jobs.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }),
    ]);
    await this.#indexes.catch((error: unknown) => {
      this.#indexes = undefined;
      throw error;
    });
  }
}

function lease(): Pick<JobDocument, 'streamUntil' | 'updatedAt'> {
  const now = new Date();
  return { streamUntil: new Date(+now + leaseMs), updatedAt: now };
}

function jobOf(document: JobDocument): Job {
  const { _id, state, streamUntil } = document;
  const { operation, document: registered, format, purpose, person } = document;
  const { rows, total, completeness, errors, createdAt, updatedAt, expiresAt } = document;
  const isOver = state === 'RUNNING' && (streamUntil === null || streamUntil < new Date());
  return {
    id: _id,
    state: isOver ? 'READY' : state,
    operation,
    document: registered,
    format,
    purpose,
    person,
    rows,
    total,
    completeness,
    errors,
    createdAt,
    updatedAt,
    expiresAt,
  };
}

function sealedJobOf(document: JobDocument): SealedJob {
  const { owner, sealed, head } = document;
  return {
    ...jobOf(document),
    owner,
    sealed: Buffer.from(sealed.buffer),
    head: head && Buffer.from(head.buffer),
  };
}

function unknownExport(): NetError {
  return new NetError(
    'NOT_FOUND',
    'There is no such export: it was ended, is over 7 days old, or is another’s.',
  );
}
