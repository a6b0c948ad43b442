/** Tests that the whole net at a small scale shows the source's figures: as published, by metrics, and by records. */
import { readFile } from 'node:fs/promises';
import { platforms } from '@onenet/platforms';
import type { PublishedFigure } from '@onenet/platforms';
import { describe, expect, test } from 'vitest';
import { feedsIn, selfChecked } from './feeds.ts';
import {
  data,
  figuresByMetrics,
  figuresByRecords,
  figuresServed,
  isAllRecords,
  type FigureFound,
} from './figures.ts';

/** The self-check goes slowly from platform to platform, beside the queries: a few of them are compared here. */
const platformsCompared = 5;

const connected = platforms.filter(({ connection }) => connection === 'CONNECTED');
/** Registers them; they change nothing. */
export function testPublishedFigures(gateway: () => string): void {
  test('every connected feed is in, and the self-check finds no difference', async () => {
    const feeds = await feedsIn(gateway());
    expect(feeds.map(({ platform }) => platform).toSorted()).toEqual(
      connected.map(({ code }) => code).toSorted(),
    );
    const { ok, differences } = await selfChecked(gateway(), platformsCompared);
    expect({ ok, differences }).toEqual({ ok: true, differences: [] });
  });

  test('what was published is served as it was published', async () => {
    const served = await figuresServed(gateway());
    // What stands for a figure in the demonstration is not the owner's to publish.
    const published = (figure: PublishedFigure) => ({ ...figure, demo: undefined });
    expect(served).toEqual(
      Object.fromEntries(
        platforms.map(({ code, publishedFigures }) => [code, publishedFigures.map(published)]),
      ),
    );
  });

  test('each figure is its metric since the beginning, without what is simulated', async () => {
    const found = await figuresByMetrics(gateway());
    expect(found.length).toBeGreaterThan(40);
    expect(found.filter(differs)).toEqual([]);
    // Up to 20,000 all is records; beyond, an opening balance fills up.
    const opened = found.filter(({ opening }) => opening !== null);
    expect(opened.length).toBeGreaterThan(15);
    const misopened = opened.filter((figure) => (figure.opening === 0) !== isAllRecords(figure));
    expect(misopened).toEqual([]);
  });

  test('figures up to 20,000 are records that the lists count', async () => {
    const found = await figuresByRecords(gateway());
    expect(found.length).toBeGreaterThan(15);
    expect(found.filter(differs)).toEqual([]);
  });

  describe.each(['README.md', 'README.zh-CN.md'])('%s', (name) => {
    test('its first query has the answer that stands below it', async () => {
      const readme = await readFile(new URL(`../../${name}`, import.meta.url), 'utf8');
      const query = /--data-urlencode 'query=([^']+)'/.exec(readme)?.[1] ?? '';
      const answer = /```json\n([^`]+)```/.exec(readme)?.[1] ?? '';
      const url = `${gateway()}/graphql?${new URLSearchParams({ query })}`;
      const { data: found } = (await (await fetch(url)).json()) as { data: unknown };
      expect({ data: found }).toEqual(JSON.parse(answer));
    });
  });

  test('Wuhan’s 5,000 stations and Xiangyang’s 41 rights requests: 13 done, 28 open', async () => {
    const rights = (statuses: string) =>
      `serviceRequests(first: 1, filter: { platforms: ["420600"], categories: [LEGAL],
        submittedTo: "2016-09-01T00:00:00+08:00", statuses: ${statuses} }) { totalCount }`;
    const counts = await data<Record<string, { totalCount: number }>>(
      gateway(),
      `{ stations: stations(first: 1, filter: { platforms: ["420100"] }) { totalCount }
        rights: ${rights('null')}
        done: ${rights('[RESOLVED, RATED]')}
        open: ${rights('[SUBMITTED, VERIFIED, DISPATCHED, ACCEPTED]')} }`,
    );
    expect(counts).toEqual({
      stations: { totalCount: 5000 },
      rights: { totalCount: 41 },
      done: { totalCount: 13 },
      open: { totalCount: 28 },
    });
  });

  test('of the money that was published nothing is in two books: Xiangyang’s, Xiantao’s, Jingmen’s', async () => {
    const { fund, relief, patients, claims } = await data<
      Record<string, { edges: { node: Record<string, number> }[]; totalCount: number | null }>
    >(
      gateway(),
      `{ fund: aidFunds(first: 1, filter: { platforms: ["420600"], nameContains: "困难职工" }) {
           totalCount edges { node { creditedFen availableFen reservedFen paidFen } } }
         relief: aidGrants(first: 5, filter: { platforms: ["420600"], forms: [SERIOUS_ILLNESS],
           channels: [WEBSITE], appliedTo: "2016-09-01T00:00:00+08:00" }) {
           totalCount edges { node { amountFen } } }
         patients: aidProgrammes(first: 1, filter: { platforms: ["429004"], nameContains: "移植" }) {
           totalCount edges { node { grantCount } } }
         claims: cardClaims(first: 20, filter: { platforms: ["420800"], statuses: [PAID],
           submittedTo: "2016-09-01T00:00:00+08:00" }) {
           totalCount edges { node { paidFen } } }
       }`,
    );
    const [books] = fund?.edges ?? [];
    expect(books?.node['paidFen']).toBe(265_000_000);
    expect(books?.node['creditedFen']).toBe(
      (books?.node['availableFen'] ?? 0) +
        (books?.node['reservedFen'] ?? 0) +
        (books?.node['paidFen'] ?? 0),
    );
    expect(relief?.edges.map(({ node }) => node)).toEqual(
      Array.from({ length: 3 }, () => ({ amountFen: 300_000 })),
    );
    expect(patients?.edges).toEqual([{ node: { grantCount: 409 } }]);
    const paid = claims?.edges.reduce((sum, { node }) => sum + (node['paidFen'] ?? 0), 0);
    expect([claims?.totalCount, paid]).toEqual([15, 21_346_000]);
  });
}

function differs({ expected, found }: FigureFound): boolean {
  return expected !== found;
}
