/** How long until a page's first figure is there: on a slow machine and line, at a first visit, and at a return, which begins with what was seen last. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { loaded } from '../../dashboard/reading.ts';
import { addUpShifts, shiftOf } from '../../dashboard/shifts.ts';
import { round } from '../table.ts';

/** Four times as slow, over 10 Mbit/s each way with 40 ms to the gateway and back. */
export const slow = { cpu: 4, megabitsPerSecond: 10, latencyMs: 40 } as const;
export const tries = 7;

/** A card's value, or that there is none, which is known when nothing is awaited; on a return the picture of the last visit counts. */
const value = '.figures .value[title], .figures .value strong, .figures[aria-busy="false"] .none';
const patienceMs = 60_000;

export interface FirstFigures {
  readonly firstP50Ms: number;
  readonly firstP95Ms: number;
  readonly returnP50Ms: number;
  readonly returnP95Ms: number;
  /** All layout shifts of a return until everything is there: the picture of the last visit must not jump. */
  readonly returnShift: number;
}

/** Undefined for a page that has no figures. */
export async function firstFiguresOf(
  url: string,
  browser: Browser,
  options: BrowserContextOptions,
): Promise<FirstFigures | undefined> {
  const first: number[] = [];
  const again: number[] = [];
  const shifts: number[] = [];
  for (let n = 0; n < tries; n++) {
    // Nothing is kept from one to the next: no cache, no storage but who is signed in.
    await using context = await browser.newContext(options);
    const page = await context.newPage();
    await page.addInitScript(watchFirstFigure, value);
    await addUpShifts(page);
    await slowDown(page);
    await page.goto(url);
    await loaded(page);
    if ((await page.locator(value).count()) === 0) return undefined;
    first.push(await firstFigureMs(page));
    // Leaving keeps the picture; the browser keeps scripts.
    await page.goto('about:blank');
    await page.goto(url);
    again.push(await firstFigureMs(page));
    await loaded(page);
    shifts.push(await shiftOf(page));
  }
  return {
    firstP50Ms: quantile(first, 0.5),
    firstP95Ms: quantile(first, 0.95),
    returnP50Ms: quantile(again, 0.5),
    returnP95Ms: quantile(again, 0.95),
    returnShift: quantile(shifts, 0.5),
  };
}

async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const bytesPerSecond = (slow.megabitsPerSecond * 1_000_000) / 8;
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: slow.latencyMs,
    downloadThroughput: bytesPerSecond,
    uploadThroughput: bytesPerSecond,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu });
}

/** In the page, before anything of its own: notes when the frame is over that has a value, ms since the navigation began. */
function watchFirstFigure(selector: string): void {
  const look = (): void => {
    if (document.querySelector(selector) === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => performance.mark('first-figure'));
  };
  requestAnimationFrame(look);
}

async function firstFigureMs(page: Page): Promise<number> {
  const mark = await page.waitForFunction(
    () => performance.getEntriesByName('first-figure')[0]?.startTime,
    undefined,
    { timeout: patienceMs },
  );
  return Number(await mark.jsonValue());
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN);
}
