/** The dashboard as it was built: which file has what, and what must be there before it runs. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const build = new URL('../../dashboard/build/', import.meta.url).pathname;

/** The script in `_app/immutable/<folder>` that has all of these texts, as a path below the shell's. */
export async function scriptWith(folder: string, ...texts: string[]): Promise<string> {
  const files = await readdir(join(build, '_app/immutable', folder));
  for (const name of files.filter((each) => each.endsWith('.js'))) {
    const path = `_app/immutable/${folder}/${name}`;
    const text = await readFile(join(build, path), 'utf8');
    if (texts.every((part) => text.includes(part))) return path;
  }
  throw new Error(`nothing in ${folder} has ${texts.join(' and ')}`);
}

/** What the shell itself begins with. */
export async function firstScripts(): Promise<string[]> {
  const shell = await readFile(join(build, 'index.html'), 'utf8');
  return [...shell.matchAll(/"\/(_app\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
}

/** Route → its script and those of what frames it. */
export async function pageScripts(): Promise<ReadonlyMap<string, readonly string[]>> {
  const app = await readFile(join(build, await scriptWith('entry', '"/sign-in":[')), 'utf8');
  const files = await readdir(join(build, '_app/immutable/nodes'));
  const scriptOf = new Map(
    files
      .filter((name) => name.endsWith('.js'))
      .map((name) => [name.split('.')[0], `_app/immutable/nodes/${name}`]),
  );
  // As SvelteKit writes it: "/developer/usage":[11,[2]].
  const routes = app.matchAll(/"(\/[^"]*)":\[(\d+)(?:,\[([\d,]*)\])?\]/g);
  return new Map(
    [...routes].map(([, route = '', page = '', layouts = '']) => [
      route,
      ['0', ...layouts.split(',').filter((each) => each !== ''), page].map(
        (node) => scriptOf.get(node) ?? '',
      ),
    ]),
  );
}

/** Scripts, and all that must be there before they run. */
export async function withImports(
  paths: readonly string[],
  needed = new Set<string>(),
): Promise<ReadonlySet<string>> {
  for (const path of paths) {
    if (needed.has(path)) continue;
    needed.add(path);
    const text = await readFile(join(build, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*"(\.[^"]+\.js)"/g)];
    await withImports(
      imports.map(([, imported]) => join(dirname(path), imported ?? '')),
      needed,
    );
  }
  return needed;
}

/** Bytes on their way to a browser; small files are not compressed. */
export function compressedSize(path: string): Promise<number> {
  const size = (file: string) => stat(join(build, file)).then(({ size: bytes }) => bytes);
  return size(`${path}.gz`).catch(() => size(path));
}
