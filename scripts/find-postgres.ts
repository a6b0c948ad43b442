/** Finds the programs of a PostgreSQL server: on PATH, where Debian puts them, or in a Python wheel. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, isExecutable, pathFolders } from './programs.ts';
import type { Say } from './progress.ts';
import { asServerUser, isRoot } from './server-user.ts';
import { cacheDir, installFromWheel, type Wheel } from './wheel.ts';

const run = promisify(execFile);
const version = '16.2';

/** One file for every Python: the programs in it do not depend on which one asks. */
const wheel: Wheel = {
  title: `PostgreSQL ${version}`,
  requirement: 'pgserver==0.1.4',
  sha256: '1a5d07c61d51f2abfef4ef61e2ef5cd014b994f7e09de8d3c140d2cf370e84a8',
  bytes: 11_266_316,
  pipArgs: [
    '--only-binary=:all:',
    '--python-version=3.12',
    '--implementation=cp',
    '--platform=manylinux2014_x86_64',
  ],
};

/** Where the programs of one PostgreSQL are. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** Thrown when this system has no PostgreSQL and none can be had; the message says what to do. */
export class NoPostgres extends Error {}

/** A PostgreSQL that runs here; downloads one, with progress, if there is none. */
export async function findPostgres(say: Say): Promise<PostgresPrograms> {
  const tried: string[] = [];
  for (const [name, find] of places) {
    try {
      const programs = await find(say);
      if (programs !== undefined) return programs;
      tried.push(`${name}: none`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`  ✗ ${name}: ${reason}`);
      tried.push(`${name}: ${reason}`);
    }
  }
  throw new NoPostgres(
    [
      `No PostgreSQL for ${process.platform} ${process.arch}:`,
      ...tried.map((line) => `  - ${line}`),
      'Install PostgreSQL 14 or later (on Debian: apt-get install postgresql), or set POSTGRES_URI.',
    ].join('\n'),
  );
}

type Find = (say: Say) => Promise<PostgresPrograms | undefined>;

const places: readonly [name: string, find: Find][] = [
  ['initdb and postgres on PATH', async () => await inFolders(pathFolders())],
  ['/usr/lib/postgresql', async () => await inFolders(await debianFolders())],
  [`the Python wheel ${wheel.requirement}`, fromWheel],
];

async function inFolders(folders: readonly string[]): Promise<PostgresPrograms | undefined> {
  const [initdb, postgres] = [
    await findProgram('initdb', folders),
    await findProgram('postgres', folders),
  ];
  if (initdb === undefined || postgres === undefined) return undefined;
  return await checked({ initdb, postgres });
}

/** Debian keeps them off PATH, one folder a major version; the newest first. */
async function debianFolders(): Promise<readonly string[]> {
  const base = '/usr/lib/postgresql';
  const versions = await readdir(base).catch(() => []);
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => join(base, major, 'bin'));
}

async function fromWheel(say: Say): Promise<PostgresPrograms | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  // Root's own cache is closed to the user that the server runs as (see server-user.ts).
  const cache = isRoot() ? (process.env['ONENET_CACHE'] ?? '/var/cache/onenet') : cacheDir();
  const path = join(cache, `postgresql-${version}`);
  // The libraries are looked for beside the folder, so the wheel is kept as it was unpacked.
  const bin = join(path, 'pgserver/pginstall/bin');
  const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  if (!(await isExecutable(programs.postgres))) {
    await installFromWheel(wheel, path, say, async (unpacked) => unpacked);
  }
  return await checked(programs);
}

/** Proves that the server runs on this system, as the user that it will run as. */
async function checked(programs: PostgresPrograms): Promise<PostgresPrograms> {
  const [program, args] = asServerUser(programs.postgres, ['--version']);
  try {
    await run(program, args, { cwd: '/' });
    return programs;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${programs.postgres} does not run here: ${reason.trim()}`, { cause: error });
  }
}
