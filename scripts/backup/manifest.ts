/** What a backup is: a folder with `onenet-backup.json`, which names every file with its hash. Written last: a folder without it is none. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { UsageError } from '../options.ts';

export interface Manifest {
  readonly format: 1;
  /** Of the province's side of the net, of analytics alone, or of one platform of the reference kind. */
  readonly of: 'province' | 'analytics' | 'platform';
  readonly platform: string | null;
  /** When it was begun; what came later is not in it. RFC 3339. */
  readonly madeAt: string;
  /** Whether ClickHouse's tables are in it; a server's are not. */
  readonly clickhouse: boolean;
  /** Path below the folder → SHA-256, hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

const fileName = 'onenet-backup.json';

/** Hashes what is in the folder, and writes the manifest. */
export async function sealBackup(
  folder: string,
  about: Omit<Manifest, 'format' | 'files'>,
): Promise<Manifest> {
  const files = await hashesOf(folder);
  const manifest: Manifest = { format: 1, ...about, files };
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await writeFile(join(folder, fileName), text, { mode: 0o600, flush: true });
  return manifest;
}

/** Reads the manifest, and makes sure that every file is as it was written. */
export async function checkedBackup(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, fileName), 'utf8').catch((cause: unknown) => {
    throw new UsageError(
      `${folder} is no whole backup: ${fileName} is not in it, which is written last.`,
      { cause },
    );
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1) {
    throw new UsageError(
      `${folder} is a backup of format ${String(manifest.format)}, and 1 is known.`,
    );
  }
  const found = await hashesOf(folder);
  const names = new Set([...Object.keys(manifest.files), ...Object.keys(found)]);
  const wrong = [...names].filter((name) => manifest.files[name] !== found[name]);
  if (wrong.length === 0) return manifest;
  const some = wrong.slice(0, 3).join(', ');
  throw new UsageError(
    `${folder} is not as it was written: ${some}${wrong.length > 3 ? ` and ${wrong.length - 3} more` : ''} ` +
      'changed, missing or added. Nothing was restored: take another copy of the backup.',
  );
}

async function hashesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => name !== fileName)
    .toSorted();
  const hashes: Record<string, string> = {};
  for (const name of files) hashes[name] = await hashOf(join(folder, name));
  return hashes;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
