/**
 * What is to be told, in analytics' MongoDB: written with the alert in one transaction, sent at least once and under
 * the same id each time, tried again ever more rarely, and given up, for all to see, after a day.
 */
import type { ClientSession, Collection, Db } from 'mongodb';
import { dayMs, hourMs, minuteMs } from '../periods.ts';

/** `alert.graver`: one that is open is graver than it ever was. */
export type AlertEvent = 'alert.opened' | 'alert.graver' | 'alert.closed';
export type DeliveryState = 'WAITING' | 'SENT' | 'GIVEN_UP';

/** One notification to one destination. */
export interface Delivery {
  /** Named by alert, event and destination: there can be no second. */
  readonly _id: string;
  readonly alert: string;
  readonly event: AlertEvent;
  /** `webhook:<name>` or `mail:<hash of the address>`. */
  readonly destination: string;
  /** JSON, as it was then: the same bytes at every attempt. */
  readonly body: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** When it may first be told; later than the alert in quiet times. */
  readonly notBefore: Date;
  /** The next attempt. */
  readonly dueAt: Date;
  readonly sentAt: Date | null;
  /** Why the last attempt failed; no text of the other side's, which may hold anything. */
  readonly problem: string | null;
}

/** A destination that did not take it. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
  /** Whether the other side wants it never. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = false } = {}) {
    super(message);
    this.isFinal = isFinal;
  }
}

/** So long after `notBefore` nothing more is tried. */
export const giveUpAfterMs = dayMs;
/** Before the next attempt, by how many there were; then every three hours. */
const backoffMs = [
  10_000,
  30_000,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  3 * hourMs,
] as const;
/** Who has taken one to send it and is gone loses it after as long; longer than any attempt takes. */
const attemptMs = 2 * minuteMs;

export class Outbox {
  private readonly collection: Collection<Delivery>;

  constructor(db: Db) {
    this.collection = db.collection<Delivery>('alert_deliveries', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex({ state: 1, destination: 1, dueAt: 1 });
    await this.collection.createIndex({ alert: 1 });
  }

  async add(deliveries: readonly Delivery[], session: ClientSession): Promise<void> {
    if (deliveries.length > 0) await this.collection.insertMany([...deliveries], { session });
  }

  async ofAlerts(alerts: readonly string[]): Promise<Delivery[]> {
    return await this.collection
      .find({ alert: { $in: [...alerts] } })
      .sort({ notBefore: 1, _id: 1 })
      .toArray();
  }

  /** Sends all that is due to a destination, the oldest first; each attempt is claimed first. */
  async sendDue(
    destination: string,
    nowMs: number,
    send: (delivery: Delivery) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    while (!signal?.aborted) {
      const delivery = await this.claim(destination, nowMs);
      if (!delivery) return;
      await this.attempt(delivery, nowMs, send);
    }
  }

  /** Gives up what has waited too long, of destinations that nobody sends to any more. */
  async giveUpOld(nowMs: number): Promise<void> {
    const before = new Date(nowMs - giveUpAfterMs - hourMs);
    await this.collection.updateMany({ state: 'WAITING', notBefore: { $lt: before } }, [
      {
        $set: {
          state: 'GIVEN_UP',
          problem: { $ifNull: ['$problem', 'no destination of this name'] },
        },
      },
    ]);
  }

  private async claim(destination: string, nowMs: number): Promise<Delivery | undefined> {
    const claimed = await this.collection.findOneAndUpdate(
      { state: 'WAITING', destination, dueAt: { $lte: new Date(nowMs) } },
      { $set: { dueAt: new Date(nowMs + attemptMs) }, $inc: { attempts: 1 } },
      { sort: { dueAt: 1, _id: 1 }, returnDocument: 'after' },
    );
    return claimed ?? undefined;
  }

  private async attempt(
    delivery: Delivery,
    nowMs: number,
    send: (delivery: Delivery) => Promise<void>,
  ): Promise<void> {
    const { _id, attempts, notBefore } = delivery;
    try {
      await send(delivery);
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      const wait = backoffMs[attempts - 1] ?? backoffMs.at(-1) ?? 0;
      const dueAt = new Date(nowMs + wait);
      const isOver = error.isFinal || dueAt.getTime() > notBefore.getTime() + giveUpAfterMs;
      await this.collection.updateOne(
        { _id, state: 'WAITING' },
        { $set: { dueAt, problem: error.message, ...(isOver && { state: 'GIVEN_UP' }) } },
      );
      return;
    }
    await this.collection.updateOne(
      { _id },
      { $set: { state: 'SENT', sentAt: new Date(nowMs), problem: null } },
    );
  }
}
