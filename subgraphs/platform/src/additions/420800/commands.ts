/** A card is used: the platform's own systems say so, once. */
import { badInput } from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency } from '../../command.ts';
import { publicProjection } from '../../loaders.ts';
import { cards, type CardDoc, type CardFunction } from './store.ts';

export interface CardUseInput {
  readonly cardId: string;
  readonly idempotencyKey: string;
  readonly function: CardFunction;
  readonly discountFen: number;
}

/** ¥10,000: no single use spares more. */
const maxDiscountFen = 1_000_000;

/** Counts a use and what it spared. */
export function recordCardUse(agency: Agency, input: CardUseInput): Promise<CardDoc> {
  return runCommand(
    'p420800RecordCardUse',
    agency,
    input,
    async ({ platform, session, now }) => {
      const { discountFen } = input;
      if (discountFen < 0 || discountFen > maxDiscountFen) {
        throw badInput(`\`discountFen: ${discountFen}\` is not from 0 to ${maxDiscountFen}.`);
      }
      const card = await platform.db
        .collection<CardDoc>(cards)
        .findOneAndUpdate(
          { _id: ownId(platform, input.cardId) },
          { $inc: { usesCount: 1, discountsFen: discountFen }, $set: { lastUsedAt: now } },
          { session, projection: publicProjection, returnDocument: 'after' },
        );
      if (!card) throw notFound(input.cardId, platform);
      return card;
    },
    ['OFFICER', 'SYSTEM'],
  );
}
