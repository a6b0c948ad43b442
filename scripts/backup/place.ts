/** Where a net keeps what is backed up: the databases of its parts, and the files beside them. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startMongo } from '../databases.ts';
import { UsageError } from '../options.ts';
import type { Say } from '../progress.ts';
import { helpOption } from '../commands/run.ts';

/** The province's side: registry, clients, people and grants; positions; what was asked, quotas. */
const partDatabases = ['province', 'analytics', 'gateway'] as const;

/** Of the data directory: what signs, and what proves an operator. The marker makes it a data directory, so it comes last. */
export const dataFiles = ['keys', 'operator-token', 'onenet-data.json'] as const;

export const placeOptions = {
  data: { kind: 'text', default: '.onenet', help: "the net's data directory" },
  'mongodb-uri': {
    kind: 'text',
    default: '',
    env: 'MONGODB_URI',
    help: "its MongoDB, where that is not the net's own",
  },
  help: helpOption,
} as const;

/** The databases of the province's side, or of one platform. */
export function databasesOf(platform: string): readonly string[] {
  if (platform === '') return partDatabases;
  if (/^[0-9A-Z][0-9A-Z-]{0,31}$/.test(platform)) {
    return [`platform_${platform.replaceAll('-', '_')}`];
  }
  throw new UsageError(`--platform ${platform} is no platform's code, such as 420800.`);
}

/** The folder that the first argument names, empty where there is none, and the options. */
export function folderAndOptions(
  args: readonly string[],
): readonly [folder: string, options: readonly string[]] {
  const [first = '--', ...rest] = args;
  return first.startsWith('--') ? ['', args] : [first, rest];
}

export function noFolder(): UsageError {
  return new UsageError('The folder of the backup comes first: see --help.');
}

/** Runs `work` with a MongoDB: the one that is given, or one on the data directory, which nothing else uses. */
export async function withMongo<T>(
  given: string,
  dataDir: string,
  say: Say,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  let uri = given;
  if (uri === '') {
    const [port, logFile] = [await freePort(), join(dataDir, 'logs', 'mongod-restore.log')];
    const started = await startMongo({ dataDir: join(dataDir, 'mongodb'), port, logFile, say });
    stack.defer(() => started.stop());
    ({ uri } = started);
  }
  const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 10_000 });
  stack.defer(() => client.close());
  return await work(client);
}

/** Whether there is nothing at this path, or an empty folder. */
export async function isEmpty(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names.length === 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}
