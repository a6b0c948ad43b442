/** Whatever stands on a page comes from the messages: a text in a component would be the same in every language. */
import { glob, readFile } from 'node:fs/promises';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

const source = new URL('../', import.meta.url);
/** What is read, aloud or not. */
const readAttributes = ['title', 'placeholder', 'alt', 'aria-label', 'label'];
/** What is the same in every language: an address, a protocol, units, versions. */
const sameEverywhere = /^(?:HTTP|\/q\/|KB|ms ·|v)$/u;
const isCode = (node: Node) => ['code', 'pre'].includes(String(node['name']));
const letters = /\p{L}/u;

/** As far as it is looked at: a node of https://github.com/estree/estree, or of Svelte's. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

test('no text stands in a component', async () => {
  const found: string[] = [];
  let files = 0;
  for await (const name of glob('**/*.svelte', { cwd: source })) {
    if (name.startsWith('routes/gallery/')) continue;
    const text = await readFile(new URL(name, source), 'utf8');
    files += 1;
    const { fragment } = parse(text, { modern: true, filename: name });
    found.push(...textsIn(fragment as unknown as Node).map((each) => `${name}: ${each}`));
  }
  expect(found).toEqual([]);
  expect(files).toBeGreaterThan(50);
  // Every component is parsed: a second, and much more on a machine that is busy.
}, 120_000);

test('the search finds texts, read aloud or seen', () => {
  const { fragment } = parse(
    '<p>Hello {name}, <b title="Bye">{"said"}</b></p><input aria-label={`a ${b}`} />',
    { modern: true },
  );
  expect(textsIn(fragment as unknown as Node)).toEqual(['Hello', 'Bye']);
});

test('no Chinese stands in a script, beside the messages', async () => {
  const found: string[] = [];
  for await (const name of glob(['**/*.ts', '**/*.svelte'], { cwd: source })) {
    if (/\.test\.ts$|^messages\/|^routes\/gallery\//.test(name)) continue;
    const text = await readFile(new URL(name, source), 'utf8');
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|\/\/[^\n]*/gu, '');
    const lines = code.split('\n').filter((line) => /\p{sc=Han}/u.test(line));
    found.push(...lines.map((line) => `${name}: ${line.trim()}`));
  }
  // Names of places as the map shortens them, queries to try, and a language as it calls itself.
  const known = ['lib/map/names.ts', 'routes/developer/examples.ts'];
  expect(found.filter((line) => !known.some((file) => line.startsWith(file)))).toEqual([
    "lib/components/SiteHead.svelte: const languageNames = { zh: '中文', en: 'English' };",
  ]);
});

/** Texts between tags, and those of attributes that are read. */
function textsIn(node: Node): string[] {
  if (node.type === 'Text') return said(node['data']);
  if (node.type === 'Attribute') {
    const values = readAttributes.includes(String(node['name'])) ? node['value'] : [];
    return (Array.isArray(values) ? (values as Node[]) : []).flatMap((value) =>
      value.type === 'Text' ? said(value['data']) : [],
    );
  }
  if (node.type === 'StyleDirective' || isCode(node)) return [];
  return Object.values(node).flatMap((inner) => {
    if (Array.isArray(inner)) return (inner as unknown[]).filter(isNode).flatMap(textsIn);
    return isNode(inner) ? textsIn(inner) : [];
  });
}

function said(text: unknown): string[] {
  const trimmed = String(text).trim();
  return letters.test(trimmed) && !sameEverywhere.test(trimmed) ? [trimmed] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
