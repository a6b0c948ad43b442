/** A third party from its application to a revocation: owners in TypeScript and in Python are asked for what they granted, and refuse the rest themselves. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  mongoGuardStore,
  openPartKeys,
  postgresGuardStore,
  signCall,
  type GuardStore,
  type Keys,
} from '@onenet/assertion';
import { localCaller, type Caller } from '@onenet/contract';
import { databaseName } from '@onenet/platform';
import { yichang } from '@onenet/scripts/yichang';
import { MongoClient } from 'mongodb';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSmallNet, type Answer, type SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const wuhan = '420100';
const xiangyang = '420600';
const codes = [wuhan, xiangyang, yichang];
const purpose = 'pension-review';
const scopes = ['members:read', 'members:personal', 'organizations:read'];

let net: SmallNet;
let keys: Keys;
let token: string;
let stores: Readonly<Record<string, GuardStore>>;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  const records = makeRecords(new Random(7), 20, codes);
  const postgresUri = inject('postgresUri');
  net = stack.use(await startSmallNet({ mongodbUri, postgresUri, codes, records }));
  keys = await openPartKeys(net.keysDir, 'gateway');
  const { body } = await operate('POST', 'clients', {
    id: 'pensions',
    name: '养老金系统',
    nameEn: 'Pensions',
    kind: 'SOCIAL_SECURITY',
    scopes,
    purposes: [purpose, 'statistics'],
    adHoc: true,
    // It looks for the end of a grant every few milliseconds.
    limits: { perSecond: 10_000, burst: 100_000, concurrent: 1_000 },
  });
  token = await tokenFor(String(body['secret']));
  const mongo = stack.use(await MongoClient.connect(mongodbUri));
  const pool = new Pool({ connectionString: net.yichangDatabase });
  stack.defer(() => pool.end());
  const ofMongo = (code: string) =>
    mongoGuardStore(mongo.db(databaseName(code, net.databasePrefix)));
  stores = {
    [wuhan]: ofMongo(wuhan),
    [xiangyang]: ofMongo(xiangyang),
    [yichang]: postgresGuardStore(pool),
  };
});
afterAll(() => stack.disposeAsync());

async function operate(
  method: string,
  path: string,
  sent?: object,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${net.province.url}/access/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${net.operatorToken}`,
      'content-type': 'application/json',
    },
    ...(sent && { body: JSON.stringify(sent) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function tokenFor(secret: string): Promise<string> {
  const response = await fetch(`${net.province.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'pensions',
      client_secret: secret,
    }),
  });
  const { access_token: issued } = (await response.json()) as { access_token: string };
  return issued;
}

/** As the client, at the gateway. */
function asClient(query: string, variables = {}, why = purpose): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'onenet-purpose': why };
  return net.ask(query, variables, headers);
}

/** At an owner itself, with a fresh assertion of the net's key: as a gateway that lets everything through. */
async function atOwner(code: string, query: string): Promise<Answer & { readonly status: number }> {
  const caller: Caller = {
    ...localCaller,
    client: 'pensions',
    roles: ['consumer'],
    scopes,
    purpose,
  };
  const body = JSON.stringify({ query });
  const call = { owner: code, method: 'POST', path: '/graphql', body };
  const response = await fetch(`${net.platformUrls[code]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signCall(keys, caller, undefined, call) },
    body,
  });
  return { ...((await response.json()) as Answer), status: response.status };
}

/** How many calls each owner has in its record. */
async function calls(): Promise<readonly number[]> {
  return await Promise.all(
    codes.map(async (code) => (await stores[code]?.lastLine())?.sequence ?? 0),
  );
}

interface Gathered {
  readonly edges: readonly { readonly node: { readonly id: string; readonly name?: string } }[];
  readonly completeness: {
    readonly asked: number;
    readonly notAsked: readonly { readonly platform: string; readonly reason: string }[];
  };
}

const members = `{ members(first: 100) {
  edges { node { id status name } } completeness { asked notAsked { platform reason } } } }`;

/** Codes of the owners whose members came, and of those that have refused. */
async function gathered(): Promise<{ from: readonly string[]; refused: readonly string[] }> {
  const { data } = await asClient(members);
  const { edges, completeness } = (data?.['members'] ?? {
    edges: [],
    completeness: { notAsked: [] },
  }) as Gathered;
  const from = new Set(edges.map(({ node }) => node.id.split(':')[0] ?? ''));
  const refused = completeness.notAsked.filter(({ reason }) => reason === 'REFUSED');
  return {
    from: [...from].toSorted(),
    refused: refused.map(({ platform }) => platform).filter((code) => codes.includes(code)),
  };
}

async function applied(platforms: readonly string[]): Promise<string> {
  const { data, errors } = await asClient(
    `mutation ($input: ApplyForGrantInput!) {
      applyForGrant(input: $input) { application { id decisions { status } } } }`,
    {
      input: {
        idempotencyKey: randomUUID(),
        platforms,
        scopes: ['members:read', 'members:personal'],
        purpose,
        reason: '核对退休待遇',
      },
    },
  );
  expect(errors).toBeUndefined();
  const payload = data?.['applyForGrant'] as { application: { id: string } } | undefined;
  return payload?.application.id ?? '';
}

async function approve(application: string, platform: string): Promise<string> {
  const path = `grants/applications/${application}/decision`;
  const { status, body } = await operate('POST', path, { platform, approve: true });
  expect(status).toBe(200);
  const decisions = body['decisions'] as { platform: string; grant: string | null }[];
  return decisions.find((each) => each.platform === platform)?.grant ?? '';
}

/** Milliseconds until it is so; fails when it takes longer than a revocation may. */
async function within2Seconds(isSo: () => Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await isSo())) {
    expect(performance.now() - begun).toBeLessThan(2_000);
    await delay(20);
  }
}

test('without a grant nobody is asked, and who is asked past the gateway refuses', async () => {
  const before = await calls();
  const { data } = await asClient(members);
  expect(JSON.stringify(data)).not.toContain('edges":[{');
  expect((await gathered()).from).toEqual([]);
  expect(await calls()).toEqual(before);
  for (const code of codes) {
    const refused = await atOwner(code, members.replace(/completeness .*/s, '} }'));
    expect(refused).toMatchObject({
      status: 403,
      errors: [{ extensions: { code: 'REFUSED', platform: code } }],
    });
  }
});

test('who grants is asked, and its personal values come through; who does not is not asked', async () => {
  const application = await applied([wuhan, yichang, xiangyang]);
  await approve(application, wuhan);
  await approve(application, yichang);
  await within2Seconds(async () => (await gathered()).from.length === 2);
  expect(await gathered()).toEqual({ from: [wuhan, yichang], refused: [xiangyang] });
  const [, before] = await calls();
  const { data, errors } = await asClient(members);
  expect(errors).toBeUndefined();
  const { edges } = (data?.['members'] ?? { edges: [] }) as Gathered;
  expect(edges.some(({ node }) => typeof node.name === 'string')).toBe(true);
  const [, after] = await calls();
  expect(after).toBe(before);
  // For another purpose nothing was granted.
  const other = await asClient(members, {}, 'statistics');
  expect(JSON.stringify(other.data)).not.toContain('edges":[{');
});

test.each([wuhan, yichang])(
  'a revocation by %s holds within two seconds: at the gateway, and at the owner asked itself',
  async (code) => {
    const query = '{ members(first: 1) { edges { node { id name } } } }';
    expect(await atOwner(code, query)).toMatchObject({ status: 200 });
    const { body } = await operate('GET', `grants?platform=${code}&status=LIVE`);
    const [grant] = body['grants'] as { id: string }[];
    const revoked = await operate('POST', `grants/${grant?.id}/revoke`, { reason: '用途已完结' });
    expect(revoked.status).toBe(200);
    await Promise.all([
      within2Seconds(async () => (await atOwner(code, query)).status === 403),
      within2Seconds(async () => !(await gathered()).from.includes(code)),
    ]);
  },
);

test('an owner decides though the province is gone', async () => {
  const grant = await approve(await applied([wuhan]), wuhan);
  expect(grant).not.toBe('');
  const query = '{ members(first: 1) { edges { node { id name } } } }';
  await within2Seconds(async () => (await atOwner(wuhan, query)).status === 200);
  await net.province.stop();
  expect(await atOwner(wuhan, query)).toMatchObject({ status: 200 });
  expect(await atOwner(xiangyang, query)).toMatchObject({ status: 403 });
  // The gateway has the net as it was told last.
  expect((await gathered()).from).toEqual([wuhan]);
});
