/** The module members. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { memberErasure } from './erasure.ts';
import { joinCodeIndexes, joinCodes } from './join-codes.ts';
import { addMembers } from './schema.ts';
import { memberFacets, members as memberCollection } from './store.ts';
import { memberWrites } from './writes.ts';

export const members: PlatformModule = {
  name: 'members',
  collections: [
    {
      name: memberCollection,
      indexes: listIndexes('members'),
      facets: memberFacets,
      erasure: memberErasure,
    },
    { name: joinCodes, indexes: joinCodeIndexes },
  ],
  addSchema: addMembers,
  writes: memberWrites,
};
