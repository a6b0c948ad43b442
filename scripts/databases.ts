/** Starts the databases that the net needs where none is configured: a MongoDB replica set of one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MongoClient, type MongoServerError } from 'mongodb';
import { findMongod } from './mongod.ts';
import { step, type Say } from './progress.ts';

/** A MongoDB that this process started. */
export interface StartedMongo {
  readonly uri: string;
  /** Ends by itself only when it crashed. */
  readonly process: ChildProcess;
  /** Stops it and waits until it is gone. */
  stop(): Promise<void>;
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
  const mongod = superviseMongod(program, options);
  const uri = `mongodb://127.0.0.1:${options.port}/?replicaSet=${replicaSet}`;
  try {
    await step(options.say, 'MongoDB', () =>
      Promise.race([takesWrites(options.port), crashed(mongod, options.logFile)]),
    );
  } catch (error) {
    await stopProcess(mongod);
    throw error;
  }
  return { uri, process: mongod, stop: () => stopProcess(mongod) };
}

/** Asks a child to end and waits until it has. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

function superviseMongod(program: string, { dataDir, port, logFile }: MongoOptions): ChildProcess {
  const args = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1'];
  args.push('--replSet', replicaSet, '--wiredTigerCacheSizeGB', '0.5', '--oplogSize', '256');
  // mongod writes where it listens; a socket file in /tmp would be one more thing to leave behind.
  args.push('--nounixsocket');
  const log = openSync(logFile, 'a');
  try {
    const supervisor = join(import.meta.dirname, 'supervise.ts');
    return spawn(process.execPath, [supervisor, program, ...args], {
      stdio: ['ignore', log, log, 'ipc'],
      // A group of its own: Ctrl-C reaches the starter alone, which stops its parts in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function takesWrites(port: number): Promise<void> {
  const until = performance.now() + primaryWithinMs;
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: primaryWithinMs,
  });
  try {
    const admin = client.db('admin');
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
    await admin.command({ replSetInitiate: { _id: replicaSet, members } }).catch(unlessInitiated);
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

function unlessInitiated(error: MongoServerError): void {
  if (error.codeName !== 'AlreadyInitialized') throw error;
}

async function crashed(mongod: ChildProcess, logFile: string): Promise<never> {
  const [code] = await once(mongod, 'exit');
  const tail = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
  throw new Error(`mongod ended with code ${String(code)}; the end of ${logFile}:\n${tail}`);
}
