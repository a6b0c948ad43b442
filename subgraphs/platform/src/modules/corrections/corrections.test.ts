/** Corrections over HTTP: filed by a client, seen by it and the owner alone, answered once; each step with its event. Long, since one platform serves them all. */
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
import { localCaller, newSealingKey, stepsFrom, workingDaysAfter } from '@onenet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testGrants } from '../../test-grants.ts';
import { testPlatform, type TestAnswer, type TestPlatform } from '../../test-platform.ts';
import { member, serviceRequest } from '../../test-records.ts';
import { corrections, type StoredCorrection } from './store.ts';
import { sweepCorrections } from './sweep.ts';

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
  const active = { ...member(1), status: 'ACTIVE', placeCode: '420102' } as const;
  const grant = { platform: '420100', purpose, until: null };
  const scopes = ['corrections:read', 'corrections:write', 'members:read', 'requests:read'];
  const province = await testGrants([
    { ...grant, id: 'g-1', client: 'civil-affairs', scopes },
    { ...grant, id: 'g-2', client: 'taxation', scopes },
    {
      ...grant,
      id: 'g-3',
      client: 'not-granted',
      scopes: ['corrections:read', 'corrections:write'],
    },
  ]);
  stack.use(province);
  net = await testPlatform({
    provinceUrl: province.url,
    modules: ['core', 'organizations', 'requests', 'members', 'transfers', 'corrections'],
    trust: [jwks],
    records: [
      ...['one', 'two', 'three', 'moves'].map((id) => ({ ...active, id: `420100:${id}` })),
      { ...serviceRequest(1), id: '420100:request', status: 'ACCEPTED', placeCode: '420103' },
      { ...serviceRequest(2), id: '420100:gone', status: 'TRANSFERRED', history: [] },
    ],
  });
  stack.use(net);
});
afterAll(() => stack.disposeAsync());

type Fields = Readonly<Record<string, unknown>> & { readonly id: string };
type Answer = TestAnswer<Record<string, { readonly dataCorrection: Fields } | null>>;

const officer = 'officer:desk-1';
const purpose = 'hardship-review';
const fields =
  'id filedAt updatedAt status kind client recordId recordType field topic placeCode dueAt overdue answer answeredAt';
const civilAffairs = {
  client: 'civil-affairs',
  scopes: ['corrections:read', 'corrections:write', 'members:read'],
};
const taxation = { client: 'taxation', scopes: civilAffairs.scopes };
const doubt = { recordId: '420100:one', field: 'Member.status', text: '此人已调出。' };
const returns = {
  recordId: '420100:one',
  topic: 'LOW_INCOME',
  text: '自2026年1月起享受低保。',
  validFrom: '2026-01-01T00:00:00+08:00',
};

interface As {
  readonly client: string;
  readonly scopes: readonly string[];
}

/** A call of the net on behalf of a client. */
async function signed<Data>(
  by: As,
  query: string,
  variables: object = {},
): Promise<TestAnswer<Data>> {
  const body = JSON.stringify({ query, variables });
  const caller = { ...localCaller, ...by, roles: ['consumer'], purpose };
  const actor = { kind: 'SYSTEM', reference: by.client } as const;
  const { assertion, leaves } = signCalls(keys, caller, actor, [
    { owner: '420100', method: 'POST', path: '/graphql', body },
  ]);
  const response = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [assertionHeader]: assertion,
      [leafHeader]: leaves[0] ?? '',
    },
    body,
  });
  return (await response.json()) as TestAnswer<Data>;
}

let key = 0;
function mutation(name: string, input: object) {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  return [
    `mutation M($input: ${type}) { ${name}(input: $input) { dataCorrection { ${fields} } } }`,
    { input: { idempotencyKey: `key-${++key}`, ...input } },
  ] as const;
}

function file(by: As, name: string, input: object): Promise<Answer> {
  return signed(by, ...mutation(name, { platform: '420100', ...input }));
}

async function filed(input: object = {}, by: As = civilAffairs): Promise<Fields> {
  const { data, errors } = await file(by, 'fileDataDoubt', { ...doubt, ...input });
  expect(errors).toBeUndefined();
  const correction = data?.['fileDataDoubt']?.dataCorrection;
  if (!correction) throw new Error('Nothing was filed.');
  return correction;
}

function answer(name: string, id: string, text = '已更正。'): Promise<Answer> {
  return net.ask(...mutation(name, { id, answer: text }), officer);
}

function codeOf({ errors }: TestAnswer<unknown>): string {
  return errors?.[0]?.extensions.code ?? 'OK';
}

async function events(step: string): Promise<readonly { readonly data: object }[]> {
  await net.platform.feed.drained();
  const response = await fetch(`${net.url}/events?limit=1000`);
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as { readonly type: string; readonly data: object })
    .filter(({ type }) => type === `onenet.correction.${step}`);
}

/** What a caller finds in the list, by the filter. */
async function listed(by: As | undefined, filter = ''): Promise<readonly string[]> {
  const query = `{ dataCorrections(first: 100 ${filter && `filter: { ${filter} }`}) { totalCount edges { node { id } } } }`;
  const { data, errors } = await (by ? signed<Found>(by, query) : net.ask<Found>(query));
  expect(errors).toBeUndefined();
  const ids = data?.dataCorrections.edges.map(({ node }) => node.id) ?? [];
  expect(data?.dataCorrections.totalCount).toBe(ids.length);
  return ids;
}
interface Found {
  readonly dataCorrections: {
    readonly totalCount: number;
    readonly edges: readonly { readonly node: { readonly id: string } }[];
  };
}

test('a doubt is filed by the credential’s client, answered, and its answer is there for who filed', async () => {
  const correction = await filed();
  expect(correction).toMatchObject({
    status: 'FILED',
    kind: 'DOUBT',
    client: 'civil-affairs',
    recordId: '420100:one',
    recordType: 'Member',
    field: 'Member.status',
    topic: null,
    placeCode: '420102',
    overdue: false,
    answer: null,
  });
  const { id, filedAt, dueAt } = correction;
  expect(dueAt).toBe(workingDaysAfter(new Date(String(filedAt)), 15).toISOString());
  const confirmed = await answer('confirmDataCorrection', id);
  expect(confirmed.errors).toBeUndefined();
  const { data } = await signed<Record<string, object>>(
    civilAffairs,
    `{ dataCorrection(id: "${id}") { status answer overdue } }`,
  );
  expect(data?.['dataCorrection']).toEqual({
    status: 'CONFIRMED',
    answer: '已更正。',
    overdue: false,
  });
  const about = { place: '420102', category: 'DOUBT' };
  expect(await events('filed')).toMatchObject([{ data: about }]);
  expect(await events('confirmed')).toMatchObject([{ data: { ...about, value: 0, onTime: true } }]);
});

test('data is returned, and not taken over', async () => {
  const { data, errors } = await file(civilAffairs, 'returnData', returns);
  expect(errors).toBeUndefined();
  const correction = data?.['returnData']?.dataCorrection;
  expect(correction).toMatchObject({ kind: 'RETURN', field: null, topic: 'LOW_INCOME' });
  const id = String(correction?.id);
  const rejected = await answer('rejectDataCorrection', id, '与本人核实不符。');
  expect(rejected.data?.['rejectDataCorrection']?.dataCorrection).toMatchObject({
    status: 'REJECTED',
    answer: '与本人核实不符。',
  });
  expect(await events('rejected')).toMatchObject([{ data: { category: 'RETURN', onTime: true } }]);
});

test('a client sees its own on every way to it, the owner all', async () => {
  const mine = await filed({ recordId: '420100:two' });
  const other = await filed({ recordId: '420100:two' }, taxation);
  const about = 'recordId: "420100:two"';
  expect(await listed(undefined, about)).toEqual([other.id, mine.id]);
  expect(await listed(undefined, `${about} client: "taxation"`)).toEqual([other.id]);
  expect(await listed(civilAffairs, about)).toEqual([mine.id]);
  expect(await listed(taxation, about)).toEqual([other.id]);
  expect(await listed(civilAffairs, `${about} client: "taxation"`)).toEqual([]);
  const { data } = await signed(
    civilAffairs,
    `query ($of: [_Any!]!) {
      byId: dataCorrection(id: "${other.id}") { id }
      own: dataCorrection(id: "${mine.id}") { id }
      _entities(representations: $of) {
        ... on DataCorrection { id }
        ... on Platform { dataCorrections(filter: { ${about} }) { totalCount edges { node { id } } } }
        ... on Division { dataCorrections(filter: { ${about} }) { totalCount edges { node { id } } } }
      }
    }`,
    {
      of: [
        { __typename: 'DataCorrection', id: other.id },
        { __typename: 'Platform', code: '420100' },
        { __typename: 'Division', code: '420102' },
      ],
    },
  );
  const own = { dataCorrections: { totalCount: 1, edges: [{ node: { id: mine.id } }] } };
  expect(data).toEqual({ byId: null, own: { id: mine.id }, _entities: [null, own, own] });
});

test('what is said is personal: withheld, and in no event, answer kept, or other record', async () => {
  const text = '身份证号应为标记420106199001011234';
  const { id } = await filed({ recordId: '420100:three', text });
  const query = `{ dataCorrection(id: "${id}") { text validFrom } }`;
  const found = await net.ask(query);
  expect(found.data).toEqual({ dataCorrection: { text: null, validFrom: null } });
  const codes = found.errors?.map(({ extensions }) => extensions.code);
  expect(codes).toEqual(['SCOPE_REQUIRED', 'SCOPE_REQUIRED']);
  const refused = await signed(civilAffairs, query);
  expect([refused.data, codeOf(refused)]).toEqual([undefined, 'REFUSED']);
  await net.platform.feed.drained();
  const db = net.platform.db;
  for (const { name } of await db.listCollections().toArray()) {
    const kept = JSON.stringify(await db.collection(name).find().toArray());
    expect([name, kept.includes(text)]).toEqual([name, name === corrections]);
  }
});

test('ten times one key is one effect; the same key of another client is another', async () => {
  const input = { ...doubt, recordId: '420100:three', field: 'Member.kind', idempotencyKey: 'ten' };
  const before = (await events('filed')).length;
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => file(civilAffairs, 'fileDataDoubt', input)),
  );
  const ids = new Set(answers.map(({ data }) => data?.['fileDataDoubt']?.dataCorrection.id));
  expect([ids.size, ids.has(undefined)]).toEqual([1, false]);
  expect((await events('filed')).length).toBe(before + 1);
  const { data } = await file(taxation, 'fileDataDoubt', input);
  const other = data?.['fileDataDoubt']?.dataCorrection;
  expect(other).toMatchObject({ client: 'taxation' });
  expect(ids.has(other?.id)).toBe(false);
});

test('the same is filed once until it is answered, also by ten calls at once', async () => {
  const input = { ...doubt, recordId: '420100:three', field: 'Member.channel' };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => file(civilAffairs, 'fileDataDoubt', input)),
  );
  expect(answers.map(codeOf).toSorted()).toEqual([
    ...Array.from({ length: 9 }, () => 'CONFLICT'),
    'OK',
  ]);
  const [id = ''] = answers.flatMap(({ data }) => data?.['fileDataDoubt']?.dataCorrection.id ?? []);
  await answer('rejectDataCorrection', id);
  expect(codeOf(await file(civilAffairs, 'fileDataDoubt', input))).toBe('OK');
});

test('two officers answer at once: one wins', async () => {
  const { id } = await filed({ recordId: '420100:three', field: 'Member.joinedAt' });
  const answers = await Promise.all([
    answer('confirmDataCorrection', id),
    answer('rejectDataCorrection', id),
  ]);
  expect(answers.map(codeOf).toSorted()).toEqual(['OK', 'WRONG_STATE']);
  const lost = answers.find(({ errors }) => errors)?.errors?.[0]?.extensions;
  const { status } = (await stored(id)) ?? {};
  expect(lost).toMatchObject({ status, allowed: stepsFrom('DataCorrection', String(status)) });
});

test('only the owner’s own officer answers', async () => {
  const { id } = await filed({ recordId: '420100:two', field: 'Member.kind' });
  const [query, variables] = mutation('confirmDataCorrection', { id });
  const bySystem = await signed(civilAffairs, query, variables);
  expect(codeOf(bySystem)).toBe('ACTOR_NOT_ALLOWED');
  const byClientsOfficer = await net.ask(query, variables, 'system:desk');
  expect(codeOf(byClientsOfficer)).toBe('ACTOR_NOT_ALLOWED');
  expect((await stored(id))?.status).toBe('FILED');
});

const refusals: readonly (readonly [string, string, object, string])[] = [
  ['no field', 'fileDataDoubt', { field: 'status' }, 'BAD_INPUT'],
  ['a field that is none', 'fileDataDoubt', { field: 'Member.born' }, 'BAD_INPUT'],
  ['a type that is no record', 'fileDataDoubt', { field: 'PageInfo.endCursor' }, 'BAD_INPUT'],
  ['a module not offered', 'fileDataDoubt', { field: 'Card.status' }, 'BAD_INPUT'],
  [
    'a field that it may not read',
    'fileDataDoubt',
    { recordId: '420100:request', field: 'ServiceRequest.status' },
    'SCOPE_REQUIRED',
  ],
  [
    'a personal field without its scope',
    'fileDataDoubt',
    { field: 'Member.name' },
    'SCOPE_REQUIRED',
  ],
  ['a field that is not shared', 'fileDataDoubt', { field: 'Member.checks' }, 'SCOPE_REQUIRED'],
  ['nobody', 'fileDataDoubt', { recordId: '420100:nobody' }, 'NOT_FOUND'],
  ['a record of another type', 'fileDataDoubt', { recordId: '420100:request' }, 'NOT_FOUND'],
  ['another platform’s record', 'fileDataDoubt', { recordId: '420500:one' }, 'NOT_FOUND'],
  ['501 characters', 'fileDataDoubt', { text: '疑'.repeat(501) }, 'BAD_INPUT'],
  ['no text', 'returnData', { text: ' ' }, 'BAD_INPUT'],
  ['data of what it may not read', 'returnData', { recordId: '420100:request' }, 'NOT_FOUND'],
  ['data of nobody', 'returnData', { recordId: '420100:nobody' }, 'NOT_FOUND'],
];

test.each(refusals)('%s is refused', async (_what, name, input, code) => {
  const before = await net.platform.db.collection(corrections).countDocuments();
  const base = name === 'returnData' ? returns : doubt;
  const found = await file(civilAffairs, name, { ...base, ...input });
  expect(codeOf(found)).toBe(code);
  expect(await net.platform.db.collection(corrections).countDocuments()).toBe(before);
});

test('the scope alone opens no record: what is doubted or returned is what the platform has granted', async () => {
  const before = await net.platform.db.collection(corrections).countDocuments();
  const by = { client: 'not-granted', scopes: civilAffairs.scopes };
  expect(codeOf(await file(by, 'fileDataDoubt', doubt))).toBe('REFUSED');
  // Nor does a refusal tell whether there is such a record.
  const nobody = { ...doubt, recordId: '420100:nobody' };
  expect(codeOf(await file(by, 'fileDataDoubt', nobody))).toBe('REFUSED');
  expect(codeOf(await file(by, 'returnData', returns))).toBe('NOT_FOUND');
  expect(await net.platform.db.collection(corrections).countDocuments()).toBe(before);
});

test('a record that has been transferred is refused', async () => {
  const scopes = [...civilAffairs.scopes, 'requests:read'];
  const gone = { recordId: '420100:gone', field: 'ServiceRequest.status' };
  const found = await file({ ...civilAffairs, scopes }, 'fileDataDoubt', { ...doubt, ...gone });
  expect(codeOf(found)).toBe('WRONG_STATE');
});

test('an answer names nobody', async () => {
  const { id } = await filed({ recordId: '420100:two', field: 'Member.channel' });
  const refused = await answer('rejectDataCorrection', id, '请联系13800001234');
  expect(codeOf(refused)).toBe('BAD_INPUT');
  expect(refused.errors?.[0]?.message).not.toContain('13800001234');
});

test('what passes its deadline is overdue, once, however many look; and filtered by it', async () => {
  const { id, dueAt } = await filed({ recordId: '420100:two', field: 'Member.joinedAt' });
  const later = new Date(Date.parse(String(dueAt)) + 1);
  // Only this one: the others stay in time.
  await net.platform.db
    .collection<StoredCorrection>(corrections)
    .updateMany({ _id: { $ne: id } }, { $set: { dueAt: new Date('2099-01-01T00:00:00Z') } });
  await sweepCorrections(net.platform, new Date(Date.parse(String(dueAt)) - 1));
  expect(await events('overdue')).toEqual([]);
  await Promise.all([1, 2, 3].map(() => sweepCorrections(net.platform, later)));
  expect(await events('overdue')).toMatchObject([{ data: { place: '420102', category: 'DOUBT' } }]);

  await net.platform.db
    .collection<StoredCorrection>(corrections)
    .updateOne({ _id: id }, { $set: { dueAt: new Date(Date.now() - 60_000) } });
  expect(await listed(civilAffairs, 'overdueNow: true')).toEqual([id]);
  expect(await listed(civilAffairs, 'overdueNow: false')).not.toContain(id);
  await answer('confirmDataCorrection', id);
  expect(await listed(civilAffairs, 'overdueNow: true')).toEqual([]);
  expect(await events('overdue')).toHaveLength(1);
  expect((await events('confirmed')).at(-1)).toMatchObject({ data: { onTime: false } });
});

test('who is late says so before the answer, though no sweep came', async () => {
  const { id } = await filed({ recordId: '420100:one', field: 'Member.kind' });
  await net.platform.db
    .collection<StoredCorrection>(corrections)
    .updateOne({ _id: id }, { $set: { dueAt: new Date(Date.now() - 60_000) } });
  const before = (await events('overdue')).length;
  await answer('rejectDataCorrection', id);
  expect((await events('overdue')).length).toBe(before + 1);
});

test('when a record goes to another platform, what was said of it is erased and answered by that', async () => {
  const { id } = await filed({ recordId: '420100:moves' });
  const { publicJwk } = await newSealingKey();
  const step = async (name: string, input: object) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
    const { errors } = await net.ask(
      `mutation M($input: ${type}) { ${name}(input: $input) { transfer { state } } }`,
      { input: { id: '420100:moves', idempotencyKey: name, transferId: 't-1', ...input } },
      officer,
    );
    expect(errors).toBeUndefined();
  };
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  await step('offerTransfer', { to: '420500', sealingKey: publicJwk, dueAt });
  await step('completeTransfer', { transferredToId: '420500:m-1' });
  expect(await stored(id)).toMatchObject({
    status: 'REJECTED',
    personal: { text: null, validFrom: null },
  });
});

async function stored(id: string): Promise<StoredCorrection | null> {
  return net.platform.db.collection<StoredCorrection>(corrections).findOne({ _id: id });
}
