/** Cards, as stored: one for each member, and what was issued before the log began as a balance. */
import { createHash } from 'node:crypto';
import type { MemberRecord, ReferenceRecord } from '@onenet/platforms';
import type { Db } from 'mongodb';
import type { ErasurePlan } from '../../erase/plan.ts';
import type { Write } from '../../load.ts';
import type { Row } from '../../rows.ts';

export const cardFunctions = [
  'MEMBERSHIP',
  'PAYMENT',
  'DISCOUNT',
  'INSURANCE',
  'ASSISTANCE',
] as const;
export type CardFunction = (typeof cardFunctions)[number];

export interface CardDoc extends Row {
  readonly memberId: string;
  readonly organizationId: string | null;
  readonly issuedAt: Date;
  readonly usesCount: number;
  readonly discountsFen: number;
  readonly lastUsedAt: Date | null;
  readonly maskedNumber: string;
}

/** What a programme's cards are together. */
export interface CardTotals {
  readonly issued: number;
  readonly inUse: number;
  readonly discountsFen: number;
}

export interface ProgrammeDoc extends Row {
  readonly name: string;
  readonly functions: readonly CardFunction[];
  readonly since: Date;
  readonly organizationId: string;
  /** Of cards that are no records here. */
  readonly before: CardTotals;
  readonly claims: { readonly count: number; readonly fen: number };
}

export const cards = 'p420800_cards';
export const programmes = 'p420800_card_programmes';

/** With it all reference cards satisfy what was published: over 180,000, over 65 % in use, over ¥1.6 million; 15 claims, over ¥210,000. */
const fiveInOne: ProgrammeDoc = {
  _id: '420800:programme-five-in-one',
  name: '“五合一”卡（演示）',
  functions: cardFunctions,
  since: new Date('2015-01-01T00:00:00+08:00'),
  organizationId: '420800:org-root',
  before: { issued: 181_900, inUse: 121_500, discountsFen: 161_350_000 },
  claims: { count: 15, fen: 21_380_000 },
};

/** What is left of the card of a member who is erased. */
export const cardErasure: ErasurePlan = {
  of: 'memberId',
  left: { maskedNumber: '****', 'personal.number': null },
};

/** Safe to repeat. */
export async function prepareCards(db: Db): Promise<void> {
  await db.collection<CardDoc>(cards).createIndexes([{ key: { memberId: 1 }, unique: true }]);
  await db.collection<CardDoc>(cards).createIndexes([{ key: { organizationId: 1 } }]);
  const { _id, ...programme } = fiveInOne;
  await db
    .collection<ProgrammeDoc>(programmes)
    .updateOne({ _id }, { $setOnInsert: programme }, { upsert: true });
}

/** A member who was accepted has a card; of three, two have used it. */
export function* cardWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Member' || record.status !== 'ACTIVE' || !record.joinedAt) return;
  const number = numberOf(record);
  const usesCount = Number(BigInt(number) % 3n);
  const isUsed = usesCount > 0;
  yield {
    collection: cards,
    document: {
      _id: record.id.replace(':', ':card-'),
      memberId: record.id,
      organizationId: record.organizationId,
      issuedAt: record.joinedAt,
      usesCount,
      discountsFen: usesCount * 1_500,
      lastUsedAt: isUsed ? record.joinedAt : null,
      maskedNumber: `${'*'.repeat(12)}${number.slice(-4)}`,
      personal: { number },
    },
  };
}

/** What all cards are together, now. */
export async function totalsOf(db: Db, { before }: ProgrammeDoc): Promise<CardTotals> {
  const [now] = await db
    .collection<CardDoc>(cards)
    .aggregate<CardTotals>([
      {
        $group: {
          _id: null,
          issued: { $sum: 1 },
          inUse: { $sum: { $cond: [{ $gt: ['$usesCount', 0] }, 1, 0] } },
          discountsFen: { $sum: '$discountsFen' },
        },
      },
    ])
    .toArray();
  return {
    issued: before.issued + (now?.issued ?? 0),
    inUse: before.inUse + (now?.inUse ?? 0),
    discountsFen: before.discountsFen + (now?.discountsFen ?? 0),
  };
}

/** Sixteen digits that no bank gives: cards begin with no 0. */
function numberOf({ id }: MemberRecord): string {
  const hash = createHash('sha256').update(id).digest();
  return `0000${(hash.readBigUInt64BE() % 10n ** 12n).toString().padStart(12, '0')}`;
}
