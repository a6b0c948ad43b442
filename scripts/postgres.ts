/** Starts a PostgreSQL server where none is configured: for the platforms that keep their data in one. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres, type PostgresPrograms } from './find-postgres.ts';
import { startKept } from './kept.ts';
import type { Part } from './parts.ts';
import { step, type Say } from './progress.ts';
import { asServerUser, makeServerFolder } from './server-user.ts';

/** A PostgreSQL that this process started. */
export interface StartedPostgres extends Part {
  /** Its superuser, its first database; without a password, on loopback only. */
  readonly uri: string;
}

export interface PostgresOptions {
  /** The data directory of the server; made if it is not there. */
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
  readonly say: Say;
}

const run = promisify(execFile);
const user = 'onenet';
const readyWithinMs = 60_000;

/** Starts a server and waits until it takes connections. */
export async function startPostgres(options: PostgresOptions): Promise<StartedPostgres> {
  const { port, logFile, say } = options;
  const dataDir = resolve(options.dataDir);
  const programs = await findPostgres(say);
  await step(say, 'PostgreSQL data', () => initialise(programs, dataDir));

  // No socket file: it would be one more thing to leave behind, and its path may be too long.
  const args = ['-D', dataDir, '-p', String(port), '-h', '127.0.0.1', '-k', ''];
  const [program, programArgs] = asServerUser(programs.postgres, args);
  // SIGTERM would wait for every client to go; SIGINT ends their sessions, and loses nothing.
  const kept = {
    name: 'postgres',
    program,
    args: programArgs,
    logFile,
    stopSignal: 'SIGINT',
  } as const;
  const part = await startKept(kept, (pid) =>
    step(say, 'PostgreSQL', () => takesConnections(dataDir, pid)),
  );
  return { ...part, uri: `postgres://${user}@127.0.0.1:${port}/postgres` };
}

/** Makes the data directory unless it is there; refuses one of another major version. */
async function initialise({ initdb, postgres }: PostgresPrograms, dataDir: string): Promise<void> {
  const made = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (made !== '') {
    const { stdout } = await run(postgres, ['--version']);
    const major = /(\d+)/.exec(stdout)?.[1];
    if (major === made) return;
    throw new Error(
      `${dataDir} was made by PostgreSQL ${made}, and ${postgres} is ${major}: ` +
        `put PostgreSQL ${made} on PATH, or make new data with --fresh.`,
    );
  }
  await makeServerFolder(dataDir);
  // Byte order everywhere (the contract's); words of people are not sorted by the database.
  const settings = ['--encoding=UTF8', '--locale=C', '--auth=trust', '--no-sync'];
  const [program, args] = asServerUser(initdb, ['-D', dataDir, `--username=${user}`, ...settings]);
  await run(program, args, { cwd: '/' });
}

/** The server writes its state into the eighth line of its lock file, as `pg_ctl -w` reads it. */
async function takesConnections(dataDir: string, pid: number): Promise<void> {
  const until = performance.now() + readyWithinMs;
  for (;;) {
    const lock = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
    const lines = lock.split('\n');
    // A server that crashed left its own lock behind.
    if (lines[0] === String(pid) && lines[7]?.trim() === 'ready') return;
    if (performance.now() > until) {
      throw new Error(`PostgreSQL takes no connections after ${readyWithinMs / 1000} s.`);
    }
    await new Promise((resolveNow) => setTimeout(resolveNow, 50));
  }
}
