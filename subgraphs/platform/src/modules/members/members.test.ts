/** Members since contract 1.2: QR codes, families, firms of few people, identity numbers, whose membership it is. Long, since one platform serves them all. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { member, organization } from '../../test-records.ts';

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'members', 'cards'],
    records: [organization(1), organization(2), member(0), member(1)],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

const worker = 'worker:w-1';
const officer = 'officer:desk-3';
const number = '420102199003078514';

const selections = {
  member:
    'id status joinedAt organizationId joinCodeId employerSize maskedIdentityNumber checks { department question outcome at } family { key relation maskedName }',
  joinCode: 'id status organizationId placeCode content svg validUntil applicationCount',
  card: 'id status',
} as const;

type Field = keyof typeof selections;
type Found = Readonly<Record<string, unknown>> & { readonly id: string };

/** One mutation, each time by another key; its record or its error. */
async function go(field: Field, name: string, type: string, input: object, actor = officer) {
  const { data, errors } = await net.ask<{ answer: Record<Field, Found> | null }>(
    `mutation M($input: ${type}!) { answer: ${name}(input: $input) { ${field} { ${selections[field]} } } }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
    actor,
  );
  const error = errors?.[0];
  return { found: data?.answer?.[field], code: error?.extensions.code, message: error?.message };
}

const apply = (input: object = {}, actor = worker) =>
  go(
    'member',
    'applyForMembership',
    'ApplyForMembershipInput',
    {
      platform: '420100',
      name: '演示甲',
      kind: 'FLEXIBLE',
      channel: 'WECHAT',
      placeCode: '420102',
      ...input,
    },
    actor,
  );

const step = (name: string, input: object, actor = officer) =>
  go('member', name, 'MemberStepInput', input, actor);

async function active(input: object = {}): Promise<string> {
  const id = (await apply(input)).found?.id ?? '';
  expect((await step('acceptMember', { id })).found?.['status']).toBe('ACTIVE');
  return id;
}

const issue = (input: object = {}) =>
  go('joinCode', 'issueJoinCode', 'IssueJoinCodeInput', {
    platform: '420100',
    organizationId: '420100:o-1',
    ...input,
  });
const revoke = (id: unknown) => go('joinCode', 'revokeJoinCode', 'JoinCodeStepInput', { id });
const tokenOf = (code: Found | undefined) => String(code?.['content']).split('join=')[1] ?? '';

async function eventCount(type: string): Promise<number> {
  await net.platform.feed.drained();
  const totals = await net.platform.feed.totals();
  return totals.find((total) => total.type === type)?.events ?? 0;
}

describe('QR codes', () => {
  test('lead to their organization, and count who applied', async () => {
    const { found: code } = await issue();
    expect(code).toMatchObject({
      status: 'VALID',
      organizationId: '420100:o-1',
      placeCode: '420102',
      applicationCount: 0,
      validUntil: null,
    });
    expect(code?.['content']).toMatch(/^https:\/\/union\.example\/420100\/join\?join=[\w-]{22}$/);
    expect(code?.['svg']).toMatch(/^<svg[^]*<\/svg>$/);
    const joinToken = tokenOf(code);
    const applied = await apply({ channel: 'QR_CODE', joinToken });
    expect(applied.found).toMatchObject({
      organizationId: '420100:o-1',
      joinCodeId: code?.id,
    });
    await apply({ channel: 'QR_CODE', joinToken });
    const answer = await net.ask(
      `{ joinCode(id: "${code?.id}") { applicationCount }
         members(filter: { joinCodeId: "${code?.id}" }) { totalCount edges { node { joinCodeId } } } }`,
    );
    expect(answer.data).toEqual({
      joinCode: { applicationCount: 2 },
      members: {
        totalCount: 2,
        edges: [{ node: { joinCodeId: code?.id } }, { node: { joinCodeId: code?.id } }],
      },
    });
  });

  test('twelve applications at once are twelve', async () => {
    const { found: code } = await issue();
    const joinToken = tokenOf(code);
    const applied = await Promise.all(
      Array.from({ length: 12 }, () => apply({ channel: 'QR_CODE', joinToken })),
    );
    expect(applied.map((each) => each.code)).toEqual(Array.from({ length: 12 }, () => undefined));
    const answer = await net.ask(`{ joinCode(id: "${code?.id}") { applicationCount } }`);
    expect(answer.data).toEqual({ joinCode: { applicationCount: 12 } });
  });

  test('an application that is refused counts nothing', async () => {
    const { found: code } = await issue();
    const joinToken = tokenOf(code);
    const refused = await apply({
      channel: 'QR_CODE',
      joinToken,
      organizationId: '420100:o-2',
    });
    expect(refused.code).toBe('BAD_INPUT');
    expect((await apply({ channel: 'WECHAT', joinToken })).code).toBe('BAD_INPUT');
    const answer = await net.ask(`{ joinCode(id: "${code?.id}") { applicationCount } }`);
    expect(answer.data).toEqual({ joinCode: { applicationCount: 0 } });
  });

  test('revoked, expired or unknown they are no longer taken; the token is not in the message', async () => {
    const { found: code } = await issue();
    const issued = await eventCount('onenet.joincode.issued');
    expect((await revoke(code?.id)).found).toMatchObject({ status: 'REVOKED' });
    expect(await eventCount('onenet.joincode.issued')).toBe(issued);
    const { found: short } = await issue({ validUntil: new Date(Date.now() + 60_000) });
    await net.platform.db
      .collection<{ _id: string }>('join_codes')
      .updateOne({ _id: short?.id ?? '' }, { $set: { validUntil: new Date(Date.now() - 1) } });
    for (const joinToken of [tokenOf(code), tokenOf(short), 'AAAAAAAAAAAAAAAAAAAAAA']) {
      const refused = await apply({ channel: 'QR_CODE', joinToken });
      expect(refused.code).toBe('BAD_INPUT');
      expect(refused.message).toMatch(/unknown, revoked or expired/);
      expect(refused.message).not.toContain(joinToken);
    }
    const again = await revoke(code?.id);
    expect([again.code, again.message]).toEqual([
      'WRONG_STATE',
      'revokeJoinCode is not possible: the JoinCode is REVOKED. Nothing is, from there.',
    ]);
  });

  test('revoked by five at once: one event', async () => {
    const { found: code } = await issue();
    const before = await eventCount('onenet.joincode.revoked');
    const answers = await Promise.all(Array.from({ length: 5 }, () => revoke(code?.id)));
    expect(answers.filter((each) => each.code === undefined)).toHaveLength(1);
    expect(answers.filter((each) => each.code === 'WRONG_STATE')).toHaveLength(4);
    expect(await eventCount('onenet.joincode.revoked')).toBe(before + 1);
  });

  test('are refused to no organization, to a past end, to workers', async () => {
    expect((await issue({ organizationId: '420100:none' })).code).toBe('NOT_FOUND');
    expect((await issue({ organizationId: '420500:o-1' })).code).toBe('NOT_FOUND');
    expect((await issue({ validUntil: '2016-08-31T00:00:00Z' })).code).toBe('BAD_INPUT');
    expect((await issue({ platform: '420500' })).code).toBe('BAD_INPUT');
    const input = { platform: '420100', organizationId: '420100:o-1' };
    const asked = await go('joinCode', 'issueJoinCode', 'IssueJoinCodeInput', input, worker);
    expect(asked.code).toBe('ACTOR_NOT_ALLOWED');
  });

  test('are listed by place, organization and status', async () => {
    const { found: code } = await issue({ organizationId: '420100:o-2' });
    await revoke(code?.id);
    const answer = await net.ask<Record<string, { edges: { node: Found }[] }>>(`{
      here: joinCodes(filter: { place: "420103", organizationId: "420100:o-2", statuses: [REVOKED] }) { edges { node { id } } }
      valid: joinCodes(filter: { place: "420103", statuses: [VALID] }) { edges { node { id } } }
      elsewhere: joinCodes(filter: { platforms: ["420500"] }) { edges { node { id } } } }`);
    expect(answer.data?.['here']?.edges).toEqual([{ node: { id: code?.id } }]);
    expect(answer.data?.['valid']?.edges).toEqual([]);
    expect(answer.data?.['elsewhere']?.edges).toEqual([]);
  });
});

test.each([
  [{ kind: 'MICRO_ENTERPRISE' }, /`employerSize` is missing: a MICRO_ENTERPRISE has from 1 to 24/],
  [{ kind: 'MICRO_ENTERPRISE', employerSize: 25 }, /`employerSize: 25` is out of range/],
  [{ kind: 'MICRO_ENTERPRISE', employerSize: 0 }, /`employerSize: 0` is out of range/],
  [{ kind: 'EMPLOYEE', employerSize: 1_000_001 }, /out of range: a EMPLOYEE has from 1 to 1000000/],
])('an application with %o is refused', async (input, message) => {
  const refused = await apply(input);
  expect(refused.code).toBe('BAD_INPUT');
  expect(refused.message).toMatch(message);
});

test('how many the employer has: of a firm of few people it is told, of others it may be', async () => {
  const micro = await apply({ kind: 'MICRO_ENTERPRISE', employerSize: 24 });
  expect(micro.found?.['employerSize']).toBe(24);
  expect((await apply({ kind: 'EMPLOYEE', employerSize: 25 })).found?.['employerSize']).toBe(25);
  expect((await apply({ kind: 'EMPLOYEE' })).found?.['employerSize']).toBeNull();
});

describe('identity numbers', () => {
  test('are kept, masked for everybody, and refused as a field', async () => {
    const { found } = await apply({ identityNumber: number.toLowerCase() });
    expect(found?.['maskedIdentityNumber']).toBe('4201************14');
    const answer = await net.ask(`{ member(id: "${found?.id}") { identityNumber } }`);
    expect(answer.errors?.[0]?.extensions.code).toBe('SCOPE_REQUIRED');
  });

  test.each([
    number.slice(0, 17) + '5',
    number.slice(1),
    '标记',
    `${number}0`,
    '420102199013078514',
  ])('%s is refused by a message that does not say it', async (identityNumber) => {
    const refused = await apply({ identityNumber });
    expect(refused.code).toBe('BAD_INPUT');
    expect(refused.message).toContain('GB 11643');
    expect(refused.message).not.toContain(identityNumber);
  });
});

describe('families', () => {
  const add = (id: string, input: object = {}, actor = officer) =>
    go(
      'member',
      'addFamilyMember',
      'AddFamilyMemberInput',
      { id, relation: 'CHILD', name: '演示小明', ...input },
      actor,
    );
  const remove = (id: string, key: unknown) =>
    go('member', 'removeFamilyMember', 'RemoveFamilyMemberInput', { id, key });
  const familyOf = (found: Found | undefined) =>
    found?.['family'] as readonly { key: string; relation: string; maskedName: string }[];

  test('come and go, oldest first, the names masked', async () => {
    const id = await active();
    await add(id, { relation: 'SPOUSE', name: '演示小红' });
    const { found } = await add(id);
    expect(familyOf(found)).toMatchObject([
      { relation: 'SPOUSE', maskedName: '演***' },
      { relation: 'CHILD', maskedName: '演***' },
    ]);
    const [spouse, child] = familyOf(found);
    expect(familyOf((await remove(id, spouse?.key)).found)).toEqual([child]);
    expect((await remove(id, spouse?.key)).code).toBe('NOT_FOUND');
    const stored = await net.platform.db
      .collection<{ _id: string; personal: object }>('members')
      .findOne({ _id: id });
    expect(stored?.personal).toMatchObject({ family: [{ key: child?.key, name: '演示小明' }] });
    const answer = await net.ask(`{ member(id: "${id}") { family { name } } }`);
    expect(answer.errors?.[0]?.extensions.code).toBe('SCOPE_REQUIRED');
  });

  test('have at most twenty, also when thirty come at once', async () => {
    const id = await active();
    const answers = await Promise.all(Array.from({ length: 30 }, () => add(id)));
    expect(answers.filter(({ code }) => code === undefined)).toHaveLength(20);
    expect(answers.filter(({ code }) => code === 'BAD_INPUT')).toHaveLength(10);
    const answer = await net.ask<{ member: Found }>(
      `{ member(id: "${id}") { id family { key } } }`,
    );
    expect(familyOf(answer.data?.member)).toHaveLength(20);
  });

  test('are of members only, and their own', async () => {
    const { found } = await apply();
    expect((await add(found?.id ?? '')).code).toBe('WRONG_STATE');
    const id = await active();
    expect((await add(id, {}, 'worker:w-2')).code).toBe('ACTOR_NOT_ALLOWED');
    expect((await add(id, {}, worker)).code).toBeUndefined();
    expect((await add(id, { name: ' ' })).code).toBe('BAD_INPUT');
  });
});

test('a worker leaves for themselves, and no other worker; an officer for anybody', async () => {
  const id = await active();
  expect((await step('leaveUnion', { id }, 'worker:w-2')).code).toBe('ACTOR_NOT_ALLOWED');
  expect((await step('leaveUnion', { id }, worker)).found?.['status']).toBe('LEFT');
  // Of one that came without a person it is not known whose it is.
  expect((await step('leaveUnion', { id: '420100:m-1' }, 'worker:w-2')).code).toBeUndefined();
});

test('whoever leaves has no live card any more', async () => {
  const id = await active();
  const { found: card } = await go('card', 'issueCard', 'IssueCardInput', {
    platform: '420100',
    memberId: id,
    kind: 'SIX_IN_ONE',
  });
  expect(card?.['status']).toBe('ACTIVE');
  await step('leaveUnion', { id });
  const answer = await net.ask(`{ card(id: "${card?.id}") { status } }`);
  expect(answer.data).toEqual({ card: { status: 'CANCELLED' } });
});

test('who leaves while a card is issued has none that is live', async () => {
  for (let round = 0; round < 8; round++) {
    const id = await active();
    const card = { platform: '420100', memberId: id, kind: 'SIX_IN_ONE' };
    const issueCard = () => go('card', 'issueCard', 'IssueCardInput', card);
    const leave = () => step('leaveUnion', { id });
    const [, left] = await Promise.all([issueCard(), leave()]);
    expect(left.found?.['status']).toBe('LEFT');
    const cards = net.platform.db.collection('cards');
    expect(await cards.countDocuments({ memberId: id, status: { $ne: 'CANCELLED' } })).toBe(0);
  }
});

test('what departments said is shown as it was kept', async () => {
  const id = await active();
  const at = new Date('2026-11-24T08:00:00Z');
  const check = { department: 'CIVIL_AFFAIRS', question: 'LOW_INCOME', outcome: 'MATCHED' };
  await net.platform.db
    .collection<{ _id: string }>('members')
    .updateOne({ _id: id }, { $set: { checks: [{ ...check, at }] } });
  const answer = await net.ask<{ member: Found }>(
    `{ member(id: "${id}") { id ${selections.member.replace('id ', '')} } }`,
  );
  expect(answer.data?.member['checks']).toEqual([{ ...check, at: at.toISOString() }]);
});

test('a platform of contract 1.1 asks for no size of employer, and knows no QR codes', async () => {
  await using before = await testPlatform({ code: '421100' });
  const answer = await before.ask<{ applyForMembership: { member: Found } }>(
    `mutation A($input: ApplyForMembershipInput!) { applyForMembership(input: $input) { member { id status } } }`,
    {
      input: {
        platform: '421100',
        idempotencyKey: randomUUID(),
        name: '演示甲',
        kind: 'MICRO_ENTERPRISE',
        channel: 'QR_CODE',
        placeCode: '421100',
      },
    },
    worker,
  );
  expect(answer.data?.applyForMembership.member).toMatchObject({ status: 'APPLIED' });
  for (const query of [
    '{ joinCodes { totalCount } }',
    '{ members(filter: { inTransfer: true }) { totalCount } }',
    '{ members { edges { node { maskedIdentityNumber } } } }',
  ]) {
    expect((await before.ask(query)).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
  }
});
