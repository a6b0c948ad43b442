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
