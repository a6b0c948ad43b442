/** The main journeys, each by the person whose it is: a leader at the desk and on the phone, a city's team, an auditor. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { DisposableNet } from '../fixtures/net.ts';
import { pressAt, standsOn, tabTo } from './keys.ts';
import { untilOutliers } from './outliers.ts';
import { addPerson, firstSignIn, signIn } from './people.ts';
import { loaded, panelOf } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface Journeys {
  readonly net: () => Pick<DisposableNet, 'dataDir' | 'urls'>;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
  readonly images: string;
}

const desk = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Registers them; they ask and answer one supervision. */
export function testJourneys({ net, open, images }: Journeys): void {
  beforeAll(() => untilOutliers(net().urls.gateway), 90_000);

  /** Signed in by the page, and where they wanted to go. */
  async function openAs(
    role: 'leader' | 'team' | 'auditor',
    path: string,
    options: BrowserContextOptions = desk,
    platform?: string,
  ): Promise<Page & AsyncDisposable> {
    const name = `${role}-${randomUUID().slice(0, 8)}`;
    const person = await addPerson(net(), {
      name,
      role,
      ...(platform !== undefined && { platform }),
    });
    const page = await open(firstSignIn(path), options);
    // What a page does by itself within half a minute need not be waited for.
    await page.clock.install();
    await signIn(page, person);
    await page.getByRole('link', { name, exact: true }).waitFor();
    return page;
  }

  const heading = (page: Page) => page.locator('h1').textContent();
  const crumbs = (page: Page) => page.getByRole('navigation', { name: '所在位置' });

  test('a leader at the desk goes from the province down to a community, and back by breadcrumbs and by the browser', async () => {
    await using page = await openAs('leader', '/?period=YEAR');
    const names: string[] = ['全省总览'];
    const addresses: string[] = [page.url()];
    await page
      .locator('#areas')
      .getByRole('link', { name: /宜昌市/ })
      .first()
      .click();
    for (const digits of [4, 6, 9, 12]) {
      const code = new RegExp(`/place/\\d{${Math.max(digits, 6)}}$`);
      await page.waitForURL((url) => code.test(url.pathname) && url.href !== addresses.at(-1));
      await page.locator('.figures article .value[title]').first().waitFor();
      await expect
        .poll(() => crumbs(page).locator('[aria-current]').textContent())
        .toBe(await heading(page));
      names.push((await heading(page)) ?? '');
      addresses.push(page.url());
      if (digits < 12) await page.locator('#areas .table a[href*="/place/"]').first().click();
    }
    expect(new Set(names).size).toBe(5);
    // What was chosen at the top holds all the way down.
    for (const address of addresses) expect(address).toContain('period=YEAR');
    const [, city = '', county = ''] = names;

    // Up by breadcrumbs: two steps at once, then to the city.
    await crumbs(page).getByRole('link', { name: county, exact: true }).click();
    await expect.poll(() => heading(page)).toBe(county);
    expect(page.url()).toBe(addresses[2]);
    await crumbs(page).getByRole('link', { name: city, exact: true }).click();
    await expect.poll(() => heading(page)).toBe(city);
    // Back by the browser: over the county to the community, and from there the way that was gone.
    for (const index of [2, 4, 3, 2, 1]) {
      await page.goBack();
      await expect.poll(() => page.url()).toBe(addresses[index]);
      await expect.poll(() => heading(page)).toBe(names[index]);
    }
    await page.goForward();
    await expect.poll(() => heading(page)).toBe(county);
  });

  test('a leader on a phone goes from the state to an outlier and its cause, asks its owner, and sees the answer there', async () => {
    await using page = await openAs('leader', '/?period=MONTH', phone);
    await page.locator('.figures article .value[title]').nth(3).waitFor();
    await picture(page, 'phone-1-state');
    // The outlier, the gravest first.
    const outlier = page.locator('#attention li', { hasText: '一周内求助超期' }).first();
    await outlier.waitFor({ timeout: 60_000 });
    await outlier.getByRole('link').tap();
    await page.waitForURL('**/platform/*');
    const platform = new URL(page.url()).pathname.slice('/platform/'.length);
    await page.locator('.figures article .value[title]').first().waitFor();
    await picture(page, 'phone-2-outlier');
    // The cause: a request that is overdue, and what was asked about it.
    const requests = page.locator('#requests');
    await requests.getByRole('combobox', { name: '哪些求助' }).selectOption('OVERDUE');
    const overdue = requests.locator('li', { hasText: '超期' }).first();
    await overdue.getByRole('button', { name: /^督办/ }).tap();
    await overdue.locator('.supervisions').getByRole('button', { name: '督办…' }).tap();
    const question = `此件（${randomUUID().slice(0, 4)}）已超期`;
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('发起部门').fill('省总工会办公室');
    await dialog.getByLabel('要求说明或办理的事项').fill(`${question}，请说明原因与办结时间。`);
    await picture(page, 'phone-3-asking');
    await dialog.getByRole('button', { name: '发出督办' }).tap();
    await dialog.waitFor({ state: 'detached' });
    const asked = page.locator('.supervisions li', { hasText: question });
    await asked.getByText('尚未答复').waitFor();

    // Its owner's team reads it on their own page, and answers.
    await using theirs = await openAs('team', `/platform/${platform}`, desk, platform);
    const theirLine = theirs.locator('#supervisions li', { hasText: question });
    await take(theirs, theirLine, '答复', '已增派人手，本周五前办结。');
    await theirLine.getByText('本周五前办结').waitFor();

    // By the next beat it is on the phone, which nobody touched.
    await page.clock.runFor('00:31');
    await asked.getByText('本周五前办结').waitFor();
    await picture(page, 'phone-4-answer');
    await take(page, asked, '退回重答', `${question}：请写明原因。`);
    await asked.locator('.status', { hasText: '退回重答' }).waitFor();
    // The second time by keys alone.
    await theirs.reload();
    await pressAt(theirs, theirLine.getByRole('button', { name: '答复…' }));
    const theirDialog = theirs.getByRole('dialog');
    await standsOn(theirDialog.getByLabel('办理情况'));
    await tabTo(theirs, theirDialog.locator('textarea'));
    await theirs.keyboard.insertText('因需与企业核对工资表。');
    await pressAt(theirs, theirDialog.getByRole('button', { name: '答复', exact: true }));
    await theirDialog.waitFor({ state: 'detached' });
    // What opened it is gone: the focus is at what was answered.
    await standsOn(theirLine.locator('.title'));
    await page.clock.runFor('00:31');
    await asked.getByText('核对工资表').waitFor();
    await take(page, asked, '办结');
    await asked.locator('.status', { hasText: '已办结' }).waitFor();
    expect(await asked.getByRole('button').count()).toBe(0);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });

  /** One step of a supervision: its button, what is said, its confirmation. */
  async function take(page: Page, line: Locator, step: string, said?: string): Promise<void> {
    await line.getByRole('button', { name: `${step}…` }).click();
    const dialog = page.getByRole('dialog');
    if (said !== undefined) await dialog.locator('textarea').fill(said);
    await dialog.getByRole('button', { name: step, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  test('a city’s team sees its own platform in full and the others as published, and is told what is not theirs', async () => {
    await using page = await openAs('team', '/platform', desk, '420100');
    const row = (name: string) => page.locator('tbody tr', { hasText: name }).first();
    await row('武汉市总工会').waitFor();
    await page.getByText('其他平台只列出其公布的内容').waitFor();
    // Pages that are nothing to them are not offered.
    const pages = page.getByRole('navigation', { name: '页面' });
    expect(await pages.getByRole('link', { name: '管理', exact: true }).count()).toBe(0);
    await row('武汉市总工会').getByRole('link', { name: '武汉市总工会' }).click();
    await page.locator('.figures article .value[title]').first().waitFor();
    await page.locator('#requests li').first().waitFor();
    await page.locator('#published tbody tr').first().waitFor();
    await picture(page, 'team-own');

    // Of another city what it has published, and why no more.
    await page.goto(`${net().urls.gateway}/platform/420500`);
    await page.getByText('您是武汉市总工会的团队：这里只显示该平台公布的内容。').waitFor();
    await page.locator('#published').waitFor();
    expect(await page.locator('.figures, #requests').count()).toBe(0);
    await page.goto(`${net().urls.gateway}/administration`);
    await page.getByText('本页供管理员与审计员查看').waitFor();
    expect(await page.locator('#log, #clients').count()).toBe(0);
    await picture(page, 'team-refused');
  });

  test('an auditor sees by keys alone who reads whose data, and what was set', async () => {
    await using page = await openAs('auditor', '/usage');
    await page.locator('.figures article .value[title]').nth(3).waitFor();
    await loaded(page);
    const reads = page.locator('#reads');
    // What leaders and teams read here was read of platforms, by this dashboard.
    await reads.getByRole('columnheader', { name: '本看板的用户' }).waitFor();
    const [platform] = await reads.locator('tbody th a').allTextContents();
    expect(platform).toMatch(/工会|中心/);
    await picture(page, 'auditor-usage');

    // Told apart by platform, sorted, explained.
    const who = panelOf(page, '请求分布');
    await pressAt(page, who.getByRole('button', { name: '平台', exact: true }));
    await who.locator('tbody th a').first().waitFor();
    const sort = who.locator('thead .sort').nth(1);
    await pressAt(page, sort);
    await who.locator('th[aria-sort=descending] .sort').waitFor();
    await standsOn(sort);
    await pressAt(page, who.locator('thead .help button').nth(1));
    await who.locator('.note:visible').waitFor();
    await page.keyboard.press('Escape');
    await who.locator('.note:visible').waitFor({ state: 'detached' });
    await page.locator('#operations tbody tr').first().waitFor();
    await pressAt(page, page.locator('#operations summary'));
    await page.locator('#operations details[open] li').first().waitFor();

    await pressAt(page, page.getByRole('link', { name: '去看申请与授权' }), 'Shift+Tab');
    await page.getByRole('heading', { name: '逐次读取' }).waitFor();
    // An auditor looks, and decides nothing.
    expect(await page.getByRole('button', { name: /^批准|^收回/ }).count()).toBe(0);
    await pressAt(page, page.getByRole('link', { name: '管理', exact: true }));
    await page.locator('#log').getByText('增加人员').first().waitFor();
  });

  async function picture(page: Page, name: string): Promise<void> {
    await loaded(page);
    await page.screenshot({ path: join(images, `journey-${name}.png`), fullPage: true });
  }

  const overflow = (page: Page) =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
}
