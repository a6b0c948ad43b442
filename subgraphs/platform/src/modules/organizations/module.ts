/** The module organizations. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { addOrganizations } from './schema.ts';
import { organizations as organizationCollection, stations } from './store.ts';
import { organizationsWrites } from './writes.ts';

export const organizations: PlatformModule = {
  name: 'organizations',
  collections: [
    { name: organizationCollection, indexes: listIndexes('organizations') },
    { name: stations, indexes: [...listIndexes('stations'), { key: { location: '2dsphere' } }] },
  ],
  addSchema: addOrganizations,
  writes: organizationsWrites,
};
