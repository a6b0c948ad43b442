/** docs/security.md names files and tests that there are. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const page = new URL('../docs/security.md', import.meta.url);

test('every test that is named is in its file', async () => {
  const text = await readFile(page, 'utf8');
  const missing: string[] = [];
  let named = 0;
  // A link to a file, and up to the next one the names in it.
  for (const [, path = '', names = ''] of text.matchAll(/\]\((\.\.\/[^)]+)\)([^[|\n]*)/g)) {
    const file = await readFile(new URL(path, page), 'utf8').catch(() => undefined);
    if (file === undefined) missing.push(path);
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) {
      named++;
      if (file !== undefined && !file.includes(name)) missing.push(`${path} “${name}”`);
    }
  }
  expect(missing).toEqual([]);
  expect(named).toBeGreaterThan(50);
});
