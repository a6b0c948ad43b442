/** People of the net, as its operator adds them; each signs in by the page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { DisposableNet } from '../fixtures/net.ts';

export interface Person {
  readonly name: string;
  readonly password: string;
}

/** Of a name that nobody has yet; `platform` is the team's own. */
export async function addPerson(
  { dataDir, urls }: Pick<DisposableNet, 'dataDir' | 'urls'>,
  person: {
    readonly name: string;
    readonly role: 'leader' | 'team' | 'administrator' | 'auditor';
    readonly platform?: string;
  },
): Promise<Person> {
  const { name, role, platform } = person;
  const token = (await readFile(join(dataDir, 'operator-token'), 'utf8')).trim();
  const response = await fetch(`${urls.province}/access/people`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, roles: [role], ...(platform !== undefined && { platform }) }),
  });
  const body = (await response.json()) as { password?: string };
  if (body.password === undefined) throw new Error(`${name}: ${JSON.stringify(body)}`);
  return { name, password: body.password };
}

/** On the page that asks who it is, with keys alone; ends where it leads. */
export async function signIn(page: Page, { name, password }: Person): Promise<void> {
  await page.getByLabel('用户名').focus();
  await page.keyboard.insertText(name);
  await page.keyboard.press('Tab');
  await page.keyboard.insertText(password);
  await page.keyboard.press('Enter');
  await page.waitForURL(({ pathname }) => !pathname.endsWith('/sign-in'));
}

/** The sign-in page that leads to `path`. */
export const firstSignIn = (path: string) => `/sign-in?next=${encodeURIComponent(path)}`;
