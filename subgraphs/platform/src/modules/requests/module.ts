/** The module requests. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { requestErasure } from './erasure.ts';
import { addRequests } from './schema.ts';
import { requestFacets, serviceRequests } from './store.ts';
import { clockIndex, sweepRequests } from './sweep.ts';
import { requestWrites } from './writes.ts';

export const requests: PlatformModule = {
  name: 'requests',
  collections: [
    {
      name: serviceRequests,
      indexes: [...listIndexes('serviceRequests'), clockIndex],
      facets: requestFacets,
      erasure: requestErasure,
    },
  ],
  addSchema: addRequests,
  writes: requestWrites,
  sweep: sweepRequests,
};
