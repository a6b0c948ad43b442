/** One process at a time works on something, the others wait. What a process held that is gone is free again. */
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 100;
/** Nothing that is locked takes as long: the holder's number is another process's by now. */
const longestMs = 20 * 60_000;

/** Runs `work` while this process alone holds `file`, whose folder exists. */
export async function whileLocked<T>(
  file: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    while (!(await takes(own, file))) {
      await freeIfGone(file);
      await delay(lookEveryMs, undefined, { ...(signal && { signal }) });
    }
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** A link is there with its content, or not at all. */
async function takes(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function freeIfGone(file: string): Promise<void> {
  const holder = await holderOf(file);
  if (holder === undefined || !holder.isGone) return;
  // Somebody else may have freed and taken it meanwhile: theirs is put back.
  const taken = `${file}.${randomUUID()}`;
  try {
    await rename(file, taken);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await stat(taken)).ino !== holder.ino) await takes(taken, file);
  await rm(taken, { force: true });
}

async function holderOf(
  file: string,
): Promise<{ readonly ino: number; readonly isGone: boolean } | undefined> {
  try {
    const { ino, mtimeMs } = await stat(file);
    const pid = Number(await readFile(file, 'utf8'));
    return { ino, isGone: Date.now() - mtimeMs > longestMs || !isAlive(pid) };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is somebody else's.
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
