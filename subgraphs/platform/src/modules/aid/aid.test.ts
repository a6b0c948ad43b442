/**
 * Aid over HTTP: money is never lost or paid twice, files and pairings never stand twice, whatever happens
 * at once. Long, since one platform serves them all.
 */
import { identityCheckDigit } from '@onenet/contract';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { everythingStored, eventsTold, mutate, newKey } from '../../test-mutate.ts';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { member, organization } from '../../test-records.ts';
import { books } from './accounts.ts';
import { hardshipWorkers } from './hardship.ts';

let net: TestPlatform;

beforeAll(async () => {
  net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'members', 'aid'],
    records: [organization(0), organization(1), member(1)],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

/** After every test, whatever it did. */
afterEach(async () => {
  const wrong = (await books(net.platform.db)).filter(
    ({ balances: { SOURCE, AVAILABLE, RESERVED, PAID }, entries }) =>
      [SOURCE, AVAILABLE, RESERVED, PAID].some((fen) => fen < 0) ||
      SOURCE !== AVAILABLE + RESERVED + PAID ||
      [SOURCE, AVAILABLE, RESERVED, PAID].join() !==
        [entries.SOURCE, entries.AVAILABLE, entries.RESERVED, entries.PAID].join(),
  );
  if (wrong.length > 0) throw new Error(`Books do not balance: ${JSON.stringify(wrong)}`);
});

let numbers = 0;
/** A number that fits, of somebody born in 1870. */
function identityNumber(): string {
  numbers += 1;
  const digits = `42010218700101${String(numbers).padStart(3, '0')}`;
  return digits + identityCheckDigit(digits);
}

interface File {
  readonly id: string;
  readonly status: string;
  readonly pairingCount: number;
  readonly grantCount: number;
  readonly grantedFen: number;
}
const file = 'hardshipWorker { id status pairingCount grantCount grantedFen }';
const officer = 'officer:desk-3';

const applyForFile = (input: object = {}, actor = 'worker:w-1') =>
  mutate<{ hardshipWorker: File }>(
    net,
    'applyForHardshipFile',
    {
      platform: '420100',
      name: '王标记',
      phone: '138-0000-7777',
      identityNumber: identityNumber(),
      causes: ['ILLNESS'],
      channel: 'STATION',
      placeCode: '420102002003',
      householdSize: 3,
      monthlyIncomeFen: 123_456,
      ...input,
    },
    { selection: file, actor },
  );

const fileStep = (name: string, id: string) =>
  mutate<{ hardshipWorker: File }>(net, name, { id, note: '演示' }, { selection: file });

async function registered(actor = officer): Promise<string> {
  const { record, message } = await applyForFile({}, actor);
  if (!record) throw new Error(message);
  await fileStep('registerHardshipWorker', record.hardshipWorker.id);
  return record.hardshipWorker.id;
}

async function fileNow(id: string): Promise<File | undefined> {
  const { data } = await net.ask<{ hardshipWorker: File }>(
    `{ hardshipWorker(id: "${id}") { id status pairingCount grantCount grantedFen } }`,
  );
  return data?.hardshipWorker;
}

/** A fund with so much, and a programme of the form out of it. */
async function programme(
  fen: number,
  form = 'CASH',
): Promise<{ readonly fundId: string; readonly programmeId: string }> {
  const fund = await mutate<{ aidFund: { id: string } }>(
    net,
    'openAidFund',
    { platform: '420100', name: '演示资金' },
    { selection: 'aidFund { id }' },
  );
  const fundId = fund.record?.aidFund.id ?? '';
  if (fen > 0) {
    await mutate(
      net,
      'creditAidFund',
      { id: fundId, amountFen: fen },
      { selection: 'aidFund { id }' },
    );
  }
  const money = form !== 'TRAINING' && form !== 'EMPLOYMENT';
  const started = await mutate<{ aidProgramme: { id: string } }>(
    net,
    'startAidProgramme',
    { platform: '420100', name: '演示救助', form, ...(money && { fundId }) },
    { selection: 'aidProgramme { id }' },
  );
  if (!started.record) throw new Error(started.message);
  return { fundId, programmeId: started.record.aidProgramme.id };
}

interface Grant {
  readonly id: string;
  readonly status: string;
  readonly requestedFen: number | null;
  readonly amountFen: number | null;
}
const grant = 'aidGrant { id status requestedFen amountFen }';

const apply = (programmeId: string, input: object = {}, actor = officer) =>
  mutate<{ aidGrant: Grant }>(
    net,
    'applyForAid',
    {
      platform: '420100',
      programmeId,
      name: '王标记',
      phone: '138-0000-7777',
      channel: 'STATION',
      placeCode: '420102',
      reason: '标记',
      ...input,
    },
    { selection: grant, actor },
  );

async function applied(programmeId: string, input: object = {}): Promise<string> {
  const { record, message } = await apply(programmeId, input);
  if (!record) throw new Error(message);
  return record.aidGrant.id;
}

const grantStep = (name: string, input: object) =>
  mutate<{ aidGrant: Grant }>(net, name, input, { selection: grant });

const approve = (id: string, amountFen?: number) =>
  grantStep('approveAidGrant', { id, ...(amountFen !== undefined && { amountFen }) });
let payments = 0;
const newReference = () => `标记-${++payments}`;
const pay = (id: string, paymentReference = newReference(), input: object = {}) =>
  grantStep('payAidGrant', { id, paymentReference, ...input });

interface Fund {
  readonly creditedFen: number;
  readonly availableFen: number;
  readonly reservedFen: number;
  readonly paidFen: number;
  readonly entries: readonly {
    readonly from: string;
    readonly to: string;
    readonly amountFen: number;
  }[];
}
async function fundNow(id: string): Promise<Fund | undefined> {
  const { data } = await net.ask<{ aidFund: Fund }>(
    `{ aidFund(id: "${id}") { creditedFen availableFen reservedFen paidFen entries { from to amountFen } } }`,
  );
  return data?.aidFund;
}

const ten = Array.from({ length: 10 });
/** How many of each code; OK where there is none. */
const codes = (outcomes: readonly { readonly code: string | undefined }[]) =>
  Object.fromEntries(
    Map.groupBy(outcomes, ({ code }) => code ?? 'OK')
      .entries()
      .map(([code, of]) => [code, of.length]),
  );

test('nobody whose file was refused is given anything: not approved, and not paid what was approved before', async () => {
  const { fundId, programmeId } = await programme(30_000);
  const applicant = (await applyForFile({}, officer)).record?.hardshipWorker.id ?? '';
  const [early, late] = await Promise.all(
    [10_000, 20_000].map((amountFen) =>
      applied(programmeId, { hardshipWorkerId: applicant, amountFen }),
    ),
  );
  expect((await approve(early ?? '')).code).toBeUndefined();
  await fileStep('refuseHardshipWorker', applicant);
  for (const refused of [await approve(late ?? ''), await pay(early ?? '')]) {
    expect(refused.extensions).toMatchObject({ code: 'WRONG_STATE', status: 'REFUSED' });
  }
  // What had been set aside is available again only by an officer's word.
  expect(await fundNow(fundId)).toMatchObject({ availableFen: 20_000, reservedFen: 10_000 });
  expect((await grantStep('rejectAidGrant', { id: early })).code).toBeUndefined();
  expect(await fundNow(fundId)).toMatchObject({ availableFen: 30_000, paidFen: 0 });
});

test('a grant’s money goes from available over reserved to paid, and back when it returns', async () => {
  const { fundId, programmeId } = await programme(100_000);
  const hardshipWorkerId = await registered();
  const id = await applied(programmeId, { hardshipWorkerId, amountFen: 30_000 });
  expect((await pay(id)).code).toBe('WRONG_STATE');
  expect((await approve(id, 30_001)).code).toBe('BAD_INPUT');
  expect((await approve(id, 25_000)).record?.aidGrant).toEqual({
    id,
    status: 'APPROVED',
    requestedFen: 30_000,
    amountFen: 25_000,
  });
  expect(await fundNow(fundId)).toMatchObject({ availableFen: 75_000, reservedFen: 25_000 });
  expect((await pay(id)).record?.aidGrant.status).toBe('PAID');
  expect(await fileNow(hardshipWorkerId)).toMatchObject({ grantCount: 1, grantedFen: 25_000 });
  const before = await eventsTold(net);
  expect((await grantStep('returnAidGrant', { id })).record?.aidGrant.status).toBe('RETURNED');
  expect((await eventsTold(net)).slice(before.length)).toMatchObject([
    {
      type: 'onenet.aid.returned',
      data: { category: 'CASH', channel: 'STATION', place: '420102', value: 25_000 },
    },
  ]);
  expect(await fileNow(hardshipWorkerId)).toMatchObject({ grantCount: 0, grantedFen: 0 });
  expect(await fundNow(fundId)).toEqual({
    creditedFen: 100_000,
    availableFen: 100_000,
    reservedFen: 0,
    paidFen: 0,
    entries: [
      { from: 'PAID', to: 'AVAILABLE', amountFen: 25_000 },
      { from: 'RESERVED', to: 'PAID', amountFen: 25_000 },
      { from: 'AVAILABLE', to: 'RESERVED', amountFen: 25_000 },
      { from: 'SOURCE', to: 'AVAILABLE', amountFen: 100_000 },
    ],
  });
});

test('ten officers approve on the last money: as many as it lasts for, and the others are told', async () => {
  const { fundId, programmeId } = await programme(35_000);
  const ids = await Promise.all(ten.map(() => applied(programmeId, { amountFen: 10_000 })));
  const outcomes = await Promise.all(ids.map((id) => approve(id)));
  expect(codes(outcomes)).toEqual({ INSUFFICIENT_FUNDS: 7, OK: 3 });
  for (const { code, message } of outcomes) {
    if (code) expect(message).toMatch(/has 5000 fen available, and 10000 are wanted/);
  }
  expect(await fundNow(fundId)).toMatchObject({ availableFen: 5_000, reservedFen: 30_000 });
  const [approved = ''] = outcomes.flatMap(({ record }) => record?.aidGrant.id ?? []);
  expect((await grantStep('rejectAidGrant', { id: approved })).record?.aidGrant.status).toBe(
    'REJECTED',
  );
  expect(await fundNow(fundId)).toMatchObject({ availableFen: 15_000, reservedFen: 20_000 });
});

test('ten pay one grant at once, with ten keys and with one: it is paid once', async () => {
  const { fundId, programmeId } = await programme(50_000);
  const [first, second] = await Promise.all(
    [1, 2].map(() => applied(programmeId, { amountFen: 10_000 })),
  );
  if (!first || !second) throw new Error('Nobody applied.');
  await approve(first);
  await approve(second);
  const before = await eventsTold(net);
  expect(codes(await Promise.all(ten.map(() => pay(first))))).toEqual({ OK: 1, WRONG_STATE: 9 });
  const [reference, idempotencyKey] = [newReference(), newKey()];
  const same = await Promise.all(ten.map(() => pay(second, reference, { idempotencyKey })));
  expect(new Set(same.map(({ record }) => JSON.stringify(record))).size).toBe(1);
  expect(codes(same)).toEqual({ OK: 10 });
  expect(await fundNow(fundId)).toMatchObject({ paidFen: 20_000, reservedFen: 0 });
  const told = (await eventsTold(net)).slice(before.length);
  expect(told.map(({ type, data: { value } }) => [type, value])).toEqual([
    ['onenet.aid.paid', 10_000],
    ['onenet.aid.paid', 10_000],
  ]);
});

test('what one file was granted stays within what can be shown', async () => {
  const { fundId, programmeId } = await programme(100);
  const id = await registered();
  const hardshipWorkerId = id;
  const most = 2 ** 31 - 1;
  const files = net.platform.db.collection<{ _id: string; grantedFen: number }>(hardshipWorkers);
  await files.updateOne({ _id: id }, { $set: { grantedFen: most - 10 } });
  const over = await applied(programmeId, { hardshipWorkerId, amountFen: 11 });
  await approve(over);
  expect((await pay(over)).code).toBe('BAD_INPUT');
  expect(await fundNow(fundId)).toMatchObject({ reservedFen: 11, paidFen: 0 });
  const last = await applied(programmeId, { hardshipWorkerId, amountFen: 10 });
  await approve(last);
  await pay(last);
  expect((await fileNow(id))?.grantedFen).toBe(most);
  await grantStep('returnAidGrant', { id: last });
  expect(await fileNow(id)).toMatchObject({ grantedFen: most - 10, grantCount: 0 });
});

test('one payment is never that of two grants', async () => {
  const { programmeId } = await programme(50_000);
  const ids = await Promise.all([1, 2, 3].map(() => applied(programmeId, { amountFen: 10_000 })));
  await Promise.all(ids.map((id) => approve(id)));
  const reference = newReference();
  const outcomes = await Promise.all(ids.map((id) => pay(id, reference)));
  expect(codes(outcomes)).toEqual({ CONFLICT: 2, OK: 1 });
  const [paid = ''] = outcomes.flatMap(({ record }) => record?.aidGrant.id ?? []);
  for (const { message } of outcomes.filter(({ code }) => code)) {
    expect(message).toContain(paid);
    expect(message).not.toContain(reference);
  }
});

test('one live file of an identity number, however many apply, and no message shows it', async () => {
  const number = identityNumber();
  const outcomes = await Promise.all(ten.map(() => applyForFile({ identityNumber: number })));
  expect(codes(outcomes)).toEqual({ CONFLICT: 9, OK: 1 });
  const [id = ''] = outcomes.flatMap(({ record }) => record?.hardshipWorker.id ?? []);
  for (const { message } of outcomes.filter(({ code }) => code)) {
    expect(message).toContain(id);
    expect(message).not.toContain(number.slice(6, 14));
  }
  await fileStep('refuseHardshipWorker', id);
  expect((await applyForFile({ identityNumber: number })).record?.hardshipWorker.status).toBe(
    'APPLIED',
  );
  const wrong = await applyForFile({ identityNumber: `${number.slice(0, 17)}?` });
  expect(wrong).toMatchObject({ code: 'BAD_INPUT' });
  expect(wrong.message).not.toContain(number.slice(6, 14));
});

test('a file of the first load, which came without a hash, counts as well', async () => {
  const number = identityNumber();
  const { record } = await applyForFile({ identityNumber: number });
  const { db } = net.platform;
  await db
    .collection<{ _id: string }>(hardshipWorkers)
    .updateOne(
      { _id: record?.hardshipWorker.id ?? '' },
      { $unset: { 'personal.identityHash': '' } },
    );
  await db
    .collection<{ _id: string }>('settings')
    .updateOne({ _id: 'identity-key' }, { $set: { hashed: false } });
  expect((await applyForFile({ identityNumber: number })).code).toBe('CONFLICT');
});

const pairing = 'cadrePairing { id status }';
const pair = (hardshipWorkerId: string, cadre: string) =>
  mutate<{ cadrePairing: { id: string } }>(
    net,
    'pairCadre',
    { platform: '420100', hardshipWorkerId, cadre, cadreName: '李标记' },
    { selection: pairing },
  );

test('the same two are paired once at a time; who has a cadre, and who no more, is told once', async () => {
  const id = await registered();
  const before = await eventsTold(net);
  const outcomes = await Promise.all(ten.map(() => pair(id, 'c-1')));
  expect(codes(outcomes)).toEqual({ CONFLICT: 9, OK: 1 });
  const others = await Promise.all([pair(id, 'c-2'), pair(id, 'c-3')]);
  expect(await fileNow(id)).toMatchObject({ pairingCount: 3 });
  const ids = [...outcomes, ...others].flatMap(({ record }) => record?.cadrePairing.id ?? []);
  await Promise.all(
    ids
      .slice(0, 2)
      .map((each) => mutate(net, 'endCadrePairing', { id: each }, { selection: pairing })),
  );
  expect((await pair(id, 'c-1')).code).toBeUndefined();
  // Who is no longer in hardship is no longer looked after.
  await fileStep('closeHardshipFile', id);
  expect(await fileNow(id)).toMatchObject({ status: 'CLOSED', pairingCount: 0 });
  expect((await pair(id, 'c-4')).code).toBe('WRONG_STATE');
  const told = (await eventsTold(net)).slice(before.length).map(({ type }) => type);
  const count = (type: string) => told.filter((each) => each === type).length;
  expect(count('onenet.pairing.started')).toBe(4);
  expect(count('onenet.pairing.ended')).toBe(4);
  expect(count('onenet.hardship.paired')).toBe(1);
  expect(count('onenet.hardship.unpaired')).toBe(1);
});

test('a form without money has none, and is completed; one with money is paid', async () => {
  const { programmeId } = await programme(0, 'TRAINING');
  expect((await apply(programmeId, { amountFen: 100 })).code).toBe('BAD_INPUT');
  const hardshipWorkerId = await registered();
  const id = await applied(programmeId, { hardshipWorkerId });
  expect((await approve(id, 100)).code).toBe('BAD_INPUT');
  expect((await approve(id)).record?.aidGrant).toMatchObject({ amountFen: null });
  expect((await pay(id)).code).toBe('BAD_INPUT');
  const done = await grantStep('completeAidGrant', { id });
  expect(done.record?.aidGrant.status).toBe('COMPLETED');
  expect(await fileNow(hardshipWorkerId)).toMatchObject({ grantCount: 1, grantedFen: 0 });
  const cash = await programme(1_000);
  expect((await apply(cash.programmeId)).code).toBe('BAD_INPUT');
  const paid = await applied(cash.programmeId, { amountFen: 1_000 });
  await approve(paid);
  expect((await grantStep('completeAidGrant', { id: paid })).code).toBe('BAD_INPUT');
  await mutate(
    net,
    'endAidProgramme',
    { id: cash.programmeId },
    { selection: 'aidProgramme { id }' },
  );
  expect((await apply(cash.programmeId, { amountFen: 1_000 })).code).toBe('WRONG_STATE');
  const { data } = await net.ask<{ aidProgramme: { grantCount: number } }>(
    `{ aidProgramme(id: "${programmeId}") { grantCount } }`,
  );
  expect(data?.aidProgramme.grantCount).toBe(1);
});

test('refusals change nothing', async () => {
  const { fundId, programmeId } = await programme(1_000);
  const own = await registered('worker:w-1');
  const id = await applied(programmeId, { amountFen: 2_000 });
  const before = await everythingStored(net);
  const refused = [
    [await approve(id), 'INSUFFICIENT_FUNDS'],
    [await pay(id), 'WRONG_STATE'],
    [await grantStep('returnAidGrant', { id }), 'WRONG_STATE'],
    // A worker applies with their own file only.
    [
      await apply(programmeId, { hardshipWorkerId: own, amountFen: 5 }, 'worker:w-2'),
      'ACTOR_NOT_ALLOWED',
    ],
    [await apply(programmeId, { amountFen: 0 }), 'BAD_INPUT'],
    [await apply(programmeId, { amountFen: 5, name: null }), 'BAD_INPUT'],
    [await apply('420100:programme-none', { amountFen: 5 }), 'NOT_FOUND'],
    [await apply(programmeId, { amountFen: 5, placeCode: '420800' }), 'BAD_INPUT'],
    [await applyForFile({ causes: [] }), 'BAD_INPUT'],
    [await applyForFile({ monthlyIncomeFen: -1 }), 'BAD_INPUT'],
    [await applyForFile({ memberId: '420100:m-none' }), 'NOT_FOUND'],
    [await applyForFile({}, 'system:import'), 'ACTOR_NOT_ALLOWED'],
    [
      await mutate(
        net,
        'creditAidFund',
        { id: fundId, amountFen: 0 },
        { selection: 'aidFund { id }' },
      ),
      'BAD_INPUT',
    ],
    [await pair('420100:hardship-none', 'c-9'), 'NOT_FOUND'],
  ] as const;
  expect(refused.map(([{ code }]) => code)).toEqual(refused.map(([, code]) => code));
  expect(await everythingStored(net)).toEqual(before);
  const mine = await apply(programmeId, { hardshipWorkerId: own, amountFen: 5 }, 'worker:w-1');
  expect(mine.code).toBeUndefined();
});

test('nothing personal is in events, in what is answered to a key again, or in the lists', async () => {
  const marks = ['标记', '138-0000', '18700101', '123456', 'w-1', 'c-1'];
  const told = JSON.stringify((await eventsTold(net)).map(({ type, data }) => [type, data]));
  for (const mark of marks) expect(told).not.toContain(mark);
  const kept = await net.platform.db.collection('idempotency').find().toArray();
  const answers = JSON.stringify(kept.map((each) => ({ ...each['answer'], _id: '', facets: [] })));
  for (const mark of marks.slice(0, 4)) expect(answers).not.toContain(mark);
  const { data, errors } = await net.ask(
    `{ hardshipWorkers(first: 1, filter: { statuses: [REGISTERED] }) { edges { node {
        maskedName maskedPhone maskedIdentityNumber name phone identityNumber householdSize monthlyIncomeFen checks { at } } } } }`,
  );
  expect(data).toMatchObject({
    hardshipWorkers: {
      edges: [
        {
          node: {
            maskedName: '王**',
            maskedPhone: '*******7777',
            maskedIdentityNumber: expect.stringMatching(/^4201\*{12}\d[\dX]$/) as string,
            name: null,
            identityNumber: null,
            checks: [],
          },
        },
      ],
    },
  });
  expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(
    new Set(['SCOPE_REQUIRED']),
  );
  expect(errors).toHaveLength(5);
});

test('lists by filter', async () => {
  const count = async (list: string, filter: string): Promise<number | undefined> => {
    const { data } = await net.ask<{ list: { totalCount: number } }>(
      `{ list: ${list}(filter: ${filter}) { totalCount } }`,
    );
    return data?.list.totalCount;
  };
  const { db } = net.platform;
  const id = await registered();
  await pair(id, 'c-77');
  expect(await count('hardshipWorkers', '{ paired: true }')).toBe(1);
  expect(await count('hardshipWorkers', '{ paired: false }')).toBe(
    (await db.collection(hardshipWorkers).countDocuments()) - 1,
  );
  expect(await count('hardshipWorkers', '{ causes: [DISASTER, ILLNESS] }')).toBeGreaterThan(1);
  expect(await count('hardshipWorkers', '{ causes: [DISASTER] }')).toBe(0);
  expect(await count('cadrePairings', `{ hardshipWorkerId: "${id}", statuses: [ACTIVE] }`)).toBe(1);
  const { fundId, programmeId } = await programme(10_000);
  const grantId = await applied(programmeId, { hardshipWorkerId: id, amountFen: 10 });
  for (const filter of [
    `{ fundId: "${fundId}" }`,
    `{ programmeId: "${programmeId}", forms: [CASH] }`,
    `{ hardshipWorkerId: "${id}", statuses: [APPLIED], channels: [STATION] }`,
  ]) {
    expect([filter, await count('aidGrants', filter)]).toEqual([filter, 1]);
  }
  await approve(grantId);
  expect(await count('aidGrants', `{ fundId: "${fundId}", statuses: [APPLIED] }`)).toBe(0);
  expect(await count('aidProgrammes', '{ forms: [TRAINING], place: "420100" }')).toBe(1);
});
