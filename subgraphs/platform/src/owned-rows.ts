/** The first page of a list inside each record of an answer, for all of them in one round trip. */
import type { Direction, Position } from '@onenet/contract';
import type { Db, Document } from 'mongodb';
import { publicProjection, type Loaders } from './loaders.ts';
import { KeysetRows } from './keyset-rows.ts';
import {
  inTransferFacet,
  isInTransferFacet,
  maxReadMs,
  type ListedRow,
  type Selection,
} from './rows.ts';

/** Which field of a row names the record that it belongs to; that id is also the selection's first facet. */
export interface Owned<Doc> extends Selection<Doc> {
  readonly ownerField: string;
}

/** Rows that belong to a record. */
export class OwnedRows<Doc extends ListedRow> extends KeysetRows<Doc> {
  readonly #db: Db;
  readonly #loaders: Loaders;
  readonly #selection: Owned<Doc>;

  constructor(db: Db, loaders: Loaders, selection: Owned<Doc>) {
    super(db, selection);
    this.#db = db;
    this.#loaders = loaders;
    this.#selection = selection;
  }

  /** A page from the list's beginning is read together with its siblings; one from a cursor alone. */
  override async read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive = false,
  ): Promise<readonly Doc[]> {
    if (from) return super.read(from, direction, limit, inclusive);
    const loader = this.#loaders.batch<readonly Doc[]>(
      `owned rows ${this.#kind()} ${direction} ${limit}`,
      (owners) => this.#readAll(owners, direction, limit),
    );
    return (await loader.load(this.#owner())) ?? [];
  }

  override async count(): Promise<number> {
    const loader = this.#loaders.batch<number>(`owned count ${this.#kind()}`, (owners) =>
      this.#countAll(owners),
    );
    return (await loader.load(this.#owner())) ?? 0;
  }

  async #readAll(
    owners: readonly string[],
    direction: Direction,
    limit: number,
  ): Promise<ReadonlyMap<string, readonly Doc[]>> {
    const sign = direction === 'ASC' ? 1 : -1;
    const answers = await this.#db
      .aggregate<{ readonly _id: string; readonly rows: readonly Doc[] }>(
        [
          { $documents: owners.map((_id) => ({ _id })) },
          {
            $lookup: {
              from: this.#selection.collection,
              localField: '_id',
              foreignField: 'facets',
              pipeline: [
                { $match: this.#conditions() },
                { $sort: { [this.order.field]: sign, _id: sign } },
                { $limit: limit },
                { $project: publicProjection },
              ],
              as: 'rows',
            },
          },
        ],
        { maxTimeMS: maxReadMs },
      )
      .toArray();
    return new Map(answers.map(({ _id, rows }) => [_id, rows]));
  }

  async #countAll(owners: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const answers = await this.#db
      .collection(this.#selection.collection)
      .aggregate<{ readonly _id: string; readonly count: number }>(
        [
          { $match: { $and: [{ facets: { $in: [...owners] } }, this.#conditions()] } },
          { $group: { _id: `$${this.#selection.ownerField}`, count: { $sum: 1 } } },
        ],
        { maxTimeMS: maxReadMs },
      )
      .toArray();
    const facetOf = this.#inTransfer() ? inTransferFacet : (owner: string) => owner;
    return new Map(answers.map(({ _id, count }) => [facetOf(_id), count]));
  }

  /** What all siblings have in common. */
  #conditions(): Document {
    const [, ...others] = this.#selection.facets;
    return {
      ...this.#selection.where,
      ...(others.length > 0 && { facets: { $all: others } }),
    };
  }

  #kind(): string {
    const { collection, order } = this.#selection;
    const mark = this.#inTransfer() ? ' in transfer' : '';
    return `${collection}${mark} ${order.name} ${JSON.stringify(this.#conditions())}`;
  }

  /** What is in transfer has facets of its own, the owner's too. */
  #inTransfer(): boolean {
    return isInTransferFacet(this.#owner());
  }

  #owner(): string {
    return this.#selection.facets[0];
  }
}
