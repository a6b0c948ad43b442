/** Every page with its data and with hostile texts in it: axe in light and dark, nothing runs, nothing sticks out; with a picture of each. */
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFindings } from '../fixtures/axe.ts';
import type { DisposableNet } from '../fixtures/net.ts';
import { writeHostileTexts } from './hostile.ts';
import { paths } from './paths.ts';
import { csvLines, loaded, seen } from './reading.ts';

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
    '$path: axe finds nothing in light and dark, and no text runs or sticks out',
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
      expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
      expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
    },
  );

  test('what is taken away of them computes nothing in a spreadsheet', async () => {
    await page.setViewportSize(desk);
    await page.goto(`${net().urls.gateway}/net?lang=zh`);
    await loaded(page);
    const formulae = (await csvLines(page, '各平台')).filter((each) =>
      /HYPERLINK|cmd\||SUM\(|-2\+3/.test(each),
    );
    expect(formulae).toHaveLength(4);
    for (const each of formulae) expect(each).toMatch(/^"?'/);
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
