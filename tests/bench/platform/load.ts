/** Reference records straight into a platform's collections: without its feed, unordered, indexes afterwards. */
import { databaseName, writesOf } from '@onenet/platform';
import { platformByCode, referenceRecords } from '@onenet/platforms';
import type { Document, MongoClient } from 'mongodb';

const batchOf = 2_000;
const sayEvery = 100_000;

/** Documents of the platform at a scale; how many there are. */
export async function loadFast(
  client: MongoClient,
  code: string,
  {
    prefix,
    scale,
    say,
  }: { readonly prefix: string; readonly scale: number; readonly say: (line: string) => void },
): Promise<number> {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no platform ${code}.`);
  const db = client.db(databaseName(code, prefix));
  const waiting = new Map<string, Document[]>();
  let documents = 0;
  const flush = async (collection: string): Promise<void> => {
    const batch = waiting.get(collection) ?? [];
    waiting.delete(collection);
    if (batch.length === 0) return;
    await db.collection(collection).insertMany(batch, { ordered: false, writeConcern: { w: 1 } });
  };
  for (const record of referenceRecords(definition, { scale, now: new Date() })) {
    for (const { collection, document } of writesOf(definition, record)) {
      // Events are the feed's, and nothing is read of them here.
      if (collection === 'outbox') continue;
      let batch = waiting.get(collection);
      if (!batch) waiting.set(collection, (batch = []));
      batch.push(document);
      documents += 1;
      if (batch.length === batchOf) await flush(collection);
      if (documents % sayEvery === 0) say(`${code}: ${documents.toLocaleString('en')} documents`);
    }
  }
  for (const collection of waiting.keys()) await flush(collection);
  return documents;
}
