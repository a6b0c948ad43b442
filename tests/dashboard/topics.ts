/** The pages on sign-ups, engagement, aid, platforms and places: every figure is what analytics answers. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { axeFindings } from '../fixtures/axe.ts';
import { ask } from '../fixtures/small-net.ts';
import { csvLines, figures, seen } from './reading.ts';

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
  let page: Page & AsyncDisposable;

  beforeAll(async () => {
    page = await open('/sign-in');
  });
  afterAll(() => page[Symbol.asyncDispose]());

  /** As soon as all of it is answered: a page asks again by itself, too. */
  const graphql = async <T>(query: string, variables: object = {}): Promise<T> =>
    vi.waitUntil(
      async () => {
        const { data, errors } = await ask(`${gateway()}/graphql`, query, { ...variables });
        return errors === undefined && (data as T);
      },
      { timeout: 30_000, interval: 500 },
    );

  test.each(topics)('$path: every figure is what analytics answers', async (topic) => {
    const { path, scope = {}, names, table } = topic;
    const { metrics } = await graphql<{ metrics: { value: number | null }[] }>(
      'query ($input: MetricsInput!) { metrics(input: $input) { value } }',
      { input: { ...scope, metrics: names, period: 'YEAR' } },
    );
    await page.goto(`${gateway()}${path}?period=YEAR`);
    const told = metrics.map(({ value }) =>
      value === null ? null : Math.round(value * 100) / 100,
    );
    await expect.poll(() => figures(page, names.length)).toEqual(told);
    expect(told.some((value) => value !== null && value > 0)).toBe(true);
    await seen(page);
    if (table) expect((await csvLines(page, table.title)).slice(1)).toEqual(await rowsOf(topic));
    await page.locator('figure svg').first().waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

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
