/** The gallery shows every component: one that no page of it brings would be looked at by nobody. */
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const source = new URL('../../', import.meta.url).pathname;

/** Made of others that are shown, for one page each. */
const pagesOfTheirOwn = [
  'lib/components/PlaceView.svelte',
  'lib/components/PlatformView.svelte',
  'lib/components/PlatformFigures.svelte',
  'lib/components/PlatformRecords.svelte',
];

test('every component is shown, or is on every page', async () => {
  const shown = new Set<string>();
  await visit('routes/gallery/Gallery.svelte', shown);
  await visit('routes/+layout.svelte', shown);
  const missing: string[] = [];
  for await (const name of glob('lib/components/*.svelte', { cwd: source }))
    if (!shown.has(name)) missing.push(name);
  expect(missing.toSorted()).toEqual(pagesOfTheirOwn.toSorted());
});

async function visit(name: string, seen: Set<string>): Promise<void> {
  if (seen.has(name)) return;
  seen.add(name);
  const text = await readFile(join(source, name), 'utf8');
  for (const [, path = ''] of text.matchAll(
    /(?:from|import\()\s*'((?:\.|#lib\/)[^']+\.svelte)'/g,
  )) {
    const whole = path.startsWith('#lib/')
      ? path.replace('#lib/', 'lib/')
      : join(dirname(name), path);
    await visit(whole, seen);
  }
}
