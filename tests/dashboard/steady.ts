/** Nothing jumps: what is on the screen stays where it is while answers come, at a first visit and at a return. */
import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import type { DisposableNet } from '../fixtures/net.ts';
import { addPerson, firstSignIn, signIn } from './people.ts';
import { loaded } from './reading.ts';
import { addUpShifts, shiftOf } from './shifts.ts';

/** What these tests need of the file that has the net. */
export interface Steady {
  readonly net: () => Pick<DisposableNet, 'dataDir' | 'urls'>;
  readonly browser: () => Browser;
}

/** Up to here a page counts as steady. */
const mostShift = 0.1;
const paths = ['/', '/requests', '/platform/420100', '/net', '/alerts', '/access'];
const desk = { locale: 'zh-CN', viewport: { width: 1440, height: 900 } };

/** Registers them. */
export function testSteady({ net, browser }: Steady): void {
  let signedIn: BrowserContextOptions;

  beforeAll(async () => {
    const person = await addPerson(net(), {
      name: `steady-${randomUUID().slice(0, 8)}`,
      role: 'administrator',
    });
    await using context = await browser().newContext(desk);
    const page = await context.newPage();
    await page.goto(net().urls.gateway + firstSignIn('/platform'));
    await signIn(page, person);
    signedIn = { ...desk, storageState: { ...(await context.storageState()), origins: [] } };
  });

  test.each([...paths, '/administration'])(
    '%s: nothing jumps, at a first visit and at a return',
    async (path) => {
      const url = net().urls.gateway + path;
      await using context = await browser().newContext(signedIn);
      const page = await context.newPage();
      await addUpShifts(page);
      const sessions: string[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith('/session')) sessions.push(request.url());
      });
      await page.goto(url);
      await loaded(page);
      expect(await shiftOf(page), 'first visit').toBeLessThan(mostShift);
      // Asked for by the shell, and by no script again.
      expect(sessions).toHaveLength(1);

      // Leaving keeps the picture; style sheets come late, as on a slow line.
      await page.goto('about:blank');
      await context.route('**/*.css', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await route.continue();
      });
      await page.goto(url);
      await loaded(page);
      expect(await shiftOf(page), 'return').toBeLessThan(mostShift);
    },
  );
}
