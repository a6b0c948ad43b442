/**
 * Comparison with departments, through the gateway and at a platform's own front end: both ways, with a
 * department that fails in every way, and never an identity number on the wire. Long, because one net and
 * one department serve all the cases.
 */
import { randomBytes } from 'node:crypto';
import { identityCheckDigit, identityHash, seal } from '@onenet/contract';
import { databaseName } from '@onenet/platform';
import type { MemberRecord, MemberStatus } from '@onenet/platforms';
import { MongoClient, type Db } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startDepartment, type Department, type DepartmentMood } from './fixtures/department.ts';
import { marksIn } from './fixtures/marks.ts';
import { ask, startSmallNet, type Answer, type SmallNet } from './fixtures/small-net.ts';
import { startTap, type Tap } from './fixtures/tap.ts';

/** Offers members, aid and matching. */
const code = '420600';
const mongodbUri = inject('mongodbUri');
const officer = { 'onenet-actor': 'officer:desk-1' };
const system = { 'onenet-actor': 'system:civil-affairs' };

/** More than one request's hashes. */
const manyPeople = 5_003;
/** Where most of them live, and where the few do whom most tests ask about. */
const [crowded, quiet] = ['420602', '420606'] as const;

/** Everybody's number, by the person's. */
function numberOf(person: number): string {
  const digits = `99900119800101${String(person % 1000).padStart(3, '0')}`;
  const dated = `${digits.slice(0, 6)}${1900 + (Math.floor(person / 1000) % 100)}0101${digits.slice(14)}`;
  return dated + identityCheckDigit(dated);
}

const quietPeople: readonly {
  readonly id: string;
  readonly status: MemberStatus;
  readonly number: string | null;
}[] = [
  { id: `${code}:m-active`, status: 'ACTIVE', number: numberOf(50_001) },
  { id: `${code}:m-applied`, status: 'APPLIED', number: numberOf(50_002) },
  { id: `${code}:m-left`, status: 'LEFT', number: numberOf(50_003) },
  { id: `${code}:m-without`, status: 'ACTIVE', number: null },
  { id: `${code}:m-other`, status: 'ACTIVE', number: numberOf(50_004) },
];
const lowIncome = [numberOf(50_001), numberOf(50_003), numberOf(2), numberOf(60_000)];

let department: Department;
let silent: Department;
let net: SmallNet;
let tap: Tap;
let client: MongoClient;
let db: Db;
/** Asked at once, since it takes as long as a department may. */
let hanging: Promise<Answer>;

beforeAll(async () => {
  department = await startDepartment({ LOW_INCOME: lowIncome, EXTREME_POVERTY: [] });
  silent = await startDepartment({});
  silent.mood = 'hangs';
  net = await startSmallNet({
    mongodbUri,
    codes: [code],
    records: [
      ...Array.from({ length: manyPeople }, (_, n) =>
        member(`${code}:m-${n}`, 'ACTIVE', numberOf(n), crowded),
      ),
      ...quietPeople.map(({ id, status, number }) => member(id, status, number, quiet)),
    ],
    departmentUrls: new Map([
      ['CIVIL_AFFAIRS', new URL(department.url)],
      ['HOUSING', new URL(silent.url)],
    ]),
  });
  client = await MongoClient.connect(mongodbUri);
  db = client.db(databaseName(code, net.databasePrefix));
  tap = await startTap(net.platformUrls[code] ?? '');
  await net.province.setPlatformUrl(code, tap.url);
  const asked = () =>
    net.ask(`{ matchRuns(first: 1, filter: { platforms: ["${code}"] }) { totalCount } }`);
  for (await asked(); tap.texts().length === 0;) await asked();
  hanging = atHome(askDepartment, { department: 'HOUSING', question: 'PUBLIC_HOUSING' });
});
afterAll(async () => {
  await hanging;
  await net?.[Symbol.asyncDispose]();
  await tap?.[Symbol.asyncDispose]();
  await department?.[Symbol.asyncDispose]();
  await silent?.[Symbol.asyncDispose]();
  await client?.close();
});

function member(
  id: string,
  status: MemberStatus,
  identityNumber: string | null,
  placeCode: string,
): MemberRecord {
  const appliedAt = new Date('2016-08-01T08:00:00+08:00');
  const joined = status === 'ACTIVE' || status === 'LEFT' ? appliedAt : null;
  return {
    type: 'Member',
    id,
    platformCode: code,
    appliedAt,
    updatedAt: appliedAt,
    status,
    kind: 'EMPLOYEE',
    channel: 'WECHAT',
    placeCode,
    organizationId: null,
    transferredToId: null,
    joinedAt: joined,
    decidedAt: joined,
    leftAt: status === 'LEFT' ? appliedAt : null,
    name: '演示甲',
    phone: null,
    person: null,
    joinCodeId: null,
    employerSize: null,
    family: [],
    identityNumber,
    simulated: false,
  };
}

const runFields = 'id status direction subject department question placeCode asked matched endedAt';
const askDepartment = `mutation ($input: AskDepartmentInput!) {
  askDepartment(input: $input) { matchRun { ${runFields} } } }`;
const compareList = `mutation ($input: CompareListInput!) {
  compareList(input: $input) { comparison { id matched run { ${runFields} } } } }`;
const verifyMember = `mutation ($input: VerifyMemberInput!) {
  verifyMember(input: $input) { member { id checks { department question outcome } } } }`;

const verifyHardshipWorker = `mutation ($input: VerifyHardshipWorkerInput!) {
  verifyHardshipWorker(input: $input) { hardshipWorker { checks { department question outcome } } } }`;

let keys = 0;
const newKey = () => `key-${++keys}`;

/** At the platform itself, as its front end calls it. */
async function atHome(query: string, input: object, actor = officer): Promise<Answer> {
  return ask(`${net.platformUrls[code]}/graphql`, query, { input: filled(query, input) }, actor);
}

async function throughGateway(query: string, input: object, actor = officer): Promise<Answer> {
  return net.ask(query, { input: filled(query, input) }, actor);
}

function filled(query: string, input: object): object {
  const common = { idempotencyKey: newKey() };
  if (query === verifyMember || query === verifyHardshipWorker) return { ...common, ...input };
  const run = { platform: code, department: 'CIVIL_AFFAIRS', subject: 'MEMBERS' };
  if (query === compareList) return { ...common, ...run, ...input };
  return { ...common, ...run, question: 'LOW_INCOME', placeCode: quiet, ...input };
}

interface Run {
  readonly id: string;
  readonly status: string;
}

function runIn({ data, errors }: Answer): Run {
  expect(errors).toBeUndefined();
  return ((data?.['askDepartment'] ?? {}) as { matchRun: Run }).matchRun;
}

interface Request {
  readonly run: string;
  readonly platform: string;
  readonly question: string;
  readonly key: string;
  readonly hashes: readonly string[];
}

function requestsOf(run: string): Request[] {
  return department.received
    .map((body) => JSON.parse(body) as Request)
    .filter((request) => request.run === run);
}

async function checksOf(id: string): Promise<unknown> {
  const found = await db
    .collection<{ _id: string; checks?: unknown }>('members')
    .findOne({ _id: id });
  return found?.checks ?? [];
}

describe('a department asks, through the gateway', () => {
  test('it learns which of its people are ACTIVE members, and nothing of its key is seen on the way', async () => {
    const { data } = await net.ask(
      `{ platform(code: "${code}") { sealingKey departments { code questions } } }`,
    );
    const { sealingKey, departments } = (data?.['platform'] ?? {}) as {
      sealingKey: string;
      departments: { code: string }[];
    };
    expect(departments.map((each) => each.code)).toContain('CIVIL_AFFAIRS');
    const key = randomBytes(32);
    const hashes = [
      numberOf(70_000),
      ...quietPeople.flatMap(({ number }) => number ?? []),
      numberOf(7),
    ].map((number) => identityHash(key, number));
    const text = key.toString('base64url');
    const input = {
      sealedKey: await seal(sealingKey, { key: text }),
      hashes,
      idempotencyKey: newKey(),
    };
    const answer = await throughGateway(compareList, input, system);
    expect(answer.errors).toBeUndefined();
    expect(answer.data?.['compareList']).toEqual({
      comparison: {
        id: expect.any(String),
        // The second is ACTIVE; the applied and the left are not; the last two are.
        matched: [hashes[1], hashes[4], hashes[5]],
        run: {
          id: expect.any(String),
          status: 'COMPLETED',
          direction: 'DEPARTMENT_ASKS',
          subject: 'MEMBERS',
          department: 'CIVIL_AFFAIRS',
          question: null,
          placeCode: null,
          asked: 6,
          matched: 3,
          endedAt: expect.any(String),
        },
      },
    });
    const again = await throughGateway(compareList, input, system);
    expect(again.data).toEqual(answer.data);
    expect(tap.texts().join('\n')).not.toContain(text);
    expect(tap.texts().join('\n')).not.toContain(key.toString('hex'));
  });

  test('beyond twenty lists a day it is told when again, and a key is of one run', async () => {
    const { data } = await net.ask(`{ platform(code: "${code}") { sealingKey } }`);
    const { sealingKey } = (data?.['platform'] ?? {}) as { sealingKey: string };
    const key = randomBytes(32);
    const sealedKey = await seal(sealingKey, { key: key.toString('base64url') });
    const list = { department: 'GRID_CENTRE', hashes: [identityHash(key, numberOf(1))] };
    const codes: unknown[] = [];
    for (let n = 0; n < 22; n++) {
      const fresh = randomBytes(32);
      const own = {
        ...list,
        sealedKey: await seal(sealingKey, { key: fresh.toString('base64url') }),
      };
      const { errors } = await throughGateway(
        compareList,
        n === 1 ? { ...list, sealedKey } : own,
        system,
      );
      codes.push(errors?.[0]?.extensions?.['code'] ?? 'DONE');
      if (n === 1) {
        const reused = await throughGateway(compareList, { ...list, sealedKey }, system);
        expect(reused.errors?.[0]?.extensions?.['code']).toBe('CONFLICT');
      }
    }
    expect(codes).toEqual([...Array.from({ length: 20 }, () => 'DONE'), 'TOO_MANY', 'TOO_MANY']);
  });
});

describe('the platform asks', () => {
  test.each([
    [askDepartment, {}],
    [verifyMember, { id: `${code}:m-active` }],
    [verifyHardshipWorker, { id: `${code}:hw-1` }],
  ])('from its own front end only: the gateway refuses it unsent', async (query, input) => {
    const [sent, runs] = [tap.texts().length, await db.collection('match_runs').countDocuments()];
    const { errors } = await throughGateway(query, input);
    expect(errors?.[0]?.extensions?.['code']).toBe('LOCAL_ONLY');
    expect(tap.texts()).toHaveLength(sent);
    expect(await db.collection('match_runs').countDocuments()).toBe(runs);
  });

  test('about one place: the run is open before the department hears of it, and the answer is with each', async () => {
    let before: unknown;
    department.onRequest = async (body) => {
      const { run } = JSON.parse(body) as Request;
      before = await db.collection<{ _id: string }>('match_runs').findOne({ _id: run });
    };
    const run = runIn(await atHome(askDepartment, { idempotencyKey: 'about-one-place' }));
    department.onRequest = () => {};
    expect(before).toMatchObject({ status: 'OPEN', asked: null });
    expect(run).toMatchObject({
      status: 'COMPLETED',
      direction: 'PLATFORM_ASKS',
      question: 'LOW_INCOME',
      placeCode: quiet,
      asked: 3,
      matched: 1,
    });
    const check = { department: 'CIVIL_AFFAIRS', question: 'LOW_INCOME', at: expect.any(Date) };
    expect(await checksOf(`${code}:m-active`)).toEqual([{ ...check, outcome: 'MATCHED' }]);
    expect(await checksOf(`${code}:m-applied`)).toEqual([{ ...check, outcome: 'NOT_MATCHED' }]);
    expect(await checksOf(`${code}:m-left`)).toEqual([]);
    expect(await checksOf(`${code}:m-without`)).toEqual([]);
    const again = runIn(await atHome(askDepartment, { idempotencyKey: 'about-one-place' }));
    expect([again, requestsOf(run.id).length]).toEqual([run, 1]);
  });

  test('about more than one request holds: batches of one run under one key, another run’s key is another', async () => {
    const run = runIn(await atHome(askDepartment, { placeCode: crowded }));
    expect(run).toMatchObject({ status: 'COMPLETED', asked: manyPeople, matched: 1 });
    const requests = requestsOf(run.id);
    expect(requests.map(({ hashes }) => hashes.length)).toEqual([5_000, manyPeople - 5_000]);
    expect(new Set(requests.map(({ key }) => key)).size).toBe(1);
    const outcomes = await db
      .collection('members')
      .aggregate([
        { $match: { facets: crowded } },
        { $group: { _id: { $first: '$checks.outcome' }, people: { $sum: 1 } } },
      ])
      .toArray();
    expect(Object.fromEntries(outcomes.map(({ _id, people }) => [_id, people]))).toEqual({
      MATCHED: 1,
      NOT_MATCHED: manyPeople - 1,
    });
    const next = runIn(await atHome(askDepartment, {}));
    const used = new Set(department.received.map((body) => (JSON.parse(body) as Request).key));
    const runs = new Set(department.received.map((body) => (JSON.parse(body) as Request).run));
    expect(requestsOf(next.id)).toHaveLength(1);
    expect(used.size).toBe(runs.size);
  });

  test.each<DepartmentMood>(['fails', 'makesUp', 'floods', 'babbles', 'redirects'])(
    'of a department that %s: the run has failed, and nothing is recorded of anybody',
    async (mood) => {
      department.mood = mood;
      const run = runIn(await atHome(askDepartment, { question: 'EXTREME_POVERTY' }));
      department.mood = 'answers';
      expect(run).toMatchObject({
        status: 'FAILED',
        asked: null,
        matched: null,
        endedAt: expect.any(String),
      });
      await expectNothingOf('EXTREME_POVERTY');
    },
  );

  test('of a department that fails half-way: nothing is recorded of those it answered for', async () => {
    let requests = 0;
    department.onRequest = () => {
      requests += 1;
      department.mood = requests === 1 ? 'answers' : 'fails';
    };
    const run = runIn(
      await atHome(askDepartment, { question: 'EXTREME_POVERTY', placeCode: crowded }),
    );
    department.onRequest = () => {};
    department.mood = 'answers';
    expect([run.status, requests]).toEqual(['FAILED', 2]);
    await expectNothingOf('EXTREME_POVERTY');
  });

  test('of one without an address, and of one that never answers', async () => {
    const unknown = await atHome(askDepartment, {
      department: 'GRID_CENTRE',
      question: 'GRID_RESIDENT',
    });
    expect(runIn(unknown).status).toBe('FAILED');
    expect(runIn(await hanging).status).toBe('FAILED');
    expect(silent.received).toHaveLength(1);
    await expectNothingOf('PUBLIC_HOUSING');
  });

  test.each([
    [{ question: 'EMPLOYED' }, 'cannot be asked of CIVIL_AFFAIRS: LOW_INCOME, EXTREME_POVERTY'],
    [{ department: 'WEATHER' }, 'none that 420600 compares data with'],
    [{ placeCode: '420607' }, 'has nobody with an identity number'],
    [{ placeCode: '420100' }, 'lies outside'],
  ])('what cannot be asked is refused: %j', async (input, message) => {
    const { errors } = await atHome(askDepartment, input);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } });
    expect(errors?.[0]?.message).toContain(message);
  });
});

describe('one record', () => {
  const all = ['CIVIL_AFFAIRS', 'HOUSING'];

  test('is checked with each department that is named, and keeps what each said', async () => {
    const input = {
      id: `${code}:m-active`,
      departments: ['CIVIL_AFFAIRS', 'GRID_CENTRE'],
      idempotencyKey: newKey(),
    };
    const sent = department.received.length;
    const { data, errors } = await atHome(verifyMember, input);
    expect(errors).toBeUndefined();
    const { member: found } = (data?.['verifyMember'] ?? {}) as { member: { checks: object[] } };
    expect(found.checks.slice(0, 3)).toEqual(
      expect.arrayContaining([
        { department: 'CIVIL_AFFAIRS', question: 'LOW_INCOME', outcome: 'MATCHED' },
        { department: 'CIVIL_AFFAIRS', question: 'EXTREME_POVERTY', outcome: 'NOT_MATCHED' },
        { department: 'GRID_CENTRE', question: 'GRID_RESIDENT', outcome: 'UNANSWERED' },
      ]),
    );
    expect(found.checks).toHaveLength(3);
    expect(department.received).toHaveLength(sent + 2);
    const again = await atHome(verifyMember, input);
    expect([again.data, department.received.length]).toEqual([data, sent + 2]);
    expect(
      await db.collection('match_runs').countDocuments({ asked: 1, direction: 'PLATFORM_ASKS' }),
    ).toBe(2);
  });

  test('that has no identity number is UNANSWERED, and nobody is asked', async () => {
    const sent = department.received.length;
    const { data } = await atHome(verifyMember, {
      id: `${code}:m-without`,
      departments: all.slice(0, 1),
    });
    const { member: found } = (data?.['verifyMember'] ?? {}) as {
      member: { checks: { outcome: string }[] };
    };
    expect(found.checks.map(({ outcome }) => outcome)).toEqual(['UNANSWERED', 'UNANSWERED']);
    expect(department.received).toHaveLength(sent);
  });

  test('of a hardship worker is cross-checked too, and compared as a list', async () => {
    const id = `${code}:hw-1`;
    await db.collection<{ _id: string }>('hardship_workers').insertOne({
      _id: id,
      status: 'REGISTERED',
      updatedAt: new Date(0),
      checks: [],
      facets: ['*', code, quiet],
      personal: { identityNumber: numberOf(60_000) },
    } as never);
    const { data, errors } = await atHome(verifyHardshipWorker, {
      id,
      departments: ['CIVIL_AFFAIRS'],
    });
    expect(errors).toBeUndefined();
    const { hardshipWorker } = (data?.['verifyHardshipWorker'] ?? {}) as {
      hardshipWorker: { checks: object[] };
    };
    expect(hardshipWorker.checks).toHaveLength(2);
    expect(hardshipWorker.checks).toContainEqual({
      department: 'CIVIL_AFFAIRS',
      question: 'LOW_INCOME',
      outcome: 'MATCHED',
    });
    const run = runIn(await atHome(askDepartment, { subject: 'HARDSHIP_WORKERS' }));
    expect(run).toMatchObject({ status: 'COMPLETED', asked: 1, matched: 1 });
    const kept = await db
      .collection<{ _id: string; checks: unknown[] }>('hardship_workers')
      .findOne({ _id: id });
    // The same question, answered again, is kept once.
    expect(kept?.checks).toHaveLength(2);
  });

  test('that has left cannot be checked', async () => {
    const { errors } = await atHome(verifyMember, { id: `${code}:m-left` });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'WRONG_STATE', status: 'LEFT' });
  });
});

test('each run is recorded, through the gateway too', async () => {
  const { data } = await net.ask(
    `{ matchRuns(first: 100, filter: { platforms: ["${code}"], directions: [PLATFORM_ASKS] }) {
      totalCount edges { node { id status } } } }`,
  );
  const { edges } = (data?.['matchRuns'] ?? {}) as { edges: { node: Run }[] };
  const ids = edges.map(({ node }) => node.id);
  for (const body of department.received) expect(ids).toContain((JSON.parse(body) as Request).run);
  expect(edges.filter(({ node }) => node.status === 'OPEN')).toEqual([]);
});

test('no identity number was on the wire: to the department, through the gateway, or in the feed', async () => {
  const feed = await wholeFeed(net.platformUrls[code] ?? '');
  expect(feed.includes('onenet.matching.compared')).toBe(true);
  const wire = [...department.received, ...silent.received, ...tap.texts(), feed].join('\n');
  // Everybody's number begins so.
  const beginning = numberOf(0).slice(0, 8);
  expect(marksIn(wire, [beginning])).toEqual([]);
  for (const hidden of [numberOf(3), Buffer.from(`x${numberOf(3)}`).toString('base64')]) {
    expect(marksIn(`${wire} ${hidden}`, [beginning])).toEqual([beginning]);
  }
});

async function expectNothingOf(question: string): Promise<void> {
  expect(await db.collection('members').countDocuments({ 'checks.question': question })).toBe(0);
  expect(await db.collection('match_answers').countDocuments()).toBe(0);
}

/** All lines of a platform's feed. */
async function wholeFeed(url: string): Promise<string> {
  let [text, after, head] = ['', '0', ''];
  for (;;) {
    const position =
      head === '' ? `after=${after}` : `after=${after}&head=${encodeURIComponent(head)}`;
    const answer = await fetch(`${url}/events?${position}&limit=10000`);
    const page = await answer.text();
    if (page === '') return text;
    text += page;
    after = (JSON.parse(page.trimEnd().split('\n').at(-1) ?? '') as { sequence: string }).sequence;
    head = answer.headers.get('onenet-chain') ?? '';
  }
}
