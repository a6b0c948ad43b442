/** Starts the databases that the net needs where none is configured: a MongoDB replica set of one. */
import { mkdir } from 'node:fs/promises';
import { MongoClient, MongoServerError } from 'mongodb';
import { startKept } from './kept.ts';
import { findMongod } from './mongod.ts';
import type { Part } from './parts.ts';
import { step, type Say } from './progress.ts';

/** A MongoDB that this process started. */
export interface StartedMongo extends Part {
  readonly uri: string;
}

export interface MongoOptions {
  /** The data directory of mongod; made if it is not there. */
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
  readonly say: Say;
}

const replicaSet = 'onenet';
const primaryWithinMs = 60_000;

/** Starts a replica set of one (transactions need one) and waits until it takes writes. */
export async function startMongo(options: MongoOptions): Promise<StartedMongo> {
  const { dataDir, port, logFile, say } = options;
  const program = await findMongod(say);
  await mkdir(dataDir, { recursive: true });
  const args = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1'];
  args.push('--replSet', replicaSet, '--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '256');
  // A socket file in /tmp would be one more thing to leave behind.
  args.push('--nounixsocket');
  // The log of what took long has its values, which may be personal or secret.
  args.push('--slowms', String(2 ** 31 - 1));
  const kept = { name: 'mongod', program, args, logFile, stopSignal: 'SIGTERM' } as const;
  const part = await startKept(kept, () => step(say, 'MongoDB', () => takesWrites(port)));
  return { ...part, uri: `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSet}` };
}

async function takesWrites(port: number): Promise<void> {
  const until = performance.now() + primaryWithinMs;
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: primaryWithinMs,
  });
  try {
    const admin = client.db('admin');
    await initiate(port, client);
    while (!(await admin.command({ hello: 1 }))['isWritablePrimary']) {
      if (performance.now() > until) {
        throw new Error(`MongoDB on port ${port} is no primary after ${primaryWithinMs / 1000} s.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await client.close();
  }
}

async function initiate(port: number, client: MongoClient): Promise<void> {
  const config = { _id: replicaSet, members: [{ _id: 0, host: `127.0.0.1:${port}` }] };
  try {
    await client.db('admin').command({ replSetInitiate: config });
  } catch (error) {
    const done = error instanceof MongoServerError && error.codeName === 'AlreadyInitialized';
    if (!done) throw error;
    await moveTo(port, client);
  }
}

/** Data made on another port names that port in the set's configuration, and finds no primary. */
async function moveTo(port: number, client: MongoClient): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const admin = client.db('admin');
  const { config } = await admin.command({ replSetGetConfig: 1 });
  if (config.members[0].host === host) return;
  const moved = {
    ...config,
    version: config.version + 1,
    members: [{ ...config.members[0], host }],
  };
  await admin.command({ replSetReconfig: moved, force: true });
}
