/** The module aid. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { entries, entryIndexes } from './accounts.ts';
import { fileErasure, grantErasure, pairingErasure } from './erasure.ts';
import { funds } from './funds.ts';
import { grantFacets, grantIndexes, grants } from './grants.ts';
import { hardshipFacets, hardshipIndexes, hardshipWorkers } from './hardship.ts';
import { pairingIndexes, pairings } from './pairings.ts';
import { programmes } from './programmes.ts';
import { addAid } from './schema.ts';
import { aidWrites } from './writes.ts';

export const aid: PlatformModule = {
  name: 'aid',
  collections: [
    {
      name: hardshipWorkers,
      indexes: [...listIndexes('hardshipWorkers'), ...hardshipIndexes],
      facets: hardshipFacets,
      erasure: fileErasure,
    },
    { name: funds, indexes: listIndexes('aidFunds') },
    { name: entries, indexes: entryIndexes },
    { name: programmes, indexes: listIndexes('aidProgrammes') },
    {
      name: grants,
      indexes: [...listIndexes('aidGrants'), ...grantIndexes],
      facets: grantFacets,
      erasure: grantErasure,
    },
    {
      name: pairings,
      indexes: [...listIndexes('cadrePairings'), ...pairingIndexes],
      erasure: pairingErasure,
    },
  ],
  addSchema: addAid,
  writes: aidWrites,
};
