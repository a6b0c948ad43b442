/** MongoDB for a benchmark: the one of `MONGODB_URI`, or one that is started here and goes with it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '@onenet/scripts/databases';
import { MongoClient } from 'mongodb';
import { freePort } from '../fixtures/ports.ts';

export interface BenchMongo extends AsyncDisposable {
  readonly uri: string;
  /** Of the one that was started here. */
  readonly pid?: number;
}

/** `await using mongo = await mongoForBench(say)`. */
export async function mongoForBench(say: (line: string) => void): Promise<BenchMongo> {
  const uri = process.env['MONGODB_URI'];
  if (uri !== undefined) return { uri, async [Symbol.asyncDispose]() {} };
  const directory = await mkdtemp(join(tmpdir(), 'onenet-bench-mongo-'));
  const mongo = await startMongo({
    dataDir: join(directory, 'data'),
    port: await freePort(),
    logFile: join(directory, 'mongod.log'),
    say,
  });
  return {
    uri: mongo.uri,
    pid: mongo.pid,
    async [Symbol.asyncDispose]() {
      await mongo.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The same, with room for a million records: the net's own is sized for a demonstration. One that is given stays as it is. */
export async function largeMongoForBench(say: (line: string) => void): Promise<BenchMongo> {
  const mongo = await mongoForBench(say);
  if (mongo.pid === undefined) return mongo;
  await using client = await MongoClient.connect(mongo.uri);
  const wiredTigerEngineRuntimeConfig = 'cache_size=4G';
  await client.db('admin').command({ setParameter: 1, wiredTigerEngineRuntimeConfig });
  return mongo;
}

/** A database of its own for what the gateway keeps, dropped at the end. */
export async function databaseForBench(
  mongodbUri: string,
): Promise<AsyncDisposable & { readonly mongodbUri: string; readonly database: string }> {
  const database = `bench_gateway_${randomUUID().slice(0, 8)}`;
  return {
    mongodbUri,
    database,
    async [Symbol.asyncDispose]() {
      await using client = await MongoClient.connect(mongodbUri);
      await client.db(database).dropDatabase();
    },
  };
}
