/** Every filter, alone and with others: the rows are those that a predicate in memory keeps. */
import { divisionContains } from '@onenet/contract';
import type { ReferenceRecord, ServiceRequestRecord } from '@onenet/platforms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { at, testRecords } from './test-records.ts';

const records = [...testRecords(60)].filter(
  (record) => !('status' in record) || record.status !== 'TRANSFERRED',
);

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({ records: testRecords(60) });
});
afterAll(() => net[Symbol.asyncDispose]());

type Of<Type extends ReferenceRecord['type']> = Extract<ReferenceRecord, { readonly type: Type }>;

function keep<Type extends ReferenceRecord['type']>(
  type: Type,
  holds: (record: Of<Type>) => boolean,
) {
  return records
    .filter((record): record is Of<Type> => record.type === type)
    .filter((record) => holds(record))
    .map(({ id }) => id)
    .toSorted();
}

/** All of them are long past their deadlines. */
const isOverdueNow = ({ dueAt, status }: ServiceRequestRecord) =>
  dueAt !== null && status !== 'RESOLVED' && status !== 'REJECTED';

const filters: readonly [string, string, readonly string[]][] = [
  [
    'organizations',
    '{ kinds: [UNION, ZONE] }',
    keep('Organization', ({ kind }) => kind !== 'ENTERPRISE'),
  ],
  ['organizations', '{ kinds: [] }', []],
  [
    'organizations',
    '{ parentId: "420000:o-1" }',
    keep('Organization', ({ parentId }) => parentId !== null),
  ],
  [
    'organizations',
    '{ nameContains: "𠮷野" }',
    keep('Organization', ({ name }) => name.includes('𠮷野')),
  ],
  ['organizations', '{ nameContains: ".*" }', []],
  [
    'organizations',
    '{ parentId: "420000:o-1", place: "420102", kinds: [UNION, ENTERPRISE] }',
    keep(
      'Organization',
      (each) =>
        each.parentId !== null &&
        divisionContains('420102', each.placeCode) &&
        each.kind !== 'ZONE',
    ),
  ],
  [
    'stations',
    '{ organizationId: "420100:o-1" }',
    keep('Station', (each) => each.organizationId === '420100:o-1'),
  ],
  [
    'serviceRequests',
    '{ statuses: [SUBMITTED] }',
    keep('ServiceRequest', (each) => each.status === 'SUBMITTED'),
  ],
  [
    'serviceRequests',
    '{ statuses: [SUBMITTED, RESOLVED], categories: [WAGES, OTHER], channels: [WECHAT] }',
    keep(
      'ServiceRequest',
      (each) =>
        ['SUBMITTED', 'RESOLVED'].includes(each.status) &&
        each.category !== 'SAFETY' &&
        each.channel === 'WECHAT',
    ),
  ],
  ['serviceRequests', '{ overdueNow: true }', keep('ServiceRequest', isOverdueNow)],
  [
    'serviceRequests',
    '{ overdueNow: false }',
    keep('ServiceRequest', (each) => !isOverdueNow(each)),
  ],
  [
    'serviceRequests',
    '{ overdueNow: true, statuses: [ACCEPTED], place: "420102" }',
    keep(
      'ServiceRequest',
      (each) =>
        isOverdueNow(each) &&
        each.status === 'ACCEPTED' &&
        divisionContains('420102', each.placeCode),
    ),
  ],
  ['serviceRequests', '{ supervised: true }', keep('ServiceRequest', (each) => each.supervised)],
  ['serviceRequests', '{ supervised: null }', keep('ServiceRequest', () => true)],
  [
    'serviceRequests',
    '{ submittedFrom: "2016-08-31T08:03:00+08:00", submittedTo: "2016-08-31T00:06:00.0009Z" }',
    keep('ServiceRequest', (each) => each.submittedAt >= at(3) && each.submittedAt < at(6)),
  ],
  [
    'members',
    '{ kinds: [FLEXIBLE], statuses: [ACTIVE, LEFT] }',
    keep('Member', (each) => each.kind === 'FLEXIBLE' && ['ACTIVE', 'LEFT'].includes(each.status)),
  ],
  [
    'members',
    '{ appliedFrom: "2016-08-31T00:10:00Z" }',
    keep('Member', (each) => each.appliedAt >= at(10)),
  ],
  [
    'articles',
    '{ column: "要闻", titleContains: "Z" }',
    keep('Article', (each) => each.column === '要闻' && each.title.includes('Z')),
  ],
  [
    'articles',
    '{ publishedTo: "2016-08-31T00:02:00Z" }',
    keep('Article', (each) => each.publishedAt < at(2)),
  ],
];

test.each(filters)('%s %s', async (list, filter, expected) => {
  const answer = await net.ask<{ list: { totalCount: number; edges: { node: { id: string } }[] } }>(
    `{ list: ${list}(first: 100, filter: ${filter}) { totalCount edges { node { id } } } }`,
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data?.list.edges.map(({ node }) => node.id).toSorted()).toEqual(expected);
  expect(answer.data?.list.totalCount).toBe(expected.length);
});

test('a division’s lists hold what lies within it, and what their own filter adds', async () => {
  const answer = await net.ask<{ entities: Record<string, { totalCount: number }>[] }>(`{
    entities: _entities(representations: [
      { __typename: "Division", code: "420102" }
      { __typename: "Division", code: "420500" }
      { __typename: "Platform", code: "420100" }
    ]) {
      ... on Division {
        all: members { totalCount }
        street: members(filter: { place: "420102002" }) { totalCount }
        elsewhere: members(filter: { place: "420103" }) { totalCount }
      }
      ... on Platform { all: members { totalCount } }
    }
  }`);
  const within = (place: string) =>
    keep('Member', (each) => divisionContains(place, each.placeCode)).length;
  expect(within('420102002')).toBeGreaterThan(5);
  expect(answer.data?.entities).toEqual([
    {
      all: { totalCount: within('420102') },
      street: { totalCount: within('420102002') },
      elsewhere: { totalCount: 0 },
    },
    { all: { totalCount: 0 }, street: { totalCount: 0 }, elsewhere: { totalCount: 0 } },
    { all: { totalCount: within('420000') } },
  ]);
});
