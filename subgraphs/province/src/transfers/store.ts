/** The transfers in MongoDB: each change is on the disks of a majority before the next call is made. */
import { randomUUID } from 'node:crypto';
import { NetError, type Actor } from '@onenet/contract';
import { MongoServerError, type Collection, type Db, type Filter, type MongoClient } from 'mongodb';
import { identityOf, keyDays, mustBeSame, type AskedOnce } from '../idempotency.ts';
import type { Transfer, TransferKind, TransferStatus } from './transfer.ts';

/** A mutation that was carried out, so that it is not carried out twice. */
interface DoneRequest {
  /** Actor and key: another actor's keys are its own. */
  readonly _id: string;
  /** Of mutation and input. */
  readonly hash: string;
  readonly transfer: string;
  readonly at: Date;
}

/** Who asks for what, and by which key. */
export interface Asked {
  readonly mutation: string;
  readonly actor: Actor;
  readonly idempotencyKey: string;
  readonly input: object;
}

/** Which transfers a list holds. */
export interface TransferFilter {
  /** Each of them: from it or to it. */
  readonly platforms: readonly string[];
  readonly kind: TransferKind | undefined;
  readonly statuses: readonly TransferStatus[] | undefined;
  /** True: past their deadline and open; false: the rest. */
  readonly overdue: boolean | undefined;
  /** Before this one. */
  readonly before: string | undefined;
}

/** What a turn changes. */
export type Changes = Partial<Omit<Transfer, '_id' | 'kind' | 'recordId' | 'from' | 'to'>>;

/** How long whoever drives a transfer may be silent before another province takes it over. */
export const leaseMs = 6_000;

export class TransferStore {
  readonly #client: MongoClient;
  readonly #transfers: Collection<Transfer>;
  readonly #requests: Collection<DoneRequest>;

  constructor(client: MongoClient, db: Db) {
    const writeConcern = { w: 'majority', journal: true } as const;
    const readConcern = { level: 'majority' } as const;
    this.#client = client;
    this.#transfers = db.collection('transfers', { writeConcern, readConcern });
    this.#requests = db.collection('transferRequests', { writeConcern, readConcern });
  }

  async prepare(): Promise<void> {
    // A transfer is open as long as `nextAt` is a time.
    const open = { nextAt: { $type: 'date' } } as const;
    await this.#transfers.createIndexes([
      { key: { nextAt: 1 }, partialFilterExpression: open, name: 'next' },
      { key: { recordId: 1 }, unique: true, partialFilterExpression: open, name: 'one_open' },
      { key: { from: 1, _id: -1 }, name: 'from' },
      { key: { to: 1, _id: -1 }, name: 'to' },
    ]);
    await this.#requests.createIndex({ at: 1 }, { expireAfterSeconds: keyDays * 86_400 });
  }

  find(id: string): Promise<Transfer | null> {
    return this.#transfers.findOne({ _id: id });
  }

  /** Newest first. */
  list(filter: TransferFilter, now: Date, limit: number): Promise<Transfer[]> {
    const { platforms, kind, statuses, overdue, before } = filter;
    const isOverdue = { nextAt: { $type: 'date' as const }, dueAt: { $lte: now } };
    const parts: Filter<Transfer>[] = [];
    for (const each of platforms) parts.push({ $or: [{ from: each }, { to: each }] });
    if (kind !== undefined) parts.push({ kind });
    if (statuses !== undefined) parts.push({ status: { $in: statuses } });
    if (overdue !== undefined) parts.push(overdue ? isOverdue : { $nor: [isOverdue] });
    if (before !== undefined) parts.push({ _id: { $lt: before } });
    const query = parts.length > 0 ? { $and: parts } : {};
    return this.#transfers.find(query).sort({ _id: -1 }).limit(limit).toArray();
  }

  /** The transfer of the same request before; undefined: there was none. */
  async done(asked: Asked): Promise<Transfer | undefined> {
    const done = await this.#requests.findOne({ _id: identityOf(once(asked))._id });
    if (done === null) return undefined;
    mustBeSame(once(asked), done);
    return (await this.find(done.transfer)) ?? undefined;
  }

  /** Enters a transfer together with the request for it. */
  async start(asked: Asked, transfer: Transfer): Promise<Transfer> {
    try {
      await this.#once(asked, transfer._id, async (session) => {
        await this.#transfers.insertOne(transfer, { session });
      });
      return transfer;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      // Of two that ask the same at once, one has entered it.
      const done = await this.done(asked);
      if (done) return done;
      throw new NetError(
        'CONFLICT',
        `${transfer.recordId} is in a transfer already: see \`transfers\`, or cancel that one first.`,
      );
    }
  }

  /** Says that a transfer is to end at its source; whoever drives it begins anew. */
  async cancel(asked: Asked, id: string, now: Date): Promise<Transfer> {
    try {
      await this.#once(asked, id, async (session) => {
        const transfer = await this.#transfers.findOne({ _id: id }, { session });
        if (transfer === null) throw notFound(id);
        const { status, withdrawnFor } = transfer;
        if (status === 'ACCEPTED' || status === 'COMPLETED') {
          throw new NetError(
            'WRONG_STATE',
            `The transfer ${id} is ${status}: the record is at ${transfer.to}, and can be transferred from there.`,
            { status, allowed: [] },
          );
        }
        if (withdrawnFor !== null) return;
        const changes = { withdrawnFor: 'CANCELLED', nextAt: now, lease: null } as const;
        await this.#transfers.updateOne({ _id: id }, { $set: changes }, { session });
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      await this.done(asked);
    }
    const transfer = await this.find(id);
    if (transfer === null) throw notFound(id);
    return transfer;
  }

  /** Takes up one whose time has come; undefined: there is none. */
  async claim(now: Date): Promise<Transfer | undefined> {
    const claimed = await this.#transfers.findOneAndUpdate(
      { nextAt: { $lte: now } },
      { $set: { lease: randomUUID(), nextAt: after(now, leaseMs) } },
      { sort: { nextAt: 1 }, returnDocument: 'after' },
    );
    return claimed ?? undefined;
  }

  /** Changes one that is being driven; undefined: another drives it by now, and nothing is changed. */
  async advance({ _id, lease }: Transfer, changes: Changes): Promise<Transfer | undefined> {
    const changed = await this.#transfers.findOneAndUpdate(
      { _id, lease },
      { $set: changes },
      { returnDocument: 'after' },
    );
    return changed ?? undefined;
  }

  /** When the next one is due; undefined: none is open. */
  async nextAt(): Promise<Date | undefined> {
    const [next] = await this.#transfers
      .find({ nextAt: { $type: 'date' } })
      .sort({ nextAt: 1 })
      .limit(1)
      .project<{ nextAt: Date }>({ nextAt: 1 })
      .toArray();
    return next?.nextAt;
  }

  async #once(
    asked: Asked,
    transfer: string,
    body: (session: ReturnType<MongoClient['startSession']>) => Promise<void>,
  ): Promise<void> {
    const request = { ...identityOf(once(asked)), transfer, at: new Date() };
    await this.#client.withSession((session) =>
      session.withTransaction(
        async () => {
          await this.#requests.insertOne(request, { session });
          await body(session);
        },
        { readConcern: 'snapshot', writeConcern: { w: 'majority', journal: true } },
      ),
    );
  }
}

export function notFound(id: string): NetError {
  return new NetError('NOT_FOUND', `There is no transfer "${id.slice(0, 40)}".`);
}

export function after(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000;
}

function once({ actor, ...asked }: Asked): AskedOnce {
  return { ...asked, asker: `${actor.kind}:${actor.reference}` };
}
