/** The leader at the desk once more, by the keyboard alone; a team, an auditor and the wall have their keys in journeys.ts and wall.ts. */
import { randomUUID } from 'node:crypto';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { DisposableNet } from '../fixtures/net.ts';
import { pageDownTo, pressAt, standsOn, tabTo } from './keys.ts';
import { untilOutliers } from './outliers.ts';
import { addPerson, firstSignIn } from './people.ts';
import { loaded } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface Keyboard {
  readonly net: () => Pick<DisposableNet, 'dataDir' | 'urls'>;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
}

/** Registers it; it asks one supervision. */
export function testKeyboard({ net, open }: Keyboard): void {
  const question = `请说明在办求助（${randomUUID().slice(0, 4)}）`;

  beforeAll(() => untilOutliers(net().urls.gateway), 90_000);

  async function openAsLeader(path: string): Promise<Page & AsyncDisposable> {
    const name = `keys-${randomUUID().slice(0, 8)}`;
    const { password } = await addPerson(net(), { name, role: 'leader' });
    const page = await open(firstSignIn(path));
    await page.clock.install();
    await tabTo(page, page.getByLabel('用户名'));
    await page.keyboard.insertText(name);
    await tabTo(page, page.getByLabel('密码'));
    await page.keyboard.insertText(password);
    await page.keyboard.press('Enter');
    await page.waitForURL(({ pathname }) => !pathname.endsWith('/sign-in'));
    await page.getByRole('link', { name, exact: true }).waitFor();
    return page;
  }

  /** A text into the field of a dialog on which the focus stands after Tab. */
  async function write(page: Page, field: Locator, text: string): Promise<void> {
    await tabTo(page, field);
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  }

  test('a leader at the desk: period, definition, a platform, its chart as a table and as a file, 督办, and back', async () => {
    await using page = await openAsLeader('/?period=YEAR');
    await loaded(page);
    // The first stop leads over the head.
    await pressAt(page, page.getByRole('link', { name: '跳到正文' }));
    await page.waitForURL('**#content');
    const period = page.getByRole('group', { name: '时段' });
    await tabTo(page, period.getByRole('radio', { name: '今年' }));
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL((url) => !url.search.includes('period=YEAR'));
    await standsOn(period.locator('input:checked'));
    await page.keyboard.press('ArrowRight');
    await page.waitForURL('**period=YEAR**');

    const explain = page.locator('.figures article .explain').first();
    await pressAt(page, explain);
    await page.locator('.figures article .explanation:visible').first().waitFor();
    expect(await explain.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await explain.getAttribute('aria-expanded')).toBe('false');
    const card = page.locator('.figures article .choose').nth(1);
    await pressAt(page, card);
    await page.waitForURL('**metric=**');
    await standsOn(card);

    // What needs attention leads to its platform.
    const outlier = page.locator('#attention li', { hasText: '一周内求助超期' }).getByRole('link');
    await pressAt(page, outlier.first());
    await page.waitForURL('**/platform/*');
    await page.locator('.figures article .value[title]').first().waitFor();
    await loaded(page);

    const asTable = page.getByRole('button', { name: /^看表格|^看图/ }).first();
    await pressAt(page, asTable);
    await page.locator('figure tbody tr').first().waitFor();
    await standsOn(asTable);
    const take = page.locator('figure .export').first().getByRole('button', { name: '导出' });
    await pressAt(page, take);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      pressAt(page, page.getByRole('button', { name: 'CSV', exact: true })),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.csv$/);
    // Whoever took it stands where it was offered, and so does who took nothing.
    await standsOn(take);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('button', { name: 'XLSX', exact: true }));
    await page.keyboard.press('Escape');
    await standsOn(take);
    expect(await take.getAttribute('aria-expanded')).toBe('false');

    const requests = page.locator('#requests');
    const opener = requests.getByRole('button', { name: /^督办/ }).first();
    await pressAt(page, opener);
    const ask = requests.locator('.supervisions').getByRole('button', { name: '督办…' });
    await pressAt(page, ask);
    const dialog = page.getByRole('dialog');
    await standsOn(dialog.getByLabel('发起部门'));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await standsOn(ask);
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.insertText('省总工会办公室');
    await write(page, dialog.getByLabel('要求说明或办理的事项'), question);
    await pressAt(page, dialog.getByRole('button', { name: '发出督办' }));
    await dialog.waitFor({ state: 'detached' });
    await requests.locator('.supervisions li', { hasText: question }).waitFor();
    await standsOn(ask);

    const crumbs = page.getByRole('navigation', { name: '所在位置' });
    await pressAt(page, crumbs.getByRole('link', { name: '总览', exact: true }));
    await page.waitForURL(({ pathname }) => pathname === '/');
    expect(page.url()).toContain('period=YEAR');

    // On requests a row narrows the page, and what narrows it is taken away.
    await pressAt(
      page,
      page.getByRole('navigation', { name: '页面' }).getByText('求助', { exact: true }),
    );
    await page.waitForURL('**/requests?**');
    const row = page.locator('tbody th a', { hasText: '襄阳市总工会' });
    await pageDownTo(page, row);
    await pressAt(page, row);
    await page.waitForURL('**platform=420600**');
    await pressAt(page, crumbs.getByRole('link', { name: /襄阳市总工会/ }));
    await page.waitForURL(({ search }) => !search.includes('platform='));
  });
}
