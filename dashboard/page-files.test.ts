import { expect, test } from 'vitest';
import { pageFiles } from './page-files.ts';

const manifest = {
  'gen/nodes/2.js': { file: '_app/immutable/nodes/2.a.js', css: ['_app/immutable/assets/2.css'] },
  'gen/nodes/12.js': { file: '_app/immutable/nodes/12.a.js', imports: ['_shared.js', '_base.js'] },
  '_shared.js': { file: '_app/immutable/chunks/shared.js', imports: ['_base.js'] },
  '_base.js': { file: '_app/immutable/chunks/base.js' },
  'src/messages/zh.ts': { file: '_app/immutable/chunks/zh.js' },
  'src/messages/en.ts': { file: '_app/immutable/chunks/en.js', imports: ['_shared.js'] },
};
const app = 'i={"/":[12],"/developer/usage":[12,[2]]},a={}';
const shell = '<link href="/_app/immutable/chunks/base.js" rel="modulepreload">';

test('a page’s scripts and styles, with those of what frames it, and the words; not what the shell names', () => {
  const { files, pages, words } = pageFiles(manifest, app, shell);
  const named = (places: readonly number[] | undefined) => places?.map((place) => files[place]);
  expect(named(pages['/'])).toEqual(['nodes/12.a.js', 'chunks/shared.js']);
  expect(named(pages['/developer/usage'])?.toSorted()).toEqual([
    'assets/2.css',
    'chunks/shared.js',
    'nodes/12.a.js',
    'nodes/2.a.js',
  ]);
  expect(named(words['zh'])).toEqual(['chunks/zh.js']);
  expect(named(words['en'])).toEqual(['chunks/en.js', 'chunks/shared.js']);
  expect(new Set(files).size).toBe(files.length);
});

test('a build of another form is refused, rather than left to load slowly', () => {
  expect(() => pageFiles(manifest, 'i=[]', shell)).toThrow('No routes');
  expect(() => pageFiles({}, app, shell)).toThrow('nothing like');
});
