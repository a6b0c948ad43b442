/** Every page with its data and with hostile texts in it: axe in light and dark, the focus is seen, nothing runs, nothing sticks out; with a picture of each. */
import { join } from 'node:path';
import { Workbook, type Cell } from 'exceljs';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { axeFindings } from '../fixtures/axe.ts';
import type { DisposableNet } from '../fixtures/net.ts';
import { ask } from '../fixtures/small-net.ts';
import { hostileNames, writeHostileTexts } from './hostile.ts';
import { unseenStops } from './keys.ts';
import { paths } from './paths.ts';
import { csvLines, lastMonth, loaded, panelOf, seen, taken } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface EveryPage {
  readonly net: () => Pick<DisposableNet, 'dataDir' | 'urls'>;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
  readonly images: string;
}

/** Two of the four looks for each page, so that neighbours together have all four. */
const looks = [
  [
    { lang: 'zh', theme: 'light' },
    { lang: 'en', theme: 'dark' },
  ],
  [
    { lang: 'zh', theme: 'dark' },
    { lang: 'en', theme: 'light' },
  ],
] as const;
const widths = [390, 1440, 1920] as const;
const desk = { width: 1440, height: 900 };

/** Registers them. They write hostile texts, so what counts or draws names comes before. */
export function testEveryPage({ net, open, images }: EveryPage): void {
  let page: Page & AsyncDisposable;

  beforeAll(async () => {
    await writeHostileTexts(net());
    page = await open('/sign-in');
  }, 120_000);
  afterAll(() => page[Symbol.asyncDispose]());

  test.each(paths.map((path, index) => ({ path, index })))(
    '$path: axe finds nothing in light, dark and high contrast, the focus is seen, and no text runs, breaks or sticks out',
    async ({ path, index }) => {
      const [first, second] = looks[index % 2] ?? looks[0];
      await page.setViewportSize(desk);
      await page.goto(
        `${net().urls.gateway}${path}?period=YEAR&lang=${first.lang}&theme=${first.theme}`,
      );
      await loaded(page);
      await seen(page);
      await loaded(page);
      expect(await axeFindings(page), first.theme).toEqual([]);
      expect(await unseenStops(page)).toEqual([]);
      await look(path, first, widths[index % 3] ?? 390);
      // The other language and theme by a press; the wall has them in its address alone.
      if (path === '/wall') {
        await page.goto(`${net().urls.gateway}/wall?theme=${second.theme}`);
        await loaded(page);
        expect(await axeFindings(page), second.theme).toEqual([]);
        return;
      }
      await page.getByLabel('外观').selectOption(second.theme);
      await page.getByRole('button', { name: 'English', exact: true }).click();
      await page.locator('html[lang^=en]').waitFor({ state: 'attached' });
      await page.setViewportSize(desk);
      await loaded(page);
      expect(await axeFindings(page), second.theme).toEqual([]);
      await look(path, second, widths[(index + 1) % 3] ?? 390);
      // Large type (适老化), of high contrast: the longest words have the least room in English.
      await page.goto(`${net().urls.gateway}${path}?period=YEAR&lang=en&size=large&theme=contrast`);
      await loaded(page);
      await seen(page);
      await loaded(page);
      expect(await axeFindings(page), 'large, contrast').toEqual([]);
      for (const width of [390, 1440]) {
        await look(path, { lang: 'en', theme: 'contrast-large' }, width);
        expect(await brokenWords(page), `${width}`).toEqual([]);
      }
      await page.setViewportSize(desk);
      expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
      expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
    },
  );

  test('what is taken away of them computes nothing in a spreadsheet, and no picture runs', async () => {
    const { gateway } = net().urls;
    await page.setViewportSize(desk);
    await page.goto(`${gateway}/net?lang=zh`);
    await loaded(page);
    const formulae = (await csvLines(page, '各平台')).filter((each) =>
      /HYPERLINK|cmd\||SUM\(|-2\+3/.test(each),
    );
    expect(formulae).toHaveLength(5);
    for (const each of formulae) expect(each).toMatch(/^"?'/);

    // Each platform a column of a table, and a line of a picture.
    await page.goto(`${gateway}/requests?period=YEAR&lang=zh`);
    await seen(page);
    const panel = panelOf(page, /^各平台并列/);
    await panel.locator('figure svg text').first().waitFor();
    const texts = await textsOfWorkbook(await taken(panel, 'XLSX'));
    for (const name of Object.values(hostileNames))
      expect(texts).toContain(/^[=+\-@]/.test(name) ? `'${name}` : name);
    const picture = (await taken(panel, 'SVG')).toString();
    expect(await faultsOfPicture(page, picture)).toEqual([]);
    expect(picture).toContain('&lt;img src=x');
    const png = await taken(panel, 'PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });

  test('a brief of them is a page on which nothing runs, and a workbook that computes nothing', async () => {
    const { gateway } = net().urls;
    const composed = await vi.waitUntil(
      async () => {
        const { data } = await ask(
          `${gateway}/graphql`,
          'mutation ($input: ComposeBriefInput!) { composeBrief(input: $input) { html xlsx } }',
          { input: { kind: 'MONTH', period: lastMonth(), platform: '429005', evenIfBehind: true } },
        );
        return data?.['composeBrief'] as { html: string; xlsx: string } | undefined;
      },
      { timeout: 90_000, interval: 1_000 },
    );
    const name = hostileNames['429005'];
    const workbook = await fetch(gateway + composed.xlsx);
    const texts = await textsOfWorkbook(Buffer.from(await workbook.arrayBuffer()));
    expect(texts.some((text) => text.includes(name))).toBe(true);
    await page.goto(gateway + composed.html);
    expect(await page.locator('body').innerText()).toContain(name);
    expect(await page.locator('script, a[href], [onerror], [onload]').count()).toBe(0);
    expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
  });

  async function look(
    path: string,
    { lang, theme }: { readonly lang: string; readonly theme: string },
    width: number,
  ): Promise<void> {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 1000 });
    const name = path.replaceAll(/\W+/g, '-').slice(1) || 'overview';
    await page.screenshot({
      path: join(images, `page-${name}-${width}-${lang}-${theme}.png`),
      fullPage: true,
    });
    // The wall is for walls.
    if (path !== '/wall') expect(await sticksOut(page), `${width} ${lang}`).toEqual([]);
  }
}

/** What makes the page wider than the screen. */
async function sticksOut(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('main *')]
      .filter((each) => each.getBoundingClientRect().right > clientWidth + 1)
      .map((each) => `${each.tagName}.${each.className} ${each.textContent?.trim().slice(0, 40)}`)
      .slice(0, 10);
  });
}

/** Words of usual length that stand on two lines. */
async function brokenWords(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    const main = document.querySelector('main') ?? document.body;
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('code, pre, svg, select, script, style, .aside-voice'))
        continue;
      for (const word of (node.textContent ?? '').matchAll(
        /(?<![\w@./"'=<-])[A-Za-z]{3,16}(?!\.?[\w@/-])/g,
      )) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
        if (new Set(rects.map(({ top }) => Math.round(top))).size > 1)
          found.push(
            `${word[0]} of ${node.parentElement?.closest('section')?.textContent?.trim().slice(0, 40)}`,
          );
      }
    }
    return found;
  });
}

/** All texts of all sheets; a formula fails. */
async function textsOfWorkbook(bytes: Buffer): Promise<readonly string[]> {
  const workbook = new Workbook();
  // The library's types are of an older Buffer.
  await workbook.xlsx.load(bytes as never);
  const cells: Cell[] = [];
  workbook.eachSheet((sheet) =>
    sheet.eachRow((row) => row.eachCell((cell) => void cells.push(cell))),
  );
  expect(cells.filter(({ formula }) => formula !== undefined)).toEqual([]);
  const texts = cells.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  expect(texts.filter((text) => /^[=+\-@]/.test(text))).toEqual([]);
  return texts;
}

/** What is no drawing in an SVG, as a browser reads it. */
async function faultsOfPicture(page: Page, svg: string): Promise<readonly string[]> {
  return await page.evaluate((text) => {
    const read = new DOMParser().parseFromString(text, 'image/svg+xml');
    return [...read.querySelectorAll('*')].flatMap(({ tagName, attributes }) => [
      ...(/^(?:parsererror|script|foreignObject|img|a)$/.test(tagName) ? [tagName] : []),
      ...[...attributes].map(({ name }) => name).filter((name) => /^on|href$/.test(name)),
    ]);
  }, svg);
}
