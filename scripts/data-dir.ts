/** The data directory of a net: marked as ours, so that `--fresh` can never remove anything else. */
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from './options.ts';

const markerName = 'onenet-data.json';

/** What the marker file says; data made for another net is not silently mixed with this one's. */
export interface DataMarker {
  readonly format: 1;
  /** The scale at which the reference records were generated. */
  readonly scale: number;
  /** Absent: it is a net's. */
  readonly sandbox?: boolean;
}

/** Makes the directory ready: new, or ours from an earlier start, or emptied by `fresh`. */
export async function prepareDataDir(
  directory: string,
  {
    fresh,
    scale,
    sandbox = false,
  }: { readonly fresh: boolean; readonly scale: number; readonly sandbox?: boolean },
): Promise<void> {
  const marker = await readMarker(directory);
  if (marker === undefined) await refuseForeign(directory);
  else refuseOtherKind(directory, marker, sandbox);
  const starter = await livingStarter(directory);
  if (starter !== undefined) {
    throw new UsageError(
      `${directory} is in use by a net that runs (pid ${starter}): stop it first.`,
    );
  }
  if (marker !== undefined && fresh) await rm(directory, { recursive: true });
  if (marker !== undefined && !fresh && marker.scale !== scale) {
    throw new UsageError(
      `${directory} holds data of --scale ${marker.scale}, not ${scale}: ` +
        `start with --scale ${marker.scale}, make new data with --fresh, or choose another --data.`,
    );
  }
  // Who asked what is in these, and figures of few: for this account alone, also where an older start made them.
  for (const name of ['logs', 'gateway', 'analytics']) {
    await mkdir(join(directory, name), { recursive: true });
    await chmod(join(directory, name), 0o700);
  }
  const current: DataMarker = { format: 1, scale, ...(sandbox && { sandbox }) };
  await writeFile(join(directory, markerName), `${JSON.stringify(current)}\n`);
  await writeFile(join(directory, 'starter.pid'), `${process.pid}\n`);
}

/** The net has stopped: the directory may be used again. */
export async function releaseDataDir(directory: string): Promise<void> {
  await rm(join(directory, 'starter.pid'), { force: true });
}

async function readMarker(directory: string): Promise<DataMarker | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, markerName), 'utf8')) as DataMarker;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** In a sandbox anybody has a client: it must not open a net's data, and `--fresh` of one not remove the other's. */
function refuseOtherKind(directory: string, marker: DataMarker, sandbox: boolean): void {
  if ((marker.sandbox === true) === sandbox) return;
  throw new UsageError(
    sandbox
      ? `${directory} holds the data of a net: choose another --data for the sandbox.`
      : `${directory} holds a sandbox's data: start it with --sandbox, or choose another --data.`,
  );
}

async function refuseForeign(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (names.length === 0) return;
  throw new UsageError(
    `${directory} holds ${names[0]} and other things that OneNet did not make ` +
      `(there is no ${markerName}): nothing was changed. Choose another --data.`,
  );
}

async function livingStarter(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, 'starter.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
