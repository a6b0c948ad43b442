/** Looks for programs of this machine. */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The folders of PATH. */
export function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** The first of the folders' programs of that name, with its folder. */
export async function findProgram(
  name: string,
  folders: readonly string[] = pathFolders(),
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
