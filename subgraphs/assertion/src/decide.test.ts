/** An owner decides by its own grants: what it has not granted it refuses by name, whatever the net signed. */
import { localCaller, type Caller } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { verifyAccessRecord } from './access-record.ts';
import { inward, testDatabase, testSigner, type TestSigner } from './fixture.ts';
import { createGuard, type Admission, type Guard } from './guard.ts';
import { openKeys } from './keys.ts';
import { leafHeader } from './leaf.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import { needsOf } from './needs.ts';
import type { OwnerGrants } from './owner-grants.ts';
import { assertionHeader } from './payload.ts';
import { signCalls, type Signer } from './sign.ts';

const code = '420500';
let database: Awaited<ReturnType<typeof testDatabase>>;
let signer: TestSigner;
let granted: ReadonlySet<string> | undefined;
/** What was granted is granted for one purpose alone. */
const grants: OwnerGrants = {
  scopesOf: (client, purpose) =>
    client === 'pensions' && purpose === 'pension-review' ? granted : granted && new Set(),
};
let guard: Guard;

beforeAll(async () => {
  database = await testDatabase(inject('mongodbUri'));
  signer = await testSigner('EdDSA');
  const store = mongoGuardStore(database.db);
  guard = await createGuard({ code, trust: signer.trust, store, unsigned: 'refuse', grants });
});
afterAll(async () => {
  await signer[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const pensions: Caller = {
  ...localCaller,
  client: 'pensions',
  roles: ['consumer'],
  scopes: ['members:read', 'members:personal', 'content:read', 'additions:read'],
  purpose: 'pension-review',
};
const leader: Caller = {
  ...pensions,
  client: 'dashboard',
  person: 'p-1',
  roles: ['leader'],
  scopes: ['members:read'],
  purpose: null,
};
const auditor: Caller = { ...leader, roles: ['auditor'], scopes: [] };

interface Asking {
  readonly caller?: Caller;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly signedBy?: Signer;
}

/** Asks with a fresh assertion, as a gateway would that lets everything through. */
async function ask(query: string, asking: Asking = {}): Promise<Admission> {
  const { caller = pensions, method = 'POST', path = '/graphql' } = asking;
  const { body = JSON.stringify({ query }), signedBy = signer.keys } = asking;
  const call = { owner: code, method, path, body };
  const { assertion, leaves } = signCalls(signedBy, caller, undefined, [call]);
  const headers = { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
  return await guard.admit({ ...inward(signer.keys, call), headers });
}

/** `ADMITTED` with the scopes that hold, or the code and the scope of the refusal. */
function outcome(admission: Admission): readonly unknown[] {
  if (admission.kind === 'ADMITTED') return ['ADMITTED', ...admission.caller.scopes];
  const { error, status } = admission;
  return [status, error.code, error.details['scope'] ?? null];
}

const status = '{ members(first: 1) { edges { node { status } } } }';
const name = '{ members(first: 1) { edges { node { name } } } }';

test('a conditional field takes the scope and the owner’s own grant', async () => {
  granted = new Set();
  expect(outcome(await ask(status))).toEqual([403, 'REFUSED', 'members:read']);
  granted = new Set(['members:read']);
  expect(outcome(await ask(status))).toEqual([
    'ADMITTED',
    'members:read',
    'content:read',
    'additions:read',
  ]);
  const without = { ...pensions, scopes: ['members:personal'] };
  expect(outcome(await ask(status, { caller: without }))).toEqual([403, 'REFUSED', 'members:read']);
  const forOther = { ...pensions, purpose: 'statistics' };
  expect(outcome(await ask(status, { caller: forOther }))[0]).toBe(403);
});

test.each([
  ['named', name],
  ['aliased', '{ members { edges { node { status: name } } } }'],
  ['in a fragment', '{ members { edges { node { ...a } } } } fragment a on Member { name }'],
  ['in a fragment in a list', '{ members { edges { node { ... on Member { name } } } } }'],
  [
    'skipped by a variable',
    'query ($no: Boolean = false) { members { edges { node { name @include(if: $no) } } } }',
  ],
  ['of an entity', '{ _entities(representations: []) { ... on Member { name } } }'],
  ['in another operation', `query A ${status} query B ${name}`],
])('a personal field is refused without its grant: %s', async (_, query) => {
  granted = new Set(['members:read']);
  expect(outcome(await ask(query))).toEqual([403, 'REFUSED', 'members:personal']);
  granted = new Set(['members:read', 'members:personal']);
  expect(outcome(await ask(query))).toContain('members:personal');
});

test('what needs no grant takes the province’s admission alone', async () => {
  granted = new Set();
  const articles = '{ articles { edges { node { title } } } }';
  expect(outcome(await ask(articles))[0]).toBe('ADMITTED');
  const caller = { ...pensions, scopes: [] };
  expect(outcome(await ask(articles, { caller }))).toEqual([403, 'REFUSED', 'content:read']);
  expect(outcome(await ask(articles, { caller: auditor }))[0]).toBe('ADMITTED');
});

test.each([
  ['the schema', '{ __schema { types { name } } }', null],
  ['the text of the schema', '{ _service { sdl } }', null],
  ['an addition', '{ p420500Things { name } }', 'additions:read'],
  ['an addition to a record', '{ members { edges { node { p420500Thing } } } }', 'additions:read'],
  ['no GraphQL', '{ members', null],
  ['a mutation', 'mutation { acceptMember(input: {}) { member { id } } }', 'members:write'],
])('a client that was granted records alone is refused %s', async (_, query, scope) => {
  granted = new Set(['members:read']);
  const [at, refusal, named] = outcome(await ask(query));
  expect([at, refusal]).toEqual([403, 'REFUSED']);
  if (scope !== null) expect(named).toBe(scope);
});

test.each([
  ['a GET', { method: 'GET', path: `/graphql?query=${encodeURIComponent(status)}`, body: '' }],
  ['a query in the address too', { path: '/graphql?query=%7B__typename%7D' }],
  ['one whose name is encoded', { path: '/graphql?a=1&%71uery=%7B__typename%7D' }],
  ['one after a semicolon', { path: '/graphql?a=1;query=%7B__typename%7D' }],
  ['a batch', { body: JSON.stringify([{ query: status }]) }],
  ['a second query under another name', { body: JSON.stringify({ query: status, Query: name }) }],
  ['no query', { body: '{"extensions":{"persistedQuery":{}}}' }],
  ['the feed', { path: '/events', method: 'GET', body: '' }],
])('a client is refused what cannot be told: %s', async (_, asking) => {
  granted = new Set(['members:read']);
  expect(outcome(await ask(status, asking))).toEqual([403, 'REFUSED', null]);
});

test('without a list of grants no client is answered', async () => {
  granted = undefined;
  expect(outcome(await ask('{ __typename }'))).toEqual([503, 'UNAVAILABLE', null]);
});

test.each(['province', 'audit'])('%s asks for itself', async (issuer) => {
  granted = new Set();
  const signedBy = await openKeys(signer.dir, { issuer });
  const caller = { ...localCaller, client: issuer, scopes: ['members:personal'] };
  expect(outcome(await ask(status, { caller, signedBy }))).toEqual(['ADMITTED']);
  expect(outcome(await ask(status, { caller }))[0]).toBe(403);
});

describe('analytics, by its own keys', () => {
  const totals = `query ($of: [_Any!]!) {
    platforms: _entities(representations: $of) { ... on Platform { eventTotals { type count } } }
  }`;
  const asAnalytics = async (query: string, asking: Asking = {}) => {
    const signedBy = await openKeys(signer.dir, { issuer: 'analytics' });
    const caller = { ...localCaller, client: 'analytics', scopes: ['members:personal'] };
    return outcome(await ask(query, { caller, signedBy, ...asking }));
  };
  const feed = { method: 'GET', path: '/events?after=0&wait=25', body: '' };

  test('is given the feed and its totals', async () => {
    expect(await asAnalytics(totals)).toEqual(['ADMITTED']);
    expect(await asAnalytics('', feed)).toEqual(['ADMITTED']);
  });

  test.each([
    ['records', status],
    ['a person', '{ _entities(representations: []) { ... on Member { name } } }'],
    ['a mutation', 'mutation { acceptMember(input: {}) { member { id } } }'],
    [
      'a mutation beside the totals',
      `${totals} mutation M { acceptMember(input: {}) { member { id } } }`,
    ],
    ['an addition', '{ p420500Things { name } }'],
    ['the schema', '{ _service { sdl } }'],
    ['no GraphQL', '{ members'],
  ])('is refused %s', async (_, query) => {
    expect(await asAnalytics(query)).toEqual([403, 'REFUSED', null]);
  });

  test.each([
    ['the access record', { method: 'GET', path: '/access?after=0', body: '' }],
    ['a post to the feed', { method: 'POST', path: '/events' }],
    [
      'totals by GET',
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(totals)}`, body: '' },
    ],
  ])('is refused %s', async (_, asking) => {
    expect(await asAnalytics(totals, asking)).toEqual([403, 'REFUSED', null]);
  });
});

test('leaders and own teams have what is not personal; other roles what is published', async () => {
  granted = new Set();
  expect(outcome(await ask(status, { caller: leader }))).toEqual(['ADMITTED', 'members:read']);
  // No scope of theirs is a personal one, whoever says so.
  const bold = { ...leader, scopes: ['members:personal'] };
  expect(outcome(await ask(name, { caller: bold }))).toEqual(['ADMITTED']);
  expect(outcome(await ask(status, { caller: auditor }))).toEqual([403, 'REFUSED', 'members:read']);
  const ofOther: Caller = { ...leader, roles: ['team'], platform: '420800' };
  expect(outcome(await ask(status, { caller: ofOther }))[0]).toBe(403);
  const own: Caller = { ...ofOther, platform: code };
  expect(outcome(await ask(status, { caller: own }))[0]).toBe('ADMITTED');
});

test('a part of the net is told who asks, and decides by itself', async () => {
  const store = mongoGuardStore(database.db);
  const owner = 'onenet:province';
  const part = await createGuard({ code: owner, trust: signer.trust, store, unsigned: 'refuse' });
  const call = { owner, method: 'POST', path: '/graphql', body: '{"query":"{ grants { id } }"}' };
  for (const caller of [pensions, auditor]) {
    const { assertion, leaves } = signCalls(signer.keys, caller, undefined, [call]);
    const headers = { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
    const admission = await part.admit({ ...inward(signer.keys, call), headers });
    expect(admission).toMatchObject({ kind: 'ADMITTED', caller });
  }
});

test.each(['analytics', 'province', 'audit'])(
  'at a part of the net %s is itself, whomever it names',
  async (issuer) => {
    const store = mongoGuardStore(database.db);
    const owner = 'onenet:province';
    const part = await createGuard({ code: owner, trust: signer.trust, store, unsigned: 'refuse' });
    const call = { owner, method: 'POST', path: '/graphql', body: '{"query":"{ grants { id } }"}' };
    const signedBy = await openKeys(signer.dir, { issuer });
    const actor = { kind: 'OFFICER', reference: 'p-1' } as const;
    const administrator: Caller = { ...leader, roles: ['administrator'], platform: code };
    for (const caller of [administrator, pensions, localCaller]) {
      const { assertion, leaves } = signCalls(signedBy, caller, actor, [call]);
      const headers = { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
      const admission = await part.admit({ ...inward(signer.keys, call), headers });
      expect(admission).toMatchObject({
        kind: 'ADMITTED',
        caller: { ...localCaller, client: issuer },
        actor: undefined,
      });
    }
  },
);

test('a refusal is in the access record, with who asked and what', async () => {
  granted = new Set();
  const before = await guard.lastSequence();
  await ask(status);
  const [line] = await guard.lines(before, 1);
  expect(JSON.parse(line?.line ?? '')).toMatchObject({
    consumer: 'pensions',
    purpose: 'pension-review',
    fields: expect.arrayContaining(['Member.status']),
    status: 403,
  });
  expect(await verifyAccessRecord(code, mongoGuardStore(database.db))).toMatchObject({ ok: true });
});

test('a fragment that spreads itself ends, and a field of an interface needs what its types need', () => {
  expect(needsOf('fragment a on Member { ...a status } { members { totalCount } }')).toMatchObject([
    { scope: 'members:read' },
  ]);
});
