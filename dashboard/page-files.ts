/** What each page needs beside the shell, from the build, so that the shell asks for it at once: else it waits until scripts have found out. */

/** Vite's manifest, as far as it is read here. */
export type Manifest = Readonly<
  Record<
    string,
    {
      readonly file: string;
      readonly imports?: readonly string[];
      readonly css?: readonly string[];
    }
  >
>;

/** What `static/page-files.js` reads. */
export interface PageFiles {
  /** Below `_app/immutable/`. */
  readonly files: readonly string[];
  /** Route → places in `files`. */
  readonly pages: Readonly<Record<string, readonly number[]>>;
  /** Language → places in `files`. */
  readonly words: Readonly<Record<string, readonly number[]>>;
}

const folder = '_app/immutable/';

/** `app`: the script that lists the routes; `shell`: what it names is asked for already. */
export function pageFiles(manifest: Manifest, app: string, shell: string): PageFiles {
  const files: string[] = [];
  const entryOf = (pattern: RegExp): string => {
    const key = Object.keys(manifest).find((each) => pattern.test(each));
    if (key === undefined) throw new Error(`The build has nothing like ${pattern}.`);
    return key;
  };
  const placesOf = (keys: readonly string[]): readonly number[] =>
    [...withImports(manifest, keys)]
      .filter((file) => !shell.includes(file))
      .map((file) => {
        const name = file.slice(folder.length);
        if (!files.includes(name)) files.push(name);
        return files.indexOf(name);
      });
  // As SvelteKit writes it: "/developer/usage":[11,[2]].
  const routes = [...app.matchAll(/"(\/[^"]*)":\[(\d+)(?:,\[([\d,]*)\])?\]/g)];
  if (routes.length === 0) throw new Error('No routes are found: has SvelteKit changed?');
  const pages = routes.map(([, route = '', page = '', layouts = '']) => {
    const nodes = [...layouts.split(','), page].filter((node) => node !== '');
    return [route, placesOf(nodes.map((node) => entryOf(new RegExp(`/nodes/${node}\\.js$`))))];
  });
  const words = ['zh', 'en'].map((language) => [
    language,
    placesOf([entryOf(new RegExp(`^src/messages/${language}\\.ts$`))]),
  ]);
  return { files, pages: Object.fromEntries(pages), words: Object.fromEntries(words) };
}

/** Files of scripts, and of all that must be there before they run. */
function withImports(
  manifest: Manifest,
  keys: readonly string[],
  needed = new Set<string>(),
): ReadonlySet<string> {
  for (const key of keys) {
    const entry = manifest[key];
    if (entry === undefined || needed.has(entry.file)) continue;
    needed.add(entry.file);
    withImports(manifest, entry.imports ?? [], needed);
    for (const file of entry.css ?? []) needed.add(file);
  }
  return needed;
}
