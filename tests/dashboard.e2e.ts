/** The whole net at a small scale: the source’s figures in it, then the dashboard over it in a real Chromium: what a leader sees, asks on, and sees change. Long, because one net serves all of it: to load its records takes minutes. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { testAdministrator } from './dashboard/administrator.ts';
import { testEveryFigure } from './dashboard/every-figure.ts';
import { testEveryPage } from './dashboard/every-page.ts';
import { testFailures } from './dashboard/failures.ts';
import { testJourneys } from './dashboard/journeys.ts';
import { testKeyboard } from './dashboard/keyboard.ts';
import { testNetPages } from './dashboard/net-pages.ts';
import { testShell } from './dashboard/shell.ts';
import { testSteady } from './dashboard/steady.ts';
import { lastMonth } from './dashboard/reading.ts';
import { testTopics } from './dashboard/topics.ts';
import { testPublishedFigures } from './figures/published.ts';
import { startBrowser, watchErrors } from './fixtures/browser.ts';
import { testNet } from './fixtures/net.ts';
import type { DisposableNet } from './fixtures/net.ts';
import { ask } from './fixtures/small-net.ts';
import { testWall } from './wall/wall.ts';

/** Pictures for people; `IMAGES=docs/images` renews those of the documentation. */
const images = process.env['IMAGES'] ?? join(tmpdir(), 'onenet-images');

let net: DisposableNet;
let browser: Browser;

beforeAll(async () => {
  await mkdir(images, { recursive: true });
  net = await testNet({ dashboard: true, scale: 0.001 });
  browser = await startBrowser();
  await untilIngested();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await net?.[Symbol.asyncDispose]();
});

/** The first load's events are in when no connected feed is behind. */
async function untilIngested(): Promise<void> {
  for (;;) {
    const { data } = await ask(`${net.urls.gateway}/graphql`, '{ feeds { state } }');
    const feeds = (data?.['feeds'] ?? []) as { state: string }[];
    const isIn = ({ state }: { state: string }) => ['OK', 'QUIET', 'NOT_CONNECTED'].includes(state);
    if (feeds.length === 25 && feeds.every(isIn)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Before anything below adds to them. */
describe('the published figures', () => {
  testPublishedFigures(() => net.urls.gateway);
});

/** A page whose errors fail the test. */
async function open(
  path: string,
  options: BrowserContextOptions = {},
): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext({
    locale: 'zh-CN',
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const errors = watchErrors(page);
  await page.goto(`${net.urls.gateway}${path}`);
  return Object.assign(page, {
    [Symbol.asyncDispose]: async () => {
      await context.close();
      expect(errors).toEqual([]);
    },
  });
}

describe('the shell', () => {
  testShell({ gateway: () => net.urls.gateway, browser: () => browser, open });
});

describe('pages hold still', () => {
  testSteady({ net: () => net, browser: () => browser });
});

describe('the pages by topic', () => {
  testTopics({ gateway: () => net.urls.gateway, open });
});

const figures = 'article .value strong';

async function openFigures(page: Page): Promise<number[]> {
  await page.locator(figures).nth(3).waitFor();
  const titles = await page
    .locator('article .value')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title')));
  return titles.map((title) => Number((title ?? '').replaceAll(/[^\d.-]/g, '')));
}

test('the overview: four figures, the map, what needs attention, every platform', async () => {
  await using page = await open('/?period=ALL');
  await page.locator(figures).nth(3).waitFor();
  expect(await page.locator('h1').textContent()).toContain('全省');
  await page.locator('#areas svg a').nth(16).waitFor();
  await page
    .locator('#areas')
    .getByText(/示意图/)
    .first()
    .waitFor();
  await page.locator('#attention').waitFor();
  expect(await page.locator('#attention').count()).toBe(1);
  await page.locator('#platforms').getByText('未接入').first().waitFor();
  // Published figures stand beside live ones, with date and opening balance.
  const published = page.locator('#published tbody tr', { hasText: '网上入会' });
  await published.scrollIntoViewIfNeeded();
  await published.getByText('其中期初').waitFor();
  expect(await published.textContent()).toContain('截至 2016年8月31日');
  await page.getByText('演示数据').first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('figure:not(#areas figure) svg').first().waitFor();
  await page.screenshot({ path: join(images, 'overview.png') });
});

test('every chart has a table', async () => {
  await using page = await open('/?period=LAST_30_DAYS');
  // The map's own table is the list beside it.
  const figure = 'figure:not(#areas figure)';
  const toggles = page.getByRole('button', { name: '看表格' });
  await toggles.nth(2).waitFor();
  const charts = await page.locator(figure).count();
  expect(await toggles.count()).toBe(charts);
  for (let i = charts; i > 0; i--) await toggles.first().click();
  expect(await page.locator(`${figure} table`).count()).toBe(charts);
  expect(await page.locator(`${figure} table tbody tr`).count()).toBeGreaterThan(30);
});

test('a mutation at a platform shows, without a reload', async () => {
  await using page = await open('/?period=TODAY');
  const [, backlogBefore = Number.NaN] = await openFigures(page);
  const { data, errors } = await ask(
    `${net.urls.gateway}/graphql`,
    `mutation { submitServiceRequest(input: { platform: "420100", idempotencyKey: "e2e-1",
      title: "演示：端到端", category: LEGAL, channel: HOTLINE, placeCode: "420106" }) { serviceRequest { id status } } }`,
    {},
    { 'onenet-actor': 'worker:e2e' },
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ submitServiceRequest: { serviceRequest: { status: 'SUBMITTED' } } });
  const line = page.locator('[role=log] li', { hasText: '热线' }).first();
  await line.waitFor();
  expect(await line.textContent()).toContain('武汉市总工会');
  await expect.poll(async () => (await openFigures(page))[1]).toBe(backlogBefore + 1);
});

/** A mutation that must succeed. */
async function done<T>(
  url: string | undefined,
  mutation: string,
  actor: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const { data, errors } = await ask(`${url}/graphql`, mutation, variables, {
    'onenet-actor': actor,
  });
  if (errors || !data) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
  return data as T;
}

test('a leader reads what a platform was asked, and its answer when it comes', async () => {
  const { askSupervision } = await done<{ askSupervision: { supervision: { id: string } } }>(
    net.urls.gateway,
    `mutation { askSupervision(input: { platform: "420800", idempotencyKey: "e2e-2", metric: "requestsBacklog",
      value: 74, office: "省总工会办公室", question: "在办求助为何增加？" }) { supervision { id } } }`,
    'officer:e2e',
  );
  await using page = await open('/platform/420800');
  const line = page.locator('#supervisions li', { hasText: '在办求助为何增加？' });
  await line.waitFor();
  const asked = await line.textContent();
  expect(asked).toContain('省总工会办公室 提问');
  expect(asked).toContain('数字：在办求助 74 件');
  expect(asked).toContain('尚未答复');

  // The answer is the owner's own: its front end gives it.
  await done(
    net.urls.platforms['420800'],
    `mutation ($id: ID!) { answerSupervision(input: { id: $id, idempotencyKey: "e2e-3",
      answer: "本周新增欠薪求助较多，已增派人手。", result: EXPLAINED }) { supervision { status } } }`,
    'officer:e2e',
    { id: askSupervision.supervision.id },
  );
  await page.goto(`${net.urls.gateway}/platform/420800?lang=en`);
  await line.waitFor();
  const said = (await line.textContent())?.replaceAll(/\s+/g, ' ');
  expect(said).toContain('本周新增欠薪求助较多，已增派人手。 explained');
});

test('the supervision of a request is read at the request', async () => {
  const { submitServiceRequest } = await done<{
    submitServiceRequest: { serviceRequest: { id: string } };
  }>(
    net.urls.gateway,
    `mutation { submitServiceRequest(input: { platform: "420900", idempotencyKey: "e2e-4",
      title: "演示：欠薪督办", category: WAGES, channel: HOTLINE, placeCode: "420900" }) { serviceRequest { id } } }`,
    'worker:e2e',
  );
  await done(
    net.urls.gateway,
    `mutation ($id: ID!) { askSupervision(input: { platform: "420900", idempotencyKey: "e2e-5",
      requestId: $id, office: "省总工会办公室", question: "请说明进展。" }) { supervision { id } } }`,
    'officer:e2e',
    { id: submitServiceRequest.serviceRequest.id },
  );
  await using page = await open('/platform/420900');
  const row = page.locator('li', { hasText: '演示：欠薪督办' }).filter({ hasText: '热线' });
  await row.getByRole('button', { name: '督办' }).click();
  await row.getByText('请说明进展。').waitFor();
  const said = await row.getByRole('list').textContent();
  expect(said).toContain('请说明进展。');
  expect(said).toContain('尚未答复');
});

test('a platform without a module says so, gently', async () => {
  // Huanggang has an older contract, which has neither.
  await using page = await open('/platform/421100');
  await page.locator('#supervisions').getByText('未开放此模块').waitFor();
  await page.locator('#transfers').getByText('该平台未开放此模块').waitFor();
  expect(await page.locator('#supervisions').textContent()).not.toContain('没有记录');
});

test('metrics are grouped by module, and Jingmen’s cards stand beside what it published', async () => {
  await using page = await open('/?period=ALL');
  const select = page.locator('#areas select');
  await select.locator('optgroup').nth(7).waitFor({ state: 'attached' });
  await select.selectOption('cardUses');
  await page.waitForURL('**metric=cardUses**');
  await page.getByRole('heading', { name: /用卡次数/ }).waitFor();

  await page.goto(`${net.urls.gateway}/platform/420800`);
  const row = (label: string) => page.locator('#published tbody tr', { hasText: label });
  await row('卡使用率').scrollIntoViewIfNeeded();
  // What is published as 65 of a hundred is counted as a share of one.
  await row('卡使用率')
    .locator('strong', { hasText: /^6\d(\.\d)?%$/ })
    .waitFor();
  await row('持卡优惠')
    .locator('strong', { hasText: /^161\.\d万 元$/ })
    .waitFor();
  expect(await row('持卡优惠').textContent()).toContain('其中期初');
});

test('English, dark, and what was chosen stands in the address', async () => {
  await using page = await open('/', { colorScheme: 'dark' });
  await page.getByRole('button', { name: 'English' }).click();
  await page.waitForURL('**lang=en**');
  await page.locator(figures).first().waitFor();
  expect(await page.locator('html').getAttribute('lang')).toMatch(/^en/);
  expect(
    await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor),
  ).not.toBe('rgb(255, 255, 255)');
  await page.screenshot({ path: join(images, 'overview-dark-en.png') });
});

test('a month’s brief prints on A4, with nothing beside the page', async () => {
  const month = lastMonth();
  const compose = `mutation { composeBrief(input: { kind: MONTH, period: "${month}", evenIfBehind: true }) { id html isDemo } }`;
  // Where it takes longer than a request may, it is there when it is asked for again.
  const answer = await vi.waitUntil(
    async () => (await ask(`${net.urls.gateway}/graphql`, compose)).data?.['composeBrief'],
    { timeout: 90_000, interval: 1_000 },
  );
  const composeBrief = answer as { id: string; html: string };
  expect(composeBrief).toMatchObject({ id: `month-${month}`, isDemo: true });
  // As the operator has it on the machine.
  const brief = (...args: string[]) =>
    promisify(execFile)(process.execPath, [
      new URL('../scripts/onenet.ts', import.meta.url).pathname,
      'brief',
      ...args,
      '--analytics',
      net.urls.analytics ?? '',
    ]);
  expect((await brief('list', '--kind', 'month')).stdout).toContain(composeBrief.id);
  const again = await brief('compose', '--kind', 'month', '--period', month);
  expect(again.stdout).toContain(`${composeBrief.id}: composed `);
  expect((await brief('verify', '--id', composeBrief.id)).stdout).toContain(' 0 otherwise.');
  const workbook = join(images, 'brief.xlsx');
  await brief('save', '--id', composeBrief.id, '--to', workbook);
  expect((await readFile(workbook)).subarray(0, 2).toString()).toBe('PK');
  await using page = await open(composeBrief.html);
  expect(await page.locator('h1').textContent()).toBe('全省工会服务平台运行情况月报');
  expect(await page.locator('figure svg text').count()).toBeGreaterThan(20);
  await page.getByText('演示数据').first().waitFor();
  await page.emulateMedia({ media: 'print' });
  // 156 mm of text, as wide as the paper leaves.
  await page.setViewportSize({ width: 590, height: 850 });
  const tooWide = await page
    .locator('table, figure, p, h1')
    .evaluateAll(
      (all) =>
        all.filter((each) => each.scrollWidth > 590 || each.getBoundingClientRect().right > 591)
          .length,
    );
  expect(tooWide).toBe(0);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  await writeFile(join(images, 'brief.pdf'), pdf);
  const text = pdf.toString('latin1');
  const boxes = [...text.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)];
  expect(boxes.length).toBeGreaterThan(4);
  for (const [, width, height] of boxes) {
    expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
  }
});

test('on a phone nothing has to be moved sideways', async () => {
  await using page = await open('/sign-in', { viewport: { width: 390, height: 844 } });
  for (const path of ['/', '/platform/420100', '/place/420600']) {
    await page.goto(net.urls.gateway + path);
    await page.locator('article').first().waitFor();
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, path).toBeLessThanOrEqual(0);
    if (path === '/') await page.screenshot({ path: join(images, 'phone.png') });
  }
});

describe('the main journeys', () => {
  testJourneys({ net: () => net, open, images });
  testKeyboard({ net: () => net, open });
});

describe('what an administrator reads and does', () => {
  testAdministrator({ net: () => net, open, images });
});

describe('the pages on the net itself', () => {
  testNetPages({ gateway: () => net.urls.gateway, open });
});

describe('every figure', () => {
  testEveryFigure({ gateway: () => net.urls.gateway, open });
});

describe('the wall', () => {
  testWall(() => ({ gateway: net.urls.gateway, browser, images }));
});

describe('every page, with hostile texts', () => {
  testEveryPage({ net: () => net, open, images });
});

describe('when something is away', () => {
  testFailures({ net: () => net, open, images });
});
