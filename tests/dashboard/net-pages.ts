/** The pages on ranking, net and usage: every figure is what analytics answers. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { ask } from '../fixtures/small-net.ts';
import { Answers } from './answers.ts';
import { cellsOf, csvLines, figures, loaded } from './reading.ts';

/** What these tests need of the file that has the net. */
export interface NetPages {
  readonly gateway: () => string;
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Page & AsyncDisposable>;
}

type Cell = string | number | null;

const cards = {
  '/usage': [
    'apiRequests',
    'apiRecords',
    'apiErrorRate',
    'apiRefused',
    'apiLatencyMedian',
    'apiLatencyP90',
  ],
  '/net': [
    'feedFreshShare',
    'feedLagSeconds',
    'ownerAvailability',
    'ownerLatencyMedian',
    'ownerLatencyP90',
  ],
} as const;

/** Registers them; they change nothing but the record of who asked. */
export function testNetPages({ gateway, open }: NetPages): void {
  /** As soon as all of it is answered: a page asks again by itself, too. */
  const graphql = async <T>(query: string, variables: object = {}): Promise<T> =>
    vi.waitUntil(
      async () => {
        const { data, errors } = await ask(`${gateway()}/graphql`, query, { ...variables });
        return errors === undefined && (data as T);
      },
      { timeout: 60_000, interval: 500 },
    );

  /** A state that stays while it is compared. */
  async function keptState(): Promise<string> {
    const { metrics } = await graphql<{ metrics: { state: string }[] }>(
      '{ metrics(input: { metrics: ["requestsBacklog"], period: YEAR }) { state } }',
    );
    return metrics[0]?.state ?? '';
  }

  test.each(['/usage', '/net'] as const)('%s: figures are those of analytics', async (path) => {
    const names = cards[path];
    await using page = await open('/sign-in');
    // To ask again would change them: they are compared with what the page was answered last.
    const answers = new Answers(page);
    await page.goto(`${gateway()}${path}?period=YEAR`);
    await loaded(page);
    const told = () => answers.figures(names);
    await vi.waitFor(async () => expect(await figures(page, names.length)).toEqual(told()), {
      timeout: 20_000,
    });
    expect(told()?.some((value) => value !== null && value > 0)).toBe(true);
    if (path === '/usage') return await compareUsage(page, answers);
    const { feeds } = await graphql<{
      feeds: { head: string | null; sequence: string; state: string }[];
    }>('{ feeds { head sequence state } }');
    const shown = (await csvLines(page, '各平台')).slice(1).join('\n');
    const connected = feeds.filter(({ state }) => state !== 'NOT_CONNECTED');
    expect(connected.length).toBeGreaterThan(20);
    for (const { sequence, head } of connected)
      expect(shown).toContain(`${sequence},${head ?? ''}`);
  });

  test.each(['v1', 'v2'])(
    '/ranking by %s: ranks, scores and what each part adds are those of analytics',
    async (formula) => {
      const state = await keptState();
      const { ranking } = await graphql<{
        ranking: { groups: { peers: string; rows: Row[] }[] };
      }>(
        `
          query ($input: RankingInput!) {
            ranking(input: $input) {
              groups {
                peers
                rows {
                  name
                  rank
                  movement
                  score
                  note
                  parts {
                    value
                    contribution
                  }
                }
              }
            }
          }
        `,
        { input: { period: 'YEAR', formula, simulated: false, state } },
      );
      await using page = await open(
        `/ranking?period=YEAR&formula=${formula}&asOf=${encodeURIComponent(state)}`,
      );
      await loaded(page);
      const tabs = page.getByRole('group', { name: '同类平台' }).getByRole('button');
      expect(await tabs.count()).toBe(ranking.groups.length);
      for (const [index, { rows }] of ranking.groups.entries()) {
        await tabs.nth(index).click();
        await expect
          .poll(async () => (await csvLines(page, '此刻的排名')).slice(1))
          .toEqual(rows.map(rankLine));
      }
      const rows = ranking.groups.flatMap((group) => group.rows);
      // Where nobody can be ranked the page says why, and one press shows what would be with the simulation.
      if (rows.every(({ rank }) => rank === null)) {
        await page.getByRole('link', { name: '看计入模拟活动的排名' }).click();
        await page.waitForURL('**simulated=yes**');
        await page.getByText('含模拟活动，仅供演示').waitFor();
      }
      expect(rows.length).toBeGreaterThan(15);
      // Of so few records the second formula has not the sample that it asks for; the first scores everybody.
      if (formula === 'v1') expect(rows.some(({ score }) => score !== null)).toBe(true);
    },
  );
}

/** Under the cards of the page on usage: each table, as it is taken away, is what was answered. */
async function compareUsage(page: Page, answers: Answers): Promise<void> {
  const agree = (title: string, read: (lines: readonly string[]) => unknown, told: () => unknown) =>
    vi.waitFor(
      async () => {
        const lines = (await csvLines(page, title)).slice(1);
        expect(lines.length, title).toBeGreaterThan(0);
        expect(read(lines), title).toEqual(told());
      },
      { timeout: 20_000, interval: 200 },
    );
  /** Cells after the name: those of numbers, as CSV has them. */
  const numbers = (lines: readonly string[]) => lines.map((line) => cellsOf(line).slice(1));
  const tableOf = (first: string) => () =>
    answers
      .last('MetricTable', first)
      ?.metricTable?.rows.map(({ cells }) => cells.map(({ value }) => String(value ?? '')));
  await agree('请求分布', numbers, tableOf('apiRequests'));
  await agree('平台的可用与及时', numbers, tableOf('ownerAvailability'));
  await agree(
    '问得最多的查询',
    (lines) => lines.map(cellsOf).map(([name, , ...rest]) => [name, ...rest]),
    () =>
      answers
        .last('Usage')
        ?.topOperations?.map(
          ({ name, document, requests, failedShare, meanMs, owners, lastSeen }) =>
            [
              name ?? document.slice(0, 12),
              requests,
              failedShare,
              meanMs,
              owners.length,
              lastSeen,
            ].map(String),
        ),
  );
  // Who read most stands first.
  await agree(
    '谁读了谁的数据',
    (lines) =>
      numbers(lines)
        .map((row) => row.map(Number))
        .reduce((sum, row) => sum.map((value, column) => value + (row[column] ?? 0))),
    () => {
      const rows = new Map<string, number>();
      for (const { client, rows: more } of answers.last('AccessSummary')?.accessSummary ?? [])
        rows.set(client, (rows.get(client) ?? 0) + more);
      return [...rows.values()].toSorted((a, b) => b - a);
    },
  );
}

interface Row {
  readonly name: string;
  readonly rank: number | null;
  readonly movement: number | null;
  readonly score: number | null;
  readonly note: string | null;
  readonly parts: readonly {
    readonly value: number | null;
    readonly contribution: number | null;
  }[];
}

function rankLine({ name, rank, movement, score, note, parts }: Row): string {
  return [
    name,
    rank,
    movement,
    score,
    ...parts.map(({ value }) => value),
    ...parts.map(({ contribution }) => contribution),
    note,
  ]
    .map(written)
    .join(',');
}

/** As CSV has it. */
function written(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
