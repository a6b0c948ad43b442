/** The module members. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { addMembers } from './schema.ts';
import { members as memberCollection } from './store.ts';
import { memberWrites } from './writes.ts';

export const members: PlatformModule = {
  name: 'members',
  collections: [{ name: memberCollection, indexes: listIndexes('members') }],
  addSchema: addMembers,
  writes: memberWrites,
};
