/** The platform in Python in races, and by the clock: what must happen once happens once, on PostgreSQL. Long, since one server serves them all. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { workingDaysAfter, workingDaysBefore } from '@onenet/contract';
import type { ReferenceRecord } from '@onenet/platforms';
import { yichang } from '@onenet/scripts/yichang';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPythonPlatform, type PythonPlatform } from './fixtures/python-platform.ts';
import { ask, type Answer } from './fixtures/small-net.ts';

const stack = new AsyncDisposableStack();
let platform: PythonPlatform;
let database: Client;

const above = union('above', `420000:elsewhere`);
const below = union('below', above.id);
const officer = { 'onenet-actor': 'officer:desk-1' };
const worker = { 'onenet-actor': 'worker:w-1' };

beforeAll(async () => {
  const postgresUri = inject('postgresUri');
  platform = stack.use(await startPythonPlatform({ postgresUri, records: [above, below] }));
  database = new Client({ connectionString: platform.database });
  await database.connect();
  stack.defer(() => database.end());
});
afterAll(() => stack.disposeAsync());

function union(name: string, parentId: string): ReferenceRecord {
  const at = new Date('2016-01-04T01:00:00Z');
  return {
    type: 'Organization',
    id: `${yichang}:${name}`,
    platformCode: yichang,
    name,
    kind: 'UNION',
    level: 2,
    placeCode: yichang,
    parentId,
    foundedAt: at,
    updatedAt: at,
    chairName: null,
    commitment: null,
    simulated: false,
  };
}

interface Request {
  readonly id: string;
  readonly status: string;
  readonly submittedAt: string;
  readonly dueAt: string;
  readonly overdueAt: string | null;
  readonly remindedAt: string | null;
  readonly remindedCount: number;
  readonly escalationLevel: number;
  readonly organizationId: string | null;
  readonly history: readonly { readonly __typename: string; readonly actorKind: string }[];
}

const selection = `id status submittedAt dueAt overdueAt remindedAt remindedCount escalationLevel
  organizationId history { __typename actorKind }`;

/** One step; its key is its own unless it is given. */
function step(
  name: string,
  type: string,
  input: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = officer,
): Promise<Answer> {
  const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { serviceRequest { ${selection} } } }`;
  const given = { idempotencyKey: randomUUID(), ...input };
  return ask(`${platform.url}/graphql`, query, { input: given }, headers);
}

const stepInput = 'ServiceRequestStepInput';

function requestOf({ data, errors }: Answer): Request {
  const done = data?.['done'] as { serviceRequest: Request } | null | undefined;
  if (!done) throw new Error(JSON.stringify(errors));
  return done.serviceRequest;
}

const submission = {
  platform: yichang,
  title: '演示：高温作业',
  category: 'SAFETY',
  channel: 'WECHAT',
  placeCode: '420581',
};

async function submitted(): Promise<Request> {
  return requestOf(await step('submitServiceRequest', 'SubmitServiceRequestInput', submission));
}

/** A request that waits at the organization below. */
async function dispatched(): Promise<Request> {
  const { id } = await submitted();
  await step('verifyServiceRequest', stepInput, { id });
  const input = { id, organizationId: below.id };
  return requestOf(await step('dispatchServiceRequest', 'DispatchServiceRequestInput', input));
}

test('of two officers one wins, and the other is told what can be done now', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await dispatched();
    await step('acceptServiceRequest', 'AcceptServiceRequestInput', { id });
    const answers = await Promise.all([
      step('resolveServiceRequest', stepInput, { id }, { 'onenet-actor': 'officer:desk-1' }),
      step('rejectServiceRequest', stepInput, { id }, { 'onenet-actor': 'officer:desk-2' }),
    ]);
    const won = answers.filter(({ errors }) => errors === undefined);
    expect(won.length).toBe(1);
    const status = won.map((answer) => requestOf(answer).status).join();
    const [refusal] = answers.flatMap(({ errors }) => errors ?? []);
    const allowed = ['addServiceRequestFeedback', 'rateServiceRequest', 'reopenServiceRequest'];
    expect(refusal?.extensions).toEqual({ code: 'WRONG_STATE', status, allowed });
    const lost = status === 'RESOLVED' ? 'reject' : 'resolve';
    expect(refusal?.message).toBe(
      `${lost}ServiceRequest is not possible: the request is ${status}. From there: ${allowed.join(', ')}.`,
    );
  }
});

test('ten times at once with one key is once', async () => {
  const before = await totals();
  const key = { idempotencyKey: randomUUID() };
  const { id } = (await tenTimes(() =>
    step('submitServiceRequest', 'SubmitServiceRequestInput', { ...submission, ...key }),
  )) as Request;
  const reminded = await tenTimes(() => step('remindServiceRequest', stepInput, { id, ...key }));
  // The key is another mutation's already.
  expect(reminded).toBe('IDEMPOTENCY_CONFLICT');
  const again = { id, idempotencyKey: randomUUID() };
  expect(await tenTimes(() => step('remindServiceRequest', stepInput, again))).toMatchObject({
    id,
    remindedCount: 1,
  });
  const after = await totals();
  expect(after['onenet.request.submitted']).toBe((before['onenet.request.submitted'] ?? 0) + 1);
  expect(after['onenet.request.reminded']).toBe((before['onenet.request.reminded'] ?? 0) + 1);
});

test("a worker's words are on the worker's own request", async () => {
  const { id } = requestOf(
    await step('submitServiceRequest', 'SubmitServiceRequestInput', submission, worker),
  );
  const other = { 'onenet-actor': 'worker:w-2' };
  const codes = [
    await step('remindServiceRequest', stepInput, { id }, other),
    await step('addServiceRequestFeedback', stepInput, { id, note: '演示' }, other),
    await step('remindServiceRequest', stepInput, { id }, worker),
    await step('remindServiceRequest', stepInput, { id }, officer),
  ].map(({ errors }) => errors?.[0]?.extensions?.['code'] ?? 'done');
  expect(codes).toEqual(['ACTOR_NOT_ALLOWED', 'ACTOR_NOT_ALLOWED', 'done', 'done']);
});

const clockSteps = ['Reminder', 'Overdue', 'Escalation'];

test('two servers that look at the clock at once act once', async () => {
  await database.query(`TRUNCATE help_request CASCADE`);
  const atUnion = await Promise.all(Array.from({ length: 12 }, dispatched));
  const atNobody = await Promise.all(Array.from({ length: 4 }, submitted));
  const requests = [...atUnion, ...atNobody];
  const due = requests.map(({ dueAt }) => new Date(dueAt)).toSorted((a, b) => +a - +b);
  for (const { submittedAt, dueAt } of requests) {
    expect(new Date(dueAt)).toEqual(workingDaysAfter(new Date(submittedAt), 7));
  }
  const [first = new Date(NaN), last = new Date(NaN)] = [due[0], due.at(-1)];
  const start = await totals();
  const seen = async () => {
    const now = await totals();
    const of = (name: string) =>
      (now[`onenet.request.${name}`] ?? 0) - (start[`onenet.request.${name}`] ?? 0);
    return [of('reminded'), of('overdue'), of('escalated')];
  };

  await platform.sweep(new Date(+workingDaysBefore(first, 1) - 1));
  expect(await seen()).toEqual([0, 0, 0]);
  await twice(workingDaysBefore(last, 1));
  expect(await seen()).toEqual([16, 0, 0]);
  await platform.sweep(first);
  expect(await seen()).toEqual([16, 0, 0]);
  const overdueAt = new Date(+last + 1);
  await twice(overdueAt);
  expect(await seen()).toEqual([16, 16, 0]);
  await platform.sweep(new Date(+workingDaysAfter(overdueAt, 3) - 1));
  expect(await seen()).toEqual([16, 16, 0]);
  await twice(workingDaysAfter(overdueAt, 3));
  await platform.sweep(workingDaysAfter(overdueAt, 9));
  // Only what an organization has can go to the one above.
  expect(await seen()).toEqual([16, 16, 12]);

  for (const { id, organizationId, history } of requests) {
    const now = await read(id);
    const steps = organizationId === null ? ['Reminder', 'Overdue'] : clockSteps;
    expect(now).toMatchObject({ remindedCount: 1, escalationLevel: steps.length - 2 });
    expect(now.overdueAt).toBe(overdueAt.toISOString());
    expect(now.history.slice(history.length)).toEqual(
      steps.map((what) => ({ __typename: `Request${what}Step`, actorKind: 'SYSTEM' })),
    );
    // To the union above; above that is another platform's.
    expect(now.organizationId).toBe(organizationId === null ? null : above.id);
  }
});

test('what is closed past its deadline was overdue first, and a new period begins when it is opened again', async () => {
  const { id } = await dispatched();
  await step('acceptServiceRequest', 'AcceptServiceRequestInput', { id });
  await database.query(`UPDATE help_request SET due = now() - interval '1 minute' WHERE id = $1`, [
    id,
  ]);
  const before = await totals();
  const resolved = requestOf(await step('resolveServiceRequest', stepInput, { id }));
  expect(resolved.overdueAt).not.toBeNull();
  expect(resolved.history.slice(-2).map(({ __typename }) => __typename)).toEqual([
    'RequestOverdueStep',
    'RequestStatusStep',
  ]);
  expect((await totals())['onenet.request.overdue']).toBe(
    (before['onenet.request.overdue'] ?? 0) + 1,
  );
  const reopened = requestOf(await step('reopenServiceRequest', stepInput, { id }));
  expect(reopened).toMatchObject({ overdueAt: null, remindedAt: null });
  // Opened just now: the same day's seventh working day.
  expect(+new Date(reopened.dueAt)).toBeGreaterThan(+workingDaysAfter(new Date(), 7) - 60_000);
});

test('a deadline that has passed is said before an acceptance moves it', async () => {
  const { id } = await dispatched();
  await database.query(`UPDATE help_request SET due = now() - interval '1 minute' WHERE id = $1`, [
    id,
  ]);
  const dueAt = '2099-08-31T09:00:00.000Z';
  const input = { id, dueAt };
  const accepted = requestOf(
    await step('acceptServiceRequest', 'AcceptServiceRequestInput', input),
  );
  expect(accepted).toMatchObject({ dueAt, overdueAt: expect.any(String) as string });
  expect(accepted.history.slice(-2).map(({ __typename }) => __typename)).toEqual([
    'RequestOverdueStep',
    'RequestStatusStep',
  ]);
});

test('what was answered to a key is forgotten when the key is', async () => {
  const old = await submitted();
  const young = await submitted();
  await database.query(
    `UPDATE done_command SET done = now() - interval '8 days' WHERE answer->>'id' = $1`,
    [old.id],
  );
  await platform.sweep(new Date());
  const { rows } = await database.query<{ id: string }>(
    `SELECT answer->>'id' AS id FROM done_command WHERE answer->>'id' = ANY($1)`,
    [[old.id, young.id]],
  );
  expect(rows).toEqual([{ id: young.id }]);
});

test('a log has the code of a database’s error, not the row that was to be stored', async () => {
  await database.query(
    `ALTER TABLE help_request ADD CONSTRAINT none CHECK (applicant <> '标记王小明')`,
  );
  const input = { ...submission, applicantName: '标记王小明' };
  const answer = await step('submitServiceRequest', 'SubmitServiceRequestInput', input);
  await database.query('ALTER TABLE help_request DROP CONSTRAINT none');
  const incident = answer.errors?.[0]?.extensions?.['incident'] as string;
  const logged = () => readFile(platform.logFile, 'utf8');
  await expect.poll(logged).toContain(incident);
  expect(await logged()).toContain('CheckViolation 23514');
  expect(await logged()).not.toContain('标记');
});

/** What ten calls at once have given, which is one thing: a request, or a refusal's code. */
async function tenTimes(call: () => Promise<Answer>): Promise<unknown> {
  const answers = await Promise.all(Array.from({ length: 10 }, call));
  const distinct = new Set(
    answers.map((answer) =>
      JSON.stringify(answer.errors?.[0]?.extensions?.['code'] ?? requestOf(answer)),
    ),
  );
  expect(distinct.size).toBe(1);
  return JSON.parse(Array.from(distinct).join()) as unknown;
}

/** Two servers look at the clock at the same moment: both are held until both are there. */
async function twice(now: Date): Promise<void> {
  await database.query('BEGIN');
  await database.query('LOCK TABLE help_request IN ACCESS EXCLUSIVE MODE');
  const sweeps = Promise.all([platform.sweep(now), platform.sweep(now)]);
  for (let waiting = 0; waiting < 2;) {
    const { rows } = await database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted AND relation = 'help_request'::regclass`,
    );
    waiting = rows[0]?.n ?? 0;
  }
  await database.query('COMMIT');
  await sweeps;
}

async function read(id: string): Promise<Request> {
  const query = `query ($id: ID!) { done: serviceRequest(id: $id) { ${selection} } }`;
  const { data } = await ask(`${platform.url}/graphql`, query, { id });
  return data?.['done'] as Request;
}

/** How many events of each type there are, once all are numbered. */
async function totals(): Promise<Readonly<Record<string, number>>> {
  for (;;) {
    const response = await fetch(`${platform.url}/events?after=0&limit=10000`);
    const text = await response.text();
    if (response.headers.get('onenet-pending') !== '0') continue;
    const lines = text.split('\n').filter((line) => line !== '');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    return Object.fromEntries(
      Array.from(
        Map.groupBy(types, (type) => type),
        ([type, all]) => [type, all.length],
      ),
    );
  }
}
