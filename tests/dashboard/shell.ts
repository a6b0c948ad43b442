/** What every page of the dashboard has from its shell, tried on the page on requests, over a net that is there. Long, since the shell is many small promises. */
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { axeFindings } from '../fixtures/axe.ts';
import { prefixProxy } from '../fixtures/prefix-proxy.ts';
import { ask } from '../fixtures/small-net.ts';
import { compressedSize, firstScripts, pageScripts, scriptWith, withImports } from './build.ts';
import { seen as scrolledThrough } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface Shell {
  readonly gateway: () => string;
  readonly browser: () => Browser;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
}

/** JavaScript before the first figures, compressed. */
const mostScriptBytes = 90 * 1024;
/** Pages for developers have an editor and a list of fields instead; the gallery is none of those that are served. */
const withoutFigures = /^\/(?:developer|gallery)/;
const cards = '.figures article';
const values = `${cards} .value`;

/** Registers them; some add requests. */
export function testShell({ gateway, browser, open }: Shell): void {
  const graphql = () => `${gateway()}/graphql`;

  /** The digits of each card, by its metric's label. */
  async function figures(page: Page): Promise<Readonly<Record<string, number>>> {
    await page.locator(`${values} strong`).nth(3).waitFor();
    const shown = await page
      .locator(cards)
      .evaluateAll((all) =>
        all.map((card): [string, number] => [
          card.querySelector('h2')?.textContent?.trim() ?? '',
          Number((card.querySelector('.value')?.getAttribute('title') ?? '').replaceAll(',', '')),
        ]),
      );
    return Object.fromEntries(shown);
  }

  /** As analytics answers it. */
  async function answered(input: object): Promise<Readonly<Record<string, number>>> {
    const { data, errors } = await ask(
      graphql(),
      `query ($input: MetricsInput!) { metrics(input: $input) { metric value } metricDefinitions { name label } }`,
      { input },
      // Whether it is right is asked here: a busy machine may take its time.
      { 'onenet-deadline': '30000' },
    );
    expect(errors).toBeUndefined();
    const { metrics, metricDefinitions } = data as {
      metrics: { metric: string; value: number }[];
      metricDefinitions: { name: string; label: string }[];
    };
    const label = new Map(metricDefinitions.map((metric) => [metric.name, metric.label]));
    return Object.fromEntries(
      metrics.map(({ metric, value }) => [
        label.get(metric) ?? metric,
        Math.round(value * 100) / 100,
      ]),
    );
  }

  const names = [
    'requestsBacklog',
    'requestsOverdue',
    'onTimeRate',
    'satisfaction',
    'requestsSubmitted',
    'requestsResolved',
  ];

  test('figures are those of analytics, narrowed by a press, and the back button undoes it', async () => {
    await using page = await open('/requests?period=YEAR');
    expect(await figures(page)).toEqual(await answered({ metrics: names, period: 'YEAR' }));
    const row = page.locator('tbody th a', { hasText: '襄阳市总工会' }).first();
    // The table comes when it is about to be seen.
    await scrolledThrough(page);
    await row.click();
    await page.waitForURL('**platform=420600**');
    const narrowed = await answered({ metrics: names, period: 'YEAR', platforms: ['420600'] });
    await expect.poll(() => figures(page)).toEqual(narrowed);
    await page.getByRole('navigation', { name: '所在位置' }).getByText('襄阳市总工会').waitFor();
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('platform'));
    // By name, with keys alone.
    await page.getByRole('combobox', { name: '搜索平台或地区' }).fill('宜都');
    await page.getByRole('option', { name: /宜都市总工会/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**platform=420581**');
  });

  test('a state that is kept in the address shows the same to somebody else, later', async () => {
    await using page = await open('/requests?period=TODAY');
    await figures(page);
    await page.getByRole('button', { name: '固定此刻' }).click();
    await page.waitForURL('**asOf=**');
    // Short enough to be told by telephone.
    expect(new URL(page.url()).searchParams.get('asOf')).toMatch(/^[0-9a-f]{16}$/);
    const then = await figures(page);
    const submit = `mutation { submitServiceRequest(input: { platform: "420100", idempotencyKey: "shell-1",
      title: "=1+1<b>演示", category: LEGAL, channel: HOTLINE, placeCode: "420106" }) { serviceRequest { id } } }`;
    const { errors } = await ask(graphql(), submit, {}, { 'onenet-actor': 'worker:e2e' });
    expect(errors).toBeUndefined();
    const now = (): Promise<number | undefined> =>
      answered({ metrics: ['requestsSubmitted'], period: 'TODAY' }).then((all) => all['求助提交']);
    await expect.poll(now).toBe((then['求助提交'] ?? Number.NaN) + 1);

    await using other = await open(new URL(page.url()).pathname + new URL(page.url()).search);
    expect(await figures(other)).toEqual(then);
    await other.getByText('正在看固定时刻的数字').waitFor();
    await other.getByRole('link', { name: '回到现在' }).click();
    await expect.poll(async () => (await figures(other))['求助提交']).toBe(await now());
  });

  test('under a path of a proxy: all tabs share one live connection, and figures stand before scripts', async () => {
    await using proxy = await prefixProxy(gateway(), '/hubei/net');
    await using context = await browser().newContext({ locale: 'zh-CN' });
    const tab = async (path: string) => {
      const page = await context.newPage();
      await page.goto(proxy.url + path);
      await page.locator('[data-state=open]').waitFor();
      return page;
    };
    const page = await tab('/requests?period=YEAR');
    await tab('/');
    const third = await tab('/requests?lang=en');
    await third.getByRole('link', { name: 'Overview' }).first().click();
    await third.waitForURL(`${proxy.url}/?lang=en`);
    const live = proxy.asked.filter((path) => path.startsWith('/hubei/net/live'));
    expect(live).toHaveLength(1);
    expect(proxy.asked.filter((path) => !path.startsWith('/hubei/net'))).toEqual([]);

    const seen = await figures(page);
    await context.route('**/*.js', (route) => route.abort());
    await page.reload();
    expect(await figures(page)).toEqual(seen);
    expect(await page.locator('.last-seen').getAttribute('data-said')).toContain('看到的画面');
  });

  test('what a page needs is asked for before any script has run', async () => {
    await using context = await browser().newContext({ locale: 'zh-CN' });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname.slice(1)));
    // Without this one nothing else of ours runs.
    await context.route('**/entry/start.*.js', (route) => route.abort());
    await page.goto(`${gateway()}/requests`);
    const scripts = (await pageScripts()).get('/requests') ?? [];
    expect(scripts).toHaveLength(2);
    const needed = [...(await withImports(scripts)), 'session'];
    await expect.poll(() => needed.filter((path) => !asked.includes(path))).toEqual([]);
  });

  test('what is shown is taken away: CSV, XLSX, PNG, SVG', async () => {
    await using page = await open('/requests?period=YEAR');
    const panel = page.locator('section', { has: page.getByRole('heading', { name: '办理漏斗' }) });
    await panel.locator('svg text').first().waitFor();
    const files = new Map<string, Buffer>();
    for (const kind of ['CSV', 'XLSX', 'PNG', 'SVG']) {
      await panel.getByRole('button', { name: '导出' }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        panel.getByRole('button', { name: kind, exact: true }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`办理漏斗.${kind.toLowerCase()}`);
      files.set(kind, await readFile(await file.path()));
    }
    const csv = files.get('CSV')?.toString() ?? '';
    expect(csv.split('\r\n')[0]).toBe('\uFEFF步骤,件数,占提交');
    expect(csv).toContain('演示');
    expect(files.get('XLSX')?.subarray(0, 2).toString()).toBe('PK');
    expect(files.get('PNG')?.subarray(1, 4).toString()).toBe('PNG');
    // Whoever gets the link sees the same, later too.
    expect(csv).toMatch(/\/requests\?period=YEAR&asOf=[0-9a-f]{16}\r\n$/);
    const svg = files.get('SVG')?.toString() ?? '';
    for (const said of ['提交', '办理漏斗', '时段：今年', '截至 ', '演示'])
      expect(svg).toContain(said);
  });

  test('the map is taken away, too, with what its colours mean and that it is a sketch', async () => {
    await using page = await open('/?period=YEAR');
    const panel = page.locator('#areas');
    await panel.locator('svg a').nth(16).waitFor();
    await panel.getByRole('button', { name: '导出' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'SVG', exact: true }).click(),
    ]);
    const svg = await readFile(await file.path(), 'utf8');
    for (const said of ['求助办结（件）', '武汉', '及以上', '未接入', '示意图', '截至 '])
      expect(svg).toContain(said);
    expect(svg).not.toMatch(/<a\b|href|var\(--/);
  });

  test('what narrows and sorts a part stands in the address, and the back button undoes it', async () => {
    await using page = await open('/requests?period=YEAR&by=CHANNEL&sort=-requestsOverdue');
    const tab = page.getByRole('button', { name: '渠道', exact: true });
    await figures(page);
    await scrolledThrough(page);
    await page.locator('th[aria-sort=ascending]', { hasText: '求助超期' }).waitFor();
    expect(await tab.getAttribute('aria-pressed')).toBe('true');
    const which = page.getByRole('combobox', { name: '哪些求助' });
    await which.selectOption('OVERDUE');
    await page.waitForURL('**requests=OVERDUE**');
    await page.goBack();
    await expect.poll(() => which.inputValue()).toBe('ALL');
    await page.goForward();
    await expect.poll(() => which.inputValue()).toBe('OVERDUE');
  });

  test('paper is white, whatever the screen is', async () => {
    await using page = await open('/requests?period=YEAR&theme=dark');
    const bars = page.locator('section', { hasText: '办理漏斗' }).locator('svg text').first();
    await bars.waitFor();
    const dark = await bars.getAttribute('fill');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await expect.poll(() => bars.getAttribute('fill')).not.toBe(dark);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await expect.poll(() => bars.getAttribute('fill')).toBe(dark);
  });

  test('axe finds nothing: light, dark, of high contrast', async () => {
    await using page = await open('/requests?period=YEAR&theme=light');
    await figures(page);
    await page.locator('section figure svg').nth(2).waitFor();
    for (const theme of ['light', 'dark', 'contrast']) {
      await page.getByLabel('外观').selectOption(theme);
      await page.locator(`html[data-theme=${theme}]`).waitFor({ state: 'attached' });
      expect(await axeFindings(page), theme).toEqual([]);
    }
  });

  test('JavaScript before the first figures, as it was built', async () => {
    const shared = [...(await firstScripts()), await scriptWith('chunks', '湖北工会一张网')];
    const pages = await pageScripts();
    expect(pages.size).toBeGreaterThan(20);
    const tooMuch: string[] = [];
    for (const [page, scripts] of pages) {
      if (withoutFigures.test(page)) continue;
      const needed = await withImports([...shared, ...scripts]);
      const sizes = await Promise.all([...needed].map(compressedSize));
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      expect(bytes, page).toBeGreaterThan(mostScriptBytes / 2);
      if (bytes > mostScriptBytes) tooMuch.push(`${page}: ${bytes}`);
    }
    expect(tooMuch).toEqual([]);
  });
}
