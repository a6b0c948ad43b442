/** A list in its order, read by keyset: an index holds (facet, sort key, id), so a page examines as many keys as it returns. */
import { badCursor, type Direction, type Position, type SortKey } from '@onenet/contract';
import { MaxKey, MinKey, type Collection, type Db, type Document, type Filter } from 'mongodb';
import { publicProjection } from './loaders.ts';
import type { ListOrder } from './order.ts';
import { rarest } from './rarest.ts';
import { listIndex, maxReadMs, type ListedRow, type Rows, type Selection } from './rows.ts';

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
    const cursor = await this.#cursor(from, direction, inclusive);
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
    const { where, refine } = this.#selection;
    if (refine) {
      let kept = 0;
      for await (const row of await this.#cursor(undefined, 'ASC', false)) {
        if (refine(row as Doc)) kept++;
      }
      return kept;
    }
    // A count has no order: a range of another sort key is a part of that one's index.
    const field = this.order.indexed.find((each) => isRange((where as Document)[each]));
    return this.#count({ ...where, ...(await this.#facetsCounted()) }, { field });
  }

  positionOf(row: Doc): Position {
    return { key: this.#keyOf(row), id: row._id };
  }

  /** How the database would read a page: for tests. */
  async explain(
    from: Position | undefined,
    direction: Direction,
    limit: number,
  ): Promise<Document> {
    const cursor = await this.#cursor(from, direction, false);
    return cursor.limit(limit).explain('executionStats');
  }

  async #cursor(from: Position | undefined, direction: Direction, inclusive: boolean) {
    const { bound, others } = await this.#facets();
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

  /** A position is the same in the scan of every facet, so that another may bound the next page. */
  async #facets(): Promise<{ readonly bound: string; readonly others: readonly string[] }> {
    const { facets } = this.#selection;
    const bound = await rarest(this.#collection.namespace, facets, (facet, limit) =>
      this.#count({ facets: facet }, { limit }),
    );
    return { bound, others: facets.filter((facet) => facet !== bound) };
  }

  /** A count takes no bounds: the others are said so that no planner can make one of them the bound. */
  async #facetsCounted(): Promise<Document> {
    const { bound, others } = await this.#facets();
    if (others.length === 0) return { facets: bound };
    return { facets: bound, $expr: { $setIsSubset: [{ $literal: others }, '$facets'] } };
  }

  async #count(
    query: Document,
    { limit, field = this.order.field }: { limit?: number; field?: string | undefined },
  ): Promise<number> {
    const answer = await this.#db.command({
      count: this.#selection.collection,
      query,
      ...(limit !== undefined && { limit }),
      hint: listIndex(field),
      maxTimeMS: maxReadMs,
    });
    return Number(answer['n']);
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
    if (!isRange(range)) return {};
    const { $gte, $lt } = range;
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

/** What `between` makes of a filter. */
function isRange(condition: unknown): condition is { readonly $gte?: Date; readonly $lt?: Date } {
  return (
    typeof condition === 'object' &&
    condition !== null &&
    ('$gte' in condition || '$lt' in condition)
  );
}

function lowest(facet: string, field: string): Document {
  return { facets: facet, [field]: new MinKey(), _id: new MinKey() };
}

function highest(facet: string, field: string): Document {
  return { facets: facet, [field]: new MaxKey(), _id: new MaxKey() };
}
