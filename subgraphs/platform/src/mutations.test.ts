/** Mutations over HTTP: who may, once per key, the life cycle as a table, each with its event in the same transaction. Long, since one platform serves them all. */
import { contractSchema, stepOf, stepsFrom } from '@onenet/contract';
import { outboxCollection } from '@onenet/feed';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { at, article, member, organization } from './test-records.ts';

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({
    records: [
      organization(1),
      article(1),
      { ...member(4), id: '420100:m-tombstone' },
      {
        type: 'MediaChannel',
        id: '420100:wechat',
        platformCode: '420100',
        updatedAt: at(0),
        simulated: false,
        name: '武汉工会',
        channel: 'WECHAT',
        followerCount: 7,
        follows: [],
      },
    ],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

/** Every step of a request that has been made. */
const requestSteps = Object.keys(contractSchema().getMutationType()?.getFields() ?? {}).filter(
  (name) => stepOf(name)?.of === 'ServiceRequest' && stepOf(name)?.from.length,
);

const worker = 'worker:w-1';
const officer = 'officer:desk-3';
let key = 0;
const newKey = () => `key-${++key}`;

const submission = {
  platform: '420100',
  title: '拖欠工资',
  category: 'WAGES',
  channel: 'WECHAT',
  placeCode: '420102002003',
  applicantName: '演示甲',
  applicantPhone: '138-0000-1234',
  description: '演示数据',
};

interface Request {
  readonly id: string;
  readonly status: string;
  readonly updatedAt: string;
}

async function submit(input: object = {}, actor = worker) {
  return net.ask<{
    submitServiceRequest: { serviceRequest: Request & Record<string, unknown> } | null;
  }>(
    `mutation S($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest {
      id status title category channel placeCode submittedAt updatedAt dueAt overdue maskedApplicantName maskedApplicantPhone
      history { __typename at actorKind ... on RequestStatusStep { from to } }
    } } }`,
    { input: { ...submission, idempotencyKey: newKey(), ...input } },
    actor,
  );
}

const inputTypes: Partial<Record<string, string>> = {
  dispatchServiceRequest: 'DispatchServiceRequestInput',
  acceptServiceRequest: 'AcceptServiceRequestInput',
  rateServiceRequest: 'RateServiceRequestInput',
};
const extras: Partial<Record<string, object>> = {
  dispatchServiceRequest: { organizationId: '420100:o-1' },
  rateServiceRequest: { rating: 4 },
  addServiceRequestFeedback: { note: '已电话回访' },
};

function step(name: string, id: string, input: object = {}, actor?: string) {
  return net.ask<Record<string, { serviceRequest: Record<string, unknown> } | null>>(
    `mutation S($input: ${inputTypes[name] ?? 'ServiceRequestStepInput'}!) { ${name}(input: $input) { serviceRequest {
      id status organizationId handler dueAt resolvedAt supervised reopenedCount rating overdue
    } } }`,
    { input: { id, idempotencyKey: newKey(), ...extras[name], ...input } },
    actor ?? (name === 'rateServiceRequest' ? worker : officer),
  );
}

function events(type: string) {
  return outboxAndLog(type);
}

/** What the feed says or will say: entries leave the outbox when they are numbered. */
async function outboxAndLog(type: string): Promise<readonly Record<string, unknown>[]> {
  await net.platform.feed.drained();
  const response = await fetch(`${net.url}/events?limit=1000`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['type'] === type);
}

test('a request goes its way, each step with its event', async () => {
  const submitted = await submit();
  expect(submitted.errors).toBeUndefined();
  const request = submitted.data?.submitServiceRequest?.serviceRequest;
  expect(request).toMatchObject({
    status: 'SUBMITTED',
    overdue: false,
    maskedApplicantName: '演**',
    maskedApplicantPhone: '*******1234',
    history: [
      { __typename: 'RequestStatusStep', actorKind: 'WORKER', from: null, to: 'SUBMITTED' },
    ],
  });
  const id = request?.id ?? '';
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  const way: [string, object, object][] = [
    ['verifyServiceRequest', {}, { status: 'VERIFIED' }],
    ['dispatchServiceRequest', {}, { status: 'DISPATCHED', organizationId: '420100:o-1' }],
    ['superviseServiceRequest', {}, { status: 'DISPATCHED', supervised: true }],
    [
      'acceptServiceRequest',
      { handler: '帮扶窗口', dueAt },
      { status: 'ACCEPTED', handler: '帮扶窗口', dueAt },
    ],
    ['addServiceRequestFeedback', {}, { status: 'ACCEPTED' }],
    ['resolveServiceRequest', {}, { status: 'RESOLVED', overdue: false }],
    ['rateServiceRequest', {}, { status: 'RATED', rating: 4 }],
    [
      'reopenServiceRequest',
      { note: '未解决' },
      { status: 'ACCEPTED', reopenedCount: 1, rating: null, resolvedAt: null },
    ],
    ['rejectServiceRequest', {}, { status: 'REJECTED' }],
  ];
  for (const [name, input, expected] of way) {
    const answer = await step(name, id, input);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.[name]?.serviceRequest).toMatchObject(expected);
  }
  const history = await net.ask(
    `{ serviceRequest(id: "${id}") { history { __typename actorKind ... on RequestStatusStep { to } ... on RequestRatingStep { rating } } } }`,
  );
  expect(history.data).toMatchObject({
    serviceRequest: {
      history: [
        { to: 'SUBMITTED' },
        { to: 'VERIFIED' },
        { to: 'DISPATCHED' },
        { __typename: 'RequestSupervisionStep' },
        { to: 'ACCEPTED' },
        { __typename: 'RequestFeedbackStep', actorKind: 'OFFICER' },
        { to: 'RESOLVED' },
        { to: 'RATED' },
        { __typename: 'RequestRatingStep', rating: 4 },
        { to: 'ACCEPTED' },
        { __typename: 'RequestFeedbackStep' },
        { to: 'REJECTED' },
      ],
    },
  });
  const data = { place: '420102002003', category: 'WAGES', channel: 'WECHAT' };
  expect(await events('onenet.request.submitted')).toMatchObject([
    { data: { ...data, firsts: { day: 1, year: 1 } } },
  ]);
  expect(await events('onenet.request.resolved')).toMatchObject([
    { data: { ...data, onTime: true, value: 0 } },
  ]);
  expect(await events('onenet.request.rated')).toMatchObject([{ data: { ...data, value: 4 } }]);
  for (const type of [
    'verified',
    'dispatched',
    'supervised',
    'accepted',
    'feedback',
    'reopened',
    'rejected',
  ]) {
    expect(await events(`onenet.request.${type}`)).toHaveLength(1);
  }
});

test('every step is refused in every status that does not allow it', async () => {
  const ways: Record<string, string[]> = {
    SUBMITTED: [],
    VERIFIED: ['verifyServiceRequest'],
    DISPATCHED: ['verifyServiceRequest', 'dispatchServiceRequest'],
    ACCEPTED: ['verifyServiceRequest', 'dispatchServiceRequest', 'acceptServiceRequest'],
    REJECTED: ['rejectServiceRequest'],
  };
  for (const [status, way] of Object.entries(ways)) {
    const id = (await submit()).data?.submitServiceRequest?.serviceRequest.id ?? '';
    for (const name of way) await step(name, id);
    for (const name of requestSteps) {
      if (stepOf(name)?.from.includes(status)) continue;
      const answer = await step(name, id);
      expect(answer.errors?.[0]).toMatchObject({
        extensions: {
          code: 'WRONG_STATE',
          status,
          allowed: stepsFrom('ServiceRequest', status),
        },
        path: [name],
      });
      expect(answer.data?.[name]).toBeNull();
    }
  }
});

test('the same key and input give the same answer once; another input is refused; keys are an actor’s own', async () => {
  const idempotencyKey = newKey();
  const before = await net.platform.db.collection('service_requests').countDocuments();
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => submit({ idempotencyKey, title: '一次' })),
  );
  const [first] = answers;
  expect(first?.errors).toBeUndefined();
  for (const answer of answers) {
    expect(answer.data).toEqual(first?.data);
  }
  expect(await net.platform.db.collection('service_requests').countDocuments()).toBe(before + 1);
  // Once it has moved on, the answer is still that of the first time.
  const id = first?.data?.submitServiceRequest?.serviceRequest.id ?? '';
  await step('verifyServiceRequest', id);
  const again = await submit({ idempotencyKey, title: '一次' });
  expect(again.data?.submitServiceRequest?.serviceRequest).toMatchObject({
    id,
    status: 'SUBMITTED',
  });

  const other = await submit({ idempotencyKey, title: '两次' });
  expect(other.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  const another = await submit({ idempotencyKey, title: '两次' }, 'worker:w-2');
  expect(another.errors).toBeUndefined();
});

const refusals: readonly [string, object, string, RegExp][] = [
  [
    'title of 201 characters',
    { title: '好'.repeat(201) },
    'BAD_INPUT',
    /`title` has 201 characters: from 1 to 200/,
  ],
  ['title of spaces', { title: '   ' }, 'BAD_INPUT', /`title` has 0/],
  ['control characters', { title: 'a\u0000b' }, 'BAD_INPUT', /control characters/],
  [
    'a phone of letters',
    { applicantPhone: 'abc' },
    'BAD_INPUT',
    /`applicantPhone` is no telephone number/,
  ],
  [
    'a place elsewhere',
    { placeCode: '420500' },
    'BAD_INPUT',
    /outside what platform 420100 serves/,
  ],
  [
    'no such place',
    { placeCode: '999999' },
    'UNKNOWN_DIVISION',
    /No division has the code "999999"/,
  ],
  ['another platform', { platform: '420500' }, 'BAD_INPUT', /is not this platform/],
  ['an empty key', { idempotencyKey: '' }, 'BAD_INPUT', /`idempotencyKey` has 0/],
];

test.each(refusals)('a submission with %s changes nothing', async (_what, input, code, message) => {
  const before = await net.platform.db.collection('service_requests').countDocuments();
  const answer = await submit(input);
  expect(answer.errors?.[0]?.extensions.code).toBe(code);
  expect(answer.errors?.[0]?.message).toMatch(message);
  expect(await net.platform.db.collection('service_requests').countDocuments()).toBe(before);
});

test('other inputs are checked too', async () => {
  const id = (await submit()).data?.submitServiceRequest?.serviceRequest.id ?? '';
  const code = async (name: string, target: string, input: object = {}) =>
    (await step(name, target, input)).errors?.[0]?.extensions.code;
  expect(await code('verifyServiceRequest', 'no-colon')).toBe('BAD_ID');
  expect(await code('verifyServiceRequest', '420500:r-1')).toBe('NOT_FOUND');
  expect(await code('verifyServiceRequest', '420100:none')).toBe('NOT_FOUND');
  await step('verifyServiceRequest', id);
  expect(await code('dispatchServiceRequest', id, { organizationId: '420500:o-1' })).toBe(
    'NOT_FOUND',
  );
  await step('dispatchServiceRequest', id);
  expect(await code('acceptServiceRequest', id, { dueAt: '2016-08-31T00:00:00Z' })).toBe(
    'BAD_INPUT',
  );
  expect(await code('acceptServiceRequest', id, { dueAt: 'soon' })).toBe('BAD_INPUT');
  expect(await code('addServiceRequestFeedback', id, { note: null })).toBe('BAD_INPUT');
  await step('acceptServiceRequest', id);
  await step('resolveServiceRequest', id);
  expect(await code('rateServiceRequest', id, { rating: 6 })).toBe('BAD_INPUT');
});

test('actors: needed, of the right kind', async () => {
  const none = await net.ask(
    'mutation M($input: ServiceRequestStepInput!) { verifyServiceRequest(input: $input) { serviceRequest { id } } }',
    { input: { id: '420100:r-1', idempotencyKey: newKey() } },
  );
  expect(none.errors?.[0]?.extensions.code).toBe('ACTOR_REQUIRED');
  const wrong = await step('verifyServiceRequest', '420100:r-1', {}, worker);
  expect(wrong.errors?.[0]?.extensions.code).toBe('ACTOR_NOT_ALLOWED');
  expect(wrong.errors?.[0]?.message).toMatch(/is not for WORKER: it is for OFFICER/);
});

test('a member applies, is taken in, leaves', async () => {
  const apply = await net.ask<{ applyForMembership: { member: Record<string, unknown> } }>(
    `mutation A($input: ApplyForMembershipInput!) { applyForMembership(input: $input) { member {
      id status maskedName maskedPhone joinedAt organizationId } } }`,
    {
      input: {
        platform: '420100',
        idempotencyKey: newKey(),
        name: '𠮷演示',
        phone: '13800001234',
        kind: 'FLEXIBLE',
        channel: 'QR_CODE',
        placeCode: '420102',
        organizationId: '420100:o-1',
      },
    },
    worker,
  );
  expect(apply.errors).toBeUndefined();
  expect(apply.data?.applyForMembership.member).toMatchObject({
    status: 'APPLIED',
    maskedName: '𠮷**',
    maskedPhone: '*******1234',
    joinedAt: null,
  });
  const id = apply.data?.applyForMembership.member['id'];
  const go = (name: string, target: unknown = id) =>
    net.ask<Record<string, { member: Record<string, unknown> }>>(
      `mutation M($input: MemberStepInput!) { ${name}(input: $input) { member { status joinedAt } } }`,
      { input: { id: target, idempotencyKey: newKey(), note: '演示' } },
      officer,
    );
  expect((await go('leaveUnion')).errors?.[0]?.extensions.code).toBe('WRONG_STATE');
  expect((await go('acceptMember')).data?.['acceptMember']?.member).toMatchObject({
    status: 'ACTIVE',
  });
  expect((await go('refuseMember')).errors?.[0]?.extensions.code).toBe('WRONG_STATE');
  expect((await go('leaveUnion')).data?.['leaveUnion']?.member).toMatchObject({ status: 'LEFT' });
  expect((await go('acceptMember', '420100:m-tombstone')).errors?.[0]?.extensions.code).toBe(
    'WRONG_STATE',
  );
  const category = 'FLEXIBLE';
  expect(await events('onenet.member.accepted')).toMatchObject([
    { data: { category, channel: 'QR_CODE' } },
  ]);
});

test('readers read, share, comment; like and follow once', async () => {
  const engage = (
    name: string,
    actor: string,
    input: object = {},
    type = 'ArticleEngagementInput',
  ) =>
    net.ask<Record<string, { article: Record<string, unknown> }>>(
      `mutation M($input: ${type}!) { ${name}(input: $input) { article {
        readCount shareCount likeCount commentCount comments(last: 1) { totalCount edges { node { text maskedAuthor } } } } } }`,
      { input: { id: '420100:a-1', idempotencyKey: newKey(), channel: 'WECHAT', ...input } },
      actor,
    );
  const [before] = [article(1).readCount];
  await Promise.all(Array.from({ length: 5 }, () => engage('recordArticleRead', worker)));
  await engage('shareArticle', worker);
  await engage('likeArticle', worker);
  await engage('likeArticle', worker);
  await engage('likeArticle', 'worker:w-2');
  const last = await engage('commentOnArticle', worker, { text: '很好' }, 'CommentOnArticleInput');
  expect(last.data?.['commentOnArticle']?.article).toEqual({
    readCount: before + 5,
    shareCount: 1,
    likeCount: 2,
    commentCount: 3,
    comments: { totalCount: 3, edges: [{ node: { text: '很好', maskedAuthor: null } }] },
  });
  expect((await events('onenet.article.liked')).length).toBe(1 + 2);

  const follow = (actor: string) =>
    net.ask<{ followChannel: { mediaChannel: { followerCount: number } } }>(
      'mutation M($input: FollowChannelInput!) { followChannel(input: $input) { mediaChannel { id followerCount } } }',
      { input: { platform: '420100', idempotencyKey: newKey(), mediaChannelId: '420100:wechat' } },
      actor,
    );
  expect((await follow(worker)).data?.followChannel.mediaChannel.followerCount).toBe(8);
  expect((await follow(worker)).data?.followChannel.mediaChannel.followerCount).toBe(8);
  expect((await follow('worker:w-2')).data?.followChannel.mediaChannel.followerCount).toBe(9);
  const channels = await net.ask(
    '{ _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { mediaChannels { name channel followerCount } } } }',
  );
  expect(channels.data).toEqual({
    _entities: [{ mediaChannels: [{ name: '武汉工会', channel: 'WECHAT', followerCount: 9 }] }],
  });
});

test('an article is published', async () => {
  const answer = await net.ask(
    'mutation M($input: PublishArticleInput!) { publishArticle(input: $input) { article { title column readCount } } }',
    {
      input: {
        platform: '420100',
        idempotencyKey: newKey(),
        title: '防汛一线',
        column: '要闻',
        placeCode: '420100',
      },
    },
    officer,
  );
  expect(answer.data).toEqual({
    publishArticle: { article: { title: '防汛一线', column: '要闻', readCount: 0 } },
  });
});

test.each(['工会 要闻', '（要闻）', '420100:o-1', '电话1234567'])(
  'the column "%s" could not be counted by, and is refused',
  async (column) => {
    const input = { platform: '420100', title: '防汛', placeCode: '420100', column };
    const answer = await net.ask(
      'mutation M($input: PublishArticleInput!) { publishArticle(input: $input) { article { id } } }',
      { input: { ...input, idempotencyKey: newKey() } },
      officer,
    );
    expect(answer.data).toEqual({ publishArticle: null });
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    expect(answer.errors?.[0]?.message).toContain('column');
  },
);

test('a request that a proxy brings is not one of this machine, and needs an assertion', async () => {
  const input = { id: '420100:a-1', channel: 'WECHAT', idempotencyKey: newKey() };
  const response = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'onenet-actor': worker,
      'x-forwarded-for': '203.0.113.7',
    },
    body: JSON.stringify({
      query:
        'mutation M($input: ArticleEngagementInput!) { likeArticle(input: $input) { article { id } } }',
      variables: { input },
    }),
  });
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'ASSERTION_REQUIRED' } }],
  });
});

test('a mutation that fails leaves neither record nor event', async () => {
  const { db } = net.platform;
  /** Entries go from the outbox to the log by themselves. */
  const written = async () => {
    await expect.poll(() => outboxCollection(db).countDocuments()).toBe(0);
    const [ofEvents, ofRequests] = await Promise.all([
      db.collection('feed_log').countDocuments(),
      db.collection('service_requests').countDocuments(),
    ]);
    return { ofEvents, ofRequests };
  };
  const before = await written();
  expect(before.ofRequests).toBeGreaterThan(0);
  expect((await submit({ placeCode: '999999' })).errors).toHaveLength(1);
  expect(await written()).toEqual(before);
});
