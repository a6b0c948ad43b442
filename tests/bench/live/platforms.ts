/** Platforms that are nothing but their real feeds, and a writer that commits their events at an even rate. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { MongoClient } from 'mongodb';
import { testPlatform, type TestPlatform } from '../../../analytics/src/fixture.ts';
import { answerParent, usage } from '../child.ts';
import type { Commit, Rate, WriterData, WriterTold } from './writer.ts';

export type PlatformsMessage =
  | { readonly start: { readonly mongodbUri: string; readonly prefix: string } }
  | { readonly write: Rate }
  | 'stop';

/** What was written, and what CPU that took, without what the feeds took; microseconds. */
export interface Written {
  readonly commits: readonly Commit[];
  readonly writerCpuMicros: number;
  readonly feedsCpuMicros: number;
}

const codes = ['420100', '420300', '420500', '420600', '420700'];
let client: MongoClient;
let platforms: readonly TestPlatform[] = [];
let writer: Worker;

answerParent(async (message: PlatformsMessage) => {
  if (message === 'stop') {
    writer.postMessage('stop', []);
    for (const platform of platforms) await platform[Symbol.asyncDispose]();
    await client.close();
    return 'stopped';
  }
  if ('start' in message) {
    const { mongodbUri, prefix } = message.start;
    client = await MongoClient.connect(mongodbUri);
    const databases = codes.map((code) => `${prefix}${code}`);
    platforms = await Promise.all(
      codes.map((code) => testPlatform(client, code, `${prefix}${code}`)),
    );
    const workerData: WriterData = { mongodbUri, databases };
    writer = new Worker(new URL('writer.ts', import.meta.url), { workerData });
    await once(writer, 'online');
    return platforms.map(({ owner }) => owner);
  }
  return await write(message.write);
});

async function write(rate: Rate): Promise<Written> {
  const before = usage().cpuMicros;
  const { promise, resolve } = Promise.withResolvers<Written>();
  const told = (message: WriterTold): void => {
    if ('committed' in message) {
      platforms[message.committed]?.feed.wake();
      return;
    }
    writer.off('message', told);
    const { written, cpuMicros } = message;
    resolve({
      commits: written,
      writerCpuMicros: cpuMicros,
      feedsCpuMicros: usage().cpuMicros - before - cpuMicros,
    });
  };
  writer.on('message', told);
  writer.postMessage(rate, []);
  return await promise;
}
