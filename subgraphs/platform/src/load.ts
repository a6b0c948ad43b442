/** The first start: reference records and their events, in batches of which each is one transaction. */
import type { Db, Document } from 'mongodb';
import { additions } from './additions/additions.ts';
import type { Platform } from './context.ts';
import { settingsOf } from './settings.ts';
import { writesOf } from './reference-writes.ts';
import { referenceRecords, type ReferenceRecord } from '@onenet/platforms';
import type { Row } from './rows.ts';

/** One document to write. */
export interface Write {
  readonly collection: string;
  readonly document: Document;
}

export interface LoadOptions {
  /** Share of the large figures that becomes records. */
  readonly scale: number;
  /** Told after each batch how many documents are in, of this start. */
  readonly onProgress?: (documents: number) => void;
  /** The records, if not the reference ones; the same for the same `now`. */
  readonly records?: (now: Date) => Iterable<ReferenceRecord>;
  /** Done before the first of a few documents is written, which need no indexes to be fast. */
  readonly beforeFew?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** How far the load is. It stands in the same transaction as the batch, so nothing comes twice. */
interface LoadState extends Row {
  readonly scale: number;
  /** The moment for which the records are generated: a resumed load asks for the same ones. */
  readonly now: Date;
  readonly documents: number;
  readonly done: boolean;
}

/** Documents of one transaction. */
const batchSize = 1_000;
/**
 * Up to so many documents are a few: their entries in eighty indexes cost less than the indexes made over
 * them afterwards, of which each waits until it is committed.
 */
const few = 10_000;
const stateId = 'reference-load';

/** Loads what is not there yet; an interrupted load goes on where it stopped. */
export async function loadReference(
  platform: Pick<Platform, 'definition' | 'client' | 'db'>,
  options: LoadOptions,
): Promise<void> {
  const state = await begin(platform.db, options.scale);
  if (state.done) return;
  const { definition } = platform;
  const records =
    options.records?.(state.now) ??
    referenceRecords(definition, { scale: state.scale, now: state.now });
  const writes = allWrites(definition, records);
  // What an earlier start has written is generated again and passed over.
  let documents = skip(writes, state.documents);
  const first = take(writes, few);
  if (first.length < few) await options.beforeFew?.();
  const all = chain(first, writes);
  for (let batch = take(all, batchSize); batch.length > 0; batch = take(all, batchSize)) {
    options.signal?.throwIfAborted();
    documents += batch.length;
    await writeBatch(platform, batch, documents);
    options.onProgress?.(documents);
  }
  await settingsOf<LoadState>(platform.db).updateOne({ _id: stateId }, { $set: { done: true } });
}

async function begin(db: Db, scale: number): Promise<LoadState> {
  const state = await settingsOf<LoadState>(db).findOneAndUpdate(
    { _id: stateId },
    { $setOnInsert: { scale, now: new Date(), documents: 0, done: false } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!state) throw new Error(`${db.databaseName} does not say how far its first load is.`);
  return state;
}

function* allWrites(
  definition: Platform['definition'],
  records: Iterable<ReferenceRecord>,
): Generator<Write> {
  const addition = additions.get(definition.code);
  for (const record of records) {
    yield* writesOf(definition, record);
    yield* addition?.writes(record) ?? [];
  }
}

function* chain(first: readonly Write[], others: Iterable<Write>): Generator<Write> {
  yield* first;
  yield* others;
}

function skip(writes: Iterator<Write>, count: number): number {
  for (let skipped = 0; skipped < count; skipped++) {
    if (writes.next().done) {
      throw new Error(
        `The reference data has changed since this load began: start with an empty database.`,
      );
    }
  }
  return count;
}

/** Not by the iterator's own `take`, which ends it. */
function take(writes: Iterator<Write>, count: number): readonly Write[] {
  const batch: Write[] = [];
  while (batch.length < count) {
    const next = writes.next();
    if (next.done) break;
    batch.push(next.value);
  }
  return batch;
}

async function writeBatch(
  { client, db }: Pick<Platform, 'client' | 'db'>,
  batch: readonly Write[],
  documents: number,
): Promise<void> {
  const byCollection = Map.groupBy(batch, ({ collection }) => collection);
  await client.withSession((session) =>
    session.withTransaction(
      async () => {
        for (const [collection, writes] of byCollection) {
          await db.collection(collection).insertMany(
            writes.map(({ document }) => document),
            { session, ordered: true },
          );
        }
        await settingsOf<LoadState>(db).updateOne(
          { _id: stateId },
          { $set: { documents } },
          { session },
        );
      },
      { writeConcern: { w: 'majority' } },
    ),
  );
}
