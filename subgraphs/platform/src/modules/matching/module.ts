/** The module matching. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { forgetLookups } from './lookup.ts';
import { sweepRuns } from './outcomes.ts';
import { peopleIndex, peopleOf } from './people.ts';
import { openMinutes } from './runs.ts';
import { eraseMatches } from './erasure.ts';
import { addMatching } from './schema.ts';
import { matchAnswers, matchDepartments, matchKeys, matchLookups, matchRuns } from './store.ts';
import { matchWrites } from './writes.ts';

export const matching: PlatformModule = {
  name: 'matching',
  collections: [
    { name: matchRuns, indexes: listIndexes('matchRuns') },
    { name: matchKeys, indexes: [{ key: { run: 1 } }] },
    { name: matchDepartments, indexes: [] },
    { name: matchLookups, indexes: [{ key: { at: 1 } }] },
    { name: matchAnswers, indexes: [{ key: { run: 1 } }] },
    // Those of other modules, where they are offered or not: an index on none costs nothing.
    ...Object.values(peopleOf).map(({ collection }) => ({
      name: collection,
      indexes: [peopleIndex],
    })),
  ],
  addSchema: addMatching,
  eraseMore: eraseMatches,
  writes: matchWrites,
  sweep: async (platform, now) => {
    await sweepRuns(platform, now, openMinutes);
    await forgetLookups(platform, now);
  },
};
