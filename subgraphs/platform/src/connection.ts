/** A Relay connection over a list: nothing is read before it is selected, and nothing twice. */
import {
  badCursor,
  decodeOwnerCursor,
  encodeOwnerCursor,
  parsePage,
  type Direction,
  type Page,
  type PageArguments,
  type Position,
} from '@onenet/contract';
import type { Rows } from './rows.ts';

export interface Edge<Doc> {
  readonly cursor: string;
  readonly node: Doc;
}

export interface PageInfo {
  readonly hasNextPage: boolean | (() => Promise<boolean>);
  readonly hasPreviousPage: boolean | (() => Promise<boolean>);
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** One page of a list. Its arguments are checked at once, its parts are read when asked for. */
export class Connection<Doc> {
  readonly #rows: Rows<Doc>;
  readonly #page: Page;
  readonly #from: Position | undefined;
  #read: Promise<{ readonly edges: readonly Edge<Doc>[]; readonly more: boolean }> | undefined;

  constructor(rows: Rows<Doc>, args: PageArguments) {
    this.#rows = rows;
    this.#page = parsePage(args);
    const { name, direction, key } = rows.order;
    if (this.#page.cursor !== undefined) {
      const cursor = decodeOwnerCursor(this.#page.cursor, { order: name, direction });
      if ((typeof cursor.key === 'string') !== (key === 'STRING')) {
        throw badCursor(`its key is not that of ${name}`);
      }
      this.#from = { key: cursor.key, id: cursor.id };
    }
  }

  async edges(): Promise<readonly Edge<Doc>[]> {
    return (await this.#pageRead()).edges;
  }

  totalCount(): Promise<number> {
    return this.#rows.count();
  }

  async pageInfo(): Promise<PageInfo> {
    const { edges, more } = await this.#pageRead();
    const { backward } = this.#page;
    const [first, last] = [edges[0], edges.at(-1)];
    // Behind the page lies what comes before its first row, or, when it is empty, up to its cursor.
    const behind = (): Promise<boolean> => this.#hasBehind(backward ? last : first);
    return {
      hasNextPage: backward ? behind : more,
      hasPreviousPage: backward ? more : behind,
      startCursor: first?.cursor ?? null,
      endCursor: last?.cursor ?? null,
    };
  }

  #pageRead() {
    this.#read ??= this.#readPage();
    return this.#read;
  }

  async #readPage() {
    const { size, backward } = this.#page;
    const rows = await this.#rows.read(this.#from, this.#heading(), size + 1);
    const page = rows.slice(0, size);
    if (backward) page.reverse();
    return { edges: page.map((row) => this.#edge(row)), more: rows.length > size };
  }

  async #hasBehind(nearest: Edge<Doc> | undefined): Promise<boolean> {
    if (this.#from === undefined) return false;
    const from = nearest ? this.#rows.positionOf(nearest.node) : this.#from;
    const rows = await this.#rows.read(from, opposite(this.#heading()), 1, nearest === undefined);
    return rows.length > 0;
  }

  /** The direction in which this page is read. */
  #heading(): Direction {
    const { direction } = this.#rows.order;
    return this.#page.backward ? opposite(direction) : direction;
  }

  #edge(node: Doc): Edge<Doc> {
    const { name, direction } = this.#rows.order;
    const position = this.#rows.positionOf(node);
    return { cursor: encodeOwnerCursor({ order: name, direction, ...position }), node };
  }
}

function opposite(direction: Direction): Direction {
  return direction === 'ASC' ? 'DESC' : 'ASC';
}
