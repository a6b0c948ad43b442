/** An owner is asked no more than its team allows; what is over is missing, with its reason. */
import { localCaller, type OwnerBudget } from '@onenet/contract';
import { afterAll, expect, test } from 'vitest';
import { listOf, startThreeOwners } from './testing/three-owners.ts';

const three = await startThreeOwners();
const { net } = three;
afterAll(() => three[Symbol.asyncDispose]());

const unlimited: OwnerBudget = { perSecond: null, concurrent: null, perClientPerSecond: null };

/** How often Wuhan's part was there, of so many calls at once; the others' always is. */
async function asked(times: number, budget: OwnerBudget, client = 'a'): Promise<number> {
  const owner = net.owners.get('420100');
  if (!owner) throw new Error('Wuhan is in the net.');
  net.owners.set('420100', { ...owner, budget });
  const query =
    '{ serviceRequests(first: 1) { edges { node { id } } completeness { asked missing { platform reason } } } }';
  const caller = { ...localCaller, client, roles: ['leader'] };
  const answers = await Promise.all(
    Array.from({ length: times }, () => net.ask(query, {}, { caller })),
  );
  const missing = answers.flatMap((answer) => listOf(answer).completeness.missing);
  expect(missing).toEqual(missing.map(() => ({ platform: '420100', reason: 'OVER_BUDGET' })));
  return times - missing.length;
}

test('calls a second', async () => {
  const answered = await asked(12, { ...unlimited, perSecond: 4 });
  expect(answered).toBeGreaterThanOrEqual(4);
  expect(answered).toBeLessThan(12);
});

test('calls under way', async () => {
  const answered = await asked(12, { ...unlimited, concurrent: 2 });
  expect(answered).toBeGreaterThanOrEqual(2);
  expect(answered).toBeLessThan(12);
});

test('calls a second of one client, which are not taken from the others', async () => {
  const budget = { ...unlimited, perClientPerSecond: 3 };
  const greedy = await asked(12, budget, 'greedy');
  expect(greedy).toBeGreaterThanOrEqual(3);
  expect(greedy).toBeLessThan(12);
  expect(await asked(3, budget, 'modest')).toBe(3);
});

test('without a budget, as many as come', async () => {
  expect(await asked(12, unlimited)).toBe(12);
});
