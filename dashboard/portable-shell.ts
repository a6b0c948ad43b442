/** The built shell, made to work under whatever path a reverse proxy puts it: `first.js` finds the path at run time. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Adapter } from '@sveltejs/kit';
import { pageFiles, type Manifest, type PageFiles } from './page-files.ts';

/** Where `first.js` leaves the path; empty at the root. */
const base = '(document.documentElement.dataset.base || "")';
const inlineScript = /<script>([\s\S]*?)<\/script>/;
/** What runs before the first paint, from `static`. */
const earlyScript = /<script src="\/([\w-]+\.js)"><\/script>/g;
const pageFilesScript = 'page-files.js';

/** The adapter, and after it the shell in place. */
export function withPortableShell(adapter: Adapter, shell: string): Adapter {
  return {
    ...adapter,
    adapt: async (builder) => {
      await adapter.adapt(builder);
      const html = portable(await readFile(shell, 'utf8'));
      const files = [...html.matchAll(earlyScript)].map(([, name = '']) =>
        join(dirname(shell), name),
      );
      const scripts = new Map<string, string>();
      for (const file of files) scripts.set(basename(file), await readFile(file, 'utf8'));
      const needed = await pageFilesOf(builder.getClientDirectory(), html);
      const named = scripts
        .get(pageFilesScript)
        ?.replace('= null;', () => `= ${JSON.stringify(needed)};`);
      if (named === undefined) throw new Error(`The shell has no ${pageFilesScript}.`);
      scripts.set(pageFilesScript, named);
      await writeFile(shell, withEarlyScripts(html, scripts));
      // The gateway writes into it where it is: what was compressed before would be another text.
      await forget(shell, ['.br', '.gz']);
      for (const file of files) await forget(file, ['', '.br', '.gz']);
    },
  };
}

async function pageFilesOf(clientDir: string, shell: string): Promise<PageFiles> {
  const manifest = JSON.parse(
    await readFile(join(clientDir, '.vite/manifest.json'), 'utf8'),
  ) as Manifest;
  const app = Object.values(manifest).find(({ file }) => file.includes('/entry/app.'));
  if (app === undefined) throw new Error('The build has no entry/app.');
  return pageFiles(manifest, await readFile(join(clientDir, app.file), 'utf8'), shell);
}

async function forget(file: string, suffixes: readonly string[]): Promise<void> {
  await Promise.all(suffixes.map((suffix) => rm(file + suffix, { force: true })));
}

/** The script that starts the router, with addresses that begin at the path, and allowed by its new hash. */
export function portable(html: string): string {
  const before = inlineScript.exec(html)?.[1];
  if (before === undefined)
    throw new Error('The shell has no inline script: has SvelteKit changed?');
  const after = before
    .replace(/base: ""/, `base: ${base}`)
    .replaceAll(/import\("(\/[^"]+)"\)/g, `import(${base} + "$1")`);
  const shown = after.split(base).length - 1;
  if (shown !== 3)
    throw new Error(`The shell's script has ${shown} addresses, and not 3: ${after}`);
  if (!html.includes(hash(before))) throw new Error('The shell does not allow its own script.');
  return html.replace(before, () => after).replace(hash(before), hash(after));
}

/** Files of `static` in the place of what names them, each allowed by its hash: one way to the gateway less before anything is seen. */
export function withEarlyScripts(html: string, scripts: ReadonlyMap<string, string>): string {
  const hashes: string[] = [];
  const inlined = html.replaceAll(earlyScript, (_, name: string) => {
    const script = scripts.get(name);
    if (script === undefined || script.includes('</'))
      throw new Error(`${name} cannot stand in the shell.`);
    hashes.push(`'${hash(script)}'`);
    return `<script>${script}</script>`;
  });
  const allowed = inlined.replace("script-src 'self'", ['$&', ...hashes].join(' '));
  if (hashes.length > 0 && allowed === inlined)
    throw new Error('The shell has no policy for scripts.');
  return allowed;
}

function hash(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}
