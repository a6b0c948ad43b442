/** The module requests. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { addRequests } from './schema.ts';
import { serviceRequests } from './store.ts';
import { requestWrites } from './writes.ts';

export const requests: PlatformModule = {
  name: 'requests',
  collections: [{ name: serviceRequests, indexes: listIndexes('serviceRequests') }],
  addSchema: addRequests,
  writes: requestWrites,
};
