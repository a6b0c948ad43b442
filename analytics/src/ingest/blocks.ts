/** Counts the blocks that all platforms together insert: what the deduplication window is measured in. */
import type { Position } from './positions.ts';
import { maxPartitions } from './batch.ts';

export class Blocks {
  private counted: number;

  /** Goes on from what the positions know, and from the most that may have been inserted since. */
  constructor(positions: readonly Position[]) {
    const known = positions.map((position) =>
      Math.max(position.blocks, (position.intent?.blocksBefore ?? 0) + maxPartitions),
    );
    this.counted = Math.max(0, ...known) + positions.length * maxPartitions;
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
