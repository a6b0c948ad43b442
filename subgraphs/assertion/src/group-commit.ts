/** Group commit: while one group is being written, the next one gathers; so many callers cost one write. */

/** Items a group. */
const most = 1_000;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<Result>;
}

/** One writer: groups are written one after another. */
export class GroupCommit<Item, Result> {
  /** The results, by the items' order. */
  readonly #write: (items: readonly Item[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Item, Result>[] = [];
  #writing = false;

  constructor(write: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#write = write;
  }

  /** Resolves when the item's group is written; rejects with what its group failed of. */
  add(item: Item): Promise<Result> {
    const done = Promise.withResolvers<Result>();
    this.#waiting.push({ item, done });
    if (!this.#writing) void this.#run();
    return done.promise;
  }

  async #run(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, most);
      try {
        const results = await this.#write(group.map(({ item }) => item));
        for (const [i, { done }] of group.entries()) done.resolve(results[i] as Result);
      } catch (error) {
        for (const { done } of group) done.reject(error);
      }
    }
    this.#writing = false;
  }
}
