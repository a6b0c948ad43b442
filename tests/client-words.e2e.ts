/**
 * What clients say and ask of people, through the gateway by their credentials: look-ups by keyed hash over several
 * owners, and corrections that each client sees of its own alone. Long, because one net serves them all.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityCheckDigit, identityHash, seal } from '@onenet/contract';
import { startGateway } from '@onenet/gateway';
import { startPlatforms } from '@onenet/platform';
import { platforms, type MemberRecord } from '@onenet/platforms';
import { startProvince, type Province } from '@onenet/province';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testKeys } from './fixtures/keys.ts';
import { marksIn } from './fixtures/marks.ts';
import { ask, type Answer } from './fixtures/small-net.ts';
import { startTap, type Tap } from './fixtures/tap.ts';

/** All four offer members and matching, three of them corrections. */
const codes = ['420100', '420600', '420700', '429004'] as const;
const [wuhan, xiangyang, ezhou, xiantao] = codes;
const purpose = 'identity-check';

/** Begins every number here: to be found in nothing that is sent. */
const mark = '99907719800101';
function numberOf(person: number): string {
  const digits = mark + String(person).padStart(3, '0');
  return digits + identityCheckDigit(digits);
}
/** A member of two unions, of one, and of none. */
const [both, one, none] = [numberOf(1), numberOf(2), numberOf(3)];

const prefix = `t${randomUUID().slice(0, 8)}_`;
const stack = new AsyncDisposableStack();
let province: Province;
let operatorToken: string;
let gatewayUrl: string;
let platformUrls: Readonly<Record<string, string>>;
let sealingKeys: Readonly<Record<string, string>>;
let tap: Tap;
const secrets: Record<string, string> = {};

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  const mongo = stack.use(await MongoClient.connect(mongodbUri));
  stack.defer(async () => {
    const { databases } = await mongo.db().admin().listDatabases({ nameOnly: true });
    const own = databases.filter(({ name }) => name.startsWith(prefix));
    await Promise.all(own.map(({ name }) => mongo.db(name).dropDatabase()));
  });
  const keys = stack.use(await testKeys());
  const folder = await mkdtemp(join(tmpdir(), 'client-words-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const operatorTokenFile = join(folder, 'operator-token');
  province = await startProvince({
    port: 0,
    host: '127.0.0.1',
    mongodbUri,
    database: `${prefix}province`,
    platformHost: '127.0.0.1',
    development: true,
    platformBasePort: 9,
    analyticsUrl: 'http://127.0.0.1:9',
    keysDir: keys.dir,
    operatorTokenFile,
  });
  stack.defer(() => province.stop());
  const records = [
    member(wuhan, 'both', both),
    member(xiangyang, 'both', both),
    member(ezhou, 'one', one),
    member(xiantao, 'both', both),
  ];
  const hosted = await startPlatforms({
    mongodbUri,
    codes,
    basePort: 0,
    databasePrefix: prefix,
    scale: null,
    sweepMs: 0,
    records: ({ code }) => records.filter(({ platformCode }) => platformCode === code),
    trust: [keys.jwksFile],
    unsigned: 'loopback',
    provinceUrl: province.url,
  });
  stack.defer(() => hosted.stop());
  platformUrls = hosted.urls;
  operatorToken = (await readFile(operatorTokenFile, 'utf8')).trim();
  tap = stack.use(await startTap(hosted.urls[wuhan] ?? ''));
  for (const { code } of platforms) {
    const url = code === wuhan ? tap.url : hosted.urls[code];
    if (url === undefined) await province.setConnection(code, 'REGISTERED');
    else await province.setPlatformUrl(code, url);
  }
  const scopes = [
    'matching:lookup',
    'members:read',
    'organizations:read',
    'corrections:read',
    'corrections:write',
  ];
  for (const client of ['police', 'tax']) {
    const profile = { name: client, nameEn: client, kind: 'OTHER', scopes, purposes: [purpose] };
    const created = await operate('access/clients', { id: client, adHoc: true, ...profile });
    secrets[client] = String(created['secret']);
    // Xiantao grants nothing, and Xiangyang whether, but not which.
    await grant(
      client,
      [wuhan, ezhou],
      scopes.filter((scope) => scope !== 'organizations:read'),
    );
    await grant(client, [xiangyang], ['matching:lookup', 'corrections:read', 'corrections:write']);
  }
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    provinceUrl: province.url,
    keysDir: keys.dir,
    logLevel: 'silent',
  });
  stack.defer(() => gateway.stop());
  gatewayUrl = gateway.url;
  const { data, errors } = await by('police', '{ platforms { code sealingKey } }');
  if (!data) throw new Error(JSON.stringify(errors));
  const known = data['platforms'] as readonly {
    readonly code: string;
    readonly sealingKey: string;
  }[];
  sealingKeys = Object.fromEntries(known.map(({ code, sealingKey }) => [code, sealingKey]));
});
afterAll(() => stack.disposeAsync());

function member(platformCode: string, id: string, identityNumber: string): MemberRecord {
  const at = new Date('2016-08-01T08:00:00+08:00');
  return {
    type: 'Member',
    id: `${platformCode}:${id}`,
    platformCode,
    appliedAt: at,
    updatedAt: at,
    status: 'ACTIVE',
    kind: 'EMPLOYEE',
    channel: 'WECHAT',
    placeCode: platformCode,
    organizationId: null,
    transferredToId: null,
    joinedAt: at,
    decidedAt: at,
    leftAt: null,
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

async function operate(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${province.url}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Applied for, and approved by each. */
async function grant(client: string, owners: readonly string[], scopes: readonly string[]) {
  const application = { client, platforms: owners, scopes, purpose, reason: '核验身份所需。' };
  const { id } = await operate('access/grants/applications', application);
  for (const platform of owners) {
    const path = `access/grants/applications/${String(id)}/decision`;
    await operate(path, { platform, approve: true });
  }
}

/** A client's call at the gateway. */
async function by(client: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(`${province.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client,
      client_secret: secrets[client] ?? '',
    }),
  });
  const { access_token: token } = (await response.json()) as { readonly access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'onenet-purpose': purpose };
  return await ask(`${gatewayUrl}/graphql`, query, { ...variables }, headers);
}

interface Matches {
  readonly totalCount: number | null;
  readonly edges: readonly {
    readonly node: {
      readonly hash: string;
      readonly platformCode: string;
      readonly memberId?: string | null;
      readonly member?: { readonly status: string } | null;
    };
  }[];
  readonly completeness: {
    readonly asked: number;
    readonly answered: number;
    readonly notAsked: readonly { readonly platform: string; readonly reason: string }[];
    readonly missing: readonly { readonly platform: string; readonly reason: string }[];
  };
}

async function lookUp(
  client: string,
  people: readonly string[],
  {
    key = randomBytes(32),
    fields = 'hash platformCode',
    owners = codes,
  }: {
    readonly key?: Buffer;
    readonly fields?: string;
    readonly owners?: readonly string[];
  } = {},
): Promise<Answer & { readonly found: Matches | undefined }> {
  const data = { key: key.toString('base64url') };
  const sealedKeys = await Promise.all(owners.map((code) => seal(sealingKeys[code] ?? '', data)));
  const answer = await by(
    client,
    `query ($lookup: PersonLookupInput, $of: [ID!]) {
      personMatches(lookup: $lookup, filter: { platforms: $of }) {
        totalCount edges { node { ${fields} } }
        completeness { asked answered notAsked { platform reason } missing { platform reason } } } }`,
    {
      lookup: {
        subject: 'MEMBERS',
        sealedKeys,
        hashes: people.map((number) => identityHash(key, number)),
      },
      of: codes,
    },
  );
  return { ...answer, found: answer.data?.['personMatches'] as Matches | undefined };
}

const refusedByXiantao = [{ platform: xiantao, reason: 'REFUSED' }];

test('who is a member at two owners is found at both, in the order of the hashes; who is at none, nowhere', async () => {
  const key = randomBytes(32);
  const { found, errors } = await lookUp('police', [both, one, none], { key });
  expect(errors).toBeUndefined();
  const expected = [
    [identityHash(key, both), wuhan],
    [identityHash(key, both), xiangyang],
    [identityHash(key, one), ezhou],
  ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : Number(a > b)));
  const nodes = found?.edges.map(({ node }) => [node.hash, node.platformCode]) ?? [];
  expect(nodes.map(([hash]) => hash)).toEqual(expected.map(([hash]) => hash));
  expect(new Set(nodes.map(String))).toEqual(new Set(expected.map(String)));
  expect(found).toMatchObject({
    totalCount: 3,
    completeness: { asked: 3, answered: 3, notAsked: refusedByXiantao, missing: [] },
  });
  const nowhere = await lookUp('police', [none]);
  expect(nowhere.found).toMatchObject({
    totalCount: 0,
    edges: [],
    completeness: { answered: 3, missing: [] },
  });
});

test('which member it is, and the way to the record, where the owner has granted that', async () => {
  const fields = 'hash platformCode memberId member { status }';
  const { found } = await lookUp('police', [both, one], { fields });
  const ids = found?.edges.map(({ node }) => [node.platformCode, node.memberId, node.member]) ?? [];
  expect(new Set(ids.map((each) => JSON.stringify(each)))).toEqual(
    new Set([
      JSON.stringify([wuhan, `${wuhan}:both`, { status: 'ACTIVE' }]),
      JSON.stringify([xiangyang, null, null]),
      JSON.stringify([ezhou, `${ezhou}:one`, { status: 'ACTIVE' }]),
    ]),
  );
});

test('an owner to which no key is sealed is missing, and the others answer', async () => {
  const { found } = await lookUp('police', [both], { owners: [wuhan, ezhou] });
  expect(found?.edges.map(({ node }) => node.platformCode)).toEqual([wuhan]);
  expect(found?.completeness).toMatchObject({
    asked: 3,
    answered: 2,
    missing: [{ platform: xiangyang, reason: 'INVALID' }],
  });
});

test('another client’s key is refused by all', async () => {
  const key = randomBytes(32);
  expect((await lookUp('police', [both], { key })).found?.totalCount).toBe(2);
  const { errors } = await lookUp('tax', [both], { key });
  expect(errors?.[0]?.extensions?.['code']).toBe('CONFLICT');
});

test('what went to the owner has hashes, and no number and no key', async () => {
  const key = randomBytes(32);
  const before = tap.texts().length;
  await lookUp('police', [both, none], { key });
  const sent = tap.texts().slice(before).join('\n');
  expect(sent).toContain(identityHash(key, both));
  const hidden = [mark, both, none, key.toString('base64url'), key.toString('hex')];
  expect(marksIn(sent, hidden)).toEqual([]);
});

const filed = 'dataCorrection { id client status answer }';
async function doubt(client: string, platform: string): Promise<string> {
  const input = {
    platform,
    idempotencyKey: randomUUID(),
    recordId: `${platform}:${platform === ezhou ? 'one' : 'both'}`,
    field: 'Member.status',
    text: `已经调离，${mark}。`,
  };
  const answer = await by(
    client,
    `mutation ($input: FileDataDoubtInput!) { fileDataDoubt(input: $input) { ${filed} } }`,
    { input },
  );
  expect(answer.errors).toBeUndefined();
  const payload = answer.data?.['fileDataDoubt'] as
    | { dataCorrection: { id: string; client: string } }
    | undefined;
  expect(payload?.dataCorrection.client).toBe(client);
  return payload?.dataCorrection.id ?? '';
}

const list = `{ dataCorrections(filter: { platforms: ["${wuhan}", "${ezhou}"] }) {
  totalCount edges { node { id status answer platform { code } } } } }`;

test('each client has what it filed itself, over all owners, and asked at the same moment too', async () => {
  const mine = [await doubt('police', wuhan), await doubt('police', ezhou)];
  const others = [await doubt('tax', wuhan)];
  const idsOf = async (client: string): Promise<readonly string[]> => {
    const { data, errors } = await by(client, list);
    expect(errors).toBeUndefined();
    const found = data?.['dataCorrections'] as
      | { totalCount: number; edges: { node: { id: string } }[] }
      | undefined;
    const ids = found?.edges.map(({ node }) => node.id) ?? [];
    expect(found?.totalCount).toBe(ids.length);
    return ids.toSorted();
  };
  const answers = await Promise.all(['police', 'tax', 'police', 'tax'].map(idsOf));
  expect(answers).toEqual([mine.toSorted(), others, mine.toSorted(), others]);
  const { data, errors } = await by('tax', `{ dataCorrection(id: "${mine[0]}") { id } }`);
  expect(data?.['dataCorrection'] ?? null).toBeNull();
  expect(JSON.stringify(errors ?? [])).not.toContain('police');
});

test('the owner’s answer comes back to who filed', async () => {
  const { data } = await by('tax', list);
  const filedByTax = data?.['dataCorrections'] as { edges: { node: { id: string } }[] } | undefined;
  const id = filedByTax?.edges[0]?.node.id ?? '';
  const answered = await ask(
    `${platformUrls[wuhan]}/graphql`,
    `mutation ($input: ConfirmDataCorrectionInput!) { confirmDataCorrection(input: $input) { ${filed} } }`,
    { input: { id, idempotencyKey: 'confirm', answer: '已更正。' } },
    { 'onenet-actor': 'officer:desk-1' },
  );
  expect(answered.errors).toBeUndefined();
  const seen = await by('tax', `{ dataCorrection(id: "${id}") { status answer } }`);
  expect([seen.errors, seen.data]).toEqual([
    undefined,
    { dataCorrection: { status: 'CONFIRMED', answer: '已更正。' } },
  ]);
});
