/** Look-ups at one platform: whom it knows, one key for one list of one client and ten minutes, counted and recorded once, and nothing kept of anybody. Long, since one platform serves them all. */
import { randomBytes } from 'node:crypto';
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
import {
  identityCheckDigit,
  identityHash,
  localCaller,
  newSealingKey,
  seal,
} from '@onenet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testGrants } from '../../test-grants.ts';
import { testPlatform, type TestAnswer, type TestPlatform } from '../../test-platform.ts';
import { member } from '../../test-records.ts';
import { keyIdOf } from './bounds.ts';
import { forgetLookups, lookupHashes, lookupMinutes, lookupsPerDay } from './lookup.ts';
import { matchDepartments, matchLookups, matchRuns, type LookupDoc } from './store.ts';

/** People's numbers: the first are members, one twice; then one who has left, and who never was one. */
const numbers = Array.from({ length: 140 }, (_, i) => {
  const digits = `99900119800101${String(i).padStart(3, '0')}`;
  return digits + identityCheckDigit(digits);
});
const memberCount = 120;
const [left, nobody] = [numbers[130] ?? '', numbers[131] ?? ''];
const purpose = 'identity-check';

let net: TestPlatform;
let keys: Keys;
let sealingKey: string;
let otherSealingKey: string;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onenet-keys-'));
  stack.defer(() => rm(dir, { recursive: true }));
  await rotateKeys(dir, { alg: 'EdDSA', aheadMs: 0 });
  keys = await openKeys(dir, { issuer: 'gateway' });
  const jwks = join(dir, 'jwks');
  await writeFile(jwks, JSON.stringify(keys.publicJwks()));
  const grant = { platform: '420100', purpose, until: null };
  const scopes = ['matching:lookup', 'members:read'];
  const province = await testGrants([
    ...['police', 'busy', 'many', 'races'].map((client) => ({
      ...grant,
      id: client,
      client,
      scopes,
    })),
    { ...grant, id: 'yes-or-no', client: 'yes-or-no', scopes: ['matching:lookup'] },
  ]);
  stack.use(province);
  const active = { ...member(1), status: 'ACTIVE' } as const;
  net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'members', 'matching'],
    trust: [jwks],
    provinceUrl: province.url,
    records: [
      ...numbers.slice(0, memberCount).map((identityNumber, i) => ({
        ...active,
        id: `420100:m-${i}`,
        identityNumber,
      })),
      { ...active, id: '420100:m-0-again', identityNumber: numbers[0] ?? null },
      { ...active, id: '420100:left', status: 'LEFT', identityNumber: left },
    ],
  });
  stack.use(net);
  const asked = await net.ask<{ platform: [{ sealingKey: string }] }>(
    '{ platform: _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { sealingKey } } }',
  );
  sealingKey = asked.data?.platform[0].sealingKey ?? '';
  otherSealingKey = (await newSealingKey()).publicJwk;
});
afterAll(() => stack.disposeAsync());

interface Found {
  readonly personMatches: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly hash: string; readonly memberId?: string };
    }[];
  } | null;
}

const idFields = 'id hash memberId';
const query = (
  fields: string,
): string => `query ($lookup: PersonLookupInput, $first: Int, $after: String) {
  personMatches(lookup: $lookup, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { node { ${fields} } } } }`;

/** A call of the net on behalf of a client. */
async function signed(client: string, text: string, variables: object): Promise<TestAnswer<Found>> {
  const body = JSON.stringify({ query: text, variables });
  const scopes = ['matching:lookup', 'members:read'];
  const caller = { ...localCaller, client, scopes, roles: ['consumer'], purpose };
  const { assertion, leaves } = signCalls(keys, caller, undefined, [
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
  return (await response.json()) as TestAnswer<Found>;
}

async function lookupOf(key: Uint8Array, people: readonly string[], change: object = {}) {
  const data = { key: Buffer.from(key).toString('base64url') };
  return {
    subject: 'MEMBERS',
    sealedKeys: [await seal(otherSealingKey, data), await seal(sealingKey, data)],
    hashes: people.map((number) => identityHash(key, number)),
    ...change,
  };
}

async function lookUp(
  client: string,
  people: readonly string[],
  {
    key = randomBytes(32),
    fields = idFields,
    ...change
  }: {
    key?: Uint8Array;
    fields?: string;
    first?: number;
    after?: string;
    lookup?: object;
  } = {},
) {
  const { lookup, ...page } = change;
  return signed(client, query(fields), { lookup: await lookupOf(key, people, lookup), ...page });
}

function codeOf({ errors }: TestAnswer<unknown>): string {
  return errors?.[0]?.extensions.code ?? 'OK';
}

function runsOf(client: string) {
  return net.platform.db
    .collection<{ _id: string; client: string }>(matchRuns)
    .find({ client })
    .toArray();
}

test('who is a member is found, by hash and id; who has left, or never was one, is not', async () => {
  const key = randomBytes(32);
  const { data, errors } = await lookUp('police', [nobody, numbers[5] ?? '', left], { key });
  expect(errors).toBeUndefined();
  expect(data?.personMatches).toMatchObject({
    totalCount: 1,
    edges: [{ node: { hash: identityHash(key, numbers[5] ?? ''), memberId: '420100:m-5' } }],
  });
  const twice = await lookUp('police', [numbers[0] ?? '']);
  expect(twice.data?.personMatches?.edges).toHaveLength(1);
  const none = await lookUp('police', [nobody]);
  expect(none.data?.personMatches).toMatchObject({ totalCount: 0, edges: [] });
});

test('without a look-up there is nothing', async () => {
  const { data, errors } = await signed('police', query(idFields), {});
  expect([data?.personMatches?.totalCount, errors]).toEqual([0, undefined]);
});

test('a page after the other, all of one run, and asked again all the same', async () => {
  const key = randomBytes(32);
  const people = numbers.slice(0, lookupHashes);
  const ids = new Set<string>();
  let after: string | undefined;
  for (let pages = 0; pages < 4; pages++) {
    const page = { key, first: 30, ...(after !== undefined && { after }) };
    const { data } = await lookUp('many', people, page);
    const hashes = data?.personMatches?.edges.map(({ node }) => node.hash) ?? [];
    expect(hashes).toEqual(hashes.toSorted());
    for (const { node } of data?.personMatches?.edges ?? []) ids.add(node.memberId ?? '');
    after = data?.personMatches?.pageInfo.endCursor ?? undefined;
  }
  expect(ids.size).toBe(lookupHashes);
  const [again, all] = [await lookUp('many', people, { key }), await runsOf('many')];
  expect(again.data?.personMatches?.totalCount).toBe(lookupHashes);
  expect(all).toMatchObject([
    {
      direction: 'CLIENT_LOOKS_UP',
      status: 'COMPLETED',
      department: null,
      asked: 100,
      matched: 100,
    },
  ]);
});

test('ten calls with one key at once are one look-up', async () => {
  const key = randomBytes(32);
  const lookup = await lookupOf(key, [numbers[1] ?? '']);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => signed('races', query(idFields), { lookup })),
  );
  for (const { data } of answers) expect(data?.personMatches?.totalCount).toBe(1);
  expect(await runsOf('races')).toHaveLength(1);
});

test('who was granted the look-up alone is told yes or no, and not which', async () => {
  const withId = await lookUp('yes-or-no', [numbers[1] ?? '']);
  expect([withId.data, codeOf(withId)]).toEqual([undefined, 'REFUSED']);
  const { data } = await lookUp('yes-or-no', [numbers[1] ?? ''], { fields: 'id hash' });
  expect(data?.personMatches?.totalCount).toBe(1);
  expect(JSON.stringify(data)).not.toContain('m-1');
});

test('who was granted nothing is refused, and nothing is recorded', async () => {
  const refused = await lookUp('stranger', [numbers[1] ?? ''], { fields: 'id hash' });
  expect([refused.data, codeOf(refused)]).toEqual([undefined, 'REFUSED']);
  expect(await runsOf('stranger')).toEqual([]);
});

test('a key serves one client, one list, ten minutes, and no comparison', async () => {
  const key = randomBytes(32);
  const people = [numbers[2] ?? ''];
  expect(codeOf(await lookUp('police', people, { key }))).toBe('OK');
  expect(codeOf(await lookUp('yes-or-no', people, { key, fields: 'id hash' }))).toBe('CONFLICT');
  expect(codeOf(await lookUp('police', [numbers[3] ?? ''], { key }))).toBe('CONFLICT');
  const sealedKey = await seal(sealingKey, { key: key.toString('base64url') });
  const compared = await net.ask(
    'mutation ($input: CompareListInput!) { compareList(input: $input) { comparison { id } } }',
    {
      input: {
        platform: '420100',
        idempotencyKey: 'compared',
        department: 'CIVIL_AFFAIRS',
        subject: 'MEMBERS',
        sealedKey,
        hashes: [identityHash(key, numbers[2] ?? '')],
      },
    },
    'system:civil-affairs',
  );
  expect(codeOf(compared)).toBe('CONFLICT');

  const lookups = net.platform.db.collection<LookupDoc>(matchLookups);
  const over = new Date(Date.now() - (lookupMinutes + 1) * 60_000);
  await lookups.updateMany({ client: 'police' }, { $set: { at: over } });
  const late = await lookUp('police', people, { key });
  expect([codeOf(late), late.errors?.[0]?.message]).toEqual([
    'CONFLICT',
    expect.stringMatching(/was for 10 minutes/),
  ]);
  // Who was known is forgotten; that the key was used is not.
  await forgetLookups(net.platform, new Date());
  expect(await lookups.countDocuments({ client: 'police', found: { $ne: null } })).toBe(0);
  expect(codeOf(await lookUp('police', people, { key }))).toBe('CONFLICT');
});

test('the key of a comparison is none of a look-up', async () => {
  const key = randomBytes(32);
  await net.platform.db
    .collection<{ _id: string; run: string }>('match_keys')
    .insertOne({ _id: keyIdOf(key), run: '420100:match-1' });
  expect(codeOf(await lookUp('police', [nobody], { key }))).toBe('CONFLICT');
});

const tooMany = Array.from({ length: lookupHashes + 1 }, (_, i) => numbers[i] ?? '');
const refusals: readonly (readonly [string, readonly string[], object, RegExp])[] = [
  ['nobody at all', [], {}, /`hashes` has 0/],
  ['101 people', tooMany, {}, /`hashes` has 101: from 1 to 100/],
  ['one twice', [nobody, nobody], {}, /names one of them twice/],
  ['an identity number', [nobody], { hashes: [nobody] }, /is no hash/],
  ['no key', [nobody], { sealedKeys: [] }, /`sealedKeys` has 0/],
  [
    'keys for others alone',
    [nobody],
    { sealedKeys: ['e30.e30.e30.e30.e30'] },
    /None of `sealedKeys`/,
  ],
  ['those whom it does not keep', [nobody], { subject: 'HARDSHIP_WORKERS' }, /is not kept by/],
];

test.each(refusals)('%s: refused, without a run', async (_what, people, lookup, message) => {
  const before = await net.platform.db.collection(matchRuns).countDocuments();
  const found = await lookUp('police', people, { lookup });
  expect(codeOf(found)).toBe('BAD_INPUT');
  expect(found.errors?.[0]?.message).toMatch(message);
  expect(JSON.stringify(found)).not.toContain(nobody);
  expect(await net.platform.db.collection(matchRuns).countDocuments()).toBe(before);
});

test('a client’s look-ups of a day are bounded, and another’s are its own', async () => {
  const one = (client: string) => lookUp(client, [nobody], { fields: 'id hash' });
  expect(codeOf(await one('busy'))).toBe('OK');
  await net.platform.db
    .collection<{ _id: string; lists: number }>(matchDepartments)
    .updateOne({ _id: 'client busy' }, { $set: { lists: lookupsPerDay } });
  const refused = await one('busy');
  expect([codeOf(refused), refused.errors?.[0]?.extensions['again']]).toEqual([
    'TOO_MANY',
    expect.stringMatching(/T16:00:00.000Z$/),
  ]);
  expect(codeOf(await one('police'))).toBe('OK');
});

test('a person is looked up by no signed-in person', async () => {
  const body = JSON.stringify({
    query: query('id hash'),
    variables: { lookup: await lookupOf(randomBytes(32), [nobody]) },
  });
  const leader = { ...localCaller, client: 'dashboard', person: 'p-1', roles: ['leader'] };
  const { assertion, leaves } = signCalls(keys, leader, undefined, [
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
  expect(codeOf((await response.json()) as TestAnswer<Found>)).toBe('NOT_ALLOWED');
});

test('no key, hash or number of a look-up is kept, nor in the feed; the events say how many', async () => {
  const key = randomBytes(32);
  const people = [numbers[7] ?? '', nobody];
  await lookUp('police', people, { key });
  await net.platform.feed.drained();
  const secrets = [
    key.toString('base64url'),
    key.toString('hex'),
    ...people.map((number) => identityHash(key, number)),
    nobody,
  ];
  for (const { name } of await net.platform.db.listCollections().toArray()) {
    const kept = JSON.stringify(await net.platform.db.collection(name).find().toArray());
    expect([name, secrets.filter((secret) => kept.includes(secret))]).toEqual([name, []]);
  }
  const feed = await (await fetch(`${net.url}/events?limit=1000`)).text();
  const told = feed
    .split('\n')
    .filter((line) => line.includes('onenet.lookup.'))
    .map((line) => JSON.parse(line) as { type: string; data: object });
  expect(told.slice(-2)).toMatchObject([
    { type: 'onenet.lookup.asked', data: { category: 'MEMBERS', value: 2 } },
    { type: 'onenet.lookup.found', data: { category: 'MEMBERS', value: 1 } },
  ]);
});
