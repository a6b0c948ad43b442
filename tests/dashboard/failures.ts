/** What a page does when something is away: it says what is missing, keeps what it has, and goes on by itself. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startGate } from '../fixtures/gate.ts';
import type { DisposableNet } from '../fixtures/net.ts';
import { addPerson, firstSignIn, operate, signIn } from './people.ts';
import { figures, loaded, seen } from './reading.ts';
import { addUpShifts, shiftOf } from './shifts.ts';

/** What these tests need of the file that has the net. */
export interface Failures {
  readonly net: () => Pick<
    DisposableNet,
    'dataDir' | 'urls' | 'processes' | 'crashed' | 'startAgain'
  >;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
  readonly images: string;
}

/** Cards of the page on requests. */
const cards = 6;

/** Of a network, as the browser is made to have it: bytes a second, milliseconds. */
const slow = {
  offline: false,
  downloadThroughput: 150_000,
  uploadThroughput: 50_000,
  latency: 400,
};

/** Registers them; what they stop goes on when they end. */
export function testFailures({ net, open, images }: Failures): void {
  test('without the gateway a page says so, keeps its figures, and goes on when it is back', async () => {
    await using gate = await startGate(net().urls.gateway);
    await using page = await open('/sign-in');
    await page.clock.install();
    await page.goto(`${gate.url}/requests?period=YEAR`);
    await loaded(page);
    const before = await figures(page, cards);
    await page.locator('[data-state=open]').waitFor();
    gate.cut();
    await page.clock.runFor('00:31');
    await page.getByText('连不上网关').first().waitFor();
    await page.getByText('更新失败，下面是').first().waitFor();
    await page.locator('[data-state=lost]').waitFor();
    expect(await figures(page, cards)).toEqual(before);
    gate.mend();
    await page.clock.runFor('00:09');
    await expect.poll(() => page.getByText('连不上网关').count()).toBe(0);
    await page.locator('[data-state=open]').waitFor({ timeout: 60_000 });
  });

  test('without analytics a page keeps what it said last and has all that owners answer; it is whole again when analytics is', async () => {
    const { processes, startAgain, crashed } = net();
    await using page = await open('/sign-in');
    await page.clock.install();
    await page.goto(`${net().urls.gateway}/platform/420100?period=YEAR`);
    await loaded(page);
    const shown = await page.locator('.figures article').count();
    const before = await figures(page, shown);
    process.kill(processes['analytics'] ?? 0, 'SIGKILL');
    await crashed;
    try {
      await page.clock.runFor('00:31');
      await page.getByText('更新失败，下面是').first().waitFor();
      expect(await figures(page, shown)).toEqual(before);

      await page.reload();
      await page.getByText('UNAVAILABLE').first().waitFor();
      // What was painted from the last visit gives way to the page itself.
      await expect.poll(() => figures(page, shown)).toEqual(before);
      await page.getByText('武汉市总工会').first().waitFor();
      await page
        .getByText(/职工服务站/)
        .first()
        .waitFor();
      await page.screenshot({ path: join(images, 'without-analytics.png') });
    } finally {
      // Whatever this one finds: the next ones need it.
      await startAgain('analytics');
    }
    await page.clock.runFor('00:09');
    await expect.poll(() => page.getByText('UNAVAILABLE').count(), { timeout: 60_000 }).toBe(0);
    await loaded(page);
    expect(await figures(page, shown)).toEqual(before);
    await page.locator('[data-state=open]').waitFor({ timeout: 60_000 });
  });

  test('over a slow network a page says that it loads, keeps the room, and comes whole', async () => {
    await using page = await open('/sign-in');
    const browser = await page.context().newCDPSession(page);
    await browser.send('Network.enable');
    await browser.send('Network.setCacheDisabled', { cacheDisabled: true });
    await browser.send('Network.emulateNetworkConditions', slow);
    await addUpShifts(page);
    await page.goto(`${net().urls.gateway}/requests?period=YEAR`, { waitUntil: 'commit' });
    await page.locator('.figures[aria-busy=true]').waitFor({ state: 'attached' });
    await page.locator('section .waiting', { hasText: '正在加载…' }).first().waitFor();
    await page.screenshot({ path: join(images, 'slow-network.png') });
    await figures(page, cards);
    await loaded(page);
    await page.locator('section figure svg').nth(1).waitFor();
    expect(await shiftOf(page)).toBeLessThan(0.01);
    await seen(page);
    await loaded(page);
    expect(await page.locator('.trouble').count()).toBe(0);
  });

  test('a platform that does not answer is named where it is missing, and is there again when it answers', async () => {
    const pid = net().processes['sidecar-420500'] ?? 0;
    await using page = await open('/sign-in');
    await page.clock.install();
    process.kill(pid, 'SIGSTOP');
    const missing = page.locator('#requests').getByText(/缺：宜昌市总工会/);
    try {
      await page.goto(`${net().urls.gateway}/place/420500`);
      await missing.waitFor({ timeout: 60_000 });
      // Of the others all is there.
      expect(await page.locator('#requests li').count()).toBeGreaterThan(0);
      await page.locator('.figures article .value[title]').first().waitFor();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    // Nobody reloads the page.
    await expect
      .poll(
        async () => {
          await page.clock.runFor('00:09');
          return await missing.count();
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(0);
  });

  test('a sign-in that has ended leads to the sign-in, and from there back', async () => {
    const name = `leader-${randomUUID().slice(0, 8)}`;
    const person = await addPerson(net(), { name, role: 'leader' });
    await using page = await open(firstSignIn('/requests?period=YEAR'));
    await page.clock.install();
    await signIn(page, person);
    await loaded(page);
    // The operator sets a new password, by which every session of it ends.
    const { password } = await operate(net(), `access/people/${name}/reset`, {});
    await expect
      .poll(async () => {
        await page.clock.runFor('00:31');
        return new URL(page.url()).pathname;
      })
      .toBe('/sign-in');
    await signIn(page, { name, password: String(password) });
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/requests?period=YEAR');
    await figures(page, cards);
  });
}
