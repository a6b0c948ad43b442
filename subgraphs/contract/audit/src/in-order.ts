/** What is asked for several things: a few of them at once, since most of an audit is waiting for answers. */

/** At once: few, since the platform may be one that serves others meanwhile. */
const sideBySide = 4;

/**
 * What comes of each, in order, so that the first fault found is always the same one. When one fails or the
 * caller stops, what is under way is waited for.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  run: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const result = run(item);
      // It is told when its turn comes.
      result.catch(() => undefined);
      waiting.push(result);
      if (waiting.length === sideBySide) yield await (waiting.shift() as Promise<Result>);
    }
    while (waiting.length > 0) yield await (waiting.shift() as Promise<Result>);
  } finally {
    await Promise.allSettled(waiting);
  }
}
