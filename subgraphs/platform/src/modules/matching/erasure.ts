/** What comparisons under way still have of somebody who is erased. */
import type { EraseMore } from '../../erase/plan.ts';
import { matchAnswers, matchLookups, type AnsweredPeople, type LookupDoc } from './store.ts';

export const eraseMatches: EraseMore = async ({ platform, session }, { records }) => {
  const ids = { $in: [...records] };
  await platform.db
    .collection<LookupDoc>(matchLookups)
    .updateMany(
      { 'found.personId': ids },
      { $pull: { found: { personId: ids } } as never },
      { session },
    );
  await platform.db
    .collection<AnsweredPeople>(matchAnswers)
    .updateMany(
      { $or: [{ matched: ids }, { others: ids }] },
      { $pull: { matched: ids, others: ids } as never },
      { session },
    );
};
