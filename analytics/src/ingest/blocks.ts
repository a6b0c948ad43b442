/** Counts the blocks that all platforms together insert: what the deduplication window is measured in. */
import type { Intent, Position } from './positions.ts';

/** Far more than the inserts that can have been under way when the process ended. */
const unseenBlocks = 1_000;

export class Blocks {
  private counted: number;

  /** Goes on from what is known, and from the most that may have been inserted since. */
  constructor(positions: Iterable<Position>, intents: readonly Intent[]) {
    const known = [
      ...[...positions].map(({ blocks }) => blocks),
      ...intents.map(({ blocksBefore, blocks }) => blocksBefore + blocks),
    ];
    this.counted = known.reduce((a, b) => Math.max(a, b), 0) + unseenBlocks;
  }

  get count(): number {
    return this.counted;
  }

  /** Adds a batch's blocks, and returns what the count was before. */
  take(blocks: number): number {
    const before = this.counted;
    this.counted += blocks;
    return before;
  }
}
