/**
 * The alerts in analytics' MongoDB: at most one open of a rule and platform, however many processes look, and of a
 * whole day, hour or month one at most for ever. What is to be told of one is written in the same transaction. Long,
 * because an alert's whole life is here.
 */
import { randomUUID } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { ClientSession, Collection, Db, Filter } from 'mongodb';
import { isDuplicate } from '../ranking/editions.ts';
import type { Delivery, Outbox } from './outbox.ts';
import type { Reading, Severity } from './rule.ts';

/** Why an alert is no longer open. */
export type ClosedBecause = 'CLEARED' | 'RULE_OFF' | 'NOT_CONNECTED';

/** What an alert says. */
export interface Told extends Omit<Reading, 'mayClose'> {
  readonly severity: Severity;
  /** As it was set when this was found. */
  readonly bound: number;
}

export interface StoredAlert extends Told {
  readonly _id: string;
  readonly rule: string;
  /** The empty one: the net. */
  readonly platform: string;
  readonly openedAt: Date;
  /** When it was last found so. */
  readonly seenAt: Date;
  readonly closedAt: Date | null;
  readonly closedBecause: ClosedBecause | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  /** The gravest that was told of it; absent in those from before that was told again: as it was then. */
  readonly gravest?: Severity;
  /** When it last became graver than it ever was; absent: it has not. */
  readonly graverAt?: Date;
  /** Since when the figure has been back; null: it is not. */
  readonly backSince: Date | null;
  /** Absent where it is closed: the index keeps one. */
  readonly open?: true;
  /** The whole period about which it was opened. */
  readonly openedAbout?: string;
}

/** Which alerts are asked for. */
export interface AlertFilter {
  readonly state: 'OPEN' | 'CLOSED' | 'ALL';
  /** `''` is the net. */
  readonly platforms?: readonly string[] | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly leastSeverity?: number | undefined;
}

export interface AfterAlert {
  readonly openedAt: Date;
  readonly id: string;
}

export class Alerts {
  private readonly db: Db;
  private readonly outbox: Outbox;
  private readonly collection: Collection<StoredAlert>;

  constructor(db: Db, outbox: Outbox) {
    this.db = db;
    this.outbox = outbox;
    this.collection = db.collection<StoredAlert>('alerts', {
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
    });
  }

  async prepare(): Promise<void> {
    await this.collection.createIndex(
      { rule: 1, platform: 1 },
      { name: 'one_open', unique: true, partialFilterExpression: { open: true } },
    );
    await this.collection.createIndex(
      { rule: 1, platform: 1, openedAbout: 1 },
      {
        name: 'one_about',
        unique: true,
        partialFilterExpression: { openedAbout: { $exists: true } },
      },
    );
    await this.collection.createIndex({ openedAt: -1, _id: 1 });
  }

  /** The open ones, the gravest first, then by platform and rule. */
  async open(): Promise<StoredAlert[]> {
    return await this.collection
      .find({ open: true })
      .sort({ severity: -1, platform: 1, rule: 1 })
      .toArray();
  }

  /** Those that were open at any time of a period, the gravest first, and how many there are. */
  async within(
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
    platforms: readonly string[] | undefined,
    first: number,
  ): Promise<{ readonly alerts: StoredAlert[]; readonly count: number }> {
    const filter: Filter<StoredAlert> = {
      openedAt: { $lt: new Date(toMs) },
      $or: [{ closedAt: null }, { closedAt: { $gte: new Date(fromMs) } }],
      ...(platforms && { platform: { $in: [...platforms] } }),
    };
    const found = this.collection.find(filter).sort({ severity: -1, openedAt: 1, _id: 1 });
    return {
      alerts: await found.limit(first).toArray(),
      count: await this.collection.countDocuments(filter),
    };
  }

  /** Opens one, with what is to be told of it. Undefined where one is open, or was about the same time. */
  async raise(
    rule: string,
    platform: string,
    told: Told,
    nowMs: number,
    tell: (alert: StoredAlert) => readonly Delivery[],
  ): Promise<StoredAlert | undefined> {
    const now = new Date(nowMs);
    const alert: StoredAlert = {
      _id: randomUUID(),
      rule,
      platform,
      ...told,
      openedAt: now,
      seenAt: now,
      closedAt: null,
      closedBecause: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      gravest: told.severity,
      backSince: null,
      open: true,
      ...(told.about !== null && { openedAbout: told.about }),
    };
    try {
      await this.together(async (session) => {
        await this.collection.insertOne(alert, { session });
        await this.outbox.add(tell(alert), session);
      });
      return alert;
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  /** Closes one, with what is to be told of that. Undefined where it is closed already. */
  async close(
    { _id }: StoredAlert,
    because: ClosedBecause,
    nowMs: number,
    tell: (alert: StoredAlert) => readonly Delivery[],
  ): Promise<StoredAlert | undefined> {
    return await this.together(async (session) => {
      const closed = await this.collection.findOneAndUpdate(
        { _id, open: true },
        { $set: { closedAt: new Date(nowMs), closedBecause: because }, $unset: { open: true } },
        { session, returnDocument: 'after' },
      );
      if (!closed) return undefined;
      await this.outbox.add(tell(closed), session);
      return closed;
    });
  }

  /** It is still so, with these figures. */
  async keep({ _id, severity }: StoredAlert, told: Told, nowMs: number): Promise<void> {
    await this.collection.updateOne(
      { _id, open: true },
      { $set: { ...told, seenAt: new Date(nowMs), backSince: null }, $max: { gravest: severity } },
    );
  }

  /**
   * It is graver than it ever was, with what is to be told of that. Whoever acknowledged it has seen something less
   * grave. Undefined where it is closed, or that is known.
   */
  async worsen(
    { _id }: StoredAlert,
    told: Told,
    nowMs: number,
    tell: (alert: StoredAlert) => readonly Delivery[],
  ): Promise<StoredAlert | undefined> {
    const now = new Date(nowMs);
    const { severity } = told;
    const isNews = [
      { gravest: { $lt: severity } },
      { gravest: { $exists: false }, severity: { $lt: severity } },
    ];
    return await this.together(async (session) => {
      const worse = await this.collection.findOneAndUpdate(
        { _id, open: true, $or: isNews },
        {
          $set: {
            ...told,
            seenAt: now,
            backSince: null,
            gravest: severity,
            graverAt: now,
            acknowledgedAt: null,
            acknowledgedBy: null,
          },
        },
        { session, returnDocument: 'after' },
      );
      if (!worse) return undefined;
      await this.outbox.add(tell(worse), session);
      return worse;
    });
  }

  /** The figure is back, since a moment, and may have to stay so before it is closed. */
  async back({ _id }: StoredAlert, sinceMs: number): Promise<void> {
    await this.collection.updateOne(
      { _id, open: true },
      { $set: { backSince: new Date(sinceMs) } },
    );
  }

  /** Somebody has seen it. Who was first stays. `platforms`: of these alone. */
  async acknowledge(
    id: string,
    by: string,
    nowMs: number,
    platforms?: readonly string[],
  ): Promise<StoredAlert> {
    const own = platforms ? { platform: { $in: [...platforms] } } : {};
    await this.collection.updateOne(
      { _id: id, ...own, acknowledgedAt: null },
      { $set: { acknowledgedAt: new Date(nowMs), acknowledgedBy: by } },
    );
    const alert = await this.collection.findOne({ _id: id, ...own });
    if (alert) return alert;
    throw new NetError('NOT_FOUND', `\`id: "${id.slice(0, 50)}"\` is no alert.`);
  }

  /** The newest first. */
  async list(
    filter: AlertFilter,
    first: number,
    after: AfterAlert | undefined,
  ): Promise<StoredAlert[]> {
    const { state, platforms, rules, leastSeverity } = filter;
    const conditions: Filter<StoredAlert>[] = [
      ...(state === 'OPEN' ? [{ open: true as const }] : []),
      ...(state === 'CLOSED' ? [{ closedAt: { $ne: null } }] : []),
      ...(platforms ? [{ platform: { $in: [...platforms] } }] : []),
      ...(rules ? [{ rule: { $in: [...rules] } }] : []),
      ...(leastSeverity === undefined ? [] : [{ severity: { $gte: leastSeverity as Severity } }]),
      ...(after ? [laterThan(after)] : []),
    ];
    const found = this.collection.find(conditions.length > 0 ? { $and: conditions } : {});
    return await found.sort({ openedAt: -1, _id: 1 }).limit(first).toArray();
  }

  private async together<T>(work: (session: ClientSession) => Promise<T>): Promise<T> {
    return await this.db.client.withSession((session) =>
      session.withTransaction(() => work(session), {
        writeConcern: { w: 'majority', journal: true },
      }),
    );
  }
}

function laterThan({ openedAt, id }: AfterAlert): Filter<StoredAlert> {
  return { $or: [{ openedAt: { $lt: openedAt } }, { openedAt, _id: { $gt: id } }] };
}
