/** The module corrections. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { correctionErasure } from './erasure.ts';
import { addCorrections } from './schema.ts';
import { corrections as collection } from './store.ts';
import { clockIndex, sweepCorrections } from './sweep.ts';
import { correctionWrites } from './writes.ts';

export const corrections: PlatformModule = {
  name: 'corrections',
  collections: [
    {
      name: collection,
      erasure: correctionErasure,
      indexes: [
        ...listIndexes('dataCorrections'),
        clockIndex,
        // What is answered has no key: then the same may be filed again.
        {
          key: { openKey: 1 },
          unique: true,
          partialFilterExpression: { openKey: { $type: 'string' } },
        },
      ],
    },
  ],
  addSchema: addCorrections,
  writes: correctionWrites,
  sweep: sweepCorrections,
};
