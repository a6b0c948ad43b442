/**
 * The books of the funds, double-entry: one line moves an amount from an account to an account of one
 * fund, in the transaction of the step that it belongs to, and the fund's balances move with it. So for
 * every fund, always: credited = available + reserved + paid = the sums of its lines.
 */
import { NetError } from '@onenet/contract';
import type { Db, IndexDescription } from 'mongodb';
import type { Transaction } from '../../command.ts';
import { maxReadMs, type Row } from '../../rows.ts';
import { funds, type AidFundDoc } from './funds.ts';

export const accounts = ['SOURCE', 'AVAILABLE', 'RESERVED', 'PAID'] as const;
export type AidAccount = (typeof accounts)[number];

export interface AidEntryDoc extends Row {
  readonly fundId: string;
  readonly at: Date;
  readonly from: AidAccount;
  readonly to: AidAccount;
  readonly amountFen: number;
  readonly grantId: string | null;
  readonly simulated: boolean;
}

export const entries = 'aid_entries';

export const entryIndexes: readonly IndexDescription[] = [{ key: { fundId: 1, at: -1, _id: -1 } }];

/** The balance of each account, as the fund keeps it; of the source, what has come out of it. */
const balanceOf = {
  SOURCE: 'creditedFen',
  AVAILABLE: 'availableFen',
  RESERVED: 'reservedFen',
  PAID: 'paidFen',
} as const satisfies Record<AidAccount, keyof AidFundDoc>;

export interface Movement {
  /** What it is the only line of, such as a grant's payment: a second one of this name is impossible. */
  readonly id: string;
  readonly fundId: string;
  readonly from: AidAccount;
  readonly to: AidAccount;
  readonly amountFen: number;
  readonly grantId: string | null;
}

/** Moves money; `INSUFFICIENT_FUNDS` where the account that it leaves has less. */
export async function move(transaction: Transaction, movement: Movement): Promise<void> {
  const { platform, session, now, simulated } = transaction;
  const { id, fundId, from, to, amountFen, grantId } = movement;
  const leaves = from === 'SOURCE' ? amountFen : -amountFen;
  const moved = await platform.db.collection<AidFundDoc>(funds).updateOne(
    { _id: fundId, ...(from !== 'SOURCE' && { [balanceOf[from]]: { $gte: amountFen } }) },
    {
      $inc: { [balanceOf[from]]: leaves, [balanceOf[to]]: amountFen },
      $set: { updatedAt: now },
    },
    { session },
  );
  if (moved.matchedCount === 0) throw await insufficient(transaction, movement);
  await platform.db
    .collection<AidEntryDoc>(entries)
    .insertOne({ _id: id, fundId, at: now, from, to, amountFen, grantId, simulated }, { session });
}

async function insufficient(
  { platform, session }: Transaction,
  { fundId, from, amountFen }: Movement,
): Promise<Error> {
  const fund = await platform.db
    .collection<AidFundDoc>(funds)
    .findOne({ _id: fundId }, { session });
  if (!fund) return new Error(`A grant is of fund ${fundId}, which is not there.`);
  const has = fund[balanceOf[from]];
  if (from !== 'AVAILABLE') return new Error(`Fund ${fundId} has ${has} of ${amountFen} ${from}.`);
  return new NetError(
    'INSUFFICIENT_FUNDS',
    `The fund "${fundId}" has ${has} fen available, and ${amountFen} are wanted.`,
  );
}

/** A fund's books as they are: its balances, and what the lines say that they are. */
export interface Book {
  readonly fundId: string;
  readonly balances: Balances;
  readonly entries: Balances;
}

type Balances = Readonly<Record<AidAccount, number>>;

/** The books of all funds of a platform: both sides are equal, and nothing is below zero. */
export async function books(db: Db): Promise<readonly Book[]> {
  const sums = await db
    .collection(entries)
    .aggregate<
      { readonly _id: { readonly fundId: string; readonly account: AidAccount } } & {
        readonly fen: number;
      }
    >([
      {
        $project: {
          fundId: 1,
          sides: [
            // Of the source what came out is kept, of the others what is in them.
            {
              account: '$from',
              fen: {
                $cond: [
                  { $eq: ['$from', 'SOURCE'] },
                  '$amountFen',
                  { $subtract: [0, '$amountFen'] },
                ],
              },
            },
            { account: '$to', fen: '$amountFen' },
          ],
        },
      },
      { $unwind: '$sides' },
      {
        $group: {
          _id: { fundId: '$fundId', account: '$sides.account' },
          fen: { $sum: '$sides.fen' },
        },
      },
    ])
    .toArray();
  const found = await db.collection<AidFundDoc>(funds).find().sort({ _id: 1 }).toArray();
  return found.map((fund) => ({
    fundId: fund._id,
    balances: balances((account) => fund[balanceOf[account]]),
    entries: balances(
      (account) =>
        sums.find(({ _id }) => _id.fundId === fund._id && _id.account === account)?.fen ?? 0,
    ),
  }));
}

function balances(of: (account: AidAccount) => number): Balances {
  return {
    SOURCE: of('SOURCE'),
    AVAILABLE: of('AVAILABLE'),
    RESERVED: of('RESERVED'),
    PAID: of('PAID'),
  };
}

/** The newest lines of many funds, in one round trip. */
export async function newestEntries(
  db: Db,
  fundIds: readonly string[],
  count: number,
): Promise<ReadonlyMap<string, readonly AidEntryDoc[]>> {
  const found = await db
    .aggregate<{ readonly _id: string; readonly lines: readonly AidEntryDoc[] }>(
      [
        { $documents: fundIds.map((_id) => ({ _id })) },
        {
          $lookup: {
            from: entries,
            localField: '_id',
            foreignField: 'fundId',
            pipeline: [{ $sort: { at: -1, _id: -1 } }, { $limit: count }],
            as: 'lines',
          },
        },
      ],
      { maxTimeMS: maxReadMs },
    )
    .toArray();
  return new Map(found.map(({ _id, lines }) => [_id, lines]));
}
