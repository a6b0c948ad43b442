import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newerSyntax } from './oldest-browser.ts';

test.each([
  ['class A { static { A.b = 1; } }', 'static block'],
  ['class A { #b; static is(a) { return #b in a; } }', '#name in object'],
  ['const a = await b;', 'await outside of a function'],
  ['class A { static name = 1; }', 'static name or length'],
  ['/a/d.exec(b);', 'flag d or v of a regular expression'],
  ['f?.(...a, b);', 'f?.(...a, b)'],
])('%s is not read by the oldest browser', (code, name) => {
  expect(newerSyntax(code)).toEqual([name]);
});

test('what it reads, it is given as it is', () => {
  const code = `class A { #b = 1; static c = 2; static #d() { return 3; } async e() { await this.#b; } }
    const f = async () => await A; f?.(1, ...a); /a/su.exec(A.c ?? 'd' in A);`;
  expect(newerSyntax(code)).toEqual([]);
});

/** What objects of the language and the browser got after Chrome 87, as it would stand in what we write. */
const newer =
  /AbortSignal\.(?:any|timeout)|throwIfAborted|structuredClone|\.(?:at|findLast|findLastIndex|toSorted|toReversed|toSpliced)\(|Object\.groupBy|Array\.fromAsync|randomUUID\(|Promise\.withResolvers|checkVisibility/;

test('no script of ours asks for what it has not', async () => {
  const root = new URL('../', import.meta.url);
  const found: string[] = [];
  for await (const name of glob('{dashboard,charts}/src/**/*.{ts,svelte}', { cwd: root })) {
    if (name.endsWith('.test.ts')) continue;
    const lines = (await readFile(new URL(name, root), 'utf8')).split('\n');
    found.push(
      ...lines
        .filter((line) => newer.test(line.replace(/\/\/.*|\/?\*.*/, '')))
        .map((line) => `${name}: ${line.trim()}`),
    );
  }
  expect(found).toEqual([]);
});

test.each([
  'way.at(-1)',
  'all.toSorted(byCode)',
  'AbortSignal.timeout(1)',
  'signal.throwIfAborted()',
])('%s is found', (code) => {
  expect(code).toMatch(newer);
});
