/** The load, in a thread of its own: what commands do at their end, at an even rate. So the platforms' CPU is that of their feeds. */
import { parentPort, workerData } from 'node:worker_threads';
import { outboxCollection, outboxEntry } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';

/** Commits a second, for so long, each of so many events. */
export interface Rate {
  readonly commitsPerSecond: number;
  readonly events: number;
  readonly seconds: number;
}

export interface WriterData {
  readonly mongodbUri: string;
  readonly databases: readonly string[];
}

/** Of one event the commit, UTC ms. */
export interface Commit {
  readonly begunMs: number;
  /** Acknowledged by a majority, with journal. */
  readonly doneMs: number;
}

export type WriterTold =
  /** The platform at this place committed something. */
  | { readonly committed: number }
  /** All is written; a commit for each of its events. */
  | { readonly written: readonly Commit[]; readonly cpuMicros: number };

const { mongodbUri, databases } = workerData as WriterData;
const client = await MongoClient.connect(mongodbUri);
const platforms = databases.map((name) => client.db(name));

parentPort?.on('message', (message: Rate | 'stop') => {
  void (message === 'stop' ? client.close() : write(message));
});

async function write({ commitsPerSecond, events, seconds }: Rate): Promise<void> {
  const before = process.threadCpuUsage();
  const commits: Promise<Commit>[] = [];
  const began = performance.now();
  for (let n = 0; n < commitsPerSecond * seconds; n++) {
    // An open loop: a slow commit does not hold the next one back.
    const waitMs = (1000 * n) / commitsPerSecond - (performance.now() - began);
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const place = n % platforms.length;
    const db = platforms[place];
    if (db) commits.push(commit(db, place, n, events));
  }
  const done = await Promise.all(commits);
  const { user, system } = process.threadCpuUsage(before);
  tell({
    written: done.flatMap((each) => Array<Commit>(events).fill(each)),
    cpuMicros: user + system,
  });
}

/** What a command does at its end: commit, then wake the feed. */
async function commit(db: Db, place: number, n: number, events: number): Promise<Commit> {
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
  tell({ committed: place });
  return { begunMs, doneMs: Date.now() };
}

function tell(told: WriterTold): void {
  parentPort?.postMessage(told, []);
}
