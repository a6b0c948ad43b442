/** A transfer by hand, between two platforms on MongoDB: who counts the record when, what is refused, and what is left of a person. Long, since two platforms serve it all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { open, seal } from '@onenet/contract';
import { testPlatform } from '../../test-platform.ts';
import { sealingKeyOf } from '../core/sealing-key.ts';
import { sweepRequests } from '../requests/sweep.ts';
import { Transfers, codeOf, marks, officer, partOf, worker } from './testing.ts';

let net: Transfers;
beforeAll(async () => {
  net = await Transfers.start();
});
afterAll(() => net[Symbol.asyncDispose]());

let transfers = 0;
const newId = () => `t-${++transfers}`;
const kinds = ['MEMBER', 'SERVICE_REQUEST'] as const;
const fieldOf = { MEMBER: 'member', SERVICE_REQUEST: 'serviceRequest' } as const;
const listOf = { MEMBER: 'members', SERVICE_REQUEST: 'serviceRequests' } as const;

type Kind = (typeof kinds)[number];

async function record(net_: Transfers['source'], kind: Kind, id: string, fields: string) {
  const answer = await net_.ask<Record<string, Record<string, unknown> | null>>(
    `{ found: ${fieldOf[kind]}(id: "${id}") { ${fields} } }`,
  );
  expect(answer.errors).toBeUndefined();
  return answer.data?.['found'];
}

/** Whether a record stands in the lists: all, its place's and its organization's; and whether it is counted. */
async function listed(net_: Transfers['source'], kind: Kind, id: string, inTransfer: boolean) {
  const filter = `first: 100, filter: { inTransfer: ${inTransfer} }`;
  const edges = '{ totalCount edges { node { id } } }';
  const answer = await net_.ask<{
    all: List;
    places: { list: List }[];
  }>(`{ all: ${listOf[kind]}(${filter}) ${edges}
    places: _entities(representations: [{ __typename: "Division", code: "420102" }]) { ... on Division { list: ${listOf[kind]}(${filter}) ${edges} } } }`);
  expect(answer.errors).toBeUndefined();
  const lists = [answer.data?.all, answer.data?.places[0]?.list];
  for (const list of lists) expect(list?.totalCount).toBe(list?.edges.length);
  const found = lists.map((list) => list?.edges.some(({ node }) => node.id === id));
  expect(found[1]).toBe(found[0]);
  return found[0];
}

interface List {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly id: string } }[];
}

describe.each(kinds)('%s', (kind) => {
  test('offered, accepted, completed: counted once at every moment', async () => {
    const transferId = newId();
    const id = await net.make(kind);
    const before = await net.sums(kind);
    const was = await record(net.source, kind, id, 'status updatedAt');
    const everything = before.live + before.inTransfer;

    const offer = partOf(await net.offer(id, transferId));
    expect(offer).toMatchObject({ id: transferId, state: 'OFFERED', kind, recordId: id });
    expect(await record(net.source, kind, id, 'status')).toEqual({ status: 'IN_TRANSFER' });
    expect(await listed(net.source, kind, id, false)).toBe(false);
    expect(await listed(net.source, kind, id, true)).toBe(true);
    expect(await net.sums(kind)).toEqual({
      live: before.live - 1,
      inTransfer: before.inTransfer + 1,
    });

    const accepted = partOf(await net.accept(transferId, offer.sealed));
    expect(accepted).toMatchObject({ id: transferId, state: 'ACCEPTED', kind, sealed: null });
    const target = accepted.recordId ?? '';
    expect(target).toMatch(/^420800:/);
    expect(await record(net.target, kind, target, 'status placeCode organizationId')).toEqual({
      status: kind === 'MEMBER' ? 'ACTIVE' : 'VERIFIED',
      // The target does not serve where it lay.
      placeCode: '420800',
      organizationId: null,
    });
    expect(await net.sums(kind)).toEqual({
      live: before.live,
      inTransfer: before.inTransfer + 1,
    });

    const completed = partOf(await net.complete(id, transferId, target));
    expect(completed).toMatchObject({ state: 'COMPLETED', recordId: id, sealed: null });
    expect(await net.sums(kind)).toEqual({ live: everything, inTransfer: before.inTransfer });
    expect(await record(net.source, kind, id, 'status transferredToId')).toEqual({
      status: 'TRANSFERRED',
      transferredToId: target,
    });
    expect(was).toMatchObject({ status: kind === 'MEMBER' ? 'ACTIVE' : 'VERIFIED' });
    for (const inTransfer of [false, true]) {
      expect(await listed(net.source, kind, id, inTransfer)).toBe(false);
    }
    expect(await listed(net.target, kind, target, true)).toBe(false);
  });

  test('withdrawn: as it was, and not offered by the same transfer again', async () => {
    const transferId = newId();
    const id = await net.make(kind);
    const before = await net.sums(kind);
    const was = await record(net.source, kind, id, 'status placeCode organizationId');
    await net.offer(id, transferId);
    expect(partOf(await net.withdraw(id, transferId))).toMatchObject({ state: 'WITHDRAWN' });
    expect(await record(net.source, kind, id, 'status placeCode organizationId')).toEqual(was);
    expect(await listed(net.source, kind, id, false)).toBe(true);
    expect(await listed(net.source, kind, id, true)).toBe(false);
    expect(await net.sums(kind)).toEqual(before);
    expect(partOf(await net.offer(id, transferId))).toMatchObject({
      state: 'WITHDRAWN',
      sealed: null,
    });
    expect(partOf(await net.offer(id, newId())).state).toBe('OFFERED');
  });

  test('asked again by another key, each step gives the same and does nothing twice', async () => {
    const transferId = newId();
    const id = await net.make(kind);
    const first = partOf(await net.offer(id, transferId));
    const again = partOf(await net.offer(id, transferId));
    expect({ ...again, sealed: null }).toEqual({ ...first, sealed: null });
    const { privateJwk } = await sealingKeyOf(net.target.platform);
    expect(await open(privateJwk, again.sealed ?? '')).toEqual(
      await open(privateJwk, first.sealed ?? ''),
    );
    const accepted = partOf(await net.accept(transferId, first.sealed));
    expect(partOf(await net.accept(transferId, again.sealed))).toEqual(accepted);
    // Accepted before it was declined: the answer says so.
    expect(partOf(await net.decline(transferId))).toEqual(accepted);
    const completed = partOf(await net.complete(id, transferId, accepted.recordId));
    const events = await net.events();
    expect(partOf(await net.complete(id, transferId, accepted.recordId))).toEqual(completed);
    expect(codeOf(await net.withdraw(id, transferId))).toBe('WRONG_STATE');
    expect(partOf(await net.offer(id, transferId)).state).toBe('COMPLETED');
    expect(await net.events()).toEqual(events);
  });

  test('every other mutation is refused while it is in transfer, and names the state', async () => {
    const id = await net.make(kind);
    await net.offer(id, newId());
    const [name, type] =
      kind === 'MEMBER'
        ? ['leaveUnion', 'MemberStepInput']
        : ['rejectServiceRequest', 'ServiceRequestStepInput'];
    const answer = await net.source.ask(
      `mutation M($input: ${type}!) { ${name}(input: $input) { __typename } }`,
      { input: { id, idempotencyKey: newId() } },
      officer,
    );
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'WRONG_STATE',
      status: 'IN_TRANSFER',
      allowed: [],
    });
  });

  test('what was of a person is nowhere at the source, once it has departed', async () => {
    // Tombstones and offers of other tests have none, or still have theirs: a source of its own.
    await using own = await Transfers.start();
    const id = await own.make(kind);
    if (kind === 'MEMBER') await own.card(id);
    const values = Object.values(marks);
    const there = await own.everythingAtSource();
    const found = values.filter((value) => there.includes(value));
    expect(found).toHaveLength(kind === 'MEMBER' ? 5 : 4);

    const { sealed } = partOf(await own.offer(id, 't-1'));
    expect(values.filter((value) => sealed?.includes(value))).toEqual([]);
    const { recordId } = partOf(await own.accept('t-1', sealed));
    await own.complete(id, 't-1', recordId);
    const left = await own.everythingAtSource();
    expect(left).toContain(id);
    expect(values.filter((value) => left.includes(value))).toEqual([]);
    // Nor masked: neither in the tombstone, nor in what was answered about it before.
    expect(left).not.toMatch(/标\*|\*4321|4201\*/);
    expect(left).not.toContain('eyJhbGciOi');
  });
});

test('a member keeps what it is, and joined when it joined', async () => {
  const id = await net.member();
  const kept =
    'kind channel appliedAt joinedAt employerSize maskedName maskedPhone maskedIdentityNumber family { relation maskedName }';
  const was = await record(net.source, 'MEMBER', id, kept);
  expect(was).toMatchObject({
    maskedIdentityNumber: '4201************14',
    family: [{ relation: 'SPOUSE', maskedName: '标****' }],
  });
  const { sealed } = partOf(await net.offer(id, 't-kept'));
  const { recordId } = partOf(
    await net.accept('t-kept', sealed, { placeCode: '420802', organizationId: '420800:o-1' }),
  );
  await net.complete(id, 't-kept', recordId);
  expect(await record(net.target, 'MEMBER', recordId ?? '', kept)).toEqual(was);
  expect(
    await record(net.target, 'MEMBER', recordId ?? '', 'placeCode organizationId joinCodeId'),
  ).toEqual({ placeCode: '420802', organizationId: '420800:o-1', joinCodeId: null });
  const stored = await net.target.platform.db
    .collection<{ _id: string; personal: object }>('members')
    .findOne({ _id: recordId ?? '' });
  expect(stored?.personal).toMatchObject({
    name: marks.name,
    phone: marks.phone,
    identityNumber: marks.identityNumber,
    person: null,
    family: [{ name: marks.familyName }],
  });
  // The tombstone: the core, and where it leads.
  expect(await record(net.source, 'MEMBER', id, `${kept} organizationId checks { at }`)).toEqual({
    kind: was?.['kind'],
    channel: was?.['channel'],
    appliedAt: was?.['appliedAt'],
    joinedAt: null,
    employerSize: null,
    maskedName: null,
    maskedPhone: null,
    maskedIdentityNumber: null,
    family: [],
    organizationId: null,
    checks: [],
  });
});

test('a member’s cards end with the departure, and name nobody', async () => {
  const id = await net.member();
  await net.card(id);
  const { sealed } = partOf(await net.offer(id, 't-card'));
  const { recordId } = partOf(await net.accept('t-card', sealed));
  const cards = () => net.source.platform.db.collection('cards').find({ memberId: id }).toArray();
  expect(await cards()).toMatchObject([{ status: 'ACTIVE', maskedHolderName: '标****' }]);
  const before = (await net.events())['onenet.card.ended'] ?? 0;
  await net.complete(id, 't-card', recordId);
  expect(await cards()).toMatchObject([
    {
      status: 'CANCELLED',
      maskedHolderName: null,
      personal: { holderName: null, person: null, notes: [] },
    },
  ]);
  expect((await net.events())['onenet.card.ended']).toBe(before + 1);
});

test('a request keeps its time, its deadline and its history, and says whence it came', async () => {
  const id = await net.request();
  const kept = 'title category channel submittedAt dueAt maskedApplicantName maskedApplicantPhone';
  const history =
    'history { __typename at actorKind ... on RequestStatusStep { from to } ... on RequestTransferStep { fromPlatform } }';
  const was = await record(net.source, 'SERVICE_REQUEST', id, kept);
  const happened = await record(net.source, 'SERVICE_REQUEST', id, history);
  const steps = happened?.['history'] as readonly object[];
  const { sealed } = partOf(await net.offer(id, 't-request'));
  const { recordId } = partOf(await net.accept('t-request', sealed));
  await net.complete(id, 't-request', recordId);
  const target = recordId ?? '';
  expect(await record(net.target, 'SERVICE_REQUEST', target, kept)).toEqual(was);
  expect(await record(net.target, 'SERVICE_REQUEST', target, history)).toEqual({
    history: [
      ...steps,
      {
        __typename: 'RequestTransferStep',
        at: expect.any(String),
        actorKind: 'OFFICER',
        fromPlatform: '420100',
      },
    ],
  });
  const stored = await net.target.platform.db
    .collection<{ _id: string; personal: object; history: object[] }>('service_requests')
    .findOne({ _id: target });
  expect(stored?.personal).toEqual({
    applicantName: marks.applicantName,
    applicantPhone: marks.applicantPhone,
    description: marks.description,
    person: null,
  });
  expect(JSON.stringify(stored?.history)).toContain(marks.feedback);
  expect(await record(net.source, 'SERVICE_REQUEST', id, `dueAt ${history}`)).toEqual({
    dueAt: null,
    history: [],
  });
});

test('a request that nobody had verified is submitted at the target', async () => {
  const answer = await net.source.ask<{ submitServiceRequest: { serviceRequest: { id: string } } }>(
    'mutation S($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id } } }',
    {
      input: {
        platform: '420100',
        idempotencyKey: newId(),
        title: '工会卡办理',
        category: 'SERVICE',
        channel: 'WECHAT',
        placeCode: '420102',
      },
    },
    worker,
  );
  const id = answer.data?.submitServiceRequest.serviceRequest.id ?? '';
  const { sealed } = partOf(await net.offer(id, 't-submitted'));
  const { recordId } = partOf(await net.accept('t-submitted', sealed));
  expect(await record(net.target, 'SERVICE_REQUEST', recordId ?? '', 'status')).toEqual({
    status: 'SUBMITTED',
  });
});

test('a deadline that has passed is said before the offer, and not again at the target', async () => {
  const id = await net.request();
  const dueAt = new Date(Date.now() - 60_000);
  await net.source.platform.db
    .collection<{ _id: string }>('service_requests')
    .updateOne({ _id: id }, { $set: { dueAt } });
  const before = (await net.events())['onenet.request.overdue'] ?? 0;
  const { sealed } = partOf(await net.offer(id, 't-overdue'));
  expect((await net.events())['onenet.request.overdue']).toBe(before + 1);
  const { recordId } = partOf(await net.accept('t-overdue', sealed));
  await sweepRequests(net.target.platform, new Date());
  expect((await net.events())['onenet.request.overdue']).toBe(before + 1);
  const fields = 'dueAt overdueAt history(newest: 2) { __typename }';
  expect(await record(net.target, 'SERVICE_REQUEST', recordId ?? '', fields)).toEqual({
    dueAt: dueAt.toISOString(),
    overdueAt: expect.any(String),
    history: [{ __typename: 'RequestOverdueStep' }, { __typename: 'RequestTransferStep' }],
  });
});

test('what other platforms leave out is nothing', async () => {
  const { publicJwk } = await sealingKeyOf(net.target.platform);
  const member = {
    appliedAt: '2016-01-01T00:00:00.000Z',
    kind: 'MIGRANT',
    channel: 'STATION',
    placeCode: '420102',
    // Of a later version.
    hobby: 'fishing',
  };
  const envelope = { v: 1, transferId: 't-bare', kind: 'MEMBER', from: '420100', to: '420800' };
  const sealed = await seal(publicJwk, { ...envelope, record: member });
  const { recordId } = partOf(await net.accept('t-bare', sealed));
  const fields = 'status maskedName employerSize family { key }';
  expect(await record(net.target, 'MEMBER', recordId ?? '', fields)).toEqual({
    status: 'ACTIVE',
    maskedName: null,
    employerSize: null,
    family: [],
  });
});

test('a platform without members takes none', async () => {
  await using other = await testPlatform({
    code: '420700',
    modules: ['core', 'organizations', 'requests', 'transfers'],
  });
  const { publicJwk: sealingKey } = await sealingKeyOf(other.platform);
  const { sealed } = partOf(
    await net.offer(await net.member(), 't-none', { to: '420700', sealingKey }),
  );
  const answer = await net.ask(other, 'acceptTransfer', 'AcceptTransferInput', {
    platform: '420700',
    from: '420100',
    transferId: 't-none',
    sealed,
    acceptBy: new Date(Date.now() + 60_000).toISOString(),
  });
  expect(codeOf(answer)).toBe('NOT_OFFERED');
});

describe('refused, and nothing changes', () => {
  test('offers', async () => {
    const id = await net.member();
    const offer = async (input: object, of = id) => codeOf(await net.offer(of, newId(), input));
    expect(await offer({ to: '420100' })).toBe('BAD_INPUT');
    expect(await offer({ to: 'no code' })).toBe('BAD_INPUT');
    expect(await offer({ sealingKey: 'no key' })).toBe('BAD_INPUT');
    expect(await offer({ dueAt: '2016-08-31T00:00:00Z' })).toBe('BAD_INPUT');
    expect(await offer({ transferId: 'a b' })).toBe('BAD_INPUT');
    expect(await offer({}, '420100:none')).toBe('NOT_FOUND');
    expect(await offer({}, '420500:m-1')).toBe('NOT_FOUND');
    expect(await record(net.source, 'MEMBER', id, 'status')).toEqual({ status: 'ACTIVE' });

    await net.step(net.source, 'leaveUnion', 'MemberStepInput', 'member', { id });
    const left = await net.offer(id, newId());
    expect(left.errors?.[0]).toMatchObject({
      message: 'offerTransfer is not possible: the Member is LEFT. Nothing is, from there.',
      extensions: { code: 'WRONG_STATE', status: 'LEFT', allowed: [] },
    });
  });

  test('a transfer of another record, or to another platform', async () => {
    const transferId = newId();
    const id = await net.member();
    await net.offer(id, transferId);
    const other = await net.member();
    expect(codeOf(await net.offer(other, transferId))).toBe('CONFLICT');
    expect(codeOf(await net.withdraw(other, transferId))).toBe('CONFLICT');
    expect(codeOf(await net.complete(other, transferId, '420800:m-1'))).toBe('CONFLICT');
    expect(codeOf(await net.offer(id, transferId, { to: '420500' }))).toBe('CONFLICT');
    expect(codeOf(await net.offer(id, newId()))).toBe('WRONG_STATE');
  });

  test('acceptances', async () => {
    const transferId = newId();
    const id = await net.member();
    const before = await net.events();
    const { sealed } = partOf(await net.offer(id, transferId));
    const accept = async (input: object) => codeOf(await net.accept(transferId, sealed, input));
    expect(await accept({ platform: '420500' })).toBe('BAD_INPUT');
    expect(await accept({ transferId: newId() })).toBe('BAD_INPUT');
    expect(await accept({ from: '420500' })).toBe('BAD_INPUT');
    expect(await accept({ from: '420800' })).toBe('BAD_INPUT');
    expect(await accept({ sealed: 'nothing' })).toBe('BAD_INPUT');
    expect(await accept({ acceptBy: new Date().toISOString() })).toBe('WRONG_STATE');
    expect(await accept({ placeCode: '420102' })).toBe('BAD_INPUT');
    expect(await accept({ organizationId: '420800:none' })).toBe('NOT_FOUND');
    expect((await net.events())['onenet.member.received']).toBe(before['onenet.member.received']);
    // Each refusal left it open.
    expect(partOf(await net.accept(transferId, sealed)).state).toBe('ACCEPTED');
  });

  test('what is sealed, but no record; without a word of it in the message', async () => {
    const { publicJwk, privateJwk } = await sealingKeyOf(net.target.platform);
    const id = await net.member();
    const { sealed } = partOf(await net.offer(id, 't-broken'));
    const whole = (await open(privateJwk, sealed ?? '')) as { record: object };
    const broken: readonly [string, unknown][] = [
      ['identityNumber', '420102199003078515'],
      ['phone', '标记电话'],
      ['name', 7],
      ['kind', '标记种类'],
      ['appliedAt', '标记时间'],
      ['employerSize', 0],
      ['simulated', 'yes'],
      ['family', 'none'],
      ['family', [{ key: 'a', relation: '标记关系', name: '甲' }]],
      [
        'family',
        Array.from({ length: 21 }, (_, n) => ({ key: `${n}`, relation: 'CHILD', name: '甲' })),
      ],
      ['placeCode', null],
    ];
    for (const [field, value] of broken) {
      const content = { ...whole, record: { ...whole.record, [field]: value } };
      const answer = await net.accept('t-broken', await seal(publicJwk, content));
      expect([field, codeOf(answer)]).toEqual([field, 'BAD_INPUT']);
      const message = answer.errors?.[0]?.message ?? '';
      expect(message).not.toContain('标记');
      expect(message).not.toContain('420102199003078515');
    }
    expect(partOf(await net.accept('t-broken', sealed)).state).toBe('ACCEPTED');
  });

  test('acceptances of what was declined', async () => {
    const transferId = newId();
    const { sealed } = partOf(await net.offer(await net.member(), transferId));
    const declined = partOf(await net.decline(transferId));
    expect(declined).toEqual({
      id: transferId,
      state: 'DECLINED',
      kind: null,
      recordId: null,
      sealed: null,
    });
    expect(partOf(await net.decline(transferId))).toEqual(declined);
    const late = await net.accept(transferId, sealed);
    expect(late.errors?.[0]).toMatchObject({
      message: 'acceptTransfer is not possible: the transfer is DECLINED here.',
      extensions: { code: 'WRONG_STATE', status: 'DECLINED' },
    });
  });

  test('completions', async () => {
    const transferId = newId();
    const id = await net.member();
    expect(codeOf(await net.complete(id, transferId, '420800:m-1'))).toBe('WRONG_STATE');
    await net.offer(id, transferId);
    expect(codeOf(await net.complete(id, transferId, '420500:m-1'))).toBe('BAD_INPUT');
    expect(codeOf(await net.complete(id, transferId, 'nowhere'))).toBe('BAD_ID');
    await net.withdraw(id, transferId);
    expect(codeOf(await net.complete(id, transferId, '420800:m-1'))).toBe('WRONG_STATE');
    expect(await record(net.source, 'MEMBER', id, 'status')).toEqual({ status: 'ACTIVE' });
  });

  test('an offer that comes after its withdrawal', async () => {
    const transferId = newId();
    const id = await net.member();
    expect(partOf(await net.withdraw(id, transferId))).toMatchObject({ state: 'WITHDRAWN' });
    expect(partOf(await net.offer(id, transferId))).toMatchObject({
      state: 'WITHDRAWN',
      sealed: null,
    });
    expect(await record(net.source, 'MEMBER', id, 'status')).toEqual({ status: 'ACTIVE' });
  });

  test('workers', async () => {
    const answer = await net.target.ask(
      'mutation D($input: DeclineTransferInput!) { declineTransfer(input: $input) { transfer { id } } }',
      { input: { platform: '420800', transferId: newId(), idempotencyKey: newId() } },
      worker,
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('ACTOR_NOT_ALLOWED');
  });
});
