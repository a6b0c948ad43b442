/** A supervision's life over HTTP: asked, answered by the owner alone, returned, closed; each step with its event. Long, since one platform serves them all. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assertionHeader,
  leafHeader,
  openKeys,
  rotateKeys,
  signCalls,
  type Keys,
} from '@onenet/assertion';
import { localCaller, stepsFrom, workingDaysAfter } from '@onenet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestAnswer, type TestPlatform } from '../../test-platform.ts';
import { at, serviceRequest } from '../../test-records.ts';
import { supervisionFacets, type SupervisionDoc } from './store.ts';

let net: TestPlatform;
let keys: Keys;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onenet-keys-'));
  stack.defer(() => rm(dir, { recursive: true }));
  await rotateKeys(dir, { alg: 'EdDSA', aheadMs: 0 });
  keys = await openKeys(dir, { issuer: 'gateway' });
  const jwks = join(dir, 'jwks');
  await writeFile(jwks, JSON.stringify(keys.publicJwks()));
  const open = { ...serviceRequest(1), status: 'ACCEPTED', placeCode: '420102' } as const;
  net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'supervision'],
    trust: [jwks],
    records: [
      { ...open, id: '420100:asked', supervised: false },
      { ...open, id: '420100:both', supervised: false },
      { ...open, id: '420100:closed', status: 'RESOLVED', resolvedAt: open.submittedAt },
      { ...open, id: '420100:gone', status: 'TRANSFERRED', history: [] },
    ],
  });
  stack.use(net);
});
afterAll(() => stack.disposeAsync());

interface Supervision {
  readonly id: string;
  readonly askedAt: string;
  readonly dueAt: string;
  readonly status: string;
  readonly overdue: boolean;
}
type Answer = TestAnswer<Record<string, { readonly supervision: Supervision } | null>>;

const officer = 'officer:desk-1';
const fields =
  'id askedAt updatedAt status subject office requestId metric periodFrom periodTo value placeCode question dueAt answer result answeredAt closedAt overdue returnedCount';
const types: Readonly<Record<string, string>> = {
  askSupervision: 'AskSupervisionInput!',
  answerSupervision: 'AnswerSupervisionInput!',
  returnSupervision: 'ReturnSupervisionInput!',
  closeSupervision: 'SupervisionStepInput!',
};
const defaults: Readonly<Record<string, object>> = {
  askSupervision: { platform: '420100', office: '省总工会办公室', question: '请说明进展。' },
  answerSupervision: { answer: '本周内办结。', result: 'IN_HAND' },
  returnSupervision: { question: '请写明办结日期。' },
};

let key = 0;
function body(name: string, input: object): { readonly query: string; readonly variables: object } {
  const query = `mutation M($input: ${types[name] ?? ''}) { ${name}(input: $input) { supervision { ${fields} } } }`;
  return {
    query,
    variables: { input: { idempotencyKey: `key-${++key}`, ...defaults[name], ...input } },
  };
}

function step(name: string, input: object): Promise<Answer> {
  const { query, variables } = body(name, input);
  return net.ask(query, variables, officer);
}

async function asked(input: object): Promise<Supervision> {
  const { data, errors } = await step('askSupervision', input);
  expect(errors).toBeUndefined();
  const supervision = data?.['askSupervision']?.supervision;
  if (!supervision) throw new Error('Nothing was asked.');
  return supervision;
}

async function events(type: string): Promise<readonly { readonly data: object }[]> {
  await net.platform.feed.drained();
  const response = await fetch(`${net.url}/events?limit=1000`);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly data: object })
    .filter((event) => event.type === type);
}

test('a case is asked about: it is under supervision from then on, once', async () => {
  const supervision = await asked({ requestId: '420100:asked' });
  expect(supervision).toMatchObject({
    status: 'ASKED',
    subject: 'REQUEST',
    requestId: '420100:asked',
    placeCode: '420102',
    overdue: false,
    returnedCount: 0,
    answer: null,
  });
  const { askedAt, dueAt } = supervision;
  expect(dueAt).toBe(workingDaysAfter(new Date(askedAt), 5).toISOString());
  await asked({ requestId: '420100:asked' });
  await asked({ requestId: '420100:closed' });
  const { data } = await net.ask(
    '{ serviceRequest(id: "420100:asked") { supervised updatedAt history { __typename } } }',
  );
  expect(data).toMatchObject({ serviceRequest: { supervised: true, updatedAt: askedAt } });
  expect(JSON.stringify(data).match(/RequestSupervisionStep/g)).toHaveLength(1);
  expect(await events('onenet.request.supervised')).toHaveLength(1);
  expect(await events('onenet.supervision.asked')).toMatchObject(
    Array.from({ length: 3 }, () => ({ data: { place: '420102', category: 'REQUEST' } })),
  );
});

test('a figure is asked about, answered, returned, answered and closed', async () => {
  const figure = {
    metric: 'onTimeRate',
    value: 0.71,
    periodFrom: '2026-10-01T00:00:00+08:00',
    periodTo: '2026-11-01T00:00:00+08:00',
    dueAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const { id } = await asked(figure);
  const way: readonly (readonly [string, object, object])[] = [
    ['answerSupervision', {}, { status: 'ANSWERED', result: 'IN_HAND', answer: '本周内办结。' }],
    [
      'returnSupervision',
      {},
      { status: 'RETURNED', returnedCount: 1, answeredAt: null, question: '请写明办结日期。' },
    ],
    ['answerSupervision', { result: 'EXPLAINED' }, { status: 'ANSWERED', result: 'EXPLAINED' }],
    [
      'closeSupervision',
      {},
      { status: 'CLOSED', overdue: false, value: 0.71, placeCode: '420100' },
    ],
  ];
  for (const [name, input, expected] of way) {
    const { data, errors } = await step(name, { id, ...input });
    expect(errors).toBeUndefined();
    expect(data?.[name]?.supervision).toMatchObject(expected);
  }
  const data = { place: '420100', category: 'FIGURE' };
  const answered = { data: { ...data, value: 0, onTime: true } };
  expect(await events('onenet.supervision.answered')).toMatchObject([answered, answered]);
  expect(await events('onenet.supervision.returned')).toMatchObject([{ data }]);
  expect(await events('onenet.supervision.closed')).toMatchObject([{ data }]);
});

test('a step that the status does not allow is refused, with those that it does', async () => {
  const { id } = await asked({ metric: 'requestsOverdue' });
  const refused = async (name: string, status: string) => {
    const { errors } = await step(name, { id });
    const allowed = stepsFrom('Supervision', status);
    expect(errors?.[0]?.extensions).toEqual({ code: 'WRONG_STATE', status, allowed });
  };
  await refused('returnSupervision', 'ASKED');
  await step('closeSupervision', { id });
  for (const name of ['answerSupervision', 'returnSupervision', 'closeSupervision']) {
    await refused(name, 'CLOSED');
  }
  // Nobody answered it: who counts what waits for an answer has to know.
  expect(await events('onenet.supervision.dropped')).toHaveLength(1);
});

test('two answers at once: one is given', async () => {
  const { id } = await asked({ metric: 'requestsOverdue' });
  const answers = await Promise.all([
    step('answerSupervision', { id, answer: '甲' }),
    step('answerSupervision', { id, answer: '乙' }),
  ]);
  const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ANSWERED');
  expect(codes.toSorted()).toEqual(['ANSWERED', 'WRONG_STATE']);
});

test('a question and a resolution at once: the request is supervised while it was open, or not at all', async () => {
  const resolve = net.ask(
    'mutation M($input: ServiceRequestStepInput!) { resolveServiceRequest(input: $input) { serviceRequest { id } } }',
    { input: { id: '420100:both', idempotencyKey: 'resolve-both' } },
    officer,
  );
  const [, { errors }] = await Promise.all([asked({ requestId: '420100:both' }), resolve]);
  expect(errors).toBeUndefined();
  const request = await net.platform.db
    .collection<{ _id: string; supervised: boolean; history: { step: string; to?: string }[] }>(
      'service_requests',
    )
    .findOne({ _id: '420100:both' });
  const steps = request?.history.map((each) => each.to ?? each.step) ?? [];
  expect(steps.filter((each) => each === 'RESOLVED')).toHaveLength(1);
  expect(steps.includes('SUPERVISION')).toBe(request?.supervised);
  if (request?.supervised) {
    expect(steps.indexOf('SUPERVISION')).toBeLessThan(steps.indexOf('RESOLVED'));
  }
});

test('the answer is the owner’s own: a call of the net is refused, whoever asserts it', async () => {
  const { id } = await asked({ metric: 'requestsOverdue' });
  const signed = async (name: string, input: object, platform: string | null): Promise<Answer> => {
    const text = JSON.stringify(body(name, input));
    const caller = { ...localCaller, platform };
    const { assertion, leaves } = signCalls(
      keys,
      caller,
      { kind: 'OFFICER', reference: 'desk-1' },
      [{ owner: '420100', method: 'POST', path: '/graphql', body: text }],
    );
    const response = await fetch(`${net.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [assertionHeader]: assertion,
        [leafHeader]: leaves[0] ?? '',
      },
      body: text,
    });
    return (await response.json()) as Answer;
  };
  for (const platform of [null, '420000']) {
    const { errors } = await signed('answerSupervision', { id }, platform);
    expect(errors?.[0]?.extensions.code).toBe('LOCAL_ONLY');
  }
  // Asking and closing are for the net.
  const closed = await signed('closeSupervision', { id }, null);
  expect(closed.data?.['closeSupervision']?.supervision.status).toBe('CLOSED');
});

const number = '13800001234';
const refusals: readonly (readonly [string, object, RegExp])[] = [
  ['both', { requestId: '420100:asked', metric: 'onTimeRate' }, /either `requestId` or `metric`/],
  ['neither', {}, /either `requestId` or `metric`/],
  ['a value of a request', { requestId: '420100:asked', value: 1 }, /go with `metric`/],
  [
    'a period that ends before it begins',
    { metric: 'onTimeRate', periodFrom: '2026-11-01T00:00:00Z', periodTo: '2026-10-01T00:00:00Z' },
    /is not before/,
  ],
  ['no name', { metric: 'on time rate' }, /no name of a metric/],
  [
    'a deadline that has passed',
    { metric: 'onTimeRate', dueAt: '2016-08-31T00:00:00Z' },
    /not after now/,
  ],
  ['a place elsewhere', { metric: 'onTimeRate', placeCode: '420500' }, /outside what platform/],
  [
    'a telephone number',
    { metric: 'onTimeRate', question: `请联系${number}` },
    /`question` holds 7 or more digits/,
  ],
  [
    'full-width digits',
    { metric: 'onTimeRate', office: '办公室１２３４５６７' },
    /`office` holds 7 or more digits/,
  ],
];

test.each(refusals)('a question with %s is refused', async (_what, input, message) => {
  const before = await net.platform.db.collection('supervisions').countDocuments();
  const { errors } = await step('askSupervision', input);
  expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  expect(errors?.[0]?.message).toMatch(message);
  expect(errors?.[0]?.message).not.toMatch(/\p{Nd}{7}/u);
  expect(await net.platform.db.collection('supervisions').countDocuments()).toBe(before);
});

test('a request that is not here, or no longer, is not asked about', async () => {
  const code = async (requestId: string) =>
    (await step('askSupervision', { requestId })).errors?.[0]?.extensions.code;
  expect(await code('420500:r-1')).toBe('NOT_FOUND');
  expect(await code('420100:none')).toBe('NOT_FOUND');
  expect(await code('420100:gone')).toBe('WRONG_STATE');
});

test.each([
  '电话 138 0000 1234',
  '电话138-0000-1234',
  '座机 027-8277-1234',
  '身份证 420102 1990 0307 851X',
  '一三八零零零零一二三四',
  '1 3 8 0 0 0 0 1 2 3 4',
  '⑬8００００1234',
])('a number written as %s is refused too', async (question) => {
  const { errors } = await step('askSupervision', { metric: 'onTimeRate', question });
  expect(errors?.[0]?.message).toMatch(/holds 7 or more digits/);
});

test.each([
  '2016-08-31 至 2016-09-30，为何超期 1,145,453 件？',
  '二〇一六年八月三十一日前 85.5% 未办结，共 409 件',
])('dates and sums are asked about: %s', async (question) => {
  const { errors } = await step('askSupervision', { metric: 'onTimeRate', question });
  expect(errors).toBeUndefined();
});

test('answers and returns hold no numbers either', async () => {
  const { id } = await asked({ metric: 'onTimeRate' });
  const refused = await step('answerSupervision', { id, answer: `身份证${number}` });
  expect(refused.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  await step('answerSupervision', { id });
  const returned = await step('returnSupervision', { id, question: number });
  expect(returned.errors?.[0]?.message).not.toContain(number);
  expect(returned.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});

/** Put straight into the database, in a place of their own. */
function put(id: string, change: Partial<SupervisionDoc>): SupervisionDoc {
  const doc: Omit<SupervisionDoc, 'facets'> = {
    _id: `420100:${id}`,
    askedAt: at(0),
    updatedAt: at(0),
    status: 'ASKED',
    subject: 'FIGURE',
    office: '省总工会办公室',
    requestId: null,
    metric: 'onTimeRate',
    periodFrom: null,
    periodTo: null,
    value: null,
    placeCode: '420103',
    question: '？',
    dueAt: at(60),
    answer: null,
    result: null,
    answeredAt: null,
    closedAt: null,
    returnedCount: 0,
    putAt: at(0),
    simulated: false,
    ...change,
  };
  return { ...doc, facets: supervisionFacets(doc) };
}

const future = new Date('2099-01-01T00:00:00Z');
const listed = [
  put('late', { askedAt: at(1) }),
  put('late-again', { askedAt: at(2), status: 'RETURNED', returnedCount: 1 }),
  put('in-time', { askedAt: at(3), dueAt: future }),
  put('case', {
    askedAt: at(4),
    subject: 'REQUEST',
    requestId: '420100:x',
    metric: null,
    dueAt: future,
  }),
  put('answered-late', { askedAt: at(5), status: 'ANSWERED', answeredAt: at(90) }),
  put('closed', { askedAt: at(6), status: 'CLOSED', closedAt: at(30), metric: 'requestsOverdue' }),
];

test('lists by what a leader looks for', async () => {
  await net.platform.db.collection<SupervisionDoc>('supervisions').insertMany([...listed]);
  const found = async (filter: string) => {
    const { data, errors } = await net.ask<{
      supervisions: { totalCount: number; edges: { node: { id: string; overdue: boolean } }[] };
    }>(
      `{ supervisions(filter: { place: "420103" ${filter} }) { totalCount edges { node { id overdue } } } }`,
    );
    expect(errors).toBeUndefined();
    const nodes = data?.supervisions.edges.map(({ node }) => node) ?? [];
    expect(data?.supervisions.totalCount).toBe(nodes.length);
    return nodes.map(({ id, overdue }) => id.slice('420100:'.length) + (overdue ? '!' : ''));
  };
  expect(await found('')).toEqual([
    'closed',
    'answered-late!',
    'case',
    'in-time',
    'late-again!',
    'late!',
  ]);
  expect(await found('overdueNow: true')).toEqual(['late-again!', 'late!']);
  expect(await found('overdueNow: false')).toEqual(['closed', 'answered-late!', 'case', 'in-time']);
  expect(await found('statuses: [ASKED]')).toEqual(['case', 'in-time', 'late!']);
  expect(await found('statuses: [ANSWERED, CLOSED]')).toEqual(['closed', 'answered-late!']);
  expect(await found('subjects: [REQUEST]')).toEqual(['case']);
  expect(await found('requestId: "420100:x"')).toEqual(['case']);
  expect(await found('metric: "requestsOverdue"')).toEqual(['closed']);
  const range = `askedFrom: "${at(3).toISOString()}" askedTo: "${at(5).toISOString()}"`;
  expect(await found(range)).toEqual(['case', 'in-time']);
  expect(await found('platforms: ["420500"]')).toEqual([]);
});
