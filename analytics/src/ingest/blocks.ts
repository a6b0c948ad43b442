/** Counts the blocks that all platforms together insert: what the deduplication window is measured in. */
import type { Collection } from 'mongodb';
import type { Intent, Position } from './positions.ts';

/** Far more than the inserts that can have been under way when the process ended. */
const unseenBlocks = 1_000;

export interface Blocks {
  count(): Promise<number>;
  /** Adds a batch's blocks, and resolves with what the count was before. */
  take(blocks: number): Promise<number>;
}

/** Of a process that inserts alone: from what is known, and the most that may have been inserted since. */
export function ownBlocks(positions: Iterable<Position>, intents: readonly Intent[]): Blocks {
  let counted = knownBlocks(positions, intents) + unseenBlocks;
  return {
    count: () => Promise.resolve(counted),
    take(blocks) {
      const before = counted;
      counted += blocks;
      return Promise.resolve(before);
    },
  };
}

/** Of several processes together: counted in MongoDB before each insert. */
export async function sharedBlocks(
  counts: Collection<{ readonly _id: 'blocks'; readonly count: number }>,
  positions: Iterable<Position>,
  intents: readonly Intent[],
): Promise<Blocks> {
  const _id = 'blocks';
  const known = knownBlocks(positions, intents);
  await counts.updateOne({ _id }, { $max: { count: known } }, { upsert: true });
  return {
    count: async () => (await counts.findOne({ _id }))?.count ?? known,
    async take(blocks) {
      const before = await counts.findOneAndUpdate({ _id }, { $inc: { count: blocks } });
      return before?.count ?? known;
    },
  };
}

function knownBlocks(positions: Iterable<Position>, intents: readonly Intent[]): number {
  return [
    ...[...positions].map(({ blocks }) => blocks),
    ...intents.map(({ blocksBefore, blocks }) => blocksBefore + blocks),
  ].reduce((a, b) => Math.max(a, b), 0);
}
