/** A lock that processes share: never two at once, and what a process held that was killed is free. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { whileLocked } from './lock.ts';

const run = promisify(execFile);

test('of several processes one works at a time, also where one was killed while it held the lock', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-lock-'));
  try {
    const lock = join(folder, 'lock');
    const count = join(folder, 'count');
    await writeFile(count, '0');
    const gone = execFile(process.execPath, ['-e', '']);
    const { pid } = gone;
    await once(gone, 'exit');
    await writeFile(lock, String(pid));
    // Reads, waits and writes: whoever runs beside another loses the other's step.
    const program = `
      import { readFile, writeFile } from 'node:fs/promises';
      import { setTimeout } from 'node:timers/promises';
      import { whileLocked } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
      const step = () => whileLocked(${JSON.stringify(lock)}, async () => {
        const n = Number(await readFile(${JSON.stringify(count)}, 'utf8'));
        await setTimeout(20);
        await writeFile(${JSON.stringify(count)}, String(n + 1));
      });
      await Promise.all([step(), step()]);`;
    const processes = [1, 2, 3].map(() =>
      run(process.execPath, ['--input-type=module', '-e', program]),
    );
    await Promise.all(processes);
    expect(await readFile(count, 'utf8')).toBe('6');
    expect(await readdir(folder)).toEqual(['count']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('it is free again when the work fails, and whoever waits may stop waiting', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-lock-'));
  try {
    const lock = join(folder, 'lock');
    const failing = whileLocked(lock, () => Promise.reject(new Error('no room')));
    await expect(failing).rejects.toThrow('no room');
    const stop = new AbortController();
    await whileLocked(lock, async () => {
      const waiting = whileLocked(lock, () => Promise.resolve(), stop.signal);
      stop.abort();
      await expect(waiting).rejects.toThrow('aborted');
    });
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
