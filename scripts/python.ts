/** Finds Python, and gives a program of this repository its libraries: in a virtual environment of its own, made once. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { step, type Say } from './progress.ts';
import { isExecutable } from './programs.ts';
import { cacheDir } from './wheel.ts';

const run = promisify(execFile);

/** There is no Python that will do; the message says what is missing. */
export class NoPython extends Error {}

/** What the program prints about itself, when it has what we need. */
const probe = [
  'import sys, venv, ensurepip',
  'assert sys.version_info >= (3, 11), f"it is {sys.version.split()[0]}: 3.11 is needed"',
  'print(sys.version, sys.executable)',
].join('\n');

/** The Python of an environment that holds what `requirements` (a file with hashes) names. */
export async function pythonWith(requirements: string, say: Say): Promise<string> {
  const identity = await describePython();
  const hash = createHash('sha256')
    .update(identity)
    .update(await readFile(requirements));
  const folder = join(cacheDir(), `python-${hash.digest('hex').slice(0, 16)}`);
  const python = join(folder, 'bin/python');
  if (await isExecutable(python)) return python;

  // Made beside its place, then renamed: an interrupted run leaves no half an environment, and two
  // that make it at once do not mix. `python -m …` works from where it was moved to.
  const scratch = `${folder}.${process.pid}`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await step(say, 'Python libraries (about 10 MB, once)', async () => {
      await run('python3', ['-m', 'venv', scratch]);
      const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet'];
      const strict = ['--require-hashes', '--only-binary=:all:', '--requirement', requirements];
      await run(join(scratch, 'bin/python'), [...install, ...strict]);
    }).catch((error: unknown) => {
      throw new NoPython(`its libraries could not be installed: ${lastLine(error)}`, {
        cause: error,
      });
    });
    await rename(scratch, folder).catch(async (error: unknown) => {
      // Another run was faster.
      if (!(await isExecutable(python))) throw error;
    });
    return python;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function describePython(): Promise<string> {
  try {
    return (await run('python3', ['-c', probe])).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new NoPython('there is no python3 on PATH', { cause: error });
    }
    throw new NoPython(`python3 will not do: ${lastLine(error)}`, { cause: error });
  }
}

/** Where Python and pip say what it was. */
function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? '';
}
