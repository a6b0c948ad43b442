/** A page by keys alone: where the focus stands must be seen at every step of the way. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More stops than any page has. */
const mostStops = 400;

/** Tab, or Shift+Tab, until the focus stands on it. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await target.first().waitFor();
  for (let stops = 0; stops < mostStops; stops++) {
    await page.keyboard.press(key);
    const { isThere, unseen } = await target.evaluateAll(look, false);
    expect(unseen, 'where the focus is not seen').toEqual([]);
    if (isThere) return;
  }
  throw new Error(`no way by ${key} to ${String(target)}`);
}

/** What lies further down comes when it is about to be seen. */
export async function pageDownTo(page: Page, target: Locator): Promise<void> {
  await expect
    .poll(async () => {
      if (await target.first().isVisible()) return true;
      await page.keyboard.press('PageDown');
      return false;
    })
    .toBe(true);
}

/** And press it, as a link, a button, or what opens something. */
export async function pressAt(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await tabTo(page, target, key);
  await page.keyboard.press('Enter');
}

/** Waits until the focus stands there, and is seen. */
export async function standsOn(target: Locator): Promise<void> {
  await expect.poll(() => target.evaluateAll(look, false)).toEqual({ isThere: true, unseen: [] });
}

/** All that the focus can stand on without being seen. */
export async function unseenStops(page: Page): Promise<readonly string[]> {
  // From now on the browser shows the focus, as to whoever uses keys.
  await page.keyboard.press('Tab');
  const { unseen } = await page.locator('body').evaluateAll(look, true);
  return unseen;
}

/** Runs in the page: of where the focus stands, or of every stop. */
async function look(
  targets: readonly Element[],
  everyStop: boolean,
): Promise<{ readonly isThere: boolean; readonly unseen: readonly string[] }> {
  const here = document.activeElement ?? document.body;
  if (!everyStop)
    return { isThere: targets.includes(here), unseen: isSeen(here) ? [] : [said(here)] };
  const unseen: string[] = [];
  for (const stop of document.querySelectorAll<HTMLElement | SVGElement>(
    'a[href], button, input, select, textarea, summary, [tabindex]',
  )) {
    if (stop.tabIndex < 0 || stop.getClientRects().length === 0) continue;
    stop.focus();
    // What answers the focus by drawing does so in the next frame.
    if (stop instanceof SVGElement) await new Promise(requestAnimationFrame);
    if (document.activeElement === stop && !isSeen(stop)) unseen.push(said(stop));
    stop.blur();
  }
  scrollTo(0, 0);
  return { isThere: false, unseen };

  function said(stop: Element): string {
    return stop.outerHTML.slice(0, 160);
  }

  function isSeen(stop: Element): boolean {
    // Before the first stop and after the last one.
    if (stop === document.body) return true;
    const { left, right, top, bottom } = stop.getBoundingClientRect();
    const isOnScreen = right > 0 && bottom > 0 && left < innerWidth && top < innerHeight;
    return isOnScreen && isMarked(stop);
  }

  /** By itself or: a card by its button, which is as large; a choice by its words; a field by what holds it and its sign; an area of the map by its border. */
  function isMarked(stop: Element): boolean {
    return (
      hasOutline(getComputedStyle(stop)) ||
      hasOutline(getComputedStyle(stop, '::after')) ||
      (stop.nextElementSibling !== null && hasOutline(getComputedStyle(stop.nextElementSibling))) ||
      (stop.parentElement?.getAttribute('role') === 'search' &&
        getComputedStyle(stop.parentElement).boxShadow !== 'none') ||
      stop.closest('svg')?.querySelector('.ring') != null
    );
  }

  function hasOutline({ outlineStyle, outlineWidth, outlineColor }: CSSStyleDeclaration): boolean {
    return (
      outlineStyle !== 'none' &&
      parseFloat(outlineWidth) >= 2 &&
      !/transparent|, 0\)$/.test(outlineColor)
    );
  }
}
