/** The module cards. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { cardErasure, claimErasure } from './erasure.ts';
import { claims } from './claims.ts';
import { merchants } from './merchants.ts';
import { addCards } from './schema.ts';
import { cardFacets, cardIndexes, cardUses, cards as cardCollection } from './store.ts';
import { cardsWrites } from './writes.ts';

export const cards: PlatformModule = {
  name: 'cards',
  collections: [
    {
      name: cardCollection,
      indexes: [...listIndexes('cards'), ...cardIndexes],
      facets: cardFacets,
      erasure: cardErasure,
    },
    { name: cardUses, indexes: [] },
    { name: merchants, indexes: listIndexes('merchants') },
    { name: claims, indexes: listIndexes('cardClaims'), erasure: claimErasure },
  ],
  addSchema: addCards,
  writes: cardsWrites,
};
