/** An owner is asked no more than its team allows; what is over is missing, with its reason. */
import { localCaller, type OwnerBudget } from '@onenet/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { sendJson } from './testing/memory-owner.ts';
import { listOf, startThreeOwners } from './testing/three-owners.ts';

/** It stands still within a test: however long a machine takes, what is asked at once is within one second. */
let clock = Date.UTC(2026, 10, 24);
const three = await startThreeOwners(() => clock);
const { net } = three;
beforeEach(() => {
  clock += 60_000;
  three.reset();
});
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
  expect(await asked(12, { ...unlimited, perSecond: 4 })).toBe(4);
});

test('calls under way', async () => {
  // Wuhan answers when all have asked the others too: no call ends before the last one begins.
  const held: (() => void)[] = [];
  three.wuhan.fault = (answer, response) => void held.push(() => sendJson(response, answer));
  const asking = asked(12, { ...unlimited, concurrent: 2 });
  await expect.poll(() => three.yichang.seen.length).toBe(12);
  three.wuhan.fault = undefined;
  for (const answer of held) answer();
  const answered = await asking;
  expect(answered).toBeGreaterThanOrEqual(2);
  expect(answered).toBeLessThan(12);
});

test('calls a second of one client, which are not taken from the others', async () => {
  const budget = { ...unlimited, perClientPerSecond: 3 };
  expect(await asked(12, budget, 'greedy')).toBe(3);
  expect(await asked(3, budget, 'modest')).toBe(3);
});

test('without a budget, as many as come', async () => {
  expect(await asked(12, unlimited)).toBe(12);
});
