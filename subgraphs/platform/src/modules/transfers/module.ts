/** The module transfers. */
import type { PlatformModule } from '../../module.ts';
import { addTransfers } from './schema.ts';
import { transfers as transferCollection } from './store.ts';

export const transfers: PlatformModule = {
  name: 'transfers',
  // Its key, side and transfer, is all that it is looked up by.
  collections: [{ name: transferCollection, indexes: [] }],
  addSchema: addTransfers,
};
