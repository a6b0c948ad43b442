/** A list in its order, read by keyset: an index holds (facet, sort key, id), so a page examines as many keys as it returns. */
import { NetError, badCursor, type Direction, type Position, type SortKey } from '@onenet/contract';
import { MaxKey, MinKey, type Collection, type Db, type Document, type Filter } from 'mongodb';
import { publicProjection } from './loaders.ts';
import type { ListOrder } from './order.ts';

/** What every stored record has. */
export interface Row {
  readonly _id: string;
}

/** A record that stands in lists. */
export interface ListedRow extends Row {
  /**
   * The lists that the record stands in: `*` (all), every division around its place,
   * its organization, … A tombstone has none, so it is in no list, filter or count.
   */
  readonly facets: readonly string[];
}

/** The facet of every record that is not a tombstone. */
export const everything = '*';

const transferMark = '→';

/** The facet under which a record is listed while it is offered to another platform: those who do not ask for such do not see it. */
export function inTransferFacet(facet: string): string {
  return transferMark + facet;
}

/** Whether a facet is one of these. */
export function isInTransferFacet(facet: string): boolean {
  return facet.startsWith(transferMark);
}

/** A list, as paging needs it. */
export interface Rows<Doc> {
  readonly order: ListOrder;
  /** Up to `limit` rows from a position on (excluded, or included) in a direction. */
  read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive?: boolean,
  ): Promise<readonly Doc[]>;
  count(): Promise<number>;
  positionOf(row: Doc): Position;
}

/** The list of those who ask for other platforms' records only. */
export function noRows<Doc>(order: ListOrder): Rows<Doc> {
  return {
    order,
    read: () => Promise.resolve([]),
    count: () => Promise.resolve(0),
    positionOf: () => ({ key: 0, id: '' }),
  };
}

/** Which rows of a collection a list holds. */
export interface Selection<Doc> {
  readonly collection: string;
  readonly order: ListOrder;
  /** The most selective facet bounds the index scan; the others are checked on the way. */
  readonly facets: readonly [string, ...string[]];
  readonly where: Filter<Doc>;
  /** What the database cannot say exactly: the row as it is listed, or undefined. */
  readonly refine?: (row: Doc) => Doc | undefined;
}

/** Milliseconds after which the database gives up on a read. */
export const maxReadMs = 20_000;

/** A list served by the index (facets, sort key, _id). */
export class KeysetRows<Doc extends ListedRow> implements Rows<Doc> {
  readonly order: ListOrder;
  readonly #selection: Selection<Doc>;
  readonly #collection: Collection<Doc>;
  readonly #db: Db;

  constructor(db: Db, selection: Selection<Doc>) {
    this.#db = db;
    this.#collection = db.collection<Doc>(selection.collection);
    this.#selection = selection;
    this.order = selection.order;
  }

  async read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive = false,
  ): Promise<readonly Doc[]> {
    const cursor = this.#cursor(from, direction, inclusive);
    const { refine } = this.#selection;
    // A lower bound of an index scan is part of it: one row more, in case it is the position's own.
    const skipsOwn = from !== undefined && !inclusive && direction === 'ASC';
    if (!refine) {
      const rows = (await cursor.limit(limit + (skipsOwn ? 1 : 0)).toArray()) as Doc[];
      const [first] = rows;
      const isOwn = skipsOwn && first?._id === from.id && this.#keyOf(first) === from.key;
      return (isOwn ? rows.slice(1) : rows).slice(0, limit);
    }
    const kept: Doc[] = [];
    for await (const found of cursor) {
      const row = found as Doc;
      if (skipsOwn && row._id === from.id && this.#keyOf(row) === from.key) continue;
      const refined = refine(row);
      if (refined) kept.push(refined);
      if (kept.length === limit) break;
    }
    return kept;
  }

  async count(): Promise<number> {
    const { facets, where, refine } = this.#selection;
    if (refine) {
      let kept = 0;
      for await (const row of this.#cursor(undefined, 'ASC', false)) {
        if (refine(row as Doc)) kept++;
      }
      return kept;
    }
    const answer = await this.#db.command({
      count: this.#selection.collection,
      query: { ...where, ...facetFilter(facets) },
      hint: this.#index(),
      maxTimeMS: maxReadMs,
    });
    return Number(answer['n']);
  }

  positionOf(row: Doc): Position {
    return { key: this.#keyOf(row), id: row._id };
  }

  /** How the database would read a page: for tests. */
  explain(from: Position | undefined, direction: Direction, limit: number): Promise<Document> {
    return this.#cursor(from, direction, false).limit(limit).explain('executionStats');
  }

  #cursor(from: Position | undefined, direction: Direction, inclusive: boolean) {
    const [bound, ...others] = this.#selection.facets;
    const { field } = this.order;
    const sign = direction === 'ASC' ? 1 : -1;
    const at = from && { facets: bound, [field]: this.#storedKey(from.key), _id: from.id };
    // The upper bound is excluded: a descending scan that keeps its position starts just above it.
    const above = inclusive && at ? { ...at, _id: `${at._id}\0` } : at;
    const within = this.#range(bound, from && this.#storedKey(from.key));
    return this.#collection
      .find(
        {
          ...this.#selection.where,
          ...(others.length > 0 && { facets: { $all: others } }),
        } as Filter<Doc>,
        { projection: publicProjection, maxTimeMS: maxReadMs },
      )
      .hint(this.#index())
      .min(direction === 'ASC' && at ? at : (within.min ?? lowest(bound, field)))
      .max(direction === 'DESC' && above ? above : (within.max ?? highest(bound, field)))
      .sort({ [field]: sign, _id: sign });
  }

  #index(): Document {
    return listIndex(this.order.field);
  }

  /**
   * A range that the filter sets to the sort key bounds the scan: else a page would read all that lies
   * before it. Left out where a position or the range itself is the other way round, since the database
   * refuses such bounds; the filter still holds.
   */
  #range(
    bound: string,
    from: string | number | Date | undefined,
  ): { readonly min?: Document; readonly max?: Document } {
    const { field } = this.order;
    const range: unknown = (this.#selection.where as Document)[field];
    if (typeof range !== 'object' || range === null) return {};
    const { $gte, $lt } = range as { readonly $gte?: Date; readonly $lt?: Date };
    if ($gte && $lt && $gte >= $lt) return {};
    const at = (key: Date) => ({ facets: bound, [field]: key, _id: new MinKey() });
    return {
      ...($gte && (from === undefined || $gte <= from) && { min: at($gte) }),
      ...($lt && (from === undefined || from < $lt) && { max: at($lt) }),
    };
  }

  #keyOf(row: Doc): SortKey {
    const value = (row as Document)[this.order.field];
    return value instanceof Date ? value.getTime() : value;
  }

  #storedKey(key: SortKey): string | number | Date {
    if (this.order.key !== 'TIME') return key;
    const time = new Date(key);
    if (Number.isNaN(time.getTime())) throw badCursor('its time is out of range');
    return time;
  }
}

/** The index that serves a list in an order. */
export function listIndex(field: string): Record<string, 1> {
  return { facets: 1, [field]: 1, _id: 1 };
}

/** A part of a text, as written. */
export function contains(text: string | null | undefined): Document | undefined {
  if (text == null) return undefined;
  if (text.length > 200) {
    throw new NetError('BAD_INPUT', `A text to look for is ${text.length} long: at most 200.`);
  }
  return { $regex: text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\0', '\\x00') };
}

/** From a moment on, and before another. */
export function between(
  from: Date | null | undefined,
  to: Date | null | undefined,
): Document | undefined {
  const range = present({ $gte: from, $lt: to });
  return Object.keys(range).length > 0 ? range : undefined;
}

/** Leaves out what was not asked for, so that an absent filter filters nothing. */
export function present(conditions: Document): Document {
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value != null));
}

function facetFilter(facets: readonly [string, ...string[]]): Document {
  return { facets: facets.length === 1 ? facets[0] : { $all: facets } };
}

function lowest(facet: string, field: string): Document {
  return { facets: facet, [field]: new MinKey(), _id: new MinKey() };
}

function highest(facet: string, field: string): Document {
  return { facets: facet, [field]: new MaxKey(), _id: new MaxKey() };
}
