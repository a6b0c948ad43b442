/** Every list is served by its index: no collection scan, no sort in memory, as many keys as rows. */
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listOrder, orderFields } from './order.ts';
import { KeysetRows, everything, type ListedRow } from './rows.ts';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { testRecords } from './test-records.ts';

const count = 400;
const limit = 10;

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({ records: testRecords(count) });
});
afterAll(() => net[Symbol.asyncDispose]());

const lists = [
  ['organizations', 'organizations', ['NAME', 'FOUNDED_AT', 'UPDATED_AT']],
  ['stations', 'stations', ['NAME', 'UPDATED_AT']],
  ['serviceRequests', 'service_requests', ['SUBMITTED_AT', 'UPDATED_AT', 'TITLE', 'CATEGORY']],
  ['members', 'members', ['APPLIED_AT', 'UPDATED_AT']],
  ['articles', 'articles', ['PUBLISHED_AT', 'UPDATED_AT', 'READ_COUNT']],
] as const;

const cases = lists.flatMap(([list, collection, orders]) =>
  orders.flatMap((order) =>
    (['ASC', 'DESC'] as const).flatMap((direction) =>
      [everything, '420100', '420102002003'].map(
        (facet) => [list, collection, order, direction, facet] as const,
      ),
    ),
  ),
);

test.each(cases)('%s in %s by %s %s at %s', async (list, collection, name, direction, facet) => {
  const order = listOrder(list, { field: name, direction });
  const rows = new KeysetRows<ListedRow>(net.platform.db, {
    collection,
    order,
    facets: [facet],
    where: {},
  });
  const all = await rows.read(undefined, direction, count);
  expect(all.length).toBeGreaterThan(3 * limit);
  const middle = all[Math.floor(all.length / 2)];
  for (const from of [undefined, middle && rows.positionOf(middle)]) {
    const { executionStats } = await rows.explain(from, direction, limit);
    const names = stages(executionStats.executionStages);
    expect(names).not.toContain('COLLSCAN');
    expect(names).not.toContain('SORT');
    expect(names).toContain('IXSCAN');
    expect(executionStats.nReturned).toBe(limit);
    expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(limit + 1);
    expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(limit + 1);
  }
});

test('each order of each list is tried here', () => {
  for (const [list, , orders] of lists) {
    const stored = orderFields(list).filter((field) => field !== 'distanceMetres');
    expect(orders.map((name) => listOrder(list, { field: name, direction: 'ASC' }).field)).toEqual(
      stored,
    );
  }
});

test('stations by distance come from the 2dsphere index', async () => {
  const explained = await net.platform.db
    .collection('stations')
    .find({
      facets: { $all: [everything] },
      location: {
        $nearSphere: {
          $geometry: { type: 'Point', coordinates: [114.3, 30.59] },
          $minDistance: 0,
          $maxDistance: 300,
        },
      },
    })
    .explain('executionStats');
  const names = stages(explained['executionStats'].executionStages);
  expect(names).toContain('GEO_NEAR_2DSPHERE');
  expect(names).not.toContain('COLLSCAN');
  expect(names).not.toContain('SORT');
});

test('the lists inside organizations are found by their index, and read no more than they return', async () => {
  const explained = await net.platform.db.command({
    explain: {
      aggregate: 1,
      pipeline: [
        { $documents: [{ _id: '420100:o-0' }, { _id: '420100:o-1' }] },
        {
          $lookup: {
            from: 'members',
            localField: '_id',
            foreignField: 'facets',
            pipeline: [{ $sort: { appliedAt: -1, _id: -1 } }, { $limit: limit }],
            as: 'rows',
          },
        },
      ],
      cursor: {},
    },
    verbosity: 'executionStats',
  });
  const steps = explained['stages'] as Document[];
  const lookup = steps.find((stage) => '$lookup' in stage);
  expect(lookup).toMatchObject({
    collectionScans: 0,
    indexesUsed: ['facets_1_appliedAt_1__id_1'],
  });
});

function stages(stage: Document | undefined): string[] {
  if (!stage) return [];
  return [
    stage['stage'],
    ...stages(stage['inputStage']),
    ...(stage['inputStages'] ?? []).flatMap(stages),
  ];
}
