/** A database server beside its keeper (supervise.ts): started, watched, stopped, never left over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, partOf, type Part } from './parts.ts';

export interface KeptOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** What asks it to end in order. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the server; resolves when `ready` does, and fails with the end of its log when it ends before. */
export async function startKept(
  options: KeptOptions,
  ready: (pid: number) => Promise<void>,
): Promise<Part> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const supervisor = supervise(options);
  const keeper = partOf(options.name, supervisor, options.logFile);
  const fails = keeper.ended.then(async (how): Promise<never> => {
    throw await failure(keeper, how);
  });
  try {
    const message = await Promise.race([once(supervisor, 'message'), fails]);
    const { pid } = message[0] as { pid: number };
    await Promise.race([ready(pid), fails]);
    return { ...keeper, pid, stop: () => stopKept(keeper, pid, options.stopSignal) };
  } catch (error) {
    await keeper.stop();
    throw error;
  } finally {
    // Whoever holds the part hears of a later end by `ended`.
    fails.catch(() => undefined);
  }
}

/** See supervise.ts for why the server has a process of its own beside it. */
function supervise({ program, args, logFile, stopSignal, cwd, env }: KeptOptions) {
  const log = openSync(logFile, 'a');
  try {
    const supervisor = join(import.meta.dirname, 'supervise.ts');
    return spawn(process.execPath, [supervisor, stopSignal, program, ...args], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
    });
  } finally {
    closeSync(log);
  }
}

async function stopKept(keeper: Part, pid: number, signal: NodeJS.Signals): Promise<void> {
  await keeper.stop();
  // The keeper takes the server with it, unless it was itself killed.
  while (isAlive(pid)) {
    process.kill(pid, signal);
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
