/** Loads many records in one round trip: what is asked for in one tick is fetched together. */
import type { Db, Document } from 'mongodb';
import type { Row } from './rows.ts';

/** Left out of every read: what only indexes and the platform's own staff need, and what is rarely selected. */
export const publicProjection = { facets: 0, personal: 0, history: 0 } as const;

/** Collects keys until the current tick's resolvers are through, then loads them with one call. */
export class BatchLoader<Key, Value> {
  readonly #load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>;
  readonly #cache = new Map<Key, Promise<Value | undefined>>();
  #pending: { keys: Key[]; answer: Promise<ReadonlyMap<Key, Value>> } | undefined;

  constructor(load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>) {
    this.#load = load;
  }

  load(key: Key): Promise<Value | undefined> {
    const known = this.#cache.get(key);
    if (known) return known;
    const batch = (this.#pending ??= this.#open());
    batch.keys.push(key);
    const value = batch.answer.then((answer) => answer.get(key));
    this.#cache.set(key, value);
    return value;
  }

  #open(): { keys: Key[]; answer: Promise<ReadonlyMap<Key, Value>> } {
    const keys: Key[] = [];
    // setImmediate runs after all promises that are ready: resolvers at the same depth share a batch.
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#pending = undefined;
      return this.#load(keys);
    });
    return { keys, answer };
  }
}

/** The loaders of one request. */
export class Loaders {
  readonly #db: Db;
  readonly #byName = new Map<string, BatchLoader<string, unknown>>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** A loader that is made once per request and name. */
  batch<Value>(
    name: string,
    load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ): BatchLoader<string, Value> {
    const known = this.#byName.get(name);
    if (known) return known as BatchLoader<string, Value>;
    const loader = new BatchLoader(load);
    this.#byName.set(name, loader);
    return loader;
  }

  /** A record by its id, tombstones included. */
  record<Doc extends Row>(collection: string, id: string): Promise<Doc | undefined> {
    return this.batch<Doc>(`record ${collection}`, (ids) =>
      this.#find<Doc>(collection, ids, publicProjection),
    ).load(id);
  }

  /** Chosen fields of a record, by its id. */
  part<Part extends Row>(
    collection: string,
    id: string,
    projection: Document,
  ): Promise<Part | undefined> {
    return this.batch<Part>(`part ${collection} ${JSON.stringify(projection)}`, (ids) =>
      this.#find<Part>(collection, ids, projection),
    ).load(id);
  }

  async #find<Doc extends Row>(
    collection: string,
    ids: readonly string[],
    projection: Document,
  ): Promise<ReadonlyMap<string, Doc>> {
    const docs = await this.#db
      .collection<Row>(collection)
      // As large a batch as there are ids: never a second round trip for the rest.
      .find({ _id: { $in: [...ids] } }, { projection, batchSize: ids.length + 1 })
      .toArray();
    return new Map(docs.map((doc) => [doc._id, doc as Doc]));
  }
}
