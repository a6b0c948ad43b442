/**
 * Inserts and questions by turns. An insert reaches raw before the rollups: a question that ran meanwhile
 * would have counted half of it, and nobody could ask for the same figure again.
 */

type Side = 'insert' | 'question';

/** So long at most does a question hold up the inserts. */
const patienceMs = 30_000;

export class Turns {
  private side: Side = 'insert';
  private inside = 0;
  private readonly waiting: Readonly<Record<Side, (() => void)[]>> = { insert: [], question: [] };

  /** Runs an insert beside others, and beside no question. */
  async insert<T>(work: () => Promise<T>): Promise<T> {
    await this.enter('insert');
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * Runs a question beside others, and beside no insert. One that takes too long holds nobody up any
   * more: from then on `isUndisturbed` says no.
   */
  async question<T>(work: (isUndisturbed: () => boolean) => Promise<T>): Promise<T> {
    await this.enter('question');
    let hasLeft = false;
    const leave = (): void => {
      if (!hasLeft) this.leave();
      hasLeft = true;
    };
    const timer = setTimeout(leave, patienceMs);
    try {
      return await work(() => !hasLeft);
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  /** Who comes while the other side waits, waits too: so neither side starves. */
  private async enter(side: Side): Promise<void> {
    const isOpen = this.side === side && this.waiting[other[side]].length === 0;
    if (this.inside === 0 || isOpen) {
      this.side = side;
      this.inside += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting[side].push(resolve);
    await promise;
  }

  private leave(): void {
    this.inside -= 1;
    if (this.inside > 0) return;
    const next = other[this.side];
    if (this.waiting[next].length > 0) this.side = next;
    const admitted = this.waiting[this.side].splice(0);
    this.inside = admitted.length;
    for (const admit of admitted) admit();
  }
}

const other: Readonly<Record<Side, Side>> = { insert: 'question', question: 'insert' };
