import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { prepareDataDir, releaseDataDir } from './data-dir.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onenet-data-dir-'));
  return () => rm(directory, { recursive: true, force: true });
});

test('--fresh removes what an earlier start left', async () => {
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
  await writeFile(join(directory, 'old'), '');
  await prepareDataDir(directory, { fresh: true, scale: 0.01 });
  expect(await readdir(directory)).not.toContain('old');
});

test('logs and what is kept of requests are for this account alone, though they were not', async () => {
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
  await releaseDataDir(directory);
  await rm(join(directory, 'logs'), { recursive: true });
  await mkdir(join(directory, 'logs'), { mode: 0o755 });
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
  for (const name of ['logs', 'gateway', 'analytics']) {
    expect((await stat(join(directory, name))).mode & 0o777).toBe(0o700);
  }
});

test('a directory that is not ours is left alone, with --fresh too', async () => {
  await writeFile(join(directory, 'thesis.docx'), '');
  for (const fresh of [false, true]) {
    await expect(prepareDataDir(directory, { fresh, scale: 0.01 })).rejects.toThrow('thesis.docx');
  }
  expect(await readdir(directory)).toEqual(['thesis.docx']);
});

test('data of another scale is not mixed with this one', async () => {
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
  await expect(prepareDataDir(directory, { fresh: false, scale: 0.5 })).rejects.toThrow(
    '--scale 0.01, not 0.5',
  );
});

test('a directory whose net runs is refused, and free again when that has stopped', async () => {
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
  // Whoever started this process lives.
  await writeFile(join(directory, 'starter.pid'), `${process.ppid}\n`);
  await expect(prepareDataDir(directory, { fresh: true, scale: 0.01 })).rejects.toThrow(
    `(pid ${process.ppid})`,
  );
  await releaseDataDir(directory);
  await prepareDataDir(directory, { fresh: false, scale: 0.01 });
});
