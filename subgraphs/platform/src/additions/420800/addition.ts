/** Jingmen's card programme. */
import type { Addition } from '../additions.ts';
import { addCardProgramme } from './schema.ts';
import { cardErasure, cards, cardWrites, prepareCards } from './store.ts';

export const cardProgramme: Addition = {
  addSchema: addCardProgramme,
  prepare: prepareCards,
  collections: [{ name: cards, erasure: cardErasure }],
  writes: cardWrites,
};
