/** MongoDB for a benchmark: the one of `MONGODB_URI`, or one that is started here and goes with it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '@onenet/scripts/databases';
import { MongoClient } from 'mongodb';
import { freePort } from '../fixtures/ports.ts';

/** `await using mongo = await mongoForBench(say)`. */
export async function mongoForBench(
  say: (line: string) => void,
): Promise<AsyncDisposable & { readonly uri: string }> {
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
    async [Symbol.asyncDispose]() {
      await mongo.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A database of its own for the gateway's usage, dropped at the end. */
export async function usageForBench(
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
