/** How much of a page jumps, without having been touched, until it is looked at: https://web.dev/articles/cls, but the sum of all. */
import type { Page } from 'playwright-core';

/** From the page's next address on. */
export async function addUpShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) sum += 'value' in entry ? Number(entry.value) : 0;
      document.documentElement.dataset['shift'] = String(sum);
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Since the page's address was opened. */
export async function shiftOf(page: Page): Promise<number> {
  return Number(await page.evaluate(() => document.documentElement.dataset['shift'] ?? 0));
}
