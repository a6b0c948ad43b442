/** People of the net, as its operator adds them; each signs in by the page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { DisposableNet } from '../fixtures/net.ts';

export interface Person {
  readonly name: string;
  readonly password: string;
}

/** Whose operator's token lies in its folder. */
export type SomeNet = Pick<DisposableNet, 'dataDir' | 'urls'>;

/** Of a name that nobody has yet; `platform` is the team's own. */
export async function addPerson(
  net: SomeNet,
  person: {
    readonly name: string;
    readonly role: 'leader' | 'team' | 'administrator' | 'auditor';
    readonly platform?: string;
  },
): Promise<Person> {
  const { name, role, platform } = person;
  const { password } = await operate(net, 'access/people', {
    name,
    roles: [role],
    ...(platform !== undefined && { platform }),
  });
  return { name, password: String(password) };
}

/** One call of the operator to the province; it must succeed. */
export async function operate(
  { dataDir, urls }: SomeNet,
  path: string,
  sent: object,
): Promise<Readonly<Record<string, unknown>>> {
  const token = (await readFile(join(dataDir, 'operator-token'), 'utf8')).trim();
  const response = await fetch(`${urls.province}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
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
