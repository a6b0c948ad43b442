/** From an application to a grant in the net and to its end: who may do and see what, on a real MongoDB. Long, because one province serves all of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  callerHeader,
  encodeCaller,
  localCaller,
  workingDaysAfter,
  type Caller,
} from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { AccessFixture, type Answer } from '../access/access.fixture.ts';
import { Store } from '../registry/store.ts';
import type { ApplicationDocument, GrantDocument } from './grant.ts';
import { seedReferenceGrants } from './reference-grants.ts';
import { GrantStore } from './store.ts';

let access: AccessFixture;
beforeAll(async () => {
  access = await AccessFixture.start({ development: true, referenceClients: true });
  await access.client('pensions');
  await access.client('taxes', { purposes: ['dues'] });
});
afterAll(() => access[Symbol.asyncDispose]());

const pensions: Caller = { ...localCaller, client: 'pensions', roles: ['consumer'] };
const taxes: Caller = { ...pensions, client: 'taxes' };
const team: Caller = {
  ...localCaller,
  client: 'dashboard',
  person: 'p-1',
  roles: ['team'],
  platform: '420500',
};
const otherTeam: Caller = { ...team, person: 'p-2', platform: '420800' };
const auditor: Caller = { ...team, person: 'p-3', roles: ['auditor'], platform: null };
const leader: Caller = { ...auditor, person: 'p-4', roles: ['leader'] };

/** Asks as the gateway does for a caller; the first error's code, or the data. */
async function ask(
  caller: Caller,
  query: string,
  variables: object = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await access.ask(caller, query, variables);
  const [error] = (body['errors'] ?? []) as { extensions: { code: string }; message: string }[];
  if (error) return { code: error.extensions.code, message: error.message };
  return body['data'] as Record<string, unknown>;
}

const applied = `application { id clientId purpose scopes reason dueAt isOverdue
  decisions { platformCode status reason grantId } }`;

interface Application {
  readonly id: string;
  readonly decisions: readonly { readonly platformCode: string; readonly grantId: string | null }[];
}

/** What is asked for here; each test asks for a purpose or scopes of its own. */
function asking(change: object = {}): object {
  return {
    idempotencyKey: randomUUID(),
    platforms: ['420500'],
    scopes: ['members:read'],
    purpose: 'pension-review',
    reason: '退休待遇核对',
    ...change,
  };
}

async function apply(change: object = {}, caller = pensions): Promise<Application> {
  const query = `mutation ($input: ApplyForGrantInput!) { applyForGrant(input: $input) { ${applied} } }`;
  const data = await ask(caller, query, { input: asking(change) });
  const payload = data['applyForGrant'] as { readonly application: Application } | undefined;
  if (!payload) throw new Error(String(data['code']), { cause: data });
  return payload.application;
}

const decideQuery = `mutation ($input: DecideGrantInput!) { decideGrant(input: $input) { ${applied} } }`;

function decide(caller: Caller, application: string, change: object = {}) {
  const input = { idempotencyKey: randomUUID(), application, platform: '420500', approve: true };
  return ask(caller, decideQuery, { input: { ...input, ...change } });
}

function revoke(caller: Caller, id: string, key: string = randomUUID()) {
  const query =
    'mutation ($input: RevokeGrantInput!) { revokeGrant(input: $input) { grant { status } } }';
  return ask(caller, query, { input: { idempotencyKey: key, id } });
}

/** Applies and approves; the grant's id. */
async function granted(change: object = {}, caller = pensions): Promise<string> {
  const { id } = await apply(change, caller);
  const { decideGrant } = await decide(team, id);
  const { application } = decideGrant as { readonly application: Application };
  return String(application.decisions[0]?.grantId);
}

async function liveIds(): Promise<readonly string[]> {
  return (await access.snapshot()).grants.map(({ id }) => id);
}

describe('an application', () => {
  test('is decided by each platform for itself, and the net has what was granted', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const { id } = await apply({
      platforms: ['420800', '420500'],
      scopes: ['requests:read', 'members:read'],
      until,
    });
    const { decideGrant } = await decide(team, id, { scopes: ['requests:read'] });
    expect(decideGrant).toMatchObject({
      application: {
        clientId: 'pensions',
        scopes: ['requests:read', 'members:read'],
        // The team is not told what others decide.
        decisions: [{ platformCode: '420500', status: 'APPROVED' }],
      },
    });
    const refused = await decide(otherTeam, id, {
      platform: '420800',
      approve: false,
      reason: '目的不明确',
    });
    expect(refused['decideGrant']).toMatchObject({
      application: { decisions: [{ platformCode: '420800', status: 'REFUSED', grantId: null }] },
    });
    const { grantApplication } = await ask(
      pensions,
      'query ($id: ID!) { grantApplication(id: $id) { decisions { platformCode status reason grantId } } }',
      { id },
    );
    const { decisions } = grantApplication as {
      decisions: { grantId: string | null; platformCode: string }[];
    };
    expect(decisions).toMatchObject([
      { platformCode: '420500', status: 'APPROVED', reason: null },
      { platformCode: '420800', status: 'REFUSED', reason: '目的不明确' },
    ]);
    const { grants } = await access.snapshot();
    expect(grants.find((grant) => grant.id === decisions[0]?.grantId)).toEqual({
      id: decisions[0]?.grantId,
      client: 'pensions',
      platform: '420500',
      scopes: ['requests:read'],
      purpose: 'pension-review',
      until,
    });
    await revoke(team, String(decisions[0]?.grantId));
  });

  test('has ten working days, and is overdue after them', async () => {
    const { id } = await apply({ scopes: ['requests:read'] });
    const applications = access.db.collection<ApplicationDocument>('applications');
    const stored = await applications.findOne({ _id: id });
    expect(stored?.dueAt).toEqual(workingDaysAfter(stored?.submittedAt ?? new Date(0), 10));
    const overdue = async () =>
      await ask(team, '{ grantApplications(overdue: true) { nodes { id isOverdue } } }');
    expect(await overdue()).toEqual({ grantApplications: { nodes: [] } });
    await applications.updateOne({ _id: id }, { $set: { dueAt: new Date(Date.now() - 1) } });
    expect(await overdue()).toEqual({ grantApplications: { nodes: [{ id, isOverdue: true }] } });
    const query = `mutation ($input: WithdrawGrantApplicationInput!) {
      withdrawGrantApplication(input: $input) { ${applied} } }`;
    const input = { idempotencyKey: randomUUID(), id };
    expect(await ask(team, query, { input })).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await ask(pensions, query, { input })).toMatchObject({
      withdrawGrantApplication: { application: { decisions: [{ status: 'WITHDRAWN' }] } },
    });
    expect(await overdue()).toEqual({ grantApplications: { nodes: [] } });
    expect(await decide(team, id)).toMatchObject({ code: 'WRONG_STATE' });
  });

  test.each([
    ['an unknown scope', { scopes: ['members:write-all'] }, 'BAD_INPUT'],
    ['a scope that it is not admitted to', { scopes: ['aid:read'] }, 'NOT_ALLOWED'],
    ['no scope', { scopes: [] }, 'BAD_INPUT'],
    ['an unknown platform', { platforms: ['999999'] }, 'UNKNOWN_PLATFORM'],
    ['a purpose of another client', { purpose: 'dues' }, 'BAD_INPUT'],
    ['a time that is over', { until: '2020-01-01T00:00:00Z' }, 'BAD_INPUT'],
    ['no reason', { reason: ' ' }, 'BAD_INPUT'],
    ['a reason of 501 characters', { reason: '因'.repeat(501) }, 'BAD_INPUT'],
    ['another client', { client: 'taxes' }, 'NOT_ALLOWED'],
  ])('for %s is refused', async (_, change, code) => {
    await expect(apply(change)).rejects.toThrow(code);
  });

  test('that asks the same again is a conflict: while it is open, and while the grant lives', async () => {
    const both = await Promise.allSettled([apply(), apply()]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [open] = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    await expect(apply()).rejects.toThrow('CONFLICT');
    const { decideGrant } = await decide(team, open?.id ?? '');
    const { application } = decideGrant as { readonly application: Application };
    await expect(apply({ until: '2100-01-01T00:00:00Z' })).rejects.toThrow('CONFLICT');
    await revoke(team, application.decisions[0]?.grantId ?? '');
    const { id } = await apply();
    expect(await decide(team, id, { approve: false, reason: '重复' })).toHaveProperty(
      'decideGrant',
    );
  });

  test('by the same key is the same one, and another input by it is refused', async () => {
    const key = randomUUID();
    const first = await apply({ idempotencyKey: key, scopes: ['requests:read'] });
    const second = await apply({ idempotencyKey: key, scopes: ['requests:read'] });
    expect(second.id).toBe(first.id);
    await expect(apply({ idempotencyKey: key })).rejects.toThrow('IDEMPOTENCY_CONFLICT');
    expect(await decide(team, first.id, { approve: false })).toMatchObject({ code: 'BAD_INPUT' });
    const no = { approve: false, reason: '不需要' };
    expect(await decide(team, first.id, no)).toHaveProperty('decideGrant');
  });

  test('is granted at most as asked', async () => {
    const { id } = await apply({ until: '2099-01-01T00:00:00Z' });
    const more = { scopes: ['members:read', 'requests:read'] };
    expect(await decide(team, id, more)).toMatchObject({ code: 'BAD_INPUT' });
    const longer = { until: '2099-01-02T00:00:00Z' };
    expect(await decide(team, id, longer)).toMatchObject({ code: 'BAD_INPUT' });
    for (const caller of [pensions, otherTeam, auditor, leader]) {
      expect(await decide(caller, id)).toMatchObject({ code: 'NOT_ALLOWED' });
    }
    const no = { approve: false, reason: '不需要' };
    expect(await decide(team, id, no)).toHaveProperty('decideGrant');
  });
});

describe('a grant', () => {
  test('that is revoked leaves the net, and who waits is told at once', async () => {
    const id = await granted();
    expect(await liveIds()).toContain(id);
    const { revision } = await access.snapshot();
    const waiting = access.call(`/net?after=${revision}&wait=30`);
    for (const caller of [taxes, otherTeam, leader]) {
      expect(await revoke(caller, id)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await revoke(auditor, id)).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await revoke(team, id)).toEqual({ revokeGrant: { grant: { status: 'REVOKED' } } });
    const { body } = await waiting;
    expect((body['grants'] as { id: string }[]).map((grant) => grant.id)).not.toContain(id);
    expect(await revoke(team, id)).toMatchObject({ code: 'WRONG_STATE' });
  });

  test('is given back by the client itself', async () => {
    const id = await granted();
    expect(await revoke(pensions, id)).toEqual({ revokeGrant: { grant: { status: 'REVOKED' } } });
  });

  test('stands in the trail for its platform, administrators and auditors alone', async () => {
    await apply({ platforms: ['420800'], scopes: ['requests:read'] });
    const granting = async (caller: Caller): Promise<readonly (string | undefined)[]> => {
      const query = '{ registryEvents(first: 200) { nodes { action platform { code } } } }';
      const { registryEvents } = (await ask(caller, query)) as {
        registryEvents: {
          nodes: readonly {
            readonly action: string;
            readonly platform?: { readonly code: string };
          }[];
        };
      };
      const nodes = registryEvents.nodes.filter(({ action }) => action.startsWith('GRANT_'));
      return [...new Set(nodes.map(({ platform }) => platform?.code))];
    };
    expect(await granting(auditor)).toEqual(expect.arrayContaining(['420500', '420800']));
    expect(await granting(team)).toEqual(['420500']);
    expect(await granting(leader)).toEqual([]);
  });

  test('ends by the clock', async () => {
    const id = await granted({ until: new Date(Date.now() + 3_600_000).toISOString() });
    const grants = access.db.collection<GrantDocument>('grants');
    await grants.updateOne({ _id: id }, { $set: { until: new Date() } });
    // The clock follows what the province has read: whatever changes lets it read again.
    await access.operate('POST', 'clients/taxes/limits', { limits: { perDay: 5 } });
    await expect.poll(liveIds).not.toContain(id);
    expect(await grants.findOne({ _id: id })).toMatchObject({ status: 'ENDED' });
    const { registryEvents } = await ask(
      auditor,
      '{ registryEvents(platform: "420500", first: 3) { nodes { action by } } }',
    );
    expect(registryEvents).toEqual({
      nodes: [
        { action: 'GRANT_ENDED', by: 'CLOCK' },
        { action: 'GRANT_APPROVED', by: 'PERSON' },
        { action: 'GRANT_APPLIED', by: 'CLIENT' },
      ],
    });
  });

  test('of a suspended client is not in the net until it is resumed', async () => {
    const id = await granted({ purpose: 'dues' }, taxes);
    await access.operate('POST', 'clients/taxes/suspend', {});
    expect(await liveIds()).not.toContain(id);
    await access.operate('POST', 'clients/taxes/resume', {});
    expect(await liveIds()).toContain(id);
  });

  test('is seen by its client, its platform, administrators and auditors', async () => {
    const id = await granted();
    const query =
      '{ grants(client: "pensions", statuses: [LIVE]) { nodes { id client { name } } } }';
    const seen = async (caller: Caller) => (await ask(caller, query))['grants'];
    const all = { nodes: [{ id, client: { name: '养老金系统' } }] };
    const everybody = [pensions, team, auditor, localCaller, taxes, otherTeam, leader];
    const lists = await Promise.all(everybody.map(seen));
    const none = { nodes: [] };
    expect(lists).toEqual([all, all, all, all, none, none, none]);
    await revoke(team, id);
  });

  test('is nobody’s to see who comes from another machine, or names somebody unsigned', async () => {
    const fromHere = { 'content-type': 'application/json', [callerHeader]: encodeCaller(taxes) };
    const query = JSON.stringify({ query: '{ grants { nodes { id } } }' });
    const own = await access.call('/graphql', { method: 'POST', headers: fromHere, body: query });
    // It is asked by this machine itself, and not by whom it names.
    expect(own.body['data']).not.toEqual({ grants: { nodes: [] } });
    const { status, body } = await access.call('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': '10.0.0.1',
        [callerHeader]: encodeCaller(localCaller),
      },
      body: query,
    });
    expect(status).toBe(401);
    expect(body['errors']).toMatchObject([{ extensions: { code: 'ASSERTION_REQUIRED' } }]);
  });
});

test('the reference net begins with grants of some owners; what was revoked does not come back', async () => {
  const { grants } = await access.snapshot();
  const seeded = grants.filter(({ client: id }) => !['pensions', 'taxes'].includes(id));
  expect(new Set(seeded.map(({ client: id }) => id)).size).toBe(5);
  const [one] = seeded;
  await access.operate('POST', `grants/${one?.id}/revoke`, {});
  await using mongo = await MongoClient.connect(inject('mongodbUri'));
  const db = mongo.db(access.db.databaseName);
  await seedReferenceGrants(new GrantStore(new Store(mongo, db), db));
  expect(await liveIds()).toEqual(grants.map(({ id }) => id).filter((id) => id !== one?.id));
});

describe('over HTTP', () => {
  test('a platform decides for itself by its token, and the operator for all', async () => {
    const issued = await access.call('/registry/platforms/420500/tokens', {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    const asTeam = (method: string, path: string, body?: object): Promise<Answer> =>
      access.call(`/access/grants${path}`, {
        method,
        headers: {
          authorization: `Bearer ${String(issued.body['token'])}`,
          'content-type': 'application/json',
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    const { idempotencyKey: _, ...input } = asking({ platforms: ['420500', '420800'] }) as Record<
      string,
      unknown
    >;
    const application = { ...input, client: 'pensions' };
    expect((await asTeam('POST', '/applications', application)).body).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
    const entered = await access.operate('POST', 'grants/applications', application);
    expect(entered.status).toBe(201);
    const id = String(entered.body['id']);
    const listed = await asTeam('GET', '/applications?status=SUBMITTED');
    expect(listed.body['applications']).toMatchObject([
      { id, decisions: [{ platform: '420500' }] },
    ]);
    const decision = `/applications/${id}/decision`;
    const forOther = await asTeam('POST', decision, { platform: '420800', approve: true });
    expect(forOther.status).toBe(403);
    const own = await asTeam('POST', decision, { platform: '420500', approve: true });
    expect(own.body['decisions']).toMatchObject([{ platform: '420500', status: 'APPROVED' }]);
    const operators = await access.operate('POST', `grants${decision}`, {
      platform: '420800',
      approve: false,
      reason: '不需要',
    });
    expect(operators.status).toBe(200);
    const grants = (await asTeam('GET', '?status=LIVE&client=pensions')).body['grants'];
    const [grant] = grants as { id: string }[];
    const shown = await asTeam('GET', `/${grant?.id}`);
    expect(shown.body).toMatchObject({ status: 'LIVE', application: id });
    const revoked = await asTeam('POST', `/${grant?.id}/revoke`, { reason: '期满' });
    expect(revoked.body).toMatchObject({ status: 'REVOKED', endReason: '期满' });
    expect((await asTeam('GET', '/x')).status).toBe(404);
    expect((await access.call('/access/grants')).status).toBe(401);
  });

  test('an owner follows its own grants, and no other’s', async () => {
    const id = await granted();
    const followed = await access.call('/registry/platforms/420500/grants');
    const { revision } = await access.snapshot();
    expect(followed.body['revision']).toBe(revision);
    expect((followed.body['grants'] as { id: string }[]).map((grant) => grant.id)).toContain(id);
    expect((await access.call('/registry/platforms/420700/grants')).body['grants']).toEqual([]);
    const waiting = access.call(`/registry/platforms/420500/grants?after=${revision}&wait=30`);
    await delay(50);
    await revoke(team, id);
    const { grants } = (await waiting).body as { grants: { id: string }[] };
    expect(grants.map((grant) => grant.id)).not.toContain(id);

    const issued = await access.call('/registry/platforms/420800/tokens', {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    const authorization = `Bearer ${String(issued.body['token'])}`;
    const by = (headers: Record<string, string>, code: string) =>
      access.call(`/registry/platforms/${code}/grants`, { headers });
    expect((await by({ authorization }, '420800')).status).toBe(200);
    expect((await by({ authorization }, '420500')).status).toBe(403);
    // Another machine's calls come with a proxy's header here.
    expect((await by({ 'x-forwarded-for': '10.0.0.1' }, '420500')).status).toBe(401);
    expect((await by({}, '999999')).status).toBe(404);
  });
});

test('the catalogue says on which terms a field is to be had', async () => {
  const query = `{ catalogue(module: "members", search: "Member.name") {
    totalCount nodes { coordinate share scope isPersonal type addedBy { code } offeredBy { code } } } }`;
  const found = await ask(pensions, query);
  expect(found['catalogue']).toMatchObject({
    nodes: expect.arrayContaining([
      {
        coordinate: 'Member.name',
        share: 'CONDITIONAL',
        scope: 'members:personal',
        isPersonal: true,
        type: 'String',
        addedBy: null,
        // Here platforms are registered only.
        offeredBy: [],
      },
    ]),
  });
});
