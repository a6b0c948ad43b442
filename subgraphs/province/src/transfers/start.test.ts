/** What must hold before a transfer begins, and where a request goes that names no target. */
import { expect, test } from 'vitest';
import type { RecordThere } from './platforms.ts';
import { newTransfer, type StartTransferInput } from './start.ts';
import { TwoPlatforms, directoryOf } from './two-platforms.fixture.ts';

const now = new Date('2016-08-31T09:00:00+08:00');
const codes = ['420000', '420000-AID', '420100', '420500', '420581', '422800', 'WISCO'];
const directory = directoryOf(codes, {
  '420100': { modules: ['core', 'organizations', 'requests', 'transfers'] },
  '420000-AID': { modules: ['core', 'organizations', 'requests'] },
  '422800': { connection: 'REGISTERED' },
});

async function start(input: Partial<StartTransferInput>, there?: RecordThere | null) {
  const platforms = new TwoPlatforms();
  if (there !== undefined) platforms.there = there;
  return await newTransfer(
    { directory, platforms },
    { idempotencyKey: 'k', recordId: '420000:R-1', to: '420100', ...input },
    now,
  );
}

const member: RecordThere = { kind: 'MEMBER', status: 'ACTIVE', placeCode: '420102' };
const request: RecordThere = { kind: 'SERVICE_REQUEST', status: 'SUBMITTED', placeCode: '420102' };

test.for([
  ['a record of nobody', { recordId: '999999:R-1' }, undefined, 'UNKNOWN_PLATFORM'],
  ['no id', { recordId: 'R-1' }, undefined, 'BAD_ID'],
  ['a target of no net', { to: '999999' }, undefined, 'UNKNOWN_PLATFORM'],
  ['to itself', { to: '420000' }, undefined, 'BAD_INPUT'],
  ['a target that is not connected', { to: '422800' }, undefined, 'NOT_CONNECTED'],
  ['a source that is not connected', { recordId: '422800:R-1' }, undefined, 'NOT_CONNECTED'],
  ['a target without transfers', { to: '420000-AID' }, undefined, 'NOT_OFFERED'],
  ['a source without transfers', { recordId: '420000-AID:R-1' }, undefined, 'NOT_OFFERED'],
  ['a member to a target without members', {}, member, 'NOT_OFFERED'],
  ['a member without a target', { to: null }, member, 'BAD_INPUT'],
  ['no such record', {}, null, 'NOT_FOUND'],
  ['a request that is closed', {}, { ...request, status: 'RESOLVED' }, 'WRONG_STATE'],
  ['one in transfer already', {}, { ...request, status: 'IN_TRANSFER' }, 'WRONG_STATE'],
  ['a member that left', { to: '420500' }, { ...member, status: 'LEFT' }, 'WRONG_STATE'],
  ['a place of no table', { placeCode: '990000' }, undefined, 'UNKNOWN_DIVISION'],
  ['a place that the target does not serve', { placeCode: '420502' }, undefined, 'BAD_INPUT'],
  ['an organization of another', { organizationId: '420500:O-1' }, undefined, 'BAD_INPUT'],
  ['a deadline that has passed', { dueAt: '2016-08-31T08:59:59+08:00' }, undefined, 'BAD_INPUT'],
  ['a deadline in a year', { dueAt: '2017-08-31T09:00:00+08:00' }, undefined, 'BAD_INPUT'],
] as const)('%s is refused', async ([, input, there, code]) => {
  await expect(start(input, there)).rejects.toMatchObject({ code });
});

test('what the source says of its record is needed: without an answer nothing begins', async () => {
  const platforms = new TwoPlatforms();
  platforms.record = () => Promise.resolve({ kind: 'UNKNOWN', code: 'TIMEOUT' });
  const input = { idempotencyKey: 'k', recordId: '420000:R-1', to: '420100' };
  await expect(newTransfer({ directory, platforms }, input, now)).rejects.toMatchObject({
    code: 'OWNER_FAILED',
    details: { platform: '420000', reason: 'TIMEOUT' },
  });
});

test.for([
  ['a city', '420102', '420100'],
  ['a county of its own before its city', '420581', '420581'],
  ['a township of that county', '420581001', '420581'],
  ['the rest of the city', '420502', '420500'],
] as const)('a request without a target goes to %s', async ([, placeCode, to]) => {
  expect(await start({ to: null }, { ...request, placeCode })).toMatchObject({ to });
  // The place that it is to lie in comes before the one where it lay.
  expect(await start({ to: null, placeCode }, request)).toMatchObject({ to, placeCode });
});

test('where its own platform is the deepest, there is nowhere to go', async () => {
  const own = { ...request, placeCode: '422801' };
  await expect(start({ to: null }, own)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('420000') as string,
  });
});

test('it ends after three days, or when its input says', async () => {
  expect((await start({})).dueAt).toEqual(new Date('2016-09-03T09:00:00+08:00'));
  const dueAt = '2016-09-30T17:00:00+08:00';
  expect((await start({ dueAt })).dueAt).toEqual(new Date(dueAt));
});
