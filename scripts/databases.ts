/** Starts the databases that the net needs where none is configured: a MongoDB replica set of one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MongoClient, MongoServerError } from 'mongodb';
import { findMongod } from './mongod.ts';
import { failure, partOf, type Part } from './parts.ts';
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
  const program = await findMongod(options.say);
  await mkdir(options.dataDir, { recursive: true });
  await mkdir(dirname(options.logFile), { recursive: true });
  const supervisor = supervise(program, options);
  const keeper = partOf('mongod', supervisor, options.logFile);
  try {
    const pid = await Promise.race([mongodPid(supervisor), failsWhenEnded(keeper)]);
    await step(options.say, 'MongoDB', () =>
      Promise.race([takesWrites(options.port), failsWhenEnded(keeper)]),
    );
    const uri = `mongodb://127.0.0.1:${options.port}/?replicaSet=${replicaSet}`;
    return { ...keeper, uri, pid, stop: () => stopMongo(keeper, pid) };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

/** See supervise.ts for why mongod has a process of its own beside it. */
function supervise(program: string, { dataDir, port, logFile }: MongoOptions): ChildProcess {
  const args = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1'];
  args.push('--replSet', replicaSet, '--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '256');
  // A socket file in /tmp would be one more thing to leave behind.
  args.push('--nounixsocket');
  const log = openSync(logFile, 'a');
  try {
    const supervisor = join(import.meta.dirname, 'supervise.ts');
    return spawn(process.execPath, [supervisor, program, ...args], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function mongodPid(supervisor: ChildProcess): Promise<number> {
  const [message] = await once(supervisor, 'message');
  return (message as { pid: number }).pid;
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

async function failsWhenEnded(part: Part): Promise<never> {
  throw await failure(part, await part.ended);
}

async function stopMongo(keeper: Part, pid: number): Promise<void> {
  await keeper.stop();
  // The keeper takes mongod with it, unless it was itself killed.
  while (isAlive(pid)) {
    process.kill(pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
