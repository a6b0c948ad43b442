/** What contract 1.1 brought: answered by a platform that keeps it, and refused by one that keeps 1.0. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { testRecords } from './test-records.ts';

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

test.each([
  '{ serviceRequests { edges { node { feedbackCount } } } }',
  '{ serviceRequests { edges { node { history(newest: 1) { at } } } } }',
  '{ serviceRequests(filter: { ratingAtMost: 3 }) { totalCount } }',
  '{ serviceRequests(filter: { channels: [MINI_PROGRAM] }) { totalCount } }',
  '{ serviceRequests(orderBy: { field: CATEGORY }) { totalCount } }',
])('a platform of 1.0 refuses %s', async (query) => {
  expect((await newest.ask(query)).errors).toBeUndefined();
  expect((await before.ask(query)).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
});
