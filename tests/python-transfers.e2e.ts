/** The platform in Python as the source and as the target of transfers, and where somebody is erased: every step once, nothing personal left behind. Long, since one server is all of it. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newSealingKey, open, seal, type SealingKey } from '@onenet/contract';
import { keyedPerson } from '@onenet/feed';
import { yichang, yichangPython } from '@onenet/scripts/yichang';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startPythonPlatform, type PythonPlatform } from './fixtures/python-platform.ts';
import { ask, type Answer } from './fixtures/small-net.ts';

const wuhan = '420100';
const stack = new AsyncDisposableStack();
let platform: PythonPlatform;
let database: Client;
/** The other side's. */
let key: SealingKey;
/** Yichang's, as the net reads it. */
let sealingKey: string;

beforeAll(async () => {
  platform = stack.use(
    await startPythonPlatform({ postgresUri: inject('postgresUri'), records: [] }),
  );
  database = new Client({ connectionString: platform.database });
  await database.connect();
  stack.defer(() => database.end());
  key = await newSealingKey();
  sealingKey = await publishedKey();
});
afterAll(() => stack.disposeAsync());

async function publishedKey(): Promise<string> {
  const query = `{ _entities(representations: [{ __typename: "Platform", code: "${yichang}" }]) {
    ... on Platform { sealingKey } } }`;
  const { data } = await ask(`${platform.url}/graphql`, query);
  const [found] = (data?.['_entities'] ?? []) as { sealingKey?: string }[];
  return found?.sealingKey ?? '';
}

const system = { 'onenet-actor': 'system:province' };
const officer = { 'onenet-actor': 'officer:desk-1' };
const worker = { 'onenet-actor': 'worker:w-1' };

/** What must be found nowhere once a record has moved. */
const marks = {
  name: '标记姓名甲',
  phone: '13900004711',
  identityNumber: '990101194910014719',
  family: '标记家属乙',
  note: '标记备注丙',
  description: '标记描述丁',
};

type Input = Readonly<Record<string, unknown>>;

/** A mutation under a key of its own, unless one is given. */
function mutate(
  name: string,
  type: string,
  selection: string,
  input: Input,
  headers: Record<string, string> = officer,
): Promise<Answer> {
  const query = `mutation ($input: ${type}!) { done: ${name}(input: $input) { ${selection} } }`;
  const given = { idempotencyKey: randomUUID(), ...input };
  return ask(`${platform.url}/graphql`, query, { input: given }, headers);
}

interface Part {
  readonly id: string;
  readonly state: string;
  readonly kind: string | null;
  readonly recordId: string | null;
  readonly sealed: string | null;
}

const inputOf: Readonly<Record<string, string>> = {
  offerTransfer: 'OfferTransferInput',
  acceptTransfer: 'AcceptTransferInput',
  declineTransfer: 'DeclineTransferInput',
  completeTransfer: 'CompleteTransferInput',
  withdrawTransfer: 'TransferStepInput',
};

function transfer(name: string, input: Input): Promise<Answer> {
  const selection = 'transfer { id state kind recordId sealed }';
  return mutate(name, inputOf[name] ?? '', selection, input, system);
}

/** What was done, or read. */
function doneOf({ data, errors }: Answer): unknown {
  const done = data?.['done'];
  if (done == null) throw new Error(JSON.stringify(errors));
  return done;
}

function partOf(answer: Answer): Part {
  return (doneOf(answer) as { transfer: Part }).transfer;
}

const codeOf = ({ errors }: Answer): unknown => errors?.[0]?.extensions?.['code'] ?? 'done';

async function member(by = worker): Promise<string> {
  const made = await mutate(
    'applyForMembership',
    'ApplyForMembershipInput',
    'member { id }',
    {
      platform: yichang,
      kind: 'MICRO_ENTERPRISE',
      channel: 'WECHAT',
      placeCode: '420581',
      employerSize: 12,
      name: marks.name,
      phone: marks.phone,
      identityNumber: marks.identityNumber,
    },
    by,
  );
  const { id } = (doneOf(made) as { member: { id: string } }).member;
  await mutate('acceptMember', 'MemberStepInput', 'member { id }', { id, note: marks.note });
  const family = { id, relation: 'CHILD', name: marks.family };
  const added = await mutate('addFamilyMember', 'AddFamilyMemberInput', 'member { id }', family);
  expect(codeOf(added)).toBe('done');
  return id;
}

async function request(by = worker): Promise<string> {
  const made = await mutate(
    'submitServiceRequest',
    'SubmitServiceRequestInput',
    'serviceRequest { id }',
    {
      platform: yichang,
      title: '演示：工资',
      category: 'WAGES',
      channel: 'WECHAT',
      placeCode: '420581',
      applicantName: marks.name,
      applicantPhone: marks.phone,
      description: marks.description,
    },
    by,
  );
  const { id } = (doneOf(made) as { serviceRequest: { id: string } }).serviceRequest;
  const step = { id, note: marks.note };
  await mutate('verifyServiceRequest', 'ServiceRequestStepInput', 'serviceRequest { id }', step);
  return id;
}

const made = { member, serviceRequest: request } as const;
const fieldsOf = {
  member: `id status transferredToId maskedName maskedPhone maskedIdentityNumber family { relation maskedName }`,
  serviceRequest: `id status transferredToId maskedApplicantName maskedApplicantPhone history { at }`,
} as const;
type Kind = keyof typeof made;

async function read(kind: Kind, id: string): Promise<Record<string, unknown>> {
  const query = `query ($id: ID!) { done: ${kind}(id: $id) { ${fieldsOf[kind]} } }`;
  return doneOf(await ask(`${platform.url}/graphql`, query, { id })) as Record<string, unknown>;
}

/** Whether a list has the record: without `inTransfer`, and with it. */
async function listed(kind: Kind, id: string): Promise<readonly boolean[]> {
  const query = `query ($inTransfer: Boolean) {
    done: ${kind}s(filter: { inTransfer: $inTransfer }, first: 100) { edges { node { id } } } }`;
  const answers = await Promise.all(
    [null, true].map((inTransfer) => ask(`${platform.url}/graphql`, query, { inTransfer })),
  );
  return answers.map((answer) => {
    const { edges } = doneOf(answer) as { edges: { node: { id: string } }[] };
    return edges.some(({ node }) => node.id === id);
  });
}

const offerOf = (id: string, transferId: string): Input => ({
  id,
  transferId,
  to: wuhan,
  sealingKey: key.publicJwk,
  dueAt: '2099-01-01T00:00:00Z',
});

test.each(['member', 'serviceRequest'] as const)('a %s leaves', async (kind) => {
  const id = await made[kind]();
  const before = await read(kind, id);
  const transferId = randomUUID();
  const offers = await tenTimes('offerTransfer', offerOf(id, transferId));
  expect(new Set(offers.map(({ state, recordId }) => `${state} ${recordId}`))).toEqual(
    new Set([`OFFERED ${id}`]),
  );
  // Made anew for each who asks, and the same to whom it is for.
  const opened = await Promise.all(
    offers.map(({ sealed }) => open(key.privateJwk, sealed ?? '') as Promise<Sealed>),
  );
  const [first] = opened;
  expect(opened).toEqual(opened.map(() => first));
  expect(first).toMatchObject({ v: 1, transferId, from: yichang, to: wuhan, recordId: id });
  expect(first?.record).toMatchObject(expected[kind]);
  expect(await listed(kind, id)).toEqual([false, true]);
  expect((await read(kind, id))['status']).toBe('IN_TRANSFER');

  // Another transfer of it, or this one to somebody else: no.
  expect(codeOf(await transfer('offerTransfer', offerOf(id, randomUUID())))).toBe('WRONG_STATE');
  const elsewhere = { ...offerOf(id, transferId), to: '420200' };
  expect(codeOf(await transfer('offerTransfer', elsewhere))).toBe('CONFLICT');

  await transfer('withdrawTransfer', { id, transferId });
  expect(partOf(await transfer('withdrawTransfer', { id, transferId })).state).toBe('WITHDRAWN');
  expect(await read(kind, id)).toEqual(before);
  expect(await listed(kind, id)).toEqual([true, false]);
  expect(partOf(await transfer('offerTransfer', offerOf(id, transferId)))).toMatchObject({
    state: 'WITHDRAWN',
    sealed: null,
  });

  const second = randomUUID();
  const complete = { id, transferId: second, transferredToId: `${wuhan}:new-1` };
  expect(codeOf(await transfer('completeTransfer', complete))).toBe('WRONG_STATE');
  await transfer('offerTransfer', offerOf(id, second));
  const wrong = { ...complete, transferredToId: '420200:new-1' };
  expect(codeOf(await transfer('completeTransfer', wrong))).toBe('BAD_INPUT');
  expect(await marksFound()).toContain(marks.name);
  const completed = await tenTimes('completeTransfer', complete);
  expect(new Set(completed.map(({ state }) => state))).toEqual(new Set(['COMPLETED']));
  expect(codeOf(await transfer('withdrawTransfer', { id, transferId: second }))).toBe(
    'WRONG_STATE',
  );
  expect(await listed(kind, id)).toEqual([false, false]);
  const tombstone = await read(kind, id);
  expect(tombstone).toMatchObject({ status: 'TRANSFERRED', transferredToId: `${wuhan}:new-1` });
  const masked = Object.keys(tombstone).filter((name) => name.startsWith('masked'));
  expect(masked.map((name) => tombstone[name])).toEqual(masked.map(() => null));
  expect(tombstone['family'] ?? tombstone['history']).toEqual([]);
  expect(await marksFound()).toEqual([]);
  // What an old key gives is the tombstone too.
  const { rows } = await database.query<{ answer: Record<string, unknown> }>(
    `SELECT answer FROM done_command WHERE answer->>'id' = $1`,
    [id],
  );
  expect(rows.length).toBeGreaterThan(1);
  for (const { answer } of rows) {
    expect(answer['status']).toBe('TRANSFERRED');
    expect(masked.map((name) => answer[name])).toEqual(masked.map(() => null));
  }
});

interface Sealed {
  readonly record: Readonly<Record<string, unknown>>;
}

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const expected: Readonly<Record<Kind, object>> = {
  member: {
    appliedAt: time,
    joinedAt: time,
    kind: 'MICRO_ENTERPRISE',
    channel: 'WECHAT',
    placeCode: '420581',
    name: marks.name,
    phone: marks.phone,
    identityNumber: marks.identityNumber,
    employerSize: 12,
    family: [{ key: expect.any(String), relation: 'CHILD', name: marks.family }],
    simulated: false,
  },
  serviceRequest: {
    title: '演示：工资',
    category: 'WAGES',
    status: 'VERIFIED',
    submittedAt: time,
    dueAt: time,
    supervised: false,
    reopenedCount: 0,
    remindedCount: 0,
    applicantName: marks.name,
    applicantPhone: marks.phone,
    description: marks.description,
    history: [
      { step: 'STATUS', at: time, actorKind: 'WORKER', to: 'SUBMITTED' },
      { step: 'STATUS', at: time, actorKind: 'OFFICER', from: 'SUBMITTED', to: 'VERIFIED' },
      { step: 'FEEDBACK', at: time, actorKind: 'OFFICER', text: marks.note },
    ],
  },
};

const arriving = {
  appliedAt: '2016-08-01T01:02:03.004Z',
  joinedAt: '2016-08-02T01:02:03.004Z',
  kind: 'EMPLOYEE',
  channel: 'QR_CODE',
  placeCode: '420102',
  name: '演示',
  phone: null,
  identityNumber: null,
  employerSize: null,
  family: [{ key: 'f-1', relation: 'SPOUSE', name: '演示' }],
  simulated: false,
};

async function acceptOf(transferId: string, record: object, kind = 'MEMBER'): Promise<Input> {
  const envelope = { v: 1, transferId, kind, from: wuhan, to: yichang, recordId: 'x', record };
  return {
    platform: yichang,
    transferId,
    from: wuhan,
    sealed: await seal(sealingKey, envelope),
    acceptBy: '2099-01-01T00:00:00Z',
  };
}

test('a member comes: of ten at once there is one', async () => {
  const transferId = randomUUID();
  const before = await received();
  const parts = await tenTimes('acceptTransfer', await acceptOf(transferId, arriving));
  const ids = new Set(parts.map(({ recordId }) => recordId));
  expect(ids.size).toBe(1);
  const [id] = ids;
  expect(await read('member', String(id))).toMatchObject({
    status: 'ACTIVE',
    maskedName: '演*',
    family: [{ relation: 'SPOUSE', maskedName: '演*' }],
  });
  const fields = `query ($id: ID!) { member(id: $id) { joinedAt appliedAt placeCode } }`;
  const { data } = await ask(`${platform.url}/graphql`, fields, { id });
  // Where it lay is not ours: the platform's own place.
  const { joinedAt, appliedAt } = arriving;
  expect(data?.['member']).toEqual({ joinedAt, appliedAt, placeCode: yichang });
  expect(await received()).toBe(before + 1);

  const decline = { platform: yichang, transferId };
  expect(partOf(await transfer('declineTransfer', decline))).toMatchObject({
    state: 'ACCEPTED',
    recordId: id,
  });
});

test('a request comes with its history, and the clock does not do again what it has done', async () => {
  const at = '2026-01-05T01:00:00.000Z';
  const record = {
    title: '演示',
    category: 'WAGES',
    channel: 'APP',
    status: 'ACCEPTED',
    placeCode: '420581',
    submittedAt: at,
    dueAt: at,
    supervised: true,
    reopenedCount: 1,
    remindedCount: 1,
    applicantName: '演示',
    applicantPhone: null,
    description: null,
    history: [
      { step: 'STATUS', at, actorKind: 'WORKER', to: 'SUBMITTED' },
      { step: 'REMINDER', at, actorKind: 'SYSTEM' },
      { step: 'OVERDUE', at, actorKind: 'SYSTEM' },
      { step: 'ESCALATION', at, actorKind: 'SYSTEM', level: 1 },
    ],
    simulated: false,
  };
  const transferId = randomUUID();
  const answer = await transfer(
    'acceptTransfer',
    await acceptOf(transferId, record, 'SERVICE_REQUEST'),
  );
  const { recordId: id } = partOf(answer);
  await platform.sweep(new Date('2026-11-30T01:00:00Z'));
  const query = `query ($id: ID!) { done: serviceRequest(id: $id) { status submittedAt dueAt placeCode
    supervised overdueAt escalationLevel organizationId
    history { __typename ... on RequestTransferStep { fromPlatform } } } }`;
  const { data } = await ask(`${platform.url}/graphql`, query, { id });
  expect(data?.['done']).toEqual({
    status: 'VERIFIED',
    submittedAt: at,
    dueAt: at,
    placeCode: '420581',
    supervised: true,
    overdueAt: at,
    escalationLevel: 1,
    organizationId: null,
    history: [
      ...['Status', 'Reminder', 'Overdue', 'Escalation'].map((what) => ({
        __typename: `Request${what}Step`,
      })),
      { __typename: 'RequestTransferStep', fromPlatform: wuhan },
    ],
  });
});

test('what is refused at the target', async () => {
  const transferId = randomUUID();
  const good = await acceptOf(transferId, arriving);
  const past = { ...good, acceptBy: '2020-01-01T00:00:00Z' };
  const broken = (change: object) => acceptOf(transferId, { ...arriving, ...change });
  const codes = [
    await transfer('acceptTransfer', past),
    await transfer('acceptTransfer', { ...good, transferId: randomUUID() }),
    await transfer('acceptTransfer', { ...good, from: '420200' }),
    await transfer('acceptTransfer', { ...good, sealed: await seal(key.publicJwk, {}) }),
    await transfer('acceptTransfer', { ...good, placeCode: '420100' }),
    await transfer('acceptTransfer', await broken({ kind: 'NOBODY' })),
    await transfer('acceptTransfer', await broken({ joinedAt: 'yesterday' })),
    await transfer('acceptTransfer', await broken({ family: [{ key: 'f' }] })),
    await transfer('acceptTransfer', await broken({ identityNumber: marks.identityNumber + '1' })),
    await transfer('declineTransfer', { platform: yichang, transferId }),
    await transfer('declineTransfer', { platform: yichang, transferId }),
    await transfer('acceptTransfer', good),
  ];
  expect(codes.map(codeOf)).toEqual([
    'WRONG_STATE',
    ...Array.from({ length: 8 }, () => 'BAD_INPUT'),
    'done',
    'done',
    'WRONG_STATE',
  ]);
  // Nobody's words in a refusal.
  expect(JSON.stringify(codes)).not.toContain(marks.identityNumber);
});

async function tenTimes(name: string, input: Input): Promise<readonly Part[]> {
  const answers = await Promise.all(Array.from({ length: 10 }, () => transfer(name, input)));
  return answers.map(partOf);
}

/** How many members have come, by the feed. */
async function received(): Promise<number> {
  for (;;) {
    const response = await fetch(`${platform.url}/events?after=0&limit=10000`);
    const text = await response.text();
    if (response.headers.get('onenet-pending') !== '0') continue;
    return text.split('\n').filter((line) => line.includes('"onenet.member.received"')).length;
  }
}

test('the sealing key is replaced while the server runs, and the one before opens as long as was said', async () => {
  const first = sealingKey;
  const toFirst = await acceptOf(randomUUID(), arriving);
  expect((await onenet('sealing-key', '--keep-days', '1')).text).toContain('"P-256"');
  sealingKey = await publishedKey();
  expect(sealingKey).not.toBe(first);
  const toSecond = await acceptOf(randomUUID(), arriving);
  await inPython('sealing-key', '', '--keep-days', '0');
  sealingKey = await publishedKey();
  const toThird = await acceptOf(randomUUID(), arriving);
  const answers: unknown[] = [];
  for (const each of [toFirst, toSecond, toThird]) {
    answers.push(codeOf(await transfer('acceptTransfer', each)));
  }
  expect(answers).toEqual(['done', 'BAD_INPUT', 'done']);
});

/** `./onenet <command>` for this platform, as typed: it calls Python. */
function onenet(command: string, ...args: readonly string[]) {
  const program = join(import.meta.dirname, '../scripts/onenet.ts');
  return run(process.execPath, [program, command], '', args);
}

/** The same, as the platform's team has it; half the time. */
async function inPython(command: string, input: string, ...args: readonly string[]) {
  const python = await yichangPython((line) => console.log(line));
  return await run(python, ['-m', 'yichang', command], input, args);
}

const sources = join(import.meta.dirname, '../subgraphs/examples/python');

async function run(
  program: string,
  start: readonly string[],
  input: string,
  args: readonly string[],
) {
  const where = ['--platform', yichang, '--database', platform.database];
  const env = { ...process.env, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: '1' };
  const ran = promisify(execFile)(program, [...start, ...where, ...args], { env });
  ran.child.stdin?.end(input);
  return await ran.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, text: stderr }),
  );
}

test('a person is erased: in no table any more, and every figure as before', async () => {
  const [gone, stays] = ['w-gone', 'w-stays'];
  const by = { 'onenet-actor': `worker:${gone}` };
  const [ofMember, ofRequest] = [await member(by), await request(by)];
  const article = await published();
  const comment = { id: article, channel: 'APP', text: marks.description };
  await mutate('commentOnArticle', 'CommentOnArticleInput', 'article { id }', comment, by);
  const like = { id: article, channel: 'APP' };
  for (const reference of [gone, stays]) {
    const reader = { 'onenet-actor': `worker:${reference}` };
    await mutate('likeArticle', 'ArticleEngagementInput', 'article { id }', like, reader);
  }
  // What is no event stands aside with whom it names; a key of before names who called.
  await database.query(
    `INSERT INTO onenet.outbox (id, type, time, data, person)
     VALUES ('none', 'onenet.member.applied', now(), 'null', $1)`,
    [gone],
  );
  await database.query(`INSERT INTO done_command (key, hash, answer) VALUES ($1, '', '{}')`, [
    `WORKER:${gone} key`,
  ]);
  await platform.sweep(new Date());
  await numbered();

  const file = join(await mkdtemp(join(tmpdir(), 'onenet-erasures-')), 'erasures.ndjson');
  stack.defer(() => rm(join(file, '..'), { recursive: true }));
  const whom = ['--person', gone, '--erasures', file];
  const found = await inPython('erase', marks.identityNumber, '--identity');
  for (const id of [ofMember, ofRequest]) expect(found.text).toContain(id);
  expect(found.text).toContain('2 records of 1 account at');
  const early = await inPython('erase', '', ...whom, '--yes');
  expect(early.code).toBe(1);
  expect(early.text).toContain(`${ofMember} is ACTIVE; ${ofRequest} is VERIFIED`);
  const personal = [...Object.values(marks), gone];
  expect(await marksFound(personal)).toEqual(personal);

  const left = { id: ofMember, idempotencyKey: 'left' };
  await mutate('leaveUnion', 'MemberStepInput', 'member { id }', left);
  const rejected = { id: ofRequest, note: marks.note };
  await mutate(
    'rejectServiceRequest',
    'ServiceRequestStepInput',
    'serviceRequest { id }',
    rejected,
  );
  await numbered();
  const before = await figures();
  const [claims, others] = [await claimsOf(gone), await claimsOf(stays)];
  expect(Math.min(claims, others)).toBeGreaterThan(0);
  const copies = await Promise.all(['membership', 'news_like'].map(copyOf));
  const [remark] = (await database.query<{ id: string }>('SELECT id FROM news_remark')).rows;
  const erased = await inPython('erase', '', ...whom, '--record', remark?.id ?? '', '--yes');
  expect(erased).toMatchObject({ code: 0 });

  const isErased = async () => {
    expect(await marksFound(personal)).toEqual([]);
    expect([await claimsOf(gone), await claimsOf(stays)]).toEqual([0, others]);
    expect(await figures()).toEqual(before);
  };
  await isErased();
  expect(await marksFound([stays])).toEqual([stays]);
  // An old key gives nothing, and does nothing anew.
  const again = await mutate('leaveUnion', 'MemberStepInput', 'member { id }', left);
  expect(codeOf(again)).toBe('IDEMPOTENCY_CONFLICT');

  // A backup from before brings the person back, and the file of erasures takes them out again.
  for (const putBack of copies) await putBack();
  expect(await marksFound(personal)).toEqual(expect.arrayContaining([marks.name, gone]));
  expect(await inPython('erase', '', '--again', '--erasures', file)).toMatchObject({ code: 0 });
  await isErased();
  const text = await readFile(file, 'utf8');
  expect(text).toContain(ofMember);
  for (const mark of personal) expect(text).not.toContain(mark);
});

async function published(): Promise<string> {
  const input = { platform: yichang, title: '演示：防汛', column: '要闻', placeCode: '420581' };
  const answer = await mutate('publishArticle', 'PublishArticleInput', 'article { id }', input);
  return (doneOf(answer) as { article: { id: string } }).article.id;
}

/** Until the sidecar has everything that was told. */
async function numbered(): Promise<void> {
  const waiting = () => database.query('SELECT FROM onenet.outbox');
  await expect.poll(async () => (await waiting()).rowCount, { timeout: 20_000 }).toBe(0);
}

/** What the feed and the lists count. */
async function figures(): Promise<unknown> {
  const { rows } = await database.query('SELECT * FROM onenet.event_totals');
  const query = `{ members { totalCount } serviceRequests { totalCount }
    articles { totalCount edges { node { likeCount commentCount comments { totalCount } } } } }`;
  return [rows, await ask(`${platform.url}/graphql`, query)];
}

/** Claims by which a person was counted. */
async function claimsOf(reference: string): Promise<number> {
  const { rows } = await database.query<{ value: Buffer }>(
    `SELECT value FROM onenet.settings WHERE name = 'person-key'`,
  );
  const claims = await database.query('SELECT FROM onenet.feed_claims WHERE key LIKE $1', [
    `% ${keyedPerson(rows[0]?.value ?? '', reference).replaceAll('_', String.raw`\_`)}`,
  ]);
  return claims.rowCount ?? 0;
}

/** What a table has now; called, it has that again. */
async function copyOf(table: string): Promise<() => Promise<unknown>> {
  const { rows } = await database.query<object>(`SELECT * FROM ${table}`);
  return async () => {
    await database.query(`DELETE FROM relative; DELETE FROM membership_note; DELETE FROM ${table}`);
    return await database.query(
      `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(rows)],
    );
  };
}

/** The marks that any table has, ours and the sidecar's. */
async function marksFound(wanted: readonly string[] = Object.values(marks)): Promise<string[]> {
  const { rows: tables } = await database.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  let all = '';
  for (const { name } of tables) {
    const { rows } = await database.query<{ text: string }>(
      `SELECT each::text AS text FROM ${name} AS each`,
    );
    // The feed's lines are bytes.
    all += rows
      .map(({ text }) => text.replaceAll(/\\x([0-9a-f]+)/g, (_all, hex: string) => utf8Of(hex)))
      .join('\n');
  }
  return wanted.filter((mark) => all.includes(mark));
}

function utf8Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString();
}
