/** What goes wrong leaves as a code of the one table, and personal fields stay in. */
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { testRecords } from './test-records.ts';

let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({
    records: testRecords(10),
    modules: ['core', 'organizations', 'requests'],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

const cursorOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');

const refused: readonly [string, string][] = [
  ['{ organization(id: "no-colon") { id } }', 'BAD_ID'],
  ['{ organizations(first: -1) { totalCount } }', 'BAD_PAGE'],
  ['{ organizations(first: 1000000) { totalCount } }', 'BAD_PAGE'],
  ['{ organizations(first: 1, last: 1) { totalCount } }', 'BAD_PAGE'],
  ['{ organizations(after: "forged") { totalCount } }', 'BAD_CURSOR'],
  [
    `{ organizations(after: "${cursorOf([1, 'NAME', 'DESC', 'a', '420100:o-1'])}") { totalCount } }`,
    'BAD_CURSOR',
  ],
  [
    `{ organizations(after: "${cursorOf([1, 'UPDATED_AT', 'ASC', 1, '420100:o-1'])}") { totalCount } }`,
    'BAD_CURSOR',
  ],
  [
    `{ organizations(after: "${cursorOf([1, 'NAME', 'ASC', 1, '420100:o-1'])}") { totalCount } }`,
    'BAD_CURSOR',
  ],
  [
    `{ organizations(orderBy: { field: UPDATED_AT }, after: "${cursorOf([1, 'UPDATED_AT', 'ASC', 9e15, 'x:y'])}") { edges { cursor } } }`,
    'BAD_CURSOR',
  ],
  ['{ organizations(filter: { place: "999999" }) { totalCount } }', 'UNKNOWN_DIVISION'],
  ['{ organizations(filter: { parentId: "none" }) { totalCount } }', 'BAD_ID'],
  ['{ stations(orderBy: { field: DISTANCE }) { totalCount } }', 'BAD_INPUT'],
  ['{ stations(near: { latitude: 91, longitude: 0 }) { totalCount } }', 'BAD_INPUT'],
  [
    '{ stations(near: { latitude: 30, longitude: 114, withinMetres: 0 }) { totalCount } }',
    'BAD_INPUT',
  ],
  ['{ serviceRequests(filter: { submittedFrom: "yesterday" }) { totalCount } }', 'BAD_INPUT'],
  ['{ members { totalCount } }', 'BAD_REQUEST'],
  ['{ nothing }', 'BAD_REQUEST'],
  ['{', 'BAD_REQUEST'],
];

test.each(refused)('%s is %s', async (query, code) => {
  const answer = await net.ask(query);
  expect(answer.errors?.[0]?.extensions.code).toBe(code);
});

test.each([
  ['not JSON', 'application/json', '{'],
  ['another content type', 'text/plain', '{ __typename }'],
  ['no query', 'application/json', '{}'],
])('%s is BAD_REQUEST', async (_what, type, body) => {
  const response = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/graphql-response+json' },
    body,
  });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  // An unsupported content type is answered by its status alone.
  expect(await response.text()).toMatch(/"code":"BAD_REQUEST"|^$/);
});

test('a body over the limit is refused', async () => {
  const response = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ __typename #${'x'.repeat(1_100_000)}\n }` }),
  });
  expect(response.status).toBe(413);
});

test('personal fields are refused to everybody, one error each, and masked forms are given', async () => {
  const answer = await net.ask(`{ serviceRequest(id: "420100:r-1") {
    maskedApplicantName applicantName applicantPhone description
  } }`);
  expect(answer.data).toEqual({
    serviceRequest: {
      maskedApplicantName: '演**',
      applicantName: null,
      applicantPhone: null,
      description: null,
    },
  });
  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual([
    'SCOPE_REQUIRED',
    'SCOPE_REQUIRED',
    'SCOPE_REQUIRED',
  ]);
});

test('a tombstone is found by id, and by nothing else', async () => {
  const answer = await net.ask<{
    serviceRequest: object;
    serviceRequests: { totalCount: number; edges: { node: { id: string } }[] };
    some: { totalCount: number };
  }>(`{
    serviceRequest(id: "420100:r-4") { status transferredToId title history { at } maskedApplicantName }
    serviceRequests(first: 100) { totalCount edges { node { id } } }
    some: serviceRequests(filter: { statuses: [TRANSFERRED] }) { totalCount }
  }`);
  expect(answer.data?.serviceRequest).toMatchObject({
    status: 'TRANSFERRED',
    transferredToId: '420500:r-1',
    history: [],
  });
  expect(answer.data?.serviceRequests.totalCount).toBe(8);
  expect(answer.data?.serviceRequests.edges.map(({ node }) => node.id)).not.toContain('420100:r-4');
  expect(answer.data?.some.totalCount).toBe(0);
});

test('lists of other platforms only are empty', async () => {
  const answer = await net.ask(`{
    organizations(filter: { platforms: ["420500"] }) { totalCount edges { cursor } pageInfo { hasNextPage } }
    stations(filter: { platforms: ["420500", "420100"] }) { totalCount }
  }`);
  expect(answer.data).toEqual({
    organizations: { totalCount: 0, edges: [], pageInfo: { hasNextPage: false } },
    stations: { totalCount: 10 },
  });
});

test('an unexpected error leaves as an id, its cause goes to the log', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const organizations = net.platform.db.collection<{ _id: string }>('organizations');
  // A record that no command writes: without a name.
  const broken = { _id: '420100:broken' };
  await organizations.insertOne(broken);
  const answer = await net.ask('{ organization(id: "420100:broken") { name } }');
  await organizations.deleteOne({ _id: broken._id });
  const [error] = answer.errors ?? [];
  expect(error?.extensions.code).toBe('INTERNAL');
  expect(error?.message).not.toMatch(/Organization/);
  expect(log.mock.calls.flat().join(' ')).toContain(String(error?.extensions['incident']));
  log.mockRestore();
});

test('health, totals and events', async () => {
  expect((await fetch(`${net.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${net.url}/health/ready`)).status).toBe(200);
  expect((await fetch(`${net.url}/elsewhere`)).status).toBe(404);
  await net.platform.feed.drained();
  const answer = await net.ask<{ entities: [{ eventTotals: { type: string; events: number }[] }] }>(
    '{ entities: _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { eventTotals { type events count throughSequence } } } }',
  );
  const totals = answer.data?.entities[0].eventTotals ?? [];
  expect(totals.find(({ type }) => type === 'onenet.organization.founded')?.events).toBe(10);
  expect(totals.find(({ type }) => type === 'onenet.request.submitted')?.events).toBe(8);
});

test('of a database’s error the log has where it arose, not what was to be stored', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const requests = net.platform.db.collection('service_requests');
  const unique = { unique: true, partialFilterExpression: { title: '演示' } };
  const index = await requests.createIndex({ 'personal.applicantName': 1 }, unique);
  const submit = (idempotencyKey: string) =>
    net.ask(
      `mutation ($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { id } } }`,
      {
        input: {
          platform: '420100',
          idempotencyKey,
          title: '演示',
          category: 'WAGES',
          channel: 'WEBSITE',
          placeCode: '420102',
          applicantName: '标记王小明',
        },
      },
      'officer:desk-3',
    );
  await submit('once');
  const { errors } = await submit('twice');
  await requests.dropIndex(index);
  await requests.deleteMany({ title: '演示' });
  const text = inspect(log.mock.calls, { depth: null });
  log.mockRestore();
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
  expect(text).toContain(String(errors?.[0]?.extensions['incident']));
  expect(text).toMatch(/MongoServerError 11000[^]*commands\.ts/);
  expect(text).not.toContain('标记');
});
