/** What readers left behind: who liked and follows, by reference; a comment names nobody, and is found by its id. */
import { behindIds, erasedText, type ErasurePlan, type EraseMore } from '../../erase/plan.ts';
import { follows, likes, type OnceDoc } from './store.ts';

export const commentErasure: ErasurePlan = {
  left: { text: erasedText, maskedAuthor: null },
};

/** The counts stay: somebody did like it. */
export const eraseReader: EraseMore = async ({ platform, session }, { references }) => {
  if (references.size === 0) return;
  for (const name of [likes, follows]) {
    const own = { _id: behindIds(references) };
    await platform.db.collection<OnceDoc>(name).deleteMany(own, { session });
  }
};
