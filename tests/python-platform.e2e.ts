/** The platform in Python and the reference platform do the same: every mutation in every order that matters, and what each says in its feed. Long, because both platforms run every step side by side. */
import { randomUUID } from 'node:crypto';
import { audit, rules } from '@onenet/audit';
import { workingDaysAfter } from '@onenet/contract';
import { startPlatforms } from '@onenet/platform';
import { platformByCode } from '@onenet/platforms';
import { yichang } from '@onenet/scripts/yichang';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { sweepRequests } from '../subgraphs/platform/src/modules/requests/sweep.ts';
import { startPythonPlatform } from './fixtures/python-platform.ts';
import { ask, type Answer } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const records = makeRecords(new Random(11), 24).filter((each) => each.platformCode === yichang);
const idOf = (type: string, matches: (record: never) => boolean = () => true): string =>
  records.find((each) => each.type === type && matches(each as never))?.id ?? '';
const organization = idOf('Organization');
const article = idOf('Article');
const tombstone = idOf('ServiceRequest', ({ status }: { status: string }) => {
  return status === 'TRANSFERRED';
});

const mongodbUri = inject('mongodbUri');
const databasePrefix = `t${randomUUID().slice(0, 8)}_`;
const stack = new AsyncDisposableStack();
let urls: readonly [reference: string, python: string];
/** Both look at their deadlines, at the same moment. */
let sweep: (now: Date) => Promise<unknown>;

beforeAll(async () => {
  stack.defer(async () => {
    await using client = await MongoClient.connect(mongodbUri);
    await client.db(`${databasePrefix}platform_${yichang}`).dropDatabase();
  });
  const reference = await startPlatforms({
    mongodbUri,
    codes: [yichang],
    basePort: 0,
    databasePrefix,
    scale: null,
    // Deadlines are looked at when the test says so.
    sweepMs: 0,
    records: () => records,
  });
  stack.defer(() => reference.stop());
  const postgresUri = inject('postgresUri');
  const python = stack.use(await startPythonPlatform({ postgresUri, records }));
  urls = [reference.urls[yichang] ?? '', python.url];
  sweep = (now) =>
    Promise.all([
      ...reference.platforms.map((each) => sweepRequests(each, now)),
      python.sweep(now),
    ]);
});
afterAll(() => stack.disposeAsync());

const worker = { 'onenet-actor': 'worker:w-1' };
const otherWorker = { 'onenet-actor': 'worker:w-2' };
const officer = { 'onenet-actor': 'officer:desk-1' };
const system = { 'onenet-actor': 'system:import' };
type Headers = Readonly<Record<string, string>>;
/** One mutation: its name, its input beside the key, who calls it. */
type Step = readonly [name: string, input: Record<string, unknown>, headers?: Headers];

const payloads: Readonly<Record<string, string>> = {
  serviceRequest: `serviceRequest { id title category channel status placeCode submittedAt updatedAt
    organizationId dueAt resolvedAt overdue handler supervised reopenedCount rating maskedApplicantName
    maskedApplicantPhone overdueAt remindedAt remindedCount escalationLevel
    history { __typename at actorKind ... on RequestStatusStep { from to }
    ... on RequestRatingStep { rating } ... on RequestEscalationStep { level } } }`,
  member: `member { id status kind channel placeCode organizationId appliedAt joinedAt maskedName maskedPhone
    maskedIdentityNumber employerSize joinCodeId family { relation maskedName } checks { outcome } }`,
  joinCode: `joinCode { id status placeCode organizationId issuedAt validUntil applicationCount content }`,
  article: `article { id title column summary publishedAt readCount shareCount likeCount commentCount
    comments(last: 2) { totalCount edges { node { id at text maskedAuthor } } } }`,
  mediaChannel: 'mediaChannel { id name channel followerCount }',
};

function payloadOf(name: string): string {
  if (name === 'followChannel') return payloads['mediaChannel'] ?? '';
  if (/JoinCode/.test(name)) return payloads['joinCode'] ?? '';
  if (/Article/.test(name)) return payloads['article'] ?? '';
  return payloads[/ServiceRequest/.test(name) ? 'serviceRequest' : 'member'] ?? '';
}

/** What was made or happened just now has another id and time on each side. */
function comparable(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '-<made>')
    .replaceAll(/"20[2-9]\d-[^"]*Z"/g, '"<now>"')
    .replaceAll(/join=[\w-]{22}"/g, 'join=<token>"');
  return JSON.parse(text) as unknown;
}

/** Asks both sides, and expects the same; `undefined` ids stand for what each side made last. */
async function both(
  query: string,
  variablesOf: (side: 0 | 1) => Record<string, unknown>,
  headers: Headers = {},
): Promise<readonly [Answer, Answer]> {
  const [reference, python] = await Promise.all([
    ask(`${urls[0]}/graphql`, query, variablesOf(0), headers),
    ask(`${urls[1]}/graphql`, query, variablesOf(1), headers),
  ]);
  // Codes are the contract's, words each platform's own.
  const told = ({ data, errors }: Answer) =>
    comparable({ data, errors: errors?.map(({ path, extensions }) => ({ path, extensions })) });
  expect(told(python), `${query}\n${JSON.stringify(variablesOf(1))}`).toEqual(told(reference));
  return [reference, python];
}

/**
 * Carries steps out one after another, on both sides; the outcomes. `id: true` is the record made last,
 * `joinToken: true` what the QR code made last holds.
 */
async function carryOut(steps: readonly Step[]): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  const made: [string, string] = ['', ''];
  const tokens: [string, string] = ['', ''];
  for (const [name, input, headers = officer] of steps) {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
    const known = inputTypes[name] ?? type;
    const query = `mutation ($input: ${known}) { done: ${name}(input: $input) { ${payloadOf(name)} } }`;
    const key = randomUUID();
    const answers = await both(
      query,
      (side) => ({
        input: {
          idempotencyKey: key,
          ...input,
          ...(input['id'] === true && { id: made[side] }),
          ...(input['joinToken'] === true && { joinToken: tokens[side] }),
        },
      }),
      headers,
    );
    outcomes.push(answers[1].errors?.[0]?.extensions?.['code'] ?? 'done');
    for (const side of [0, 1] as const) {
      const payload = answers[side].data?.['done'] as Record<string, Made> | null;
      const [record] = Object.values(payload ?? {});
      if (record && input['id'] === undefined) made[side] = record.id;
      tokens[side] = /join=(.*)$/.exec(record?.content ?? '')?.[1] ?? tokens[side];
    }
  }
  return outcomes;
}

interface Made {
  readonly id: string;
  /** Of a QR code. */
  readonly content?: string;
}

const step = 'ServiceRequestStepInput!';
const inputTypes: Readonly<Record<string, string>> = {
  verifyServiceRequest: step,
  resolveServiceRequest: step,
  rejectServiceRequest: step,
  addServiceRequestFeedback: step,
  reopenServiceRequest: step,
  superviseServiceRequest: step,
  remindServiceRequest: step,
  escalateServiceRequest: step,
  applyForMembership: 'ApplyForMembershipInput!',
  acceptMember: 'MemberStepInput!',
  refuseMember: 'MemberStepInput!',
  leaveUnion: 'MemberStepInput!',
  revokeJoinCode: 'JoinCodeStepInput!',
  recordArticleRead: 'ArticleEngagementInput!',
  shareArticle: 'ArticleEngagementInput!',
  likeArticle: 'ArticleEngagementInput!',
};

const request = {
  platform: yichang,
  title: ' 演示：咨询 ',
  category: 'SAFETY',
  channel: 'WECHAT',
  placeCode: '420581',
  applicantName: '𠮷演示',
  applicantPhone: '+86 (27) 123-4567',
};

test("a request's whole life, with every step that is refused on the way", async () => {
  const id = true;
  const outcomes = await carryOut([
    ['submitServiceRequest', request, worker],
    ['dispatchServiceRequest', { id, organizationId: organization }],
    ['verifyServiceRequest', { id, note: '演示：已核实' }],
    ['verifyServiceRequest', { id }],
    ['dispatchServiceRequest', { id, organizationId: '420100:O-1' }],
    ['dispatchServiceRequest', { id, organizationId: `${yichang}:none` }],
    ['remindServiceRequest', { id, note: '演示：还没有回音' }, worker],
    ['remindServiceRequest', { id }, otherWorker],
    ['escalateServiceRequest', { id }],
    ['dispatchServiceRequest', { id, organizationId: organization }],
    ['escalateServiceRequest', { id }, system],
    ['escalateServiceRequest', { id }, worker],
    ['acceptServiceRequest', { id, dueAt: '2016-08-31T09:00:00+08:00' }],
    ['acceptServiceRequest', { id, handler: '' }],
    ['acceptServiceRequest', { id, handler: '一号窗口', dueAt: '2099-08-31T09:00:00.1239+08:00' }],
    ['superviseServiceRequest', { id }, system],
    ['addServiceRequestFeedback', { id }, worker],
    ['addServiceRequestFeedback', { id, note: '演示' }, worker],
    ['rateServiceRequest', { id, rating: 5 }, worker],
    ['resolveServiceRequest', { id }],
    ['rateServiceRequest', { id, rating: 6 }, worker],
    ['rateServiceRequest', { id, rating: 2 }, worker],
    ['reopenServiceRequest', { id, note: '演示：还没有' }, worker],
    ['rejectServiceRequest', { id }],
    ['superviseServiceRequest', { id }],
  ]);
  expect(outcomes).toEqual([
    'done',
    'WRONG_STATE',
    'done',
    'WRONG_STATE',
    'NOT_FOUND',
    'NOT_FOUND',
    'done',
    'ACTOR_NOT_ALLOWED',
    'WRONG_STATE',
    'done',
    'done',
    'ACTOR_NOT_ALLOWED',
    'BAD_INPUT',
    'BAD_INPUT',
    'done',
    'done',
    'BAD_INPUT',
    'done',
    'WRONG_STATE',
    'done',
    'BAD_INPUT',
    'done',
    'done',
    'done',
    'WRONG_STATE',
  ]);
});

test('what no request may be, and who may not', async () => {
  const outcomes = await carryOut([
    ['submitServiceRequest', { ...request, platform: '420100' }],
    ['submitServiceRequest', { ...request, placeCode: '420100' }],
    ['submitServiceRequest', { ...request, placeCode: '9' }],
    ['submitServiceRequest', { ...request, title: ' ' }],
    ['submitServiceRequest', { ...request, title: '演'.repeat(201) }],
    ['submitServiceRequest', { ...request, title: 'a\u0007' }],
    ['submitServiceRequest', { ...request, applicantPhone: '12' }],
    ['submitServiceRequest', { ...request, applicantPhone: null, applicantName: null }, system],
    ['submitServiceRequest', { ...request, idempotencyKey: '' }],
    ['submitServiceRequest', { ...request, category: 'NONE' }],
    ['submitServiceRequest', request, {}],
    ['verifyServiceRequest', { id: tombstone }],
    ['verifyServiceRequest', { id: 'nonsense' }],
    ['verifyServiceRequest', { id: '420100:r' }],
    ['verifyServiceRequest', { id: tombstone }, worker],
  ]);
  expect(outcomes).toEqual([
    'BAD_INPUT',
    'BAD_INPUT',
    'UNKNOWN_DIVISION',
    ...Array.from({ length: 4 }, () => 'BAD_INPUT'),
    'done',
    'BAD_INPUT',
    'BAD_REQUEST',
    'ACTOR_REQUIRED',
    'WRONG_STATE',
    'BAD_ID',
    'NOT_FOUND',
    'ACTOR_NOT_ALLOWED',
  ]);
});

test('joining and leaving', async () => {
  const apply = {
    platform: yichang,
    name: '演示',
    kind: 'MIGRANT',
    channel: 'QR_CODE',
    placeCode: yichang,
  };
  const id = true;
  const outcomes = await carryOut([
    [
      'applyForMembership',
      { ...apply, organizationId: organization, phone: '13900000000' },
      worker,
    ],
    ['leaveUnion', { id }, worker],
    ['acceptMember', { id, note: '演示' }],
    ['refuseMember', { id }],
    ['leaveUnion', { id, note: 'x'.repeat(2_001) }, worker],
    ['addFamilyMember', { id, relation: 'SPOUSE', name: '演示家属' }, worker],
    ['addFamilyMember', { id, relation: 'CHILD', name: '演示' }, otherWorker],
    ['addFamilyMember', { id, relation: 'CHILD', name: '' }],
    ['removeFamilyMember', { id, key: 'none' }],
    ['leaveUnion', { id }, otherWorker],
    ['leaveUnion', { id }, worker],
    ['addFamilyMember', { id, relation: 'CHILD', name: '演示' }],
    ['applyForMembership', { ...apply, organizationId: `${yichang}:none` }, worker],
    ['applyForMembership', apply],
    ['refuseMember', { id }],
    ['applyForMembership', { ...apply, kind: 'MICRO_ENTERPRISE' }],
    ['applyForMembership', { ...apply, kind: 'MICRO_ENTERPRISE', employerSize: 25 }],
    ['applyForMembership', { ...apply, kind: 'MICRO_ENTERPRISE', employerSize: 24 }],
    ['applyForMembership', { ...apply, employerSize: 1_000_001 }],
    ['applyForMembership', { ...apply, identityNumber: '110105194912310021' }],
    ['applyForMembership', { ...apply, identityNumber: '11010519491231002x' }],
  ]);
  expect(outcomes).toEqual([
    'done',
    'WRONG_STATE',
    'done',
    'WRONG_STATE',
    'BAD_INPUT',
    'done',
    'ACTOR_NOT_ALLOWED',
    'BAD_INPUT',
    'NOT_FOUND',
    'ACTOR_NOT_ALLOWED',
    'done',
    'WRONG_STATE',
    'NOT_FOUND',
    'done',
    'done',
    'BAD_INPUT',
    'BAD_INPUT',
    'done',
    'BAD_INPUT',
    'BAD_INPUT',
    'done',
  ]);
});

test('joining by a QR code', async () => {
  const apply = {
    platform: yichang,
    name: '演示',
    kind: 'FLEXIBLE',
    channel: 'QR_CODE',
    placeCode: yichang,
    joinToken: true,
  };
  const issue = { platform: yichang, organizationId: organization };
  const outcomes = await carryOut([
    ['issueJoinCode', issue, worker],
    ['issueJoinCode', { ...issue, organizationId: `${yichang}:none` }],
    ['issueJoinCode', { ...issue, validUntil: '2016-08-31T09:00:00+08:00' }],
    ['issueJoinCode', { ...issue, validUntil: '2099-08-31T09:00:00+08:00' }],
    ['applyForMembership', apply, worker],
    ['applyForMembership', { ...apply, channel: 'WECHAT' }, worker],
    ['applyForMembership', { ...apply, organizationId: organization }, worker],
    ['applyForMembership', { ...apply, organizationId: `${yichang}:none` }, worker],
    ['applyForMembership', { ...apply, joinToken: 'nobody knows it' }, worker],
    ['issueJoinCode', issue],
    ['revokeJoinCode', { id: true }],
    ['revokeJoinCode', { id: true }],
    ['applyForMembership', apply, worker],
  ]);
  expect(outcomes).toEqual([
    'ACTOR_NOT_ALLOWED',
    'NOT_FOUND',
    'BAD_INPUT',
    'done',
    'done',
    'BAD_INPUT',
    'done',
    'BAD_INPUT',
    'BAD_INPUT',
    'done',
    'done',
    'WRONG_STATE',
    'BAD_INPUT',
  ]);
  const codes = `{ joinCodes(filter: { organizationId: "${organization}" },
    orderBy: { field: ISSUED_AT, direction: ASC }) {
    totalCount edges { node { status applicationCount } } } }`;
  const [, answer] = await both(codes, () => ({}));
  expect(answer.data?.['joinCodes']).toEqual({
    totalCount: 2,
    edges: [
      { node: { status: 'VALID', applicationCount: 2 } },
      { node: { status: 'REVOKED', applicationCount: 0 } },
    ],
  });
  // The image is each platform's own; it is one.
  for (const url of urls) {
    const { data } = await ask(`${url}/graphql`, '{ joinCodes { edges { node { svg } } } }');
    expect(JSON.stringify(data)).toMatch(/^\{"joinCodes":\{"edges":\[\{"node":\{"svg":"<svg /);
  }
});

test('reading, sharing, liking, commenting, following', async () => {
  const read = { id: article, channel: 'APP' };
  const publish = { platform: yichang, title: '演示', column: '要闻', placeCode: yichang };
  const follow = { platform: yichang, mediaChannelId: `${yichang}:channel` };
  const outcomes = await carryOut([
    ['recordArticleRead', read, worker],
    ['recordArticleRead', read, system],
    ['shareArticle', read, worker],
    ['shareArticle', read, system],
    ['likeArticle', read, worker],
    ['likeArticle', read, worker],
    ['commentOnArticle', { ...read, text: '演示' }, worker],
    ['commentOnArticle', { ...read, text: '' }, worker],
    ['publishArticle', publish],
    ['publishArticle', { ...publish, column: '两 个' }],
    ['publishArticle', { ...publish, column: '12345678' }],
    ['publishArticle', { ...publish, summary: '演'.repeat(1_001) }],
    ['followChannel', follow, worker],
    ['followChannel', follow, worker],
    ['followChannel', follow, system],
    ['followChannel', { ...follow, mediaChannelId: `${yichang}:none` }, worker],
  ]);
  expect(outcomes).toEqual([
    'done',
    'done',
    'done',
    'ACTOR_NOT_ALLOWED',
    'done',
    'done',
    'done',
    'BAD_INPUT',
    'done',
    'BAD_INPUT',
    'BAD_INPUT',
    'BAD_INPUT',
    'done',
    'done',
    'done',
    'NOT_FOUND',
  ]);
});

test('the same key and input once, the same key and another input never', async () => {
  const query =
    'mutation ($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id status title } } }';
  const input = { ...request, idempotencyKey: randomUUID() };
  const variables =
    (more: object = {}) =>
    () => ({ input: { ...input, ...more } });
  const first = await both(query, variables(), worker);
  const again = await both(query, variables({ description: null }), worker);
  expect(again.map(({ data }) => data)).toEqual(first.map(({ data }) => data));
  const other = await both(query, variables({ title: '另一个' }), worker);
  expect(other[0].errors?.[0]?.extensions?.['code']).toBe('IDEMPOTENCY_CONFLICT');
  // Another actor's keys are its own.
  await both(query, variables({ title: '另一个' }), officer);

  // Of twenty at once one is carried out, and all get its answer.
  const key = { ...input, idempotencyKey: randomUUID() };
  for (const url of urls) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask(`${url}/graphql`, query, { input: key }, worker)),
    );
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  }
});

test('reads that are refused, or that find nothing', async () => {
  for (const query of [
    `{ serviceRequest(id: "${tombstone}") { status transferredToId overdue history { at } maskedApplicantName applicantName } }`,
    '{ station(id: "x") { id } }',
    '{ station(id: "420500:") { id } }',
    '{ member(id: "420100:M-1") { id } }',
    '{ serviceRequests(first: 101) { totalCount } }',
    '{ serviceRequests(first: 1, before: "x") { totalCount } }',
    '{ serviceRequests(after: "x") { totalCount } }',
    '{ serviceRequests(filter: { platforms: [] }) { totalCount edges { cursor } pageInfo { hasNextPage } } }',
    '{ serviceRequests(filter: { platforms: ["420100"], place: "9" }) { totalCount } }',
    '{ serviceRequests(filter: { place: "9" }) { totalCount } }',
    '{ serviceRequests(filter: { organizationId: "9" }) { totalCount } }',
    '{ serviceRequests(filter: { statuses: [TRANSFERRED] }) { totalCount } }',
    '{ serviceRequests(filter: { statuses: [] }) { totalCount } }',
    '{ serviceRequests(filter: { ratingAtMost: 3 }) { totalCount edges { node { id rating } } } }',
    '{ serviceRequests(filter: { submittedTo: "2020-01-01T00:00:00Z" }, orderBy: { field: CATEGORY }) { edges { node { id category feedbackCount history(newest: 2) { at } } } } }',
    '{ serviceRequests(filter: { submittedTo: "2020-01-01T00:00:00Z" }, orderBy: { field: CATEGORY, direction: ASC }, last: 3) { edges { cursor } pageInfo { hasPreviousPage startCursor } } }',
    '{ serviceRequests(first: 1) { edges { node { history(newest: 0) { at } } } } }',
    '{ serviceRequests(first: 1) { edges { node { history(newest: 101) { at } } } } }',
    '{ serviceRequests(filter: { overdueNow: false, submittedFrom: "2016-08-01T00:00:00.0001Z" }) { totalCount } }',
    '{ serviceRequests(filter: { submittedTo: "2016-02-30T00:00:00Z" }) { totalCount } }',
    '{ articles(filter: { titleContains: "\\u0000" }) { totalCount } }',
    `{ articles(filter: { titleContains: "${'x'.repeat(201)}" }) { totalCount } }`,
    '{ stations(near: { latitude: 91, longitude: 0 }) { totalCount } }',
    '{ stations(orderBy: { field: DISTANCE }) { totalCount } }',
    '{ _entities(representations: [{ __typename: "Division", code: "9" }, { __typename: "Platform", code: "420100" }]) { __typename } }',
    '{ nothing }',
    '{ serviceRequests(first: "1") { totalCount } }',
  ]) {
    const [, answer] = await both(query, () => ({}));
    expect(answer.data === undefined && answer.errors === undefined).toBe(false);
  }
});

test('the clock does the same to both', async () => {
  const now = new Date();
  for (const days of [0, 6, 7, 10, 30]) await sweep(workingDaysAfter(now, days));
  const query = `{ serviceRequests(first: 100, orderBy: { field: SUBMITTED_AT, direction: ASC }) { edges { node {
    title status overdueAt remindedAt remindedCount escalationLevel organizationId feedbackCount
    history { __typename at actorKind } } } } }`;
  const [answer] = await both(query, () => ({}));
  const text = JSON.stringify(answer);
  for (const what of ['Reminder', 'Overdue', 'Escalation']) {
    expect(text).toContain(`"__typename":"Request${what}Step"`);
  }
  await both(
    `{ serviceRequests(filter: { escalationAtLeast: 1 }, orderBy: { field: SUBMITTED_AT, direction: ASC }) {
      totalCount edges { node { title } } } }`,
    () => ({}),
  );
});

test('both have said the same in their feeds, and count the same', async () => {
  const feeds = await Promise.all(urls.map(eventsOf));
  expect(feeds[1]?.length).toBeGreaterThan(100);
  // The clock takes requests in an order of each platform's own.
  const [reference, python] = feeds.map((events) => events.toSorted(byType));
  expect(python).toEqual(reference);
  const totals = `{ _entities(representations: [{ __typename: "Platform", code: "${yichang}" }]) {
    ... on Platform { mediaChannels { id followerCount }
      eventTotals { type events count throughSequence } } } }`;
  await both(totals, () => ({}));
});

test('the same audit gives the same answers: every rule passes', async () => {
  const reports = await Promise.all(urls.map((url) => audit({ url, write: true })));
  const offered = platformByCode(yichang)?.modules ?? [];
  for (const report of reports) {
    const verdicts = report.rules.map(({ id, status, came }) => `${id} ${status} ${came ?? ''}`);
    expect(verdicts).toEqual(
      rules.map(({ id, module }) => `${id} ${offered.includes(module) ? 'PASS' : 'SKIPPED'} `),
    );
  }
  expect(reports[1]?.contractVersion).toBe('1.2');
  expect(reports[1]?.modules).toEqual(reports[0]?.modules);
});

interface Told {
  readonly type: string;
  readonly data: object;
  readonly time: string;
}

/** By what is told: of one type in the order of the feed, but for what the clock did. */
function byType(a: Told, b: Told): number {
  const key = ({ type, data }: Told) =>
    /reminded|overdue|escalated/.test(type) ? `${type} ${JSON.stringify(data)}` : type;
  return key(a) < key(b) ? -1 : Number(key(a) > key(b));
}

/** Every event of a feed that is wholly numbered, without what each side makes for itself. */
async function eventsOf(url: string): Promise<readonly Told[]> {
  for (;;) {
    const response = await fetch(`${url}/events?after=0&limit=10000`);
    const text = await response.text();
    if (response.headers.get('onenet-pending') === '0') {
      return text
        .trimEnd()
        .split('\n')
        .map((line) => {
          const { type, data, time } = JSON.parse(line) as Record<string, unknown>;
          return comparable({ type, data, time }) as Told;
        });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
