/** A Relay connection over a list: nothing is read before it is selected, and nothing twice. */
import type { Row } from './context.ts';
import { NetError, badCursor } from './errors.ts';

export type Direction = 'ASC' | 'DESC';

/** An order as asked for: its name in the contract, the column that it sorts by, what its key is. */
export interface Order {
  readonly name: string;
  readonly direction: Direction;
  readonly column: string;
  readonly key: 'string' | 'number';
}

/** Where a row stands in its list. */
export interface Position {
  readonly key: string | number;
  readonly id: string;
}

/** A list, as paging needs it. */
export interface Rows {
  readonly order: Order;
  read(
    start: Position | null,
    direction: Direction,
    limit: number,
    inclusive: boolean,
  ): Promise<Row[]>;
  count(): Promise<number>;
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

const opposite = { ASC: 'DESC', DESC: 'ASC' } as const;
/** What a time can be, in milliseconds. */
const farthest = 8_640_000_000_000_000;

/** One page of a list. Its arguments are checked at once, its parts are read when asked for. */
export class Connection {
  readonly #rows: Rows;
  readonly #backward: boolean;
  readonly #size: number;
  readonly #start: Position | null;
  #page: Promise<{ readonly page: Row[]; readonly more: boolean }> | undefined;

  constructor(rows: Rows, { first, after, last, before }: PageArguments) {
    this.#rows = rows;
    this.#backward = last != null || before != null;
    if (this.#backward && (first != null || after != null)) {
      throw new NetError(
        'BAD_PAGE',
        'A page runs one way: give `first` with `after`, or `last` with `before`.',
      );
    }
    const size = (this.#backward ? last : first) ?? 20;
    if (size < 1 || size > 100) {
      const name = this.#backward ? 'last' : 'first';
      throw new NetError('BAD_PAGE', `\`${name}: ${size}\` is out of range: from 1 to 100.`);
    }
    this.#size = size;
    const cursor = this.#backward ? before : after;
    this.#start = cursor == null ? null : readCursor(cursor, rows.order);
  }

  async edges() {
    const { page } = await this.#read();
    return page.map((row) => ({ cursor: this.#cursor(row), node: row }));
  }

  totalCount(): Promise<number> {
    return this.#rows.count();
  }

  async pageInfo() {
    const { page, more } = await this.#read();
    const [first, last] = [page[0], page.at(-1)];
    const behind = () => this.#hasBehind(page);
    return {
      hasNextPage: this.#backward ? behind : more,
      hasPreviousPage: this.#backward ? more : behind,
      startCursor: first ? this.#cursor(first) : null,
      endCursor: last ? this.#cursor(last) : null,
    };
  }

  #read() {
    this.#page ??= this.#readPage();
    return this.#page;
  }

  async #readPage() {
    const found = await this.#rows.read(this.#start, this.#heading(), this.#size + 1, false);
    const page = found.slice(0, this.#size);
    if (this.#backward) page.reverse();
    return { page, more: found.length > this.#size };
  }

  /** Whether anything lies before the page's first row or, when it is empty, up to its cursor. */
  async #hasBehind(page: readonly Row[]): Promise<boolean> {
    if (this.#start === null) return false;
    const edge = this.#backward ? page.at(-1) : page[0];
    const start = edge ? this.#position(edge) : this.#start;
    const found = await this.#rows.read(start, opposite[this.#heading()], 1, edge === undefined);
    return found.length > 0;
  }

  /** The direction in which this page is read. */
  #heading(): Direction {
    const { direction } = this.#rows.order;
    return this.#backward ? opposite[direction] : direction;
  }

  #position(row: Row): Position {
    return { key: row[this.#rows.order.column] as string | number, id: String(row['id']) };
  }

  #cursor(row: Row): string {
    const { name, direction } = this.#rows.order;
    const { key, id } = this.#position(row);
    return Buffer.from(JSON.stringify([1, name, direction, key, id])).toString('base64url');
  }
}

/** base64url of JSON `[version, order, direction, key, id]`. */
function readCursor(text: string, order: Order): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw badCursor('it cannot be read');
  }
  const [version, name, direction, key, id, ...more] = Array.isArray(parts)
    ? (parts as unknown[])
    : [];
  if (version !== 1 || more.length > 0 || typeof name !== 'string' || typeof id !== 'string') {
    throw badCursor('it is not of this version');
  }
  if (name !== order.name || direction !== order.direction) {
    throw badCursor(`the list is in the order ${order.name} ${order.direction}`);
  }
  const isKey = typeof key === order.key && (typeof key === 'string' || Number.isInteger(key));
  if (!isKey) throw badCursor(`its key is not that of ${order.name}`);
  const most = order.column.endsWith('Ms') ? farthest : Number.MAX_SAFE_INTEGER;
  if (typeof key === 'number' && Math.abs(key) > most) throw badCursor('its key is out of range');
  if (id.includes('\0') || String(key).includes('\0')) {
    throw badCursor('it names what cannot be stored');
  }
  return { key: key as string | number, id };
}
