/** The pages on sign-ups, engagement, aid, platforms and places: every figure is what analytics answers. */
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { axeFindings } from '../fixtures/axe.ts';
import { ask } from '../fixtures/small-net.ts';

/** What these tests need of the file that has the net. */
export interface Topics {
  readonly gateway: () => string;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
}

interface Topic {
  readonly path: string;
  /** Beside the period. */
  readonly scope?: object;
  /** In the order of the cards. */
  readonly names: readonly string[];
  /** The panel whose rows are platforms, and its columns. */
  readonly table?: { readonly title: string; readonly columns: readonly string[] };
}

const topics: readonly Topic[] = [
  {
    path: '/sign-ups',
    names: [
      'signUps',
      'membersApplied',
      'members',
      'membersTransferredIn',
      'cardsIssued',
      'cards',
      'cardUseRate',
      'cardUses',
      'cardDiscounts',
    ],
    table: {
      title: '分布',
      columns: [
        'signUps',
        'membersApplied',
        'members',
        'membersTransferredIn',
        'membersInTransfer',
        'cardsIssued',
        'cards',
        'cardUseRate',
      ],
    },
  },
  {
    path: '/engagement',
    names: ['reads', 'activePeople', 'shares', 'likes', 'comments', 'followers'],
    table: {
      title: '分布',
      columns: [
        'reads',
        'shares',
        'likes',
        'comments',
        'engagement',
        'activePeople',
        'followers',
        'articlesPublished',
      ],
    },
  },
  {
    path: '/aid',
    names: [
      'aidAmount',
      'aidPeople',
      'aidPaid',
      'aidCompleted',
      'aidApplied',
      'fundsCredited',
      'hardshipWorkers',
      'hardshipWorkersPaired',
      'cadresPaired',
    ],
    table: {
      title: '分布',
      columns: [
        'aidAmount',
        'aidPeople',
        'aidApplied',
        'aidPaid',
        'aidCompleted',
        'hardshipWorkers',
        'hardshipWorkersPaired',
        'fundsCredited',
      ],
    },
  },
  {
    path: '/platform/421087',
    scope: { platforms: ['421087'] },
    names: ['requestsBacklog', 'onTimeRate', 'requestsResolved', 'signUps', 'members'],
  },
  {
    path: '/place/420600',
    scope: { place: '420600' },
    names: [
      'requestsBacklog',
      'onTimeRate',
      'requestsResolved',
      'signUps',
      'engagement',
      'aidPaid',
    ],
    table: {
      title: '谁为此地服务，各做了多少',
      columns: [
        'requestsSubmitted',
        'requestsResolved',
        'requestsBacklog',
        'onTimeRate',
        'signUps',
        'engagement',
        'aidPaid',
      ],
    },
  },
];

/** Registers them; they change nothing. */
export function testTopics({ gateway, open }: Topics): void {
  /** As soon as all of it is answered: a page asks again by itself, too. */
  const graphql = async <T>(query: string, variables: object = {}): Promise<T> =>
    vi.waitUntil(
      async () => {
        const { data, errors } = await ask(`${gateway()}/graphql`, query, { ...variables });
        return errors === undefined && (data as T);
      },
      { timeout: 30_000, interval: 500 },
    );

  /** Card by card: its value as the page has it to every digit; null where it says that there is none. */
  async function figures(page: Page, count: number): Promise<readonly (number | null)[]> {
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

  test.each(topics)('$path: every figure is what analytics answers', async (topic) => {
    const { path, scope = {}, names, table } = topic;
    const { metrics } = await graphql<{ metrics: { value: number | null }[] }>(
      'query ($input: MetricsInput!) { metrics(input: $input) { value } }',
      { input: { ...scope, metrics: names, period: 'YEAR' } },
    );
    await using page = await open(`${path}?period=YEAR`);
    const told = metrics.map(({ value }) =>
      value === null ? null : Math.round(value * 100) / 100,
    );
    await expect.poll(() => figures(page, names.length)).toEqual(told);
    expect(told.some((value) => value !== null && value > 0)).toBe(true);
    await seen(page);
    if (table) expect(await csvRows(page, table.title)).toEqual(await rowsOf(topic));
    await page.locator('figure svg').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  /** Panels come when they are about to be seen. */
  async function seen(page: Page): Promise<void> {
    for (let last = -1; ;) {
      const at = await page.evaluate(() => {
        scrollBy(0, innerHeight / 2);
        return scrollY;
      });
      if (at === last) return;
      last = at;
      await page.waitForTimeout(50);
    }
  }

  /** Rows of a panel as they are taken away: names of platforms, then every digit. */
  async function csvRows(page: Page, title: string): Promise<readonly string[]> {
    const panel = page.locator('section', {
      has: page.getByRole('heading', { name: title, exact: true }),
    });
    await panel.getByRole('button', { name: '导出', exact: true }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel.getByRole('button', { name: 'CSV', exact: true }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).split('\r\n').slice(1);
    return lines.slice(0, lines.indexOf(''));
  }

  async function rowsOf({ scope = {}, table }: Topic): Promise<readonly string[]> {
    const { metricTable, platforms } = await graphql<{
      metricTable: { rows: { key: string; cells: { value: number | null }[] }[] };
      platforms: { code: string; name: string }[];
    }>(
      `
        query ($input: MetricTableInput!) {
          metricTable(input: $input) {
            rows {
              key
              cells {
                value
              }
            }
          }
          platforms {
            code
            name
          }
        }
      `,
      {
        input: {
          ...scope,
          metrics: table?.columns,
          by: 'PLATFORM',
          period: 'YEAR',
          first: 200,
        },
      },
    );
    const names = new Map(platforms.map(({ code, name }) => [code, name]));
    expect(metricTable.rows.length).toBeGreaterThan(2);
    return metricTable.rows.map(({ key, cells }) =>
      [names.get(key) ?? key, ...cells.map(({ value }) => String(value ?? ''))].join(','),
    );
  }
}
