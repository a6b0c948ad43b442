/** One part of the net as a child process: started, awaited, watched, stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { join, resolve as absolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How a part is run: a TypeScript program of this repository that takes its settings as flags. */
export interface PartPlan {
  readonly name: string;
  /** Its main.ts, seen from the repository's root. */
  readonly main: string;
  readonly args: readonly string[];
  /** Each answers 200 once the part does its work. */
  readonly readyUrls: readonly string[];
}

/** A part that runs. */
export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended, for whatever reason, with a few words about how. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it when it does not; resolves when it is gone. */
  stop(): Promise<void>;
}

/** The part did not become ready, or ended while nobody asked it to; carries its last lines. */
export class PartFailed extends Error {}

const root = join(import.meta.dirname, '..');
const graceMs = 15_000;
const pollMs = 100;
const shownLines = 20;

/** Starts a part; its output goes to its log, whose predecessor is kept as `.1`. */
export async function startPart(plan: PartPlan, logsDir: string): Promise<Part> {
  const logFile = await newLog(logsDir, plan.name);
  const log = openSync(logFile, 'a');
  const watchParent = pathToFileURL(join(import.meta.dirname, 'watch-parent.ts')).href;
  const child = spawn(
    process.execPath,
    ['--import', watchParent, absolute(root, plan.main), ...plan.args],
    {
      cwd: root,
      // Straight into the file: a part's log outlives its starter.
      stdio: ['ignore', log, log, 'ipc'],
      // A group of its own: Ctrl-C reaches the starter alone, which stops its parts in order.
      detached: true,
      env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
    },
  );
  closeSync(log);
  return partOf(plan.name, child, logFile);
}

/** Wraps a child process as a part. */
export function partOf(name: string, child: ChildProcess, logFile: string): Part {
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `code ${String(code)}` : `signal ${String(signal)}`,
  );
  return { name, pid: child.pid ?? -1, logFile, ended, stop: () => stopChild(child) };
}

/** Waits until the part answers; fails when it ends before. */
export async function untilReady(part: Part, readyUrls: readonly string[]): Promise<void> {
  let over = false;
  const end = part.ended.then(async (how) => {
    over = true;
    throw await failure(part, how);
  });
  const poll = async () => {
    for (const url of readyUrls) {
      while (!over && !(await answers(url))) {
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    }
  };
  await Promise.race([poll(), end]);
}

/** What to tell when a part has ended unasked: how, and the end of its log. */
export async function failure(part: Part, how: string): Promise<PartFailed> {
  const lines = await lastLines(part.logFile, shownLines);
  return new PartFailed(
    [
      `${part.name} ended (${how}); the end of ${part.logFile}:`,
      ...lines.map((l) => `  ${l}`),
    ].join('\n'),
  );
}

/** The last lines of a log. */
export async function lastLines(file: string, count: number): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count);
}

/** The path of an empty log file; the one before is kept. */
export async function newLog(logsDir: string, name: string): Promise<string> {
  const file = join(logsDir, `${name}.log`);
  await rename(file, `${file}.1`).catch(() => undefined);
  return file;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(impatience);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
