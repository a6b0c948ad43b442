/** Yichang's platform, which is Python on PostgreSQL: its database, its first records, its server. The sidecar stands before it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, DatabaseError } from 'pg';
import { startKept } from './kept.ts';
import { untilReady, type Part } from './parts.ts';
import type { Say } from './progress.ts';
import { pythonWith } from './python.ts';

export const yichang = '420500';

const folder = join(import.meta.dirname, '../subgraphs/examples/python');

/** The Python that runs it, with its libraries; installs them, with progress, if need be. */
export function yichangPython(say: Say): Promise<string> {
  return pythonWith(join(folder, 'requirements.txt'), say);
}

/** Makes the database where it is missing; returns its address. `server` names any database of the server. */
export async function makeDatabase(server: string, name: string): Promise<string> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8'`);
  } catch (error) {
    const isThere = error instanceof DatabaseError && error.code === '42P04';
    if (!isThere) throw error;
  } finally {
    await client.end();
  }
  const uri = new URL(server);
  uri.pathname = `/${name}`;
  return uri.href;
}

/** Whether its first records are there. */
export async function isYichangLoaded(database: string): Promise<boolean> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    const { rowCount } = await client.query(`SELECT 1 FROM loaded WHERE what = 'records'`);
    return rowCount === 1;
  } catch (error) {
    const isNoTable = error instanceof DatabaseError && error.code === '42P01';
    if (isNoTable) return false;
    throw error;
  } finally {
    await client.end();
  }
}

/** Makes its tables and loads its first records, once; the outbox must be there (the sidecar makes it). */
export async function loadYichang(
  python: string,
  database: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const args = ['-m', 'yichang.load', '--database', database, '--records', '-'];
  const child = spawn(python, args, {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: pythonEnv(),
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = once(child, 'close');
  // It stops reading when the records are there already.
  await pipeline(Readable.from(lines), child.stdin).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  });
  const [code] = await ended;
  if (code !== 0) throw new Error(`yichang.load failed:\n${Buffer.concat(said).toString().trim()}`);
}

/** Starts the server on loopback, and waits until it answers. */
export async function startYichang(options: {
  readonly python: string;
  readonly database: string;
  readonly port: number;
  readonly simulatePerSecond?: number;
  /** How often it looks at deadlines; 0 is never. */
  readonly sweepSeconds?: number;
  readonly logFile: string;
}): Promise<Part> {
  const { python, database, port, simulatePerSecond = 0, sweepSeconds = 60, logFile } = options;
  const args = ['-m', 'yichang', '--database', database, '--port', String(port)];
  args.push('--simulate', String(simulatePerSecond), '--sweep', String(sweepSeconds));
  const kept = { name: 'yichang', program: python, args, logFile, stopSignal: 'SIGTERM' } as const;
  const part = await startKept({ ...kept, cwd: folder, env: pythonEnv() }, async () => undefined);
  try {
    await untilReady(part, [`http://127.0.0.1:${port}/health/ready`]);
    return part;
  } catch (error) {
    await part.stop();
    throw error;
  }
}

/** A command of its own, such as `erase`, with this process's input and output; resolves with its exit code. */
export async function runYichang(
  python: string,
  args: readonly string[],
  database: string,
): Promise<number> {
  // Run from where the user is: paths in the arguments are seen from there.
  const env = { PYTHONPATH: folder, DATABASE_URL: database };
  const child = spawn(python, ['-m', 'yichang', ...args], {
    stdio: 'inherit',
    env: { ...pythonEnv(), ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** No files beside the sources, and a log that is written as it happens. */
function pythonEnv(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
}
