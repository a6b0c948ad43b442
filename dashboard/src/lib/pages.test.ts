/** What is linked is there, and what is there is linked. */
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { messages } from '../messages/every.ts';
import { pages, pagesFor } from './pages.ts';

/** Led to from within: by a name, by signing in; and what is for development only. */
const notInNavigation = ['place', 'sign-in', 'gallery'];

test('each page of the navigation has a folder, and each folder is a page of it', async () => {
  const folders = await readdir(new URL('../routes/', import.meta.url), { withFileTypes: true });
  const routes = folders.flatMap((each) => (each.isDirectory() ? each.name : []));
  const linked = pages.map(({ path }) => path.slice(1)).filter((path) => path !== '');
  expect(routes.filter((route) => !notInNavigation.includes(route)).toSorted()).toEqual(
    linked.toSorted(),
  );
});

test.each(pages)('$name has a name and a question in both languages', ({ name }) => {
  for (const words of Object.values(messages)) {
    expect(words.pageWords[name].name).not.toBe('');
    expect(words.pageWords[name].question).not.toBe('');
  }
});

test('administration is offered to administrators and auditors alone', () => {
  const offered = (role: string) =>
    pagesFor({ name: 'x', roles: [role], platform: null, canChangePassword: null }).some(
      ({ name }) => name === 'administration',
    );
  expect(['leader', 'team', 'administrator', 'auditor'].filter(offered)).toEqual([
    'administrator',
    'auditor',
  ]);
  expect(pagesFor(undefined).map(({ name }) => name)).not.toContain('administration');
});
