/**
 * Cards over HTTP: one live card of a kind per member, uses counted once each, claims paid once, whatever
 * happens at once. Long, since one platform serves them all.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everythingStored, eventsTold, mutate, newKey } from '../../test-mutate.ts';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { member, organization } from '../../test-records.ts';
import { transact } from '../../command.ts';
import { endCardsOf } from './commands.ts';
import { cardUses, cards, type StoredCard } from './store.ts';
import { useCard } from './use.ts';

let net: TestPlatform;
let used = 0;

beforeAll(async () => {
  // Every fifth member is ACTIVE, beginning with the second.
  const members = Array.from({ length: 40 }, (_, n) => ({
    ...member(5 * n + 1),
    name: '王标记',
    phone: '138-0000-7777',
    person: `person-${n}`,
  }));
  net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'members', 'cards'],
    records: [organization(0), organization(1), organization(2), ...members, member(5)],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

interface Card {
  readonly id: string;
  readonly status: string;
  readonly maskedNumber: string;
  readonly useCount: number;
  readonly discountFen: number;
  readonly firstUsedAt: string | null;
}
const card = 'card { id status maskedNumber useCount discountFen firstUsedAt }';

/** A member who has no card yet. */
const newMember = () => `420100:m-${5 * used++ + 1}`;

const issue = (memberId: string, input: object = {}) =>
  mutate<{ card: Card }>(
    net,
    'issueCard',
    { platform: '420100', memberId, kind: 'SIX_IN_ONE', ...input },
    { selection: card },
  );

async function issued(memberId = newMember()): Promise<Card> {
  const { record, message } = await issue(memberId);
  if (!record) throw new Error(message);
  return record.card;
}

const step = (name: string, id: string, actor = 'officer:desk-3') =>
  mutate<{ card: Card }>(net, name, { id }, { selection: card, actor });

async function merchant(discountPercent: number): Promise<string> {
  const { record, message } = await mutate<{ merchant: { id: string } }>(
    net,
    'addMerchant',
    {
      platform: '420100',
      name: '演示书店',
      placeCode: '420102',
      category: '书店',
      discountPercent,
    },
    { selection: 'merchant { id }' },
  );
  if (!record) throw new Error(message);
  return record.merchant.id;
}

interface Used {
  readonly use: { readonly discountFen: number; readonly amountFen: number };
  readonly card: Card;
}
const use = (id: string, input: object = {}, actor = 'system:till') =>
  mutate<Used>(
    net,
    'useCard',
    { id, function: 'DISCOUNT', ...input },
    { selection: `use { id at function merchantId amountFen discountFen } ${card}`, actor },
  );

test('what a platform issues stands in its definition', async () => {
  const { data } = await net.ask(
    '{ _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { cardKinds { code name functions } } } }',
  );
  expect(data).toEqual({
    _entities: [
      {
        cardKinds: [
          {
            code: 'SIX_IN_ONE',
            name: '“六合一”卡',
            functions: ['MEMBERSHIP', 'BANK', 'TRANSPORT', 'DISCOUNT', 'INSURANCE', 'AID'],
          },
        ],
      },
    ],
  });
});

test('a card is issued to an ACTIVE member, of a kind that there is', async () => {
  const first = await issued();
  expect(first).toMatchObject({ status: 'ACTIVE', useCount: 0, firstUsedAt: null });
  expect(first.maskedNumber).toMatch(/^\*{12}\d{4}$/);
  const unknown = await issue(newMember(), { kind: 'NINE_IN_ONE' });
  expect(unknown).toMatchObject({ code: 'BAD_INPUT' });
  expect(unknown.message).toContain('SIX_IN_ONE');
  expect(await issue('420100:m-5')).toMatchObject({
    code: 'WRONG_STATE',
    extensions: { status: 'APPLIED', allowed: expect.arrayContaining(['acceptMember']) as unknown },
  });
  expect(await issue('420100:m-none')).toMatchObject({ code: 'NOT_FOUND' });
});

test('never two live cards of one kind: the second is refused with the first one’s id', async () => {
  const memberId = newMember();
  const first = await issued(memberId);
  const second = await issue(memberId);
  expect(second.code).toBe('CONFLICT');
  expect(second.message).toContain(first.id);
  await step('reportCardLost', first.id);
  expect((await issue(memberId)).code).toBe('CONFLICT');
  await step('cancelCard', first.id);
  expect((await issue(memberId)).record?.card.status).toBe('ACTIVE');
});

test('of ten who issue at once to one member one wins', async () => {
  const memberId = newMember();
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => issue(memberId)));
  const winners = outcomes.flatMap(({ record }) => record?.card.id ?? []);
  expect(winners).toHaveLength(1);
  const others = outcomes.filter(({ record }) => !record);
  expect(others.map(({ code }) => code)).toEqual(Array.from({ length: 9 }, () => 'CONFLICT'));
  for (const { message } of others) expect(message).toContain(winners[0]);
  expect(await net.platform.db.collection(cards).countDocuments({ memberId })).toBe(1);
});

test('of two who bring one number at once one wins', async () => {
  const number = '62220001 00020003';
  const outcomes = await Promise.all(
    Array.from({ length: 2 }, () => issue(newMember(), { number })),
  );
  expect(outcomes.flatMap(({ code }) => code ?? [])).toEqual(['CONFLICT']);
  for (const { message = '' } of outcomes) expect(message).not.toContain('0003');
});

test('a number that somebody brought is not given again when its turn comes', async () => {
  const given = await net.platform.db
    .collection<{ _id: string; given: number }>('settings')
    .findOne({ _id: 'card-numbers' });
  const next = (given?.given ?? 0) + 1;
  const number = `1${String(next).padStart(15, '0')}`;
  expect((await issue(newMember(), { number })).code).toBeUndefined();
  const { maskedNumber } = await issued();
  expect(maskedNumber.slice(-4)).toBe(String(next + 1).padStart(4, '0'));
});

test('a card’s discounts stay within what can be shown', async () => {
  const { id } = await issued();
  const merchantId = await merchant(100);
  const most = 2 ** 31 - 1;
  const stored = net.platform.db.collection<StoredCard>(cards);
  await stored.updateOne({ _id: id }, { $set: { discountFen: most - 10 } });
  const over = await use(id, { merchantId, amountFen: 11 });
  expect(over).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('replace') });
  expect((await use(id, { merchantId, amountFen: 10 })).record?.card.discountFen).toBe(most);
});

test('the discount is the merchant’s percentage, cut to whole fen', async () => {
  const { id } = await issued();
  const merchantId = await merchant(15);
  const { record } = await use(id, { merchantId, amountFen: 1_999 });
  expect(record?.use).toMatchObject({ amountFen: 1_999, discountFen: 299, merchantId });
  expect(record?.card).toMatchObject({ useCount: 1, discountFen: 299 });
  const turnstile = await use(id, { function: 'TRANSPORT' });
  expect(turnstile.record?.use).toMatchObject({ amountFen: null, discountFen: 0 });
  expect(turnstile.record?.card).toMatchObject({
    useCount: 2,
    discountFen: 299,
    firstUsedAt: record?.card.firstUsedAt,
  });
});

test('what a use is refused for', async () => {
  const { id } = await issued();
  const merchantId = await merchant(10);
  const before = await everythingStored(net);
  expect(await use(id, { function: 'CULTURE' })).toMatchObject({ code: 'BAD_INPUT' });
  expect(await use(id, { amountFen: 100 })).toMatchObject({ code: 'BAD_INPUT' });
  expect(await use(id, { merchantId, amountFen: 0 })).toMatchObject({ code: 'BAD_INPUT' });
  expect(await use(id, { merchantId, amountFen: -5 })).toMatchObject({ code: 'BAD_INPUT' });
  expect(await use(id, { merchantId: '420100:merchant-none' })).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await use(id, { merchantId: '420800:merchant-1' })).toMatchObject({ code: 'NOT_FOUND' });
  expect(await use(id, {}, 'officer:desk-3')).toMatchObject({ code: 'ACTOR_NOT_ALLOWED' });
  expect(await use(id, {}, 'worker:somebody-else')).toMatchObject({ code: 'ACTOR_NOT_ALLOWED' });
  expect(await issue('420100:m-5')).toMatchObject({ code: 'WRONG_STATE' });
  expect(await everythingStored(net)).toEqual(before);
  await mutate(net, 'closeMerchant', { id: merchantId }, { selection: 'merchant { status }' });
  expect(await use(id, { merchantId, amountFen: 100 })).toMatchObject({ code: 'WRONG_STATE' });
});

test('a lost card is not used; its replacement is, and the old one leads to it', async () => {
  const memberId = newMember();
  const old = await issued(memberId);
  expect((await step('replaceCard', old.id)).code).toBe('WRONG_STATE');
  await step('reportCardLost', old.id);
  expect(await use(old.id)).toMatchObject({
    code: 'WRONG_STATE',
    extensions: { status: 'LOST', allowed: ['replaceCard', 'cancelCard'] },
  });
  const { record } = await step('replaceCard', old.id);
  expect(record?.card.status).toBe('ACTIVE');
  const { data } = await net.ask<{ card: Record<string, unknown> }>(
    `{ card(id: "${old.id}") { status replacedById } }`,
  );
  expect(data?.card).toEqual({ status: 'REPLACED', replacedById: record?.card.id });
  expect((await use(record?.card.id ?? '')).code).toBeUndefined();
  const told = (await eventsTold(net)).filter(({ type }) => type === 'onenet.card.ended');
  expect(told.at(-1)?.data).toMatchObject({ category: 'SIX_IN_ONE' });
});

test('twenty uses of one card at once: counters and events are the uses, and it starts once', async () => {
  const { id } = await issued();
  const merchantId = await merchant(20);
  const before = await eventsTold(net);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, n) => use(id, { merchantId, amountFen: 101 + n })),
  );
  expect(outcomes.map(({ code }) => code)).toEqual(Array.from({ length: 20 }));
  const saved = outcomes.reduce((sum, { record }) => sum + (record?.use.discountFen ?? 0), 0);
  const { data } = await net.ask<{ card: Card }>(`{ card(id: "${id}") { useCount discountFen } }`);
  expect(data?.card).toEqual({ useCount: 20, discountFen: saved });
  expect(await net.platform.db.collection(cardUses).countDocuments({ cardId: id })).toBe(20);
  const told = (await eventsTold(net)).slice(before.length);
  const values = told.flatMap(({ type, data: { value } }) =>
    type === 'onenet.card.used' ? [value ?? Number.NaN] : [],
  );
  expect(values).toHaveLength(20);
  expect(values.reduce((sum, value) => sum + value, 0)).toBe(saved);
  expect(told.filter(({ type }) => type === 'onenet.card.started')).toHaveLength(1);
});

test('the same key ten times is one use', async () => {
  const { id } = await issued();
  const idempotencyKey = newKey();
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => use(id, { idempotencyKey })));
  expect(new Set(outcomes.map(({ record }) => JSON.stringify(record))).size).toBe(1);
  expect(outcomes[0]?.record?.card.useCount).toBe(1);
});

test('a use is for the platform’s own front end', async () => {
  const { id } = await issued();
  const { platform } = net;
  const actor = { kind: 'SYSTEM', reference: 'till' } as const;
  for (const by of [null, '420800']) {
    await expect(
      useCard({ platform, actor, by }, { id, idempotencyKey: newKey(), function: 'AID' }),
    ).rejects.toMatchObject({ code: 'LOCAL_ONLY' });
  }
  expect((await use(id)).record?.card.useCount).toBe(1);
});

test('the cards of a member who leaves end, each with its event', async () => {
  const memberId = newMember();
  const { id } = await issued(memberId);
  const { platform } = net;
  const actor = { kind: 'OFFICER', reference: 'desk-3' } as const;
  const before = await eventsTold(net);
  const leave = () =>
    transact({ platform, actor, simulated: false }, (transaction) =>
      endCardsOf(transaction, memberId),
    );
  await leave();
  await leave();
  const found = await platform.db.collection<StoredCard>(cards).findOne({ _id: id });
  expect(found?.status).toBe('CANCELLED');
  const told = (await eventsTold(net)).slice(before.length);
  expect(told.map(({ type }) => type)).toEqual(['onenet.card.ended']);
});

const claim = 'cardClaim { id status claimedFen approvedFen paidFen }';
interface Claimed {
  readonly cardClaim: Readonly<Record<'id' | 'status', string>> &
    Readonly<Record<'claimedFen' | 'approvedFen' | 'paidFen', number | null>>;
}
const claimStep = (name: string, input: object) =>
  mutate<Claimed>(net, name, input, { selection: claim });

async function claimed(claimedFen = 50_000): Promise<string> {
  const { id: cardId } = await issued();
  const input = { platform: '420100', cardId, kind: 'ILLNESS', claimedFen };
  const { record, message } = await claimStep('submitCardClaim', input);
  if (!record) throw new Error(message);
  return record.cardClaim.id;
}

test('a claim is approved up to what is claimed, and what was approved is paid once', async () => {
  const id = await claimed();
  expect((await claimStep('approveCardClaim', { id, approvedFen: 50_001 })).code).toBe('BAD_INPUT');
  expect((await claimStep('approveCardClaim', { id, approvedFen: 0 })).code).toBe('BAD_INPUT');
  expect((await claimStep('payCardClaim', { id })).code).toBe('WRONG_STATE');
  await claimStep('approveCardClaim', { id, approvedFen: 40_000 });
  const before = await eventsTold(net);
  const paid = await Promise.all(
    Array.from({ length: 10 }, () => claimStep('payCardClaim', { id })),
  );
  expect(paid.filter(({ record }) => record).map(({ record }) => record?.cardClaim)).toEqual([
    { id, status: 'PAID', claimedFen: 50_000, approvedFen: 40_000, paidFen: 40_000 },
  ]);
  expect(paid.filter(({ code }) => code === 'WRONG_STATE')).toHaveLength(9);
  const told = (await eventsTold(net)).slice(before.length);
  expect(told.map(({ type, data: { value } }) => [type, value])).toEqual([
    ['onenet.claim.paid', 40_000],
  ]);
  expect((await claimStep('rejectCardClaim', { id })).code).toBe('WRONG_STATE');
});

test('of one who rejects and one who pays at once one wins', async () => {
  const id = await claimed();
  await claimStep('approveCardClaim', { id, approvedFen: 50_000 });
  const outcomes = await Promise.all([
    claimStep('rejectCardClaim', { id }),
    claimStep('payCardClaim', { id }),
  ]);
  expect(outcomes.flatMap(({ code }) => code ?? [])).toEqual(['WRONG_STATE']);
});

test('lists by filter, each record counted where it belongs', async () => {
  const memberId = newMember();
  const { id } = await issued(memberId);
  await use(id, { function: 'HEALTH' });
  await use(id, { function: 'AID' });
  const count = async (list: string, filter: string): Promise<number | undefined> => {
    const { data } = await net.ask<{ list: { totalCount: number } }>(
      `{ list: ${list}(filter: ${filter}) { totalCount } }`,
    );
    return data?.list.totalCount;
  };
  const stored = (where: object) => net.platform.db.collection(cards).countDocuments(where);
  expect(await count('cards', `{ memberId: "${memberId}" }`)).toBe(1);
  expect(await count('cards', `{ memberId: "${memberId}", used: true }`)).toBe(1);
  expect(await count('cards', `{ memberId: "${memberId}", used: false }`)).toBe(0);
  expect(await count('cards', '{ used: true }')).toBe(await stored({ useCount: { $gt: 0 } }));
  expect(await count('cards', '{ used: false }')).toBe(await stored({ useCount: 0 }));
  for (const status of ['ACTIVE', 'LOST', 'REPLACED', 'CANCELLED']) {
    expect(await count('cards', `{ statuses: [${status}] }`)).toBe(await stored({ status }));
  }
  expect(await count('cards', '{ statuses: [REPLACED, CANCELLED], place: "420100" }')).toBe(
    await stored({ status: { $in: ['REPLACED', 'CANCELLED'] } }),
  );
  expect(await count('merchants', '{ category: "书店", statuses: [CLOSED] }')).toBe(1);
  expect(await count('cardClaims', '{ statuses: [PAID], kinds: [ILLNESS] }')).toBeGreaterThan(0);
});

test('nothing personal is in events, in what is answered to a key again, or in the lists', async () => {
  const marks = ['王标记', '138-0000', '演示乙', 'person-', 'w-1'];
  const text = JSON.stringify(await eventsTold(net));
  for (const mark of marks) expect(text).not.toContain(mark);
  const kept = await net.platform.db.collection('idempotency').find().toArray();
  for (const mark of marks)
    expect(JSON.stringify(kept.map((each) => each['answer']))).not.toContain(mark);
  const { data, errors } = await net.ask(
    '{ cards(first: 1) { edges { node { maskedHolderName holderName number } } } }',
  );
  expect(data).toEqual({
    cards: { edges: [{ node: { maskedHolderName: '王**', holderName: null, number: null } }] },
  });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([
    'SCOPE_REQUIRED',
    'SCOPE_REQUIRED',
  ]);
});
