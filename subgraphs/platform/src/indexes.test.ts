/** Every list is served by its index: no collection scan, no sort in memory, as many keys as rows. Long, because each way to ask has its plan. */
import { setTimeout as delay } from 'node:timers/promises';
import { contractModules, contractSchema, gatherOf, orderOf } from '@onenet/contract';
import { isEnumType } from 'graphql';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everything } from './rows.ts';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { at } from './test-records.ts';

const count = 60;
const limit = 10;
const places = ['420100', '420102002003'];
/** Where two of them lie beside. */
const village = '420102002004';

/** People are looked up by their hashes: a list of what was asked for, and not of what is stored. */
const lookUps = ['personMatches'];

/** Every list of the contract with its orders, but for a distance, which is no stored field. */
const lists = Object.keys(contractSchema().getQueryType()?.getFields() ?? {}).flatMap((list) => {
  const gather = gatherOf('Query', list);
  const orders = gather && contractSchema().getType(gather.orderEnum);
  if (!isEnumType(orders) || lookUps.includes(list)) return [];
  const stored = orders.getValues().flatMap(({ name }) => {
    const rule = orderOf(orders.name, name);
    const field = rule?.path[0];
    return rule && field !== undefined && rule.needs === undefined
      ? [{ name, field, key: rule.key }]
      : [];
  });
  return [{ list, orders: stored }];
});

let net: TestPlatform;
const collections = new Map<string, string>();
beforeAll(async () => {
  net = await testPlatform({ modules: contractModules.map(({ name }) => name) });
  await net.platform.db.command({ profile: 2 });
  for (const { list } of lists) {
    const [read] = await readsOf(`{ ${list} { edges { cursor } } }`);
    collections.set(list, String(read?.['ns']).split('.').slice(1).join('.'));
  }
  for (const [list, collection] of collections) await fill(list, collection);
});
afterAll(() => net[Symbol.asyncDispose]());

/** Documents with what lists need: facets and sort keys, of which many are equal. */
async function fill(list: string, collection: string): Promise<void> {
  const indexes = await net.platform.db.collection(collection).indexes();
  const unique = indexes.flatMap((index) => (index.unique === true ? Object.keys(index.key) : []));
  const orders = lists.find((each) => each.list === list)?.orders ?? [];
  const values = {
    STRING: (n: number) => `键${n % 7}`,
    TIME: (n: number) => at(n % 7),
    INT: (n: number) => n % 7,
  };
  await net.platform.db.collection<Document & { _id: string }>(collection).insertMany(
    Array.from({ length: count }, (_, n) => ({
      ...Object.fromEntries(unique.map((path) => nested(path, `${n}`))),
      ...Object.fromEntries(orders.map(({ field, key }) => [field, values[key](n)])),
      _id: `420100:row-${n}`,
      facets: [
        everything,
        ...places,
        ...(n >= count - 2 ? [village] : []),
        ...(n % 20 === 0 ? ['status=LEFT'] : ['status=ACTIVE', 'kind=EMPLOYEE']),
      ],
    })),
  );
}

/** An entry of a document with a value at a path, of one or two names. */
function nested(path: string, value: string): readonly [string, unknown] {
  const [name = '', below] = path.split('.');
  return [name, below === undefined ? value : { [below]: value }];
}

/** The reads that a query makes, as the database's profiler has them; the feed looks at its outbox all the time. */
async function readsOf(
  query: string,
  op: 'query' | 'command' = 'query',
): Promise<readonly Document[]> {
  // The profiler's times are of milliseconds: what came before lies in an earlier one.
  await delay(2);
  const since = new Date();
  const { errors } = await net.ask(query);
  expect(errors).toBeUndefined();
  return net.platform.db
    .collection('system.profile')
    .find({ op, ts: { $gte: since }, ns: { $not: /\.(outbox|feed_\w+|system\.profile)$/ } })
    .toArray();
}

const cases = lists.flatMap(({ list, orders }) =>
  orders.map(({ name, field }) => [list, name, field] as const),
);

test.each(cases)('%s by %s', async (list, name, field) => {
  const collection = collections.get(list) ?? '';
  for (const direction of ['ASC', 'DESC'] as const) {
    for (const filter of ['', ...places.map((place) => `filter: { place: "${place}" }`)]) {
      const page = (after: string) =>
        `{ list: ${list}(orderBy: { field: ${name}, direction: ${direction} } ${filter} first: ${limit} ${after}) { edges { cursor } } }`;
      const first = await net.ask<{ list: { edges: { cursor: string }[] } }>(page(''));
      const cursor = first.data?.list.edges.at(-1)?.cursor ?? '';
      for (const query of [page(''), page(`after: "${cursor}"`)]) {
        const reads = (await readsOf(query)).filter(({ ns }) =>
          String(ns).endsWith(`.${collection}`),
        );
        expect(reads).toHaveLength(1);
        const [read = {}] = reads;
        expect(read['planSummary']).toBe(`IXSCAN { facets: 1, ${field}: 1, _id: 1 }`);
        expect(read['hasSortStage']).toBeUndefined();
        // One more than the page tells that there is a next one; the position's own row is a bound.
        expect(read['nreturned']).toBeGreaterThan(limit);
        expect(read['keysExamined']).toBeLessThanOrEqual(limit + 2);
        expect(read['docsExamined']).toBeLessThanOrEqual(limit + 2);
      }
    }
  }
});

test.each(['ASC', 'DESC'] as const)(
  'a range of the sort key bounds each page %s, and pages of it are whole',
  async (direction) => {
    const range = `appliedFrom: "${at(5).toISOString()}", appliedTo: "${at(6).toISOString()}"`;
    const found: string[] = [];
    for (let after = ''; ;) {
      const query = `{ list: members(orderBy: { field: APPLIED_AT, direction: ${direction} }, filter: { ${range} } first: 3 ${after}) {
        edges { cursor node { id } } } }`;
      const [read] = await readsOf(query);
      expect(read?.['keysExamined']).toBeLessThanOrEqual(3 + 2);
      const { data } = await net.ask<{
        list: { edges: { cursor: string; node: { id: string } }[] };
      }>(query);
      const edges = data?.list.edges ?? [];
      found.push(...edges.map(({ node }) => node.id));
      if (edges.length < 3) break;
      after = `after: "${edges.at(-1)?.cursor}"`;
    }
    const within = Array.from({ length: count }, (_, n) => n).filter((n) => n % 7 === 5);
    const ids = within.map((n) => `420100:row-${n}`).toSorted();
    expect(found).toEqual(direction === 'ASC' ? ids : ids.toReversed());
  },
);

test('a range that holds nothing, and a position outside of one, are an empty page', async () => {
  const page = (filter: string, after = '') =>
    `{ list: members(orderBy: { field: APPLIED_AT, direction: ASC }, filter: { ${filter} } first: 1 ${after}) { edges { cursor } } }`;
  type Page = { list: { edges: { cursor: string }[] } };
  const late = await net.ask<Page>(page(`appliedFrom: "${at(6).toISOString()}"`));
  const after = `after: "${late.data?.list.edges[0]?.cursor}"`;
  for (const query of [
    page(`appliedFrom: "${at(6).toISOString()}", appliedTo: "${at(2).toISOString()}"`),
    page(`appliedTo: "${at(2).toISOString()}"`, after),
  ]) {
    expect(await net.ask<Page>(query)).toEqual({ data: { list: { edges: [] } } });
  }
});

test.each([
  // The status is the rarest, then the place, whichever the filter says first.
  ['statuses: [LEFT]', 3],
  [`statuses: [LEFT], place: "${places[0]}"`, 3],
  [`statuses: [ACTIVE], place: "${village}"`, 2],
  [`statuses: [ACTIVE], kinds: [EMPLOYEE], place: "${village}"`, 2],
] as const)('the rarest facet bounds members with %s', async (filter, matching) => {
  for (const direction of ['ASC', 'DESC'] as const) {
    const found: string[] = [];
    for (let after = ''; ;) {
      const query = `{ list: members(orderBy: { field: APPLIED_AT, direction: ${direction} }, filter: { ${filter} } first: 1 ${after}) {
        edges { cursor node { id } } } }`;
      const [read] = (await readsOf(query)).filter(({ ns }) => String(ns).endsWith('.members'));
      expect(read?.['planSummary']).toBe('IXSCAN { facets: 1, appliedAt: 1, _id: 1 }');
      expect(read?.['keysExamined']).toBeLessThanOrEqual(matching + 1);
      const { data } = await net.ask<{
        list: { edges: { cursor: string; node: { id: string } }[] };
      }>(query);
      const [edge] = data?.list.edges ?? [];
      if (!edge) break;
      found.push(edge.node.id);
      after = `after: "${edge.cursor}"`;
    }
    expect(new Set(found).size).toBe(matching);
    expect(found).toHaveLength(matching);
  }
});

test('a total under one value counts index entries alone, under several facets the rarest’s records', async () => {
  const countOf = async (filter: string, order = '') => {
    const reads = await readsOf(
      `{ members(filter: { ${filter} } ${order}) { totalCount } }`,
      'command',
    );
    const counts = reads.filter(({ command }) => command.count === 'members' && !command.limit);
    expect(counts).toHaveLength(1);
    return counts[0];
  };
  expect(await countOf('statuses: [ACTIVE]')).toMatchObject({
    planSummary: expect.stringMatching(/^COUNT_SCAN/),
    docsExamined: 0,
  });
  const ofRange = await countOf(
    `appliedFrom: "${at(5).toISOString()}", appliedTo: "${at(6).toISOString()}"`,
    'orderBy: { field: UPDATED_AT, direction: ASC }',
  );
  expect(ofRange?.['docsExamined']).toBe(0);
  expect(ofRange?.['keysExamined']).toBeLessThan(count / 5);
  const several = await countOf(`statuses: [ACTIVE], place: "${village}"`);
  expect(several?.['docsExamined']).toBe(2);
});

test('every list of the contract is tried', () => {
  expect(lists.length).toBeGreaterThan(5);
  for (const { orders } of lists) expect(orders.length).toBeGreaterThan(0);
  expect([...collections.keys()]).toEqual(lists.map(({ list }) => list));
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
