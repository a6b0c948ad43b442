/** The module matching. */
import type { PlatformModule } from '../../module.ts';
import { listIndexes } from '../../order.ts';
import { sweepRuns } from './outcomes.ts';
import { peopleIndex, peopleOf } from './people.ts';
import { openMinutes } from './runs.ts';
import { addMatching } from './schema.ts';
import { matchAnswers, matchDepartments, matchKeys, matchRuns } from './store.ts';
import { matchWrites } from './writes.ts';

export const matching: PlatformModule = {
  name: 'matching',
  collections: [
    { name: matchRuns, indexes: listIndexes('matchRuns') },
    { name: matchKeys, indexes: [{ key: { run: 1 } }] },
    { name: matchDepartments, indexes: [] },
    { name: matchAnswers, indexes: [{ key: { run: 1 } }] },
    // Those of other modules, where they are offered or not: an index on none costs nothing.
    ...Object.values(peopleOf).map(({ collection }) => ({
      name: collection,
      indexes: [peopleIndex],
    })),
  ],
  addSchema: addMatching,
  writes: matchWrites,
  sweep: (platform, now) => sweepRuns(platform, now, openMinutes),
};
