/** Builds the dashboard when its sources have changed since the last build. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whileLocked } from './lock.ts';
import { step, type Say } from './progress.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const dashboard = join(root, 'dashboard');
/** All that the built files depend on. */
const sources = [
  'dashboard/{src,static}/**/*.*',
  'dashboard/*.{ts,json,js,html}',
  'charts/src/**/*.*',
  'subgraphs/contract/{src,modules}/**/*.*',
  'subgraphs/contract/working-days.json',
  'pnpm-lock.yaml',
];

/** Where the built dashboard is, built anew if it is stale; of several processes that find it so, by one. */
export async function buildDashboard(say: Say, signal?: AbortSignal): Promise<string> {
  const built = join(dashboard, 'build');
  const stamp = join(built, '.sources');
  const wanted = await hashOfSources();
  const isFresh = async (): Promise<boolean> =>
    existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted;
  if (await isFresh()) return built;
  const lock = join(dashboard, 'node_modules', '.onenet-building');
  await whileLocked(
    lock,
    async () => {
      if (!(await isFresh())) await build(say, stamp, wanted, signal);
    },
    signal,
  );
  return built;
}

async function build(
  say: Say,
  stamp: string,
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await step(say, 'building the dashboard', async () => {
    const vite = join(dashboard, 'node_modules/vite/bin/vite.js');
    try {
      await run(process.execPath, [vite, 'build'], {
        cwd: dashboard,
        // Whoever builds, a test too, gets what is served.
        env: { ...process.env, NODE_ENV: 'production' },
        maxBuffer: 64 * 2 ** 20,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
      throw new Error(`The dashboard could not be built:\n${output.trim()}`, { cause: error });
    }
    await writeFile(stamp, wanted);
  });
}

async function hashOfSources(): Promise<string> {
  const files: string[] = [];
  for await (const file of glob(sources, { cwd: root })) files.push(file);
  const hash = createHash('sha256');
  for (const file of files.toSorted()) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest('hex');
}
