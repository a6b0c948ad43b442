/** Databases of MongoDB as files, all as of one moment of the cluster, and back: BSON, with what makes each collection beside it. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BSON, type Db, type Document, type IndexDescriptionInfo, type MongoClient } from 'mongodb';

/** Keeps documents as they were stored, numbers of each kind too. */
const asStored = { promoteValues: false, promoteBuffers: false, promoteLongs: false } as const;
const batchBytes = 8 * 1024 * 1024;
const batchDocuments = 10_000;
const ending = '.bson.gz';

/** What a collection is made of besides its documents. */
interface Plan {
  readonly options: Document;
  readonly indexes: readonly IndexDescriptionInfo[];
}

/** `database.collection`, and how many documents of it are done. */
export type Told = (collection: string, documents: number) => void;

/** Writes each collection that `isWanted`, into a folder a database. The moment is that of the first read. */
export async function dumpDatabases(
  client: MongoClient,
  databases: readonly string[],
  folder: string,
  isWanted: (database: string, collection: string) => boolean,
  told: Told,
): Promise<void> {
  // Whoever has been listed is there at the moment of the snapshot.
  const listed: { db: Db; name: string; options: Document }[] = [];
  for (const database of databases) {
    const db = client.db(database);
    for (const { name, type, ...info } of await db.listCollections().toArray()) {
      const isOwn = type === 'collection' && !name.startsWith('system.');
      const { options = {} } = info as { readonly options?: Document };
      if (isOwn && isWanted(database, name)) listed.push({ db, name, options });
    }
  }
  const session = client.startSession({ snapshot: true });
  try {
    for (const { db, name, options } of listed) {
      const collection = db.collection(name);
      const to = join(folder, db.databaseName);
      await mkdir(to, { recursive: true, mode: 0o700 });
      const found = collection.find({}, { session, raw: true });
      let documents = 0;
      async function* bytes(): AsyncGenerator<Buffer> {
        for await (const each of found) {
          documents += 1;
          told(`${db.databaseName}.${name}`, documents);
          yield each as unknown as Buffer;
        }
      }
      const file = createWriteStream(join(to, name + ending), { mode: 0o600 });
      await pipeline(Readable.from(bytes()), createGzip({ level: 1 }), file);
      const plan: Plan = { options, indexes: await collection.indexes() };
      const text = BSON.EJSON.stringify(plan, { relaxed: false });
      await writeFile(join(to, `${name}.json`), text, { mode: 0o600 });
    }
  } finally {
    await session.endSession();
  }
}

/** Of the databases in a dump, those that have something already. */
export async function takenDatabases(client: MongoClient, folder: string): Promise<string[]> {
  const taken: string[] = [];
  for (const database of await readdir(folder)) {
    const there = await client.db(database).listCollections({}, { nameOnly: true }).toArray();
    if (there.length > 0) taken.push(database);
  }
  return taken;
}

/** Makes the collections of a dump, in databases that are empty; their names. */
export async function restoreDatabases(
  client: MongoClient,
  folder: string,
  told: Told,
): Promise<readonly string[]> {
  const databases = await readdir(folder);
  for (const database of databases) {
    const db = client.db(database);
    for (const file of await readdir(join(folder, database))) {
      if (!file.endsWith(ending)) continue;
      const name = file.slice(0, -ending.length);
      const text = await readFile(join(folder, database, `${name}.json`), 'utf8');
      const { options, indexes } = BSON.EJSON.parse(text) as Plan;
      await db.createCollection(name, options);
      const collection = db.collection(name, { writeConcern: { w: 'majority', journal: true } });
      let done = 0;
      for await (const batch of batchesOf(join(folder, database, file))) {
        await collection.insertMany(batch, { bypassDocumentValidation: true });
        done += batch.length;
        told(`${database}.${name}`, done);
      }
      const own = indexes.filter(({ name: index }) => index !== '_id_');
      if (own.length > 0) {
        await db.command({ createIndexes: name, indexes: own });
      }
    }
  }
  return databases;
}

async function* batchesOf(file: string): AsyncGenerator<Document[]> {
  let batch: Document[] = [];
  let size = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file).pipe(createGunzip())) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readInt32LE(at);
      if (rest.length - at < length) break;
      batch.push(BSON.deserialize(rest.subarray(at, at + length), asStored));
      at += length;
      size += length;
      if (size >= batchBytes || batch.length >= batchDocuments) {
        yield batch;
        [batch, size] = [[], 0];
      }
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error(`${file} ends within a document.`);
  if (batch.length > 0) yield batch;
}
