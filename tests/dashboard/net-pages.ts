/** The pages on ranking, net and usage: every figure is what analytics answers. */
import type { BrowserContextOptions, Page, Response } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { ask } from '../fixtures/small-net.ts';
import { csvLines, figures, loaded } from './reading.ts';

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
    let told: readonly (number | null)[] = [];
    page.on('response', (response) => {
      void answeredFigures(response, names).then((values) => {
        if (values !== null) told = values;
      });
    });
    await page.goto(`${gateway()}${path}?period=YEAR`);
    await loaded(page);
    await expect
      .poll(async () => told.length > 0 && (await figures(page, names.length)))
      .toEqual(told);
    expect(told.some((value) => value !== null && value > 0)).toBe(true);
    if (path === '/usage') return;
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
      expect(rows.length).toBeGreaterThan(15);
      // Of so few records the second formula has not the sample that it asks for; the first scores everybody.
      if (formula === 'v1') expect(rows.some(({ score }) => score !== null)).toBe(true);
    },
  );
}

/** The values of an answer to the question of a page's cards, as the page rounds them; null: it is to another. */
async function answeredFigures(
  response: Response,
  names: readonly string[],
): Promise<readonly (number | null)[] | null> {
  const input = (response.request().postDataJSON() as { variables?: { input?: Input } } | null)
    ?.variables?.input;
  if (input?.period !== 'YEAR' || input.grain !== undefined) return null;
  if (JSON.stringify(input.metrics) !== JSON.stringify(names)) return null;
  const { data } = (await response.json()) as {
    data?: { metrics?: { value: number | null }[] | null };
  };
  return (
    data?.metrics?.map(({ value }) => (value === null ? null : Math.round(value * 100) / 100)) ??
    null
  );
}

interface Input {
  readonly metrics?: readonly string[];
  readonly period?: string;
  readonly grain?: string;
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
