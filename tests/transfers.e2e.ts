/** Transfers through the gateway: started, seen on their way, completed, refused, cancelled, ended by their deadline; with MongoDB and PostgreSQL on either side. Long, because one net serves every way that they go. */
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Hold, startProxy, type Proxy } from './transfer/held-calls.ts';
import { startSmallNet, type Answer, type SmallNet } from './fixtures/small-net.ts';

const codes = ['420000', '420100', '420500', '420581', '421100'] as const;
const officer = { 'onenet-actor': 'officer:desk-3' };
let net: SmallNet;
/** Yichang's, through which the net reaches it. */
let proxy: Proxy;
/** Where its acceptances are held. */
let unaccepting: Hold | undefined;

beforeAll(async () => {
  net = await startSmallNet({
    mongodbUri: inject('mongodbUri'),
    postgresUri: inject('postgresUri'),
    codes,
    records: [],
    // Who is not the net is answered by nobody: the province signs what it asks.
    unsigned: 'refuse',
  });
  proxy = await startProxy({
    platformUrl: net.platformUrls['420500'] ?? '',
    holdOf: ({ step }) => (step === 'accept' ? unaccepting : undefined),
  });
  await net.province.setPlatformUrl('420500', proxy.url);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await net[Symbol.asyncDispose]();
});

const transferFields = `id kind status recordId targetId fromCode toCode to { name } withdrawnFor
  dueAt endedAt isOverdue problem { code platformCode }`;

interface Transfer {
  readonly id: string;
  readonly status: string;
  readonly targetId: string | null;
  readonly toCode: string;
  readonly withdrawnFor: string | null;
  readonly problem: { readonly code: string; readonly platformCode: string } | null;
}

async function data<Data>(query: string, variables?: object, headers = officer): Promise<Data> {
  const answer = await net.ask(query, { ...variables }, headers);
  if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data as Data;
}

async function submit(platform: string, placeCode: string): Promise<string> {
  const input = {
    platform,
    placeCode,
    idempotencyKey: randomUUID(),
    title: '演示：拖欠工资',
    category: 'WAGES',
    channel: 'WECHAT',
    applicantName: '演示甲',
    description: '演示内容',
  };
  const { submitServiceRequest: payload } = await data<{
    submitServiceRequest: { serviceRequest: { id: string } };
  }>(
    'mutation ($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id } } }',
    { input },
  );
  return payload.serviceRequest.id;
}

async function verify(id: string): Promise<void> {
  await data(
    'mutation ($input: ServiceRequestStepInput!) { verifyServiceRequest(input: $input) { serviceRequest { id } } }',
    { input: { id, idempotencyKey: randomUUID() } },
  );
}

async function join(platform: string, placeCode: string): Promise<string> {
  const input = {
    platform,
    placeCode,
    idempotencyKey: randomUUID(),
    name: '演示乙',
    phone: '13900000000',
    kind: 'FLEXIBLE',
    channel: 'STATION',
  };
  const { applyForMembership: applied } = await data<{
    applyForMembership: { member: { id: string } };
  }>(
    'mutation ($input: ApplyForMembershipInput!) { applyForMembership(input: $input) { member { id } } }',
    { input },
  );
  const { id } = applied.member;
  await data(
    'mutation ($input: MemberStepInput!) { acceptMember(input: $input) { member { id } } }',
    { input: { id, idempotencyKey: randomUUID() } },
  );
  return id;
}

function start(input: object, headers: Record<string, string> = officer): Promise<Answer> {
  return net.ask(
    `mutation ($input: StartTransferInput!) { startTransfer(input: $input) { transfer { ${transferFields} } } }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
    headers,
  );
}

async function started(input: object): Promise<Transfer> {
  const { data: answered, errors } = await start(input);
  const { transfer } = (answered?.['startTransfer'] ?? {}) as { transfer?: Transfer };
  if (!transfer) throw new Error(JSON.stringify(errors));
  return transfer;
}

async function found(id: string): Promise<Transfer> {
  const query = `query ($id: ID!) { transfer(id: $id) { ${transferFields} } }`;
  return (await data<{ transfer: Transfer }>(query, { id })).transfer;
}

/** The transfer, once it has come to a status. */
async function reaches({ id }: Transfer, status: string): Promise<Transfer> {
  await expect.poll(async () => (await found(id)).status, { timeout: 20_000 }).toBe(status);
  return await found(id);
}

async function request(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { serviceRequest } = await data<{ serviceRequest: Record<string, unknown> }>(
    `query ($id: ID!) { serviceRequest(id: $id) { status title submittedAt dueAt placeCode maskedApplicantName
      transferredTo { id status platform { code } history { what: __typename at ... on RequestTransferStep { fromPlatform } } } } }`,
    { id },
  );
  return serviceRequest;
}

test.for([
  ['a city, in PostgreSQL', '420502', '420500'],
  ['a county before its city', '420581', '420581'],
] as const)('submitted at the province, verified, dispatched to %s', async ([, place, to]) => {
  const id = await submit('420000', place);
  await verify(id);
  const before = await request(id);
  const { toCode, ...rest } = await started({ recordId: id, reason: 'PLACE' });
  expect(toCode).toBe(to);
  const { targetId } = await reaches({ toCode, ...rest }, 'COMPLETED');
  // The tombstone leads on, and nothing of a person is left in it.
  const left = await request(id);
  expect(left).toMatchObject({
    status: 'TRANSFERRED',
    maskedApplicantName: null,
    transferredTo: { id: targetId, status: 'VERIFIED', platform: { code: to } },
  });
  const { history } = left['transferredTo'] as { history: { what: string }[] };
  expect(history.map((step) => step.what)).toEqual([
    'RequestStatusStep',
    'RequestStatusStep',
    'RequestTransferStep',
  ]);
  expect(history.at(-1)).toMatchObject({ fromPlatform: '420000' });
  // Its deadline is what it was.
  const kept = await request(targetId ?? '');
  for (const name of ['title', 'submittedAt', 'dueAt', 'placeCode', 'maskedApplicantName']) {
    expect([name, kept[name]]).toEqual([name, before[name]]);
  }
});

test.for([
  ['420100', '420102', '420500'],
  ['420500', '420502', '420100'],
] as const)(
  'a member goes from %s to another city, and is counted there',
  async ([from, place, to]) => {
    const id = await join(from, place);
    const transfer = await started({ recordId: id, to, reason: 'EMPLOYER' });
    expect(transfer).toMatchObject({ status: 'OFFERING', kind: 'MEMBER', fromCode: from });
    const { targetId } = await reaches(transfer, 'COMPLETED');
    const { member, members } = await data<{
      member: unknown;
      members: { edges: { node: { id: string } }[] };
    }>(
      `query ($id: ID!, $platforms: [ID!]) { member(id: $id) { status maskedName transferredTo { id status maskedName placeCode } }
      members(first: 100, filter: { platforms: $platforms, statuses: ACTIVE }) { edges { node { id } } } }`,
      { id, platforms: [from, to] },
    );
    expect(member).toEqual({
      status: 'TRANSFERRED',
      maskedName: null,
      transferredTo: { id: targetId, status: 'ACTIVE', maskedName: '演**', placeCode: to },
    });
    const ids = members.edges.map(({ node }) => node.id);
    expect(ids).toContain(targetId);
    expect(ids).not.toContain(id);
  },
);

test('the target is down: it is seen in transfer, in no other list, and completes when the target is back', async () => {
  const id = await submit('420100', '420103');
  await net.province.setPlatformUrl('420500', 'http://127.0.0.1:1');
  const transfer = await started({ recordId: id, to: '420500' });
  // The target's key is asked for first, and nothing is offered without it.
  await expect
    .poll(async () => (await found(transfer.id)).problem)
    .toMatchObject({ platformCode: '420500', code: 'UNREACHABLE' });
  expect(await request(id)).toMatchObject({ status: 'SUBMITTED' });
  await net.province.setPlatformUrl('420500', proxy.url);
  const { targetId } = await reaches(transfer, 'COMPLETED');
  expect(await request(targetId ?? '')).toMatchObject({ status: 'SUBMITTED' });
});

test('what is in transfer takes no other step, stands in its own list alone, and comes back when it is cancelled', async () => {
  const id = await submit('420100', '420104');
  unaccepting = new Hold('before');
  const transfer = await offeredOnly(id);
  const list = `query ($in: Boolean) { serviceRequests(first: 100, filter: { platforms: "420100", inTransfer: $in }) { edges { node { id status } } } }`;
  const ids = async (inTransfer: boolean | null) =>
    (
      await data<{ serviceRequests: { edges: { node: { id: string } }[] } }>(list, {
        in: inTransfer,
      })
    ).serviceRequests.edges.map(({ node }) => node.id);
  expect(await ids(true)).toContain(id);
  expect(await ids(null)).not.toContain(id);
  const step = await net.ask(
    'mutation ($input: ServiceRequestStepInput!) { verifyServiceRequest(input: $input) { serviceRequest { id } } }',
    { input: { id, idempotencyKey: randomUUID() } },
    officer,
  );
  expect(step.errors?.[0]?.extensions).toMatchObject({ code: 'WRONG_STATE' });
  const cancel =
    'mutation ($input: CancelTransferInput!) { cancelTransfer(input: $input) { transfer { id withdrawnFor } } }';
  const input = { id: transfer.id, idempotencyKey: randomUUID() };
  const cancelled = await data(cancel, { input });
  expect(cancelled).toMatchObject({ cancelTransfer: { transfer: { withdrawnFor: 'CANCELLED' } } });
  expect(await data(cancel, { input })).toEqual(cancelled);
  await reaches(transfer, 'WITHDRAWN');
  // What comes late finds it closed.
  unaccepting.release();
  unaccepting = undefined;
  expect(await request(id)).toMatchObject({ status: 'SUBMITTED', maskedApplicantName: '演**' });
  expect(await ids(true)).not.toContain(id);
  expect(await ids(null)).toContain(id);
});

test('at its deadline it comes back, and can be transferred anew', async () => {
  const id = await submit('420100', '420105');
  // Long enough for a busy machine to offer it first.
  const dueAt = new Date(Date.now() + 4_000).toISOString();
  unaccepting = new Hold('before');
  const transfer = await offeredOnly(id, { dueAt });
  await net.province.setPlatformUrl('420500', 'http://127.0.0.1:1');
  await expect
    .poll(() => found(transfer.id), { timeout: 20_000 })
    .toMatchObject({ status: 'WITHDRAWING', isOverdue: true });
  const overdue = await data<{ transfers: { nodes: { id: string }[] } }>(
    '{ transfers(overdue: true) { nodes { id } } }',
  );
  expect(overdue.transfers.nodes).toEqual([{ id: transfer.id }]);
  await net.province.setPlatformUrl('420500', proxy.url);
  expect(await reaches(transfer, 'WITHDRAWN')).toMatchObject({
    withdrawnFor: 'DEADLINE',
    targetId: null,
  });
  unaccepting.release();
  unaccepting = undefined;
  await reaches(await started({ recordId: id, to: '420500' }), 'COMPLETED');
});

test('a target that refuses: it comes back, and says who and why', async () => {
  const id = await submit('420100', '420106');
  const transfer = await started({ recordId: id, to: '420500', organizationId: '420500:nobody' });
  expect(await reaches(transfer, 'WITHDRAWN')).toMatchObject({
    withdrawnFor: 'REFUSED',
    problem: { platformCode: '420500', code: 'NOT_FOUND' },
  });
  expect(await request(id)).toMatchObject({ status: 'SUBMITTED' });
});

test('who may, and what cannot be: refused before anything begins', async () => {
  const id = await submit('420100', '420107');
  const other = { recordId: id, to: '420500' };
  const refused = async (input: object, headers?: Record<string, string>) => {
    const { errors } = await start(input, headers);
    return errors?.[0]?.extensions?.['code'];
  };
  expect(await refused(other, {})).toBe('ACTOR_REQUIRED');
  expect(await refused(other, { 'onenet-actor': 'worker:w-7' })).toBe('ACTOR_NOT_ALLOWED');
  expect(await refused({ ...other, to: '420100' })).toBe('BAD_INPUT');
  expect(await refused({ ...other, to: '421100' })).toBe('NOT_OFFERED');
  expect(await refused({ ...other, to: '420600' })).toBe('NOT_CONNECTED');
  expect(await refused({ ...other, to: '999999' })).toBe('UNKNOWN_PLATFORM');
  expect(await refused({ ...other, recordId: '420100:nobody' })).toBe('NOT_FOUND');
  const key = randomUUID();
  const first = await started({ ...other, idempotencyKey: key });
  expect((await started({ ...other, idempotencyKey: key })).id).toBe(first.id);
  expect(await refused({ ...other, to: '420581', idempotencyKey: key })).toBe(
    'IDEMPOTENCY_CONFLICT',
  );
  await reaches(first, 'COMPLETED');
  expect(await refused(other)).toBe('WRONG_STATE');
});

test('ten times at once by one key: one transfer, one record at the target', async () => {
  const id = await submit('420581', '420581');
  const input = { recordId: id, to: '420500', idempotencyKey: randomUUID() };
  const all = await Promise.all(Array.from({ length: 10 }, () => started(input)));
  expect(new Set(all.map((each) => each.id)).size).toBe(1);
  const transfer = all[0] as Transfer;
  const { targetId } = await reaches(transfer, 'COMPLETED');
  expect(await request(id)).toMatchObject({ transferredTo: { id: targetId } });
});

test('what the province keeps of all of them has nothing that was sealed', async () => {
  await using client = await MongoClient.connect(inject('mongodbUri'));
  const kept = client.db(`${net.databasePrefix}province`).collection('transfers');
  expect(await kept.countDocuments()).toBeGreaterThan(5);
  expect(await kept.countDocuments({ $or: [{ sealed: { $ne: null } }, { endedAt: null }] })).toBe(
    0,
  );
});

/** Offered; the target does not get to accepting it. */
async function offeredOnly(recordId: string, more: object = {}): Promise<Transfer> {
  const transfer = await started({ recordId, to: '420500', ...more });
  return await reaches(transfer, 'ACCEPTING');
}
