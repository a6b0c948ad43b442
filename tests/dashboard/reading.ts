/** What a page of the dashboard shows, as these tests read it. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';

/** Until nothing on the page waits for its first answer, or for a newer one. */
export async function loaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    () => document.querySelector('[aria-busy=true], section p.waiting') === null,
    undefined,
    { timeout: 60_000 },
  );
}

/** Panels come when they are about to be seen; ends at the top. */
export async function seen(page: Page): Promise<void> {
  for (let last = -1; ;) {
    const at = await page.evaluate(() => {
      scrollBy(0, innerHeight / 2);
      return scrollY;
    });
    if (at === last) break;
    last = at;
    await page.waitForTimeout(50);
  }
  await page.evaluate(() => scrollTo(0, 0));
}

/** Card by card: its value as the page has it to every digit; null where it says that there is none. */
export async function figures(page: Page, count: number): Promise<readonly (number | null)[]> {
  await page
    .locator('.figures article .value[title], .figures article .value.none')
    .nth(count - 1)
    .waitFor();
  await page.locator('.figures[aria-busy=true]').waitFor({ state: 'detached' });
  const titles = await page
    .locator('.figures article .value')
    .evaluateAll((all) => all.map((each) => each.getAttribute('title')));
  return titles.map((title) => (title === null ? null : Number(title.replaceAll(',', ''))));
}

/** The part of a page that has this title. */
export function panelOf(page: Page, title: string | RegExp): Locator {
  return page.locator('section', {
    has: page.getByRole('heading', { name: title, exact: true }),
  });
}

/** What a panel shows, as it is taken away. */
export async function taken(panel: Locator, kind: 'CSV' | 'XLSX' | 'PNG' | 'SVG'): Promise<Buffer> {
  await panel.getByRole('button', { name: '导出', exact: true }).click();
  const [file] = await Promise.all([
    panel.page().waitForEvent('download'),
    panel.getByRole('button', { name: kind, exact: true }).click(),
  ]);
  return await readFile(await file.path());
}

/** A panel's table as it is taken away, line by line, without what stands under it. */
export async function csvLines(page: Page, title: string): Promise<readonly string[]> {
  const lines = (await taken(panelOf(page, title), 'CSV')).toString().split('\r\n');
  return lines.slice(0, lines.indexOf(''));
}

/** Of a line of CSV: a comma, or a quotation mark written twice, may stand between quotation marks. */
export function cellsOf(line: string): readonly string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

/** The month before that of yesterday, YYYY-MM: it is over, on whatever clock. */
export function lastMonth(): string {
  const yesterday = new Date(Date.now() - 86_400_000);
  return new Date(yesterday.setUTCDate(0)).toISOString().slice(0, 7);
}
