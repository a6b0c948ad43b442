/** What contracts 1.1 and 1.2 brought: answered by a platform that keeps 1.2; what is of 1.2 refused by one that keeps 1.1. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceRequestDoc } from './modules/requests/store.ts';
import { sweepRequests } from './modules/requests/sweep.ts';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { serviceRequest, testRecords } from './test-records.ts';

let newest: TestPlatform;
let before: TestPlatform;
beforeAll(async () => {
  newest = await testPlatform({ records: testRecords(40) });
  before = await testPlatform({ code: '421100' });
});
afterAll(async () => {
  await newest[Symbol.asyncDispose]();
  await before[Symbol.asyncDispose]();
});

interface Node {
  readonly rating: number | null;
  readonly category: string;
  readonly feedbackCount: number;
  readonly history: readonly { readonly __typename: string; readonly at: string }[];
  readonly lastTwo: readonly { readonly at: string }[];
}

const list = async (args: string): Promise<readonly Node[]> => {
  const { data, errors } = await newest.ask<{ serviceRequests: { edges: { node: Node }[] } }>(
    `{ serviceRequests(first: 100${args}) { edges { node { rating category feedbackCount history { __typename at } lastTwo: history(newest: 2) { at } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.serviceRequests.edges.map(({ node }) => node) ?? [];
};

test('feedbackCount is the number of words in the history', async () => {
  for (const { feedbackCount, history } of await list('')) {
    const words = history.filter(({ __typename: type }) => type === 'RequestFeedbackStep');
    expect(feedbackCount).toBe(words.length);
  }
});

test('history(newest:) keeps the end of it', async () => {
  for (const { history, lastTwo } of await list('')) {
    expect(lastTwo).toEqual(history.slice(-2).map(({ at }) => ({ at })));
  }
});

test.each([0, -1, 101])('history(newest: %d) is refused', async (count) => {
  const { errors } = await newest.ask(
    `{ serviceRequests(first: 1) { edges { node { history(newest: ${count}) { at } } } } }`,
  );
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

test('ratingAtMost keeps what is rated, and not better', async () => {
  const all = await list('');
  const expected = all.filter(({ rating }) => rating !== null && rating <= 3).length;
  const kept = await list(', filter: { ratingAtMost: 3 }');
  expect(kept.length).toBe(expected);
  expect(kept.every(({ rating }) => rating !== null && rating <= 3)).toBe(true);
});

test('the order CATEGORY is by the name of the category', async () => {
  const categories = (await list(', orderBy: { field: CATEGORY, direction: ASC }')).map(
    ({ category }) => category,
  );
  expect(categories.length).toBeGreaterThan(20);
  expect(categories).toEqual(categories.toSorted());
  expect(new Set(categories).size).toBeGreaterThan(1);
});

const input = '{ id: "421100:none", idempotencyKey: "k" }';

test.each([
  '{ serviceRequests { edges { node { overdueAt } } } }',
  '{ serviceRequests { edges { node { remindedAt remindedCount } } } }',
  '{ serviceRequests { edges { node { escalationLevel } } } }',
  '{ serviceRequests { edges { node { history { ... on RequestOverdueStep { at } } } } } }',
  '{ serviceRequests(filter: { inTransfer: true }) { totalCount } }',
  '{ serviceRequests(filter: { escalationAtLeast: 1 }) { totalCount } }',
  '{ serviceRequests(filter: { statuses: [IN_TRANSFER] }) { totalCount } }',
  '{ _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { sealingKey } } }',
])('a platform of 1.1 refuses %s', async (query) => {
  expect((await newest.ask(query)).errors).toBeUndefined();
  expect((await before.ask(query)).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
});

test.each(['remindServiceRequest', 'escalateServiceRequest'])(
  'a platform of 1.1 has no %s',
  async (name) => {
    const mutation = `mutation { ${name}(input: ${input}) { serviceRequest { id } } }`;
    expect((await newest.ask(mutation, {}, 'officer:o-1')).errors?.[0]?.extensions.code).toBe(
      'NOT_FOUND',
    );
    expect((await before.ask(mutation, {}, 'officer:o-1')).errors?.[0]?.extensions.code).toBe(
      'BAD_REQUEST',
    );
  },
);

test('a platform of 1.1 says nothing of deadlines: neither in its records, nor by its clock', async () => {
  const past = { dueAt: new Date('2016-08-01'), status: 'ACCEPTED' } as const;
  const late = { step: 'OVERDUE', at: new Date('2016-08-02'), actorKind: 'SYSTEM' } as const;
  const records = [
    { ...serviceRequest(1), ...past, id: '421100:r-1' },
    { ...serviceRequest(2), ...past, id: '421100:r-2', overdueAt: late.at, history: [late] },
  ].map((record) => ({ ...record, placeCode: '421100', platformCode: '421100' }));
  await using net = await testPlatform({ code: '421100', records });
  const requests = net.platform.db.collection<ServiceRequestDoc>('service_requests');
  const stored = await requests.find().toArray();
  expect(stored).toMatchObject([{ overdueAt: null }, { overdueAt: null, history: [] }]);
  await sweepRequests(net.platform, new Date());
  expect(await requests.find().toArray()).toEqual(stored);
  const { errors } = await net.ask(
    'mutation { resolveServiceRequest(input: { id: "421100:r-1", idempotencyKey: "k" }) { serviceRequest { status } } }',
    {},
    'officer:o-1',
  );
  expect(errors).toBeUndefined();
  await net.platform.feed.drained();
  const types = (await net.platform.feed.totals()).map(({ type }) => type);
  expect(types).toContain('onenet.request.resolved');
  expect(types).not.toContain('onenet.request.overdue');
});
