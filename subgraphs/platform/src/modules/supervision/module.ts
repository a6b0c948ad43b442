/** The module supervision. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { supervisionErasure } from './erasure.ts';
import { addSupervision } from './schema.ts';
import { supervisions } from './store.ts';
import { supervisionWrites } from './writes.ts';

export const supervision: PlatformModule = {
  name: 'supervision',
  collections: [
    {
      name: supervisions,
      indexes: listIndexes('supervisions'),
      erasure: supervisionErasure,
    },
  ],
  addSchema: addSupervision,
  writes: supervisionWrites,
};
