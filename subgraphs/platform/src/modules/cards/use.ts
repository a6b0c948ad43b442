/** One use of a card: the merchant's discount is taken off, and the card's counters keep the sum. */
import type { CardFunction } from '@onenet/platforms';
import { badInput, newId } from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep, wrongState } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { eventData } from './commands.ts';
import { merchants, type MerchantDoc } from './merchants.ts';
import {
  cardFacets,
  cardUses,
  cards,
  type CardDoc,
  type CardUseDoc,
  type StoredCard,
} from './store.ts';

export interface UseCardInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly function: CardFunction;
  readonly merchantId?: string | null | undefined;
  readonly amountFen?: number | null | undefined;
}

export interface CardUsed {
  readonly use: CardUseDoc;
  readonly card: CardDoc;
}

/** 100,000 yuan: beyond it somebody mistook the unit. */
const mostFen = 10_000_000;
/** What the contract's Int holds: beyond it the card's sum could not be shown. */
const mostFenTogether = 2 ** 31 - 1;

export function useCard(agency: Agency, input: UseCardInput): Promise<CardUsed> {
  return runCommand('useCard', agency, input, async (transaction) => {
    const { platform, session, now, actor, simulated } = transaction;
    const card = await ownRecord<StoredCard>(transaction, cards, input.id);
    assertOwnPerson('useCard', transaction, card.personal.person);
    assertStep(platform, 'useCard', card.status);
    if (!card.functions.includes(input.function)) {
      throw badInput(
        `\`function: ${input.function}\` is none of the card's: ${card.functions.join(', ')}.`,
      );
    }
    const use: CardUseDoc = {
      _id: newId(platform, 'use'),
      cardId: card._id,
      at: now,
      function: input.function,
      merchantId: input.merchantId ?? null,
      amountFen: input.amountFen ?? null,
      discountFen: await discountOf(transaction, input),
      simulated,
    };
    if (card.discountFen + use.discountFen > mostFenTogether) {
      throw badInput(
        `\`amountFen\`: the card's discounts would be over ${mostFenTogether} fen together: replace it first.`,
      );
    }
    await platform.db.collection<CardUseDoc>(cardUses).insertOne(use, { session });
    const firstUsedAt = card.firstUsedAt ?? now;
    const changed = await platform.db.collection<StoredCard>(cards).findOneAndUpdate(
      { _id: card._id },
      {
        $inc: { useCount: 1, discountFen: use.discountFen },
        $set: {
          firstUsedAt,
          lastUsedAt: now,
          updatedAt: now,
          facets: cardFacets({ ...card, firstUsedAt }),
        },
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
    if (!changed) throw notFound(card._id, platform);
    if (card.firstUsedAt === null) transaction.emit('onenet.card.started', eventData(card));
    transaction.emit(
      'onenet.card.used',
      { ...eventData(card), value: use.discountFen },
      actor.kind === 'WORKER' ? actor.reference : card.personal.person,
    );
    return { use, card: changed };
  });
}

/** What the merchant takes off an amount: its percentage, cut to whole fen. */
export function discountFenOf(amountFen: number, discountPercent: number): number {
  return Math.floor((amountFen * discountPercent) / 100);
}

async function discountOf(
  transaction: Transaction,
  { merchantId, amountFen }: UseCardInput,
): Promise<number> {
  if (merchantId == null) {
    if (amountFen == null) return 0;
    throw badInput('`merchantId` is missing: an amount is paid to a merchant.');
  }
  const merchant = await ownRecord<MerchantDoc>(transaction, merchants, merchantId);
  if (merchant.status !== 'OPEN') {
    throw wrongState(transaction.platform, 'useCard', 'Merchant', merchant.status);
  }
  if (amountFen == null) return 0;
  if (amountFen < 1 || amountFen > mostFen) {
    throw badInput(`\`amountFen: ${amountFen}\` is no amount: from 1 to ${mostFen} fen.`);
  }
  return discountFenOf(amountFen, merchant.discountPercent);
}
