/** The wall in a real Chromium over the real net: what a leader sees from five metres, day after day. Long, since what they share of a wall stands below them. */
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { scriptWith } from '../dashboard/build.ts';
import { pressAt, standsOn } from '../dashboard/keys.ts';
import { watchErrors } from '../fixtures/browser.ts';
import { startGate } from '../fixtures/gate.ts';

const slides = 4;
const values = '.page.shown .value strong';

/** The tests; `net` is asked when they run. */
export function testWall(
  net: () => { readonly gateway: string; readonly browser: Browser; readonly images: string },
): void {
  const looks = [
    ['zh', 'light'],
    ['zh', 'dark'],
    ['en', 'light'],
    ['en', 'dark'],
  ] as const;
  test.each(
    [[1920, 1080] as const, [3840, 2160] as const].flatMap((size) =>
      looks.map((look) => [...size, ...look] as const),
    ),
  )(
    'the wall of %i × %i, %s, %s, shows all its pages without scrolling',
    async (width, height, lang, theme) => {
      const { gateway, browser, images } = net();
      const address = `${gateway}/wall?turn=0&lang=${lang}&theme=${theme}`;
      await using page = await openWall(browser, address, { width, height });
      await page.locator(values).nth(3).waitFor();
      expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
      for (let slide = 0; slide < slides; slide++) {
        if (slide > 0) await page.keyboard.press('ArrowRight');
        await page.locator('.page.shown .content').first().waitFor();
        await page.locator('.page.shown .waiting').first().waitFor({ state: 'detached' });
        await page.screenshot({
          path: join(images, `wall-${height}-${lang}-${theme}-${slide + 1}.png`),
        });
        expect(await outside(page), `page ${slide + 1}`).toEqual([]);
        // Of a screen 1.2 m wide this is 12 mm, which is read from five metres.
        expect(await smallestType(page), `page ${slide + 1}`).toBeGreaterThanOrEqual(height / 54);
      }
    },
  );

  test('pages of the wall are turned by keys alone', async () => {
    const { gateway, browser } = net();
    await using page = await openWall(browser, `${gateway}/wall?turn=0`);
    await page.locator(values).nth(3).waitFor();
    // Round and round, and back.
    for (let slide = 0; slide < slides; slide++) await page.keyboard.press('ArrowRight');
    await page.locator(values).nth(3).waitFor();
    const current = page.locator('footer nav [aria-current]');
    const first = await current.getAttribute('title');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => current.getAttribute('title')).not.toBe(first);
    // By keys alone: halted, gone on, a page of one's own choice, halted.
    await page.keyboard.press('Space');
    const goOn = page.getByRole('button', { name: '继续轮播' });
    await goOn.waitFor();
    await page.keyboard.press('Space');
    await goOn.waitFor({ state: 'detached' });
    await pressAt(page, page.locator('footer nav button').first());
    await expect.poll(() => current.getAttribute('title')).toBe(first);
    await pressAt(page, page.getByRole('button', { name: '停在这一页' }));
    await standsOn(goOn);
  });

  test('the wall turns by itself, says when it is old, and catches up when the net is back', async () => {
    const { gateway, browser } = net();
    await using gate = await startGate(gateway);
    await using page = await openWall(browser, null);
    await page.clock.install();
    const chart = gate.stall(await charts());
    // A machine that is busy must not take longer over a page than the page stays.
    await page.goto(`${gate.url}/wall?turn=60`);
    await page.locator(values).nth(3).waitFor();
    const current = () => page.locator('footer nav [aria-current]').getAttribute('title');
    expect(await current()).toBe('此刻');
    await page.clock.runFor('01:01');
    await expect.poll(current).toBe('求助 · 本月');
    await page.getByRole('button', { name: '停在这一页' }).click();
    expect(await current()).toBe('求助 · 本月');

    // On the first of a month there is nothing yet of which a share could be: that is said, and no dash.
    const shown = page.locator('.page.shown .value');
    await shown.filter({ hasNotText: '—' }).nth(3).waitFor();
    const before = await shown.allTextContents();
    // What draws its chart is on its way when the net is lost.
    await chart;
    gate.cut();
    await page.clock.runFor('03:00');
    await page.locator('.stale').waitFor();
    expect(await page.locator('.stale').textContent()).toContain('数据停在');
    // What it had stays.
    expect(await shown.allTextContents()).toEqual(before);
    expect(await page.locator('.chart svg').count()).toBe(0);
    gate.mend();
    // By the next beat; what is asked then is answered in its own time.
    await page.clock.runFor('00:31');
    await page.locator('.stale').waitFor({ state: 'detached' });
    await page.locator('.page.shown .chart svg').waitFor();
  });

  test('the wall takes a newer build by itself when what it has to load is gone', async () => {
    const { gateway, browser } = net();
    await using gate = await startGate(gateway);
    await using page = await openWall(browser, null);
    await page.clock.install();
    const refused = gate.refuse(await charts());
    await page.goto(`${gate.url}/wall?turn=0`);
    await page.locator(values).nth(3).waitFor();
    await page.keyboard.press('ArrowRight');
    await refused;
    const anew = page.waitForEvent('load');
    // What has stood for less than that, would hardly be made whole by being loaded anew.
    await page.clock.runFor('02:01');
    await anew;
    await page.locator(values).nth(3).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('.page.shown .chart svg').waitFor();
    await expect.poll(() => page.locator('.page.shown .waiting').count()).toBe(0);
  });

  test('ten thousand live updates leave the wall’s memory where it was', async () => {
    const { gateway, browser } = net();
    await using gate = await startGate(gateway);
    const live = liveOf(10_000);
    gate.speakLive(live.answer);
    await using page = await openWall(browser, `${gate.url}/wall?turn=0`);
    await page.locator(values).nth(3).waitFor();
    // All that a page brings for good, charts above all, is there before it is measured.
    for (let slide = 0; slide < slides; slide++) {
      await page.keyboard.press('ArrowRight');
      await page.locator('.page.shown .content').first().waitFor();
    }
    await page.locator('.chart svg').waitFor({ state: 'attached' });
    const shown = (count: number) =>
      page
        .locator('.page.shown .value strong', { hasText: count.toLocaleString('en') })
        .waitFor({ timeout: 120_000 });
    live.say(1_000);
    await shown(1_000);
    const early = await heapBytes(page);
    live.say(10_000);
    await shown(10_000);
    const late = await heapBytes(page);
    // Each update has three kilobytes: kept, they would be thirty megabytes.
    expect(late - early).toBeLessThan(3 * 2 ** 20);
  });
}

/** Where ECharts is, of which no page has any before its figures. */
function charts(): Promise<string> {
  return scriptWith('chunks', '_echarts_instance_');
}

async function openWall(
  browser: Browser,
  address: string | null,
  viewport = { width: 1920, height: 1080 },
): Promise<Page & AsyncDisposable> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport });
  const page = await context.newPage();
  const errors = watchErrors(page);
  if (address !== null) await page.goto(address);
  return Object.assign(page, {
    [Symbol.asyncDispose]: async () => {
      await context.close();
      expect(errors.filter((error) => !error.includes('ERR_'))).toEqual([]);
    },
  });
}

/** What of the shown page, head and foot does not lie on the screen, or is cut off in its box from above or below. */
async function outside(page: Page): Promise<string[]> {
  return await page.locator('main').evaluate((main) => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) found.push('scrolls');
    for (const each of main.querySelectorAll('header *, footer *, .page.shown *')) {
      const { left, right, top, bottom, width, height } = each.getBoundingClientRect();
      if (width === 0 || height === 0 || each.closest('.aside-voice, defs')) continue;
      const isOut = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
      const box = each.closest('.content')?.getBoundingClientRect();
      const isCut = box !== undefined && (bottom > box.bottom + 2 || top < box.top - 2);
      const card = each.closest('article')?.getBoundingClientRect();
      const isCutAside = card !== undefined && right > card.right + 1;
      if (isOut || isCut || isCutAside)
        found.push(`${each.tagName} ${each.textContent?.trim().slice(0, 30)}`);
    }
    return found;
  });
}

/** CSS pixels, of all texts of the shown page. */
async function smallestType(page: Page): Promise<number> {
  return await page.locator('.page.shown').evaluate((shown) => {
    const sizes = [...shown.querySelectorAll('*')]
      .filter((each) =>
        [...each.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        ),
      )
      .filter((each) => each.closest('.aside-voice, title, style') === null)
      .map((each) => {
        const { height } = each.getBoundingClientRect();
        // Within a drawing of another scale a text is as much larger as its box is.
        const own = each instanceof SVGGraphicsElement ? each.getBBox().height : height;
        return parseFloat(getComputedStyle(each).fontSize) * (own === 0 ? 1 : height / own);
      });
    return Math.min(...sizes);
  });
}

/** What the page holds after its rubbish is gone, bytes. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** A stream whose n-th change says that n requests were resolved today, with ten events; as fast as it is read. */
function liveOf(most: number): {
  readonly answer: (response: ServerResponse) => void;
  say(upTo: number): void;
} {
  let said = 0;
  let wake: () => void = () => undefined;
  let upTo = 0;
  return {
    answer: (response) => void stream(response),
    say(count) {
      upTo = Math.min(most, count);
      wake();
    },
  };

  async function stream(response: ServerResponse): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const send = (event: string, data: unknown) =>
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    send('snapshot', { asOf: new Date().toISOString(), events: [], totals: [], feeds: [] });
    while (!response.destroyed) {
      while (said < upTo) {
        said++;
        if (!send('change', changeOf(said)))
          await new Promise((resolve) => response.once('drain', resolve));
      }
      // Said again as `/live` does: the page's own answers, every half minute, know nothing of this.
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 250);
      });
      if (said > 0) send('change', changeOf(said));
    }
  }
}

function changeOf(count: number): Record<string, unknown> {
  return {
    asOf: new Date().toISOString(),
    events: Array.from({ length: 10 }, (_, i) => eventOf(count * 10 + i)),
    totals: [{ metric: 'requestsResolved', value: count }],
  };
}

function eventOf(sequence: number): Record<string, unknown> {
  return {
    platform: '420100',
    type: 'onenet.request.resolved',
    time: new Date().toISOString(),
    sequence: String(sequence),
    place: '420102',
    category: 'WAGES',
    channel: 'HOTLINE',
    simulated: true,
    count: 1,
  };
}
