/** The k-way merge: from one page of each owner the page of all, in the global order. */
import { comparePositions, type Direction, type Position } from '@onenet/contract';

/** One owner's page, in the order of the walk: the first row is the one nearest to where it began. */
export interface Part {
  readonly platform: string;
  readonly length: number;
  /** Whether the owner has rows beyond its page. */
  readonly more: boolean;
  /** After which position it was asked. */
  readonly start: Position | null;
  /** A row's position; a text that says what is wrong with it, if it has none that is valid. */
  position(row: number): Position | string;
}

/** One row of the merged page. */
export interface Pick {
  /** Index of the part. */
  readonly part: number;
  readonly row: number;
  readonly position: Position;
}

/** The merged page, in the order of the walk. */
export interface Merged {
  readonly picks: readonly Pick[];
  /** Whether a row is left, in a page or beyond one. */
  readonly more: boolean;
  /** Parts that are not in their order, by index, with what is wrong: none of their rows is in the page. */
  readonly wrong: ReadonlyMap<number, string>;
}

/**
 * Merges up to `size` rows. Only rows that are looked at are read, `size` and one more of each
 * part; a part that turns out to be wrong is left out, and the merge begins again without it.
 */
export function mergePage(parts: readonly Part[], size: number, direction: Direction): Merged {
  const wrong = new Map<number, string>();
  for (;;) {
    const merged = tryMerge(parts, size, direction, wrong);
    if (merged) return merged;
  }
}

function tryMerge(
  parts: readonly Part[],
  size: number,
  direction: Direction,
  wrong: Map<number, string>,
): Merged | undefined {
  const picks: Pick[] = [];
  const heap = new Heap(direction);
  let more = false;
  for (const [index, part] of parts.entries()) {
    if (wrong.has(index)) continue;
    if (part.more) more = true;
    const head =
      part.length > 0 ? readHead(part, index, 0, part.start, direction) : emptyPage(part);
    if (typeof head === 'string') {
      wrong.set(index, head);
      return undefined;
    }
    if (head) heap.push(head);
  }
  while (picks.length < size) {
    const top = heap.pop();
    if (!top) return { picks, more, wrong };
    picks.push(top);
    const part = parts[top.part];
    if (!part) continue;
    if (top.row + 1 < part.length) {
      const head = readHead(part, top.part, top.row + 1, top.position, direction);
      if (typeof head === 'string') {
        wrong.set(top.part, head);
        return undefined;
      }
      heap.push(head);
    } else if (part.more) {
      // The owner gave less than was asked for and has more: beyond here its rows are not known.
      return { picks, more: true, wrong };
    }
  }
  return { picks, more: more || heap.size > 0, wrong };
}

function emptyPage(part: Part): string | undefined {
  return part.more ? 'an empty page that says it has more' : undefined;
}

function readHead(
  part: Part,
  index: number,
  row: number,
  previous: Position | null,
  direction: Direction,
): Pick | string {
  const position = part.position(row);
  if (typeof position === 'string') return position;
  if (previous && comparePositions(previous, position, direction) >= 0) {
    return row === 0 ? 'a page that begins before its cursor' : 'a page out of order';
  }
  return { part: index, row, position };
}

/** A binary heap of the parts' next rows. */
class Heap {
  readonly #direction: Direction;
  readonly #items: Pick[] = [];

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: Pick): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): Pick | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (!top || !last || top === last) return top;
    items[0] = last;
    let at = 0;
    for (;;) {
      let first = at;
      const left = 2 * at + 1;
      if (left < items.length && this.#before(left, first)) first = left;
      if (left + 1 < items.length && this.#before(left + 1, first)) first = left + 1;
      if (first === at) return top;
      this.#swap(at, first);
      at = first;
    }
  }

  #before(a: number, b: number): boolean {
    const x = this.#items[a];
    const y = this.#items[b];
    return !!x && !!y && comparePositions(x.position, y.position, this.#direction) < 0;
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    const [x, y] = [items[a], items[b]];
    if (!x || !y) return;
    items[a] = y;
    items[b] = x;
  }
}
