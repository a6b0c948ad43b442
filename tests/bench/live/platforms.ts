/** Platforms that are nothing but their real feeds, and a writer that commits events at an even rate. */
import { outboxCollection, outboxEntry } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { testPlatform, type TestPlatform } from '../../../analytics/src/fixture.ts';
import { answerParent } from '../child.ts';

export type PlatformsMessage =
  | { readonly start: { readonly mongodbUri: string; readonly prefix: string } }
  | { readonly write: Rate }
  | 'stop';

/** Commits a second, for so long, each of so many events. */
export interface Rate {
  readonly commitsPerSecond: number;
  readonly events: number;
  readonly seconds: number;
}

const codes = ['420100', '420300', '420500', '420600', '420700'];
let client: MongoClient;
let platforms: readonly TestPlatform[] = [];

answerParent(async (message: PlatformsMessage) => {
  if (message === 'stop') {
    for (const platform of platforms) await platform[Symbol.asyncDispose]();
    await client.close();
    return 'stopped';
  }
  if ('start' in message) {
    const { mongodbUri, prefix } = message.start;
    client = await MongoClient.connect(mongodbUri);
    platforms = await Promise.all(
      codes.map((code) => testPlatform(client, code, `${prefix}${code}`)),
    );
    return platforms.map(({ owner }) => owner);
  }
  return await write(message.write);
});

/** Of one event the commit, UTC ms. */
export interface Commit {
  readonly begunMs: number;
  /** Acknowledged by a majority, with journal. */
  readonly doneMs: number;
}

async function write({ commitsPerSecond, events, seconds }: Rate): Promise<Commit[]> {
  const commits: Promise<Commit>[] = [];
  const began = performance.now();
  for (let n = 0; n < commitsPerSecond * seconds; n++) {
    // An open loop: a slow commit does not hold the next one back.
    const waitMs = (1000 * n) / commitsPerSecond - (performance.now() - began);
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const platform = platforms[n % platforms.length];
    if (platform) commits.push(commit(platform, n, events));
  }
  const done = await Promise.all(commits);
  return done.flatMap((each) => Array<Commit>(events).fill(each));
}

/** What a command does at its end: commit, then wake the feed. */
async function commit({ db, feed }: TestPlatform, n: number, events: number): Promise<Commit> {
  const begunMs = Date.now();
  const entries = Array.from({ length: events }, (_, i) =>
    outboxEntry({
      type: 'onenet.article.liked',
      time: new Date(begunMs),
      data: { category: '防汛', channel: 'WECHAT' },
      person: `person-${(n * events + i) % 5000}`,
    }),
  );
  await outboxCollection(db).insertMany(entries, { writeConcern: { w: 'majority' } });
  feed.wake();
  return { begunMs, doneMs: Date.now() };
}
