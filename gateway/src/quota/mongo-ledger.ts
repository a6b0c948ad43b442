/**
 * The ledger of all gateways: a document a key in MongoDB, changed by one operation, on the
 * database's clock, so that neither clocks nor gateways that race can give more than there is.
 */
import { MongoServerError, type Collection, type Db } from 'mongodb';
import {
  dayOf,
  permitsHeldMs,
  unlimited,
  type Leased,
  type LeaseWanted,
  type Ledger,
  type QuotaLimits,
} from './ledger.ts';

interface QuotaDocument {
  readonly _id: string;
  readonly tokens: number;
  /** When `tokens` was right. */
  readonly at: Date;
  readonly day: string;
  readonly used: number;
  readonly held: readonly {
    readonly gateway: string;
    readonly permits: number;
    readonly until: Date;
  }[];
  /** What the last operation gave. */
  readonly given: number;
  readonly mine: number;
}

/** A key that nobody asked for so long is forgotten: its bucket is full and its day is over. */
const forgottenAfterSeconds = 3 * 86_400;

export class MongoLedger implements Ledger {
  readonly #documents: Collection<QuotaDocument>;
  readonly #gateway: string;
  #isPrepared = false;

  /** `gateway` names the holder of permits: another for each process. */
  constructor(db: Db, gateway: string) {
    this.#documents = db.collection('quota', { writeConcern: { w: 'majority' } });
    this.#gateway = gateway;
  }

  /** Housekeeping, which nobody waits for: tried again by the next who asks. */
  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    this.#isPrepared = true;
    try {
      await this.#documents.createIndex({ at: 1 }, { expireAfterSeconds: forgottenAfterSeconds });
    } catch {
      this.#isPrepared = false;
    }
  }

  async lease(key: string, limits: QuotaLimits, wanted: LeaseWanted): Promise<Leased> {
    void this.#prepare();
    const change = () =>
      this.#documents.findOneAndUpdate({ _id: key }, leasing(this.#gateway, limits, wanted), {
        upsert: true,
        returnDocument: 'after',
      });
    // Two gateways may both be the first to ask.
    const document = await change().catch((error: unknown) => {
      if (error instanceof MongoServerError && error.code === 11_000) return change();
      throw error;
    });
    if (!document) throw new Error('The ledger gave nothing back.');
    const { given, mine, tokens, used, day, at } = document;
    return {
      admissions: given,
      permits: mine,
      tokens,
      used,
      day,
      dayEndsInMs: dayOf(+at).endsInMs,
    };
  }
}

function leasing(gateway: string, limits: QuotaLimits, { admissions, permits, back }: LeaseWanted) {
  const { perSecond, burst, perDay, concurrent } = limits;
  const today = { $dateToString: { date: '$$NOW', timezone: '+08:00', format: '%Y-%m-%d' } };
  const sinceMs = { $max: [0, { $subtract: ['$$NOW', { $ifNull: ['$at', '$$NOW'] }] }] };
  const refilled = { $multiply: [sinceMs, perSecond / 1000] };
  const returned = back?.admissions ?? 0;
  const returnedToday = { $cond: [{ $eq: [back?.day ?? '', today] }, returned, 0] };
  const others = {
    $filter: {
      input: { $ifNull: ['$held', []] },
      cond: {
        $and: [{ $ne: ['$$this.gateway', gateway] }, { $gt: ['$$this.until', '$$NOW'] }],
      },
    },
  };
  return [
    {
      $set: {
        tokens: { $min: [burst, { $add: [{ $ifNull: ['$tokens', burst] }, refilled, returned] }] },
        used: {
          $max: [
            0,
            { $subtract: [{ $cond: [{ $eq: ['$day', today] }, '$used', 0] }, returnedToday] },
          ],
        },
        held: others,
      },
    },
    {
      $set: {
        at: '$$NOW',
        day: today,
        given: {
          $max: [
            0,
            {
              $min: [
                admissions,
                { $floor: '$tokens' },
                { $subtract: [perDay ?? unlimited, '$used'] },
              ],
            },
          ],
        },
        mine: {
          $max: [
            0,
            {
              $min: [permits, { $subtract: [concurrent ?? unlimited, { $sum: '$held.permits' }] }],
            },
          ],
        },
      },
    },
    {
      $set: {
        tokens: { $subtract: ['$tokens', '$given'] },
        used: { $add: ['$used', '$given'] },
        held: {
          $cond: [
            { $gt: ['$mine', 0] },
            {
              $concatArrays: [
                '$held',
                [{ gateway, permits: '$mine', until: { $add: ['$$NOW', permitsHeldMs] } }],
              ],
            },
            '$held',
          ],
        },
      },
    },
  ];
}
