/** The built shell, made to work under whatever path a reverse proxy puts it: `first.js` finds the path at run time. */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Adapter } from '@sveltejs/kit';

/** Where `first.js` leaves the path; empty at the root. */
const base = '(document.documentElement.dataset.base || "")';
const inlineScript = /<script>([\s\S]*?)<\/script>/;

/** The adapter, and after it the shell in place. */
export function withPortableShell(adapter: Adapter, shell: string): Adapter {
  return {
    ...adapter,
    adapt: async (builder) => {
      await adapter.adapt(builder);
      await writeFile(shell, portable(await readFile(shell, 'utf8')));
      // The gateway writes into it where it is: what was compressed before would be another text.
      await Promise.all(['.br', '.gz'].map((suffix) => rm(shell + suffix, { force: true })));
    },
  };
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

function hash(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`;
}
