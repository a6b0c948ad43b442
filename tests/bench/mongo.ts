/** MongoDB for a benchmark: the one of `MONGODB_URI`, or one that is started here and goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo } from '@onenet/scripts/databases';
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
