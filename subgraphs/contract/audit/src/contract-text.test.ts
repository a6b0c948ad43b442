/** CONTRACT.md and the checks have the same rules, each with its reason and its example. */
import { readFileSync } from 'node:fs';
import { errorCodes } from '@onenet/contract';
import { expect, test } from 'vitest';
import { rules } from './rules/rules.ts';

const text = readFileSync(new URL('../../CONTRACT.md', import.meta.url), 'utf8');

/** A rule of the text: everything from its heading to the next. */
const sections = text
  .split(/^(?=##)/m)
  .map((section) => /^### ((?:[a-z]+\.)?([MS])\d+) (.+)\n([\s\S]*)$/.exec(section))
  .flatMap((match) => (match ? [match] : []))
  .map(([, id = '', letter, title = '', body = '']) => ({
    id,
    level: letter === 'M' ? 'MUST' : 'SHOULD',
    title,
    body,
  }));

test('the text’s rules are the audit’s', () => {
  const inText = sections.map(({ id, level, title }) => ({ id, level, title }));
  const checked = rules.map(({ id, level, title }) => ({ id, level, title }));
  expect(inText.toSorted(byId)).toEqual(checked.toSorted(byId));
});

test('the core profile has at most 20 MUST rules', () => {
  const core = sections.filter(({ id }) => /^M\d+$/.test(id));
  expect(core.length).toBeGreaterThan(0);
  expect(core.length).toBeLessThanOrEqual(20);
  expect(core.map(({ id }) => id)).toEqual(core.map((_, index) => `M${index + 1}`));
});

test.each(sections)('$id has a reason and an example', ({ body, level }) => {
  expect(body).toMatch(/^_Why\._ \S/m);
  expect(body).toMatch(/^_Example\._ \S/m);
  expect(/\bMUST\b/.test(body)).toBe(level === 'MUST');
});

test('the text’s error codes are of the one table', () => {
  const [table = ''] = /^\| code [\s\S]*?\n\n/m.exec(text) ?? [];
  const codes = [...table.matchAll(/`([A-Z][A-Z_]+)`(?=[^|]*\|)/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !Object.hasOwn(errorCodes, code ?? ''))).toEqual([]);
});

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
