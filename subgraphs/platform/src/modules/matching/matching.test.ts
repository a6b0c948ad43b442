/** Comparisons at one platform: what a list must be, how often, once per key, who is known; and what a sweep ends. Long, because one platform serves all the cases. */
import { randomBytes } from 'node:crypto';
import { identityHash, seal } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { member, organization } from '../../test-records.ts';
import { offeredModules } from '../modules.ts';
import { matchAnswers, matchRuns } from './store.ts';

const modules = ['core', 'organizations', 'requests', 'members', 'matching'] as const;
/** An ACTIVE, an APPLIED and a LEFT member's, and nobody's. */
const numbers = {
  active: '999001198002290014',
  applied: '999001199912318885',
  nobody: '11010519491231002X',
} as const;

let net: TestPlatform;
let sealingKey: string;
beforeAll(async () => {
  net = await testPlatform({
    modules,
    records: [
      organization(1),
      { ...member(1), id: '420100:m-active', identityNumber: numbers.active },
      { ...member(0), id: '420100:m-applied', identityNumber: numbers.applied },
      { ...member(6), id: '420100:m-none', identityNumber: null },
    ],
  });
  const asked = await net.ask<{ platform: [{ sealingKey: string }] }>(
    '{ platform: _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { sealingKey } } }',
  );
  sealingKey = asked.data?.platform[0].sealingKey ?? '';
});
afterAll(() => net[Symbol.asyncDispose]());

interface Compared {
  readonly compareList: {
    readonly comparison: {
      readonly id: string;
      readonly matched: readonly string[] | null;
      readonly run: Readonly<Record<string, unknown>>;
    };
  } | null;
}

let calls = 0;
async function compare(key: Uint8Array, input: object = {}, actor = 'system:civil-affairs') {
  return net.ask<Compared>(
    `mutation ($input: CompareListInput!) { compareList(input: $input) { comparison { id matched
      run { id status direction subject department question placeCode asked matched endedAt } } } }`,
    {
      input: {
        platform: '420100',
        idempotencyKey: `list-${++calls}`,
        department: 'CIVIL_AFFAIRS',
        subject: 'MEMBERS',
        sealedKey: await sealed(key),
        hashes: hashesOf(key),
        ...input,
      },
    },
    actor,
  );
}

async function sealed(key: Uint8Array): Promise<string> {
  return seal(sealingKey, { key: Buffer.from(key).toString('base64url') });
}

/** Of nobody, of the ACTIVE and of the APPLIED member. */
function hashesOf(key: Uint8Array): string[] {
  return [numbers.nobody, numbers.active, numbers.applied].map((each) => identityHash(key, each));
}

const newKey = () => randomBytes(32);

/** What the feed says of a department. */
async function eventsOf(department: string) {
  await net.platform.feed.drained();
  const text = await (await fetch(`${net.url}/events?limit=1000`)).text();
  return text
    .split('\n')
    .filter((line) => line.includes(`"category":"${department}"`))
    .map((line) => JSON.parse(line) as { type: string; data: { value?: number } });
}

test('a department’s list: those of ACTIVE members, recorded as a run and told as events', async () => {
  const key = newKey();
  const { data, errors } = await compare(key, { department: 'TAXATION' });
  expect(errors).toBeUndefined();
  const comparison = data?.compareList?.comparison;
  expect(comparison?.matched).toEqual([hashesOf(key)[1]]);
  expect(comparison?.run).toEqual({
    id: comparison?.id,
    status: 'COMPLETED',
    direction: 'DEPARTMENT_ASKS',
    subject: 'MEMBERS',
    department: 'TAXATION',
    question: null,
    placeCode: null,
    asked: 3,
    matched: 1,
    endedAt: expect.any(String),
  });
  await compare(newKey(), { department: 'TAXATION' });
  const events = await eventsOf('TAXATION');
  expect(events.map(({ type, data: { value } }) => [type, value])).toEqual([
    ['onenet.matching.connected', undefined],
    ['onenet.matching.compared', 3],
    ['onenet.matching.matched', 1],
    ['onenet.matching.compared', 3],
    ['onenet.matching.matched', 1],
  ]);
});

test('ten times at once with one key: one run, one list counted, ten same answers', async () => {
  const key = newKey();
  const input = {
    idempotencyKey: 'ten-times',
    department: 'HOUSING',
    sealedKey: await sealed(key),
    hashes: hashesOf(key),
  };
  const answers = await Promise.all(Array.from({ length: 10 }, () => compare(key, input)));
  const [first] = answers;
  expect(first?.data?.compareList?.comparison.matched).toHaveLength(1);
  for (const answer of answers) expect(answer).toEqual(first);
  expect(
    await net.platform.db.collection(matchRuns).countDocuments({ department: 'HOUSING' }),
  ).toBe(1);
  expect(await eventsOf('HOUSING')).toHaveLength(3);
  const other = await compare(key, { ...input, hashes: hashesOf(key).slice(1) });
  expect(other.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
});

test('neither the key nor a hash nor a number is kept beside the members', async () => {
  const key = newKey();
  await compare(key);
  const texts: string[] = [];
  for (const { name } of await net.platform.db.listCollections().toArray()) {
    if (name === 'members') continue;
    for await (const found of net.platform.db.collection(name).find())
      texts.push(JSON.stringify(found));
  }
  const kept = texts.join('\n');
  for (const secret of [
    Buffer.from(key).toString('base64url'),
    Buffer.from(key).toString('hex'),
    ...hashesOf(key),
    ...Object.values(numbers),
  ]) {
    expect(kept).not.toContain(secret);
  }
  expect(kept).toContain('"matched":[1]');
});

describe('a list is refused', () => {
  const key = newKey();
  const [hash = ''] = hashesOf(key);
  test.each([
    ['that is empty', { hashes: [] }, 'BAD_INPUT', '`hashes` has 0: from 1 to 5000'],
    [
      'that is too long',
      {
        hashes: Array.from(
          { length: 5_001 },
          (_, n) => hash.slice(0, 38) + String(n).padStart(5, '0'),
        ),
      },
      'BAD_INPUT',
      '`hashes` has 5001: from 1 to 5000',
    ],
    [
      'with a number in it',
      { hashes: [hash, numbers.active] },
      'BAD_INPUT',
      '`hashes[1]` is no hash',
    ],
    ['that names one twice', { hashes: [hash, hash] }, 'BAD_INPUT', 'twice'],
    ['of nobody’s department', { department: 'WEATHER' }, 'BAD_INPUT', 'none that 420100 compares'],
    [
      'of people who are not kept here',
      { subject: 'HARDSHIP_WORKERS' },
      'BAD_INPUT',
      'does not offer the module aid',
    ],
    ['whose key is not sealed', { sealedKey: 'a.b.c' }, 'BAD_INPUT', 'cannot be opened'],
    ['for another platform', { platform: '420500' }, 'BAD_INPUT', 'is not this platform'],
  ])('%s', async (_what, input, code, message) => {
    const { errors } = await compare(key, input);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message).toContain(message);
    expect(JSON.stringify(errors)).not.toContain(numbers.active);
  });

  test('whose key is none', async () => {
    for (const data of [{ key: 'short' }, { k: 1 }]) {
      const { errors } = await compare(key, { sealedKey: await seal(sealingKey, data) });
      expect(errors?.[0]?.message).toContain('`sealedKey` holds no key');
    }
  });

  test('from a worker or an officer', async () => {
    for (const actor of ['worker:w-1', 'officer:desk-3']) {
      const { errors } = await compare(newKey(), {}, actor);
      expect(errors?.[0]?.extensions.code).toBe('ACTOR_NOT_ALLOWED');
    }
  });

  test('whose key was used before, by whomever', async () => {
    const used = newKey();
    expect((await compare(used)).errors).toBeUndefined();
    const { errors } = await compare(used, { department: 'HEALTH' });
    expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
  });

  test('beyond twenty of a department and day; the message says when again', async () => {
    const department = 'EDUCATION';
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => compare(newKey(), { department })),
    );
    const refused = answers.flatMap(({ errors = [] }) => errors);
    expect(answers.length - refused.length).toBe(20);
    for (const { extensions } of refused) {
      expect(extensions.code).toBe('TOO_MANY');
      expect(Date.parse(String(extensions['again']))).toBeGreaterThan(Date.now());
    }
    expect((await compare(newKey(), { department: 'JUSTICE' })).errors).toBeUndefined();
  });
});

test('a run that was left open is failed by the sweep, and what it kept is forgotten', async () => {
  const { db } = net.platform;
  const now = new Date();
  const run = (name: string, minutes: number) => ({
    _id: `420100:match-${name}`,
    status: 'OPEN',
    department: 'FINANCE',
    subject: 'MEMBERS',
    question: 'EMPLOYED',
    startedAt: new Date(now.getTime() - minutes * 60_000),
  });
  await db.collection<{ _id: string }>(matchRuns).insertMany([run('left', 16), run('young', 14)]);
  await db.collection<{ _id: string }>(matchAnswers).insertOne({
    _id: '420100:match-left/0',
    run: '420100:match-left',
    matched: ['420100:m-active'],
    others: [],
  } as never);
  const module = offeredModules(modules).find(({ name }) => name === 'matching');
  await Promise.all([module?.sweep?.(net.platform, now), module?.sweep?.(net.platform, now)]);
  const left = await db
    .collection(matchRuns)
    .find({ department: 'FINANCE' })
    .sort({ _id: 1 })
    .toArray();
  expect(left.map(({ status }) => status)).toEqual(['FAILED', 'OPEN']);
  expect(await db.collection(matchAnswers).countDocuments()).toBe(0);
  expect(await checksOf('420100:m-active')).toEqual([]);
});

test('what a completed run kept is written by the sweep, once, and newer answers stay', async () => {
  const { db } = net.platform;
  const endedAt = new Date();
  const _id = '420100:match-died';
  await db.collection<{ _id: string }>(matchRuns).insertOne({
    _id,
    status: 'COMPLETED',
    department: 'GRID_CENTRE',
    subject: 'MEMBERS',
    question: 'GRID_RESIDENT',
    startedAt: endedAt,
    endedAt,
  } as never);
  const answers = {
    _id: `${_id}/0`,
    run: _id,
    matched: ['420100:m-active'],
    others: ['420100:m-applied'],
  };
  const module = offeredModules(modules).find(({ name }) => name === 'matching');
  for (let again = 0; again < 2; again++) {
    await db.collection<{ _id: string }>(matchAnswers).insertOne(answers);
    await module?.sweep?.(net.platform, endedAt);
  }
  const check = { department: 'GRID_CENTRE', question: 'GRID_RESIDENT', at: endedAt.toISOString() };
  expect(await checksOf('420100:m-active')).toEqual([{ ...check, outcome: 'MATCHED' }]);
  expect(await checksOf('420100:m-applied')).toEqual([{ ...check, outcome: 'NOT_MATCHED' }]);
});

async function checksOf(id: string): Promise<unknown> {
  const { data, errors } = await net.ask<{ member: { checks: unknown } }>(
    'query ($id: ID!) { member(id: $id) { checks { department question outcome at } } }',
    { id },
  );
  expect(errors).toBeUndefined();
  return data?.member.checks ?? null;
}

test('what the platform compares with, and its runs in their order', async () => {
  const { data, errors } = await net.ask<{
    platform: [{ departments: readonly { code: string; name: string; questions: string[] }[] }];
    matchRuns: { edges: readonly { node: { startedAt: string } }[]; totalCount: number };
    matchRun: { id: string };
  }>(`{
    platform: _entities(representations: [{ __typename: "Platform", code: "420100" }]) {
      ... on Platform { departments { code name questions } } }
    matchRuns(first: 3, filter: { departments: ["TAXATION", "HOUSING"], statuses: [COMPLETED] }) {
      totalCount edges { node { startedAt } } }
    matchRun(id: "420100:match-left") { id }
  }`);
  expect(errors).toBeUndefined();
  expect(data?.platform[0].departments).toHaveLength(29);
  expect(data?.matchRuns.totalCount).toBe(3);
  const times = data?.matchRuns.edges.map(({ node }) => node.startedAt) ?? [];
  expect(times).toEqual(times.toSorted().toReversed());
  expect(data?.matchRun.id).toBe('420100:match-left');
});
