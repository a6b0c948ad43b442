/** Every list in every order, both ways, whole and by place: the pages are those of a sort in memory. */
import {
  compareKeys,
  comparePositions,
  divisionContains,
  haversineMetres,
  type Direction,
  type SortKey,
} from '@onenet/contract';
import type {
  ArticleRecord,
  MemberRecord,
  OrganizationRecord,
  ServiceRequestRecord,
  StationRecord,
} from '@onenet/platforms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestAnswer, type TestPlatform } from './test-platform.ts';
import { testRecords } from './test-records.ts';

type Record =
  | OrganizationRecord
  | StationRecord
  | ServiceRequestRecord
  | MemberRecord
  | ArticleRecord;

const count = 70;
const records = [...testRecords(count)] as Record[];
const near = { latitude: 30.593, longitude: 114.302, withinMetres: 620 };

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({ records });
});
afterAll(() => net[Symbol.asyncDispose]());

/** List → type, and order → the key of a record. */
const lists = [
  [
    'organizations',
    'Organization',
    { NAME: 'name', FOUNDED_AT: 'foundedAt', UPDATED_AT: 'updatedAt' },
  ],
  ['stations', 'Station', { NAME: 'name', UPDATED_AT: 'updatedAt' }],
  [
    'serviceRequests',
    'ServiceRequest',
    { SUBMITTED_AT: 'submittedAt', UPDATED_AT: 'updatedAt', TITLE: 'title' },
  ],
  ['members', 'Member', { APPLIED_AT: 'appliedAt', UPDATED_AT: 'updatedAt' }],
  [
    'articles',
    'Article',
    { PUBLISHED_AT: 'publishedAt', UPDATED_AT: 'updatedAt', READ_COUNT: 'readCount' },
  ],
] as const;

const cases = lists.flatMap(([list, type, orders]) =>
  Object.entries(orders).flatMap(([order, field]) =>
    (['ASC', 'DESC'] as const).flatMap((direction) =>
      [undefined, '420102', '420102002003'].map(
        (place) => [list, type, order, direction, place, field] as const,
      ),
    ),
  ),
);

test.each(cases)('%s %s by %s %s in %s', async (list, type, order, direction, place, field) => {
  const expected = oracle(type, field, direction, place);
  const orderType = `${type}Order`;
  const query = (
    paging: string,
  ) => `query Q($order: ${orderType}, $filter: ${type}Filter, $n: Int, $cursor: String) {
    list: ${list}(orderBy: $order, filter: $filter, ${paging}) {
      totalCount
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  const variables = { order: { field: order, direction }, filter: place ? { place } : {} };
  expect(await walk(query('first: $n, after: $cursor'), variables, true, expected.length)).toEqual(
    expected,
  );
  expect(await walk(query('last: $n, before: $cursor'), variables, false, expected.length)).toEqual(
    expected,
  );
});

test.each(['ASC', 'DESC'] as const)('stations by DISTANCE %s', async (direction) => {
  const expected = stationsNear()
    .toSorted((a, b) => comparePositions(a, b, direction))
    .map(({ id }) => id);
  expect(expected.length).toBeGreaterThan(20);
  expect(expected.length).toBeLessThan(count);
  expect(await walkNear('DISTANCE', direction, expected.length)).toEqual([expected, expected]);
});

test.each(['ASC', 'DESC'] as const)('stations near, by NAME %s', async (direction) => {
  const inside = new Set(stationsNear().map(({ id }) => id));
  const expected = oracle('Station', 'name', direction).filter((id) => inside.has(id));
  expect(await walkNear('NAME', direction, expected.length)).toEqual([expected, expected]);
});

/** The ids, read forward and read backward. */
async function walkNear(order: string, direction: Direction, total: number) {
  const query = (
    paging: string,
  ) => `query Q($order: StationOrder, $near: Near, $n: Int, $cursor: String) {
    list: stations(orderBy: $order, near: $near, ${paging}) {
      totalCount
      edges { cursor node { id distanceMetres } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }`;
  const variables = { order: { field: order, direction }, near };
  return [
    await walk(query('first: $n, after: $cursor'), variables, true, total),
    await walk(query('last: $n, before: $cursor'), variables, false, total),
  ];
}

function stationsNear(): { key: number; id: string }[] {
  return records
    .filter((record) => record.type === 'Station')
    .map((record) => ({ key: haversineMetres(near, record), id: record.id }))
    .filter(({ key }) => key <= near.withinMetres);
}

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const emptyPage: Page = {
  totalCount: -1,
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

/** All ids, in the list's order, read page by page; checks what each page says of itself. */
async function walk(
  query: string,
  variables: object,
  forward: boolean,
  total: number,
): Promise<readonly string[]> {
  const pages: (readonly string[])[] = [];
  let cursor: string | null = null;
  for (;;) {
    const answer: TestAnswer<{ readonly list: Page }> = await net.ask(query, {
      ...variables,
      n: 9,
      cursor,
    });
    expect(answer.errors).toBeUndefined();
    const { edges, pageInfo, totalCount } = answer.data?.list ?? emptyPage;
    expect(totalCount).toBe(total);
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    expect(forward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage).toBe(cursor !== null);
    pages.push(edges.map(({ node }) => node.id));
    if (!(forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
    cursor = forward ? pageInfo.endCursor : pageInfo.startCursor;
  }
  return (forward ? pages : pages.toReversed()).flat();
}

function oracle(type: string, field: string, direction: Direction, place?: string): string[] {
  return records
    .filter((record) => record.type === type)
    .filter((record) => !('status' in record) || record.status !== 'TRANSFERRED')
    .filter((record) => place === undefined || divisionContains(place, record.placeCode))
    .map((record) => ({ key: keyOf(record, field), id: record.id }))
    .toSorted((a, b) => comparePositions(a, b, direction))
    .map(({ id }) => id);
}

function keyOf(record: Record, field: string): SortKey {
  const value: unknown = Object.entries(record).find(([name]) => name === field)?.[1];
  return value instanceof Date ? value.getTime() : (value as SortKey);
}

test('the oracle’s order is not JavaScript’s', () => {
  expect(compareKeys('𠮷', '～')).toBeGreaterThan(0);
});
