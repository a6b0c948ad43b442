/**
 * What an operator does with a net that is in use: keys rotated under load, a person erased, the
 * province's side lost and restored. One net for all, for each needs the whole; long, because each drill
 * is a story.
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openKeys, signCall, type Keys } from '@onenet/assertion';
import { localCaller, restoredLeap, seal } from '@onenet/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { tierTotals } from '../analytics/src/fixture.ts';
import { backup } from '../scripts/commands/backup.ts';
import { keys as keysCommand } from '../scripts/commands/keys.ts';
import { restore } from '../scripts/commands/restore.ts';
import { verify } from '../scripts/commands/access/verify.ts';
import { rotateSealingKey } from '../subgraphs/platform/src/modules/core/sealing-key.ts';
import { Load, wholeOrWhy } from './drills/load.ts';
import { DrillNet, codes } from './drills/net.ts';
import { marksIn } from './fixtures/marks.ts';
import { Caller } from './privacy/caller.ts';
import { Marked, allMarks } from './privacy/marked.ts';
import * as places from './privacy/places.ts';
import * as story from './privacy/story.ts';
import type { Site } from './privacy/story.ts';

const [jingmen, ezhou] = codes;
/** Of an account at the province; found nowhere else: in base64 a part of it is looked for, so it holds no word of the net's. */
const leaderName = 'zqwvkxj-7';
const purpose = 'audit';
const list = `{ members(first: 5) { edges { node { id maskedName } }
  completeness { asked missing { platform reason } notAsked { platform reason } } } }`;

let net: DrillNet;
beforeAll(async () => {
  net = await DrillNet.start();
}, 300_000);
afterAll(() => net?.[Symbol.asyncDispose]());

/** Admits a client, grants it members at both platforms, and gives its secret and its grants. */
async function admitted(id: string, more: object = {}) {
  const scopes = ['organizations:read', 'members:read'];
  const profile = { id, name: id, nameEn: id, kind: 'OTHER', adHoc: true, scopes };
  const limits = { perSecond: 1000, burst: 1000, perDay: 1_000_000, concurrent: 50 };
  const sent = { ...profile, purposes: [purpose], limits, ...more };
  const { secret } = await net.operate('POST', 'access/clients', sent);
  const asked = { client: id, platforms: codes, scopes: ['members:read'], purpose, reason: '演练' };
  const { id: application } = await net.operate('POST', 'access/grants/applications', asked);
  for (const platform of codes) {
    const path = `access/grants/applications/${String(application)}/decision`;
    await net.operate('POST', path, { platform, approve: true });
  }
  const { grants } = (await net.operate('GET', `access/grants?client=${id}`)) as {
    grants: readonly { id: string; platform: string }[];
  };
  const grantOf = (code: string) => grants.find(({ platform }) => platform === code)?.id ?? '';
  return { secret: String(secret), grantOf };
}

/** An access token; undefined: it was refused. */
async function tokenBy(form: Record<string, string>): Promise<string | undefined> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  const response = await fetch(`${net.urls.gateway}/oauth/token`, { method: 'POST', body });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  return token;
}

const bySecret = (client_id: string, client_secret: string) =>
  tokenBy({ client_id, client_secret });

interface ClientKey {
  readonly kid: string;
  readonly jwk: object;
  token(): Promise<string | undefined>;
}

/** A client's own key pair, and a token by it (RFC 7523). */
function clientKey(client: string): ClientKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const kid = randomUUID();
  return {
    kid,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid },
    token: () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: client,
        sub: client,
        aud: `${net.urls.gateway}/oauth/token`,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
      };
      const signed = [{ alg: 'EdDSA', kid }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const signature = sign(null, Buffer.from(signed), privateKey).toString('base64url');
      return tokenBy({
        client_id: client,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: `${signed}.${signature}`,
      });
    },
  };
}

const bearer = (token: string | undefined) => ({
  authorization: `Bearer ${token ?? 'none'}`,
  'onenet-purpose': purpose,
});

const asList = async (token: string | undefined) =>
  wholeOrWhy(await net.ask(list, {}, bearer(token)), 'members');

/** Status of a query of the gateway. */
async function statusOf(headers: Record<string, string>): Promise<number> {
  const response = await fetch(`${net.urls.gateway}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: list }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A person signed in; the headers of the browser. */
async function signedIn(name: string): Promise<Record<string, string>> {
  const { password } = await net.operate('POST', 'access/people', { name, roles: ['leader'] });
  const own = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const response = await fetch(`${net.urls.gateway}/session`, {
    method: 'POST',
    headers: own,
    body: JSON.stringify({ name, password }),
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { ...own, cookie };
}

async function submit(title: string): Promise<string | undefined> {
  const { data, errors } = await net.ask(
    `mutation ($input: SubmitServiceRequestInput!) {
      submitServiceRequest(input: $input) { serviceRequest { id } } }`,
    {
      input: {
        platform: jingmen,
        idempotencyKey: randomUUID(),
        title,
        category: 'WAGES',
        channel: 'WECHAT',
        placeCode: '420802',
        applicantName: '张三',
      },
    },
    { 'onenet-actor': 'officer:desk' },
  );
  return data?.['submitServiceRequest'] ? undefined : JSON.stringify(errors);
}

async function sealingKeyNow(): Promise<string> {
  const { data } = await net.ask(`{ platform(code: "${ezhou}") { sealingKey } }`);
  const { platform } = data as { readonly platform: { readonly sealingKey: string } };
  return platform.sealingKey;
}

/** A look-up under a key of its own. */
async function lookUp(sealingKey: string): Promise<string | undefined> {
  const key = randomBytes(32);
  const sealed = await seal(sealingKey, { key: key.toString('base64url') });
  const answer = await net.ask(
    `query ($lookup: PersonLookupInput) { personMatches(lookup: $lookup, first: 10, filter: { platforms: ["${ezhou}"] }) {
      edges { node { hash } } completeness { missing { platform reason } } } }`,
    {
      lookup: {
        subject: 'MEMBERS',
        sealedKeys: [sealed],
        hashes: [randomBytes(32).toString('base64url')],
      },
    },
  );
  return wholeOrWhy(answer, 'personMatches');
}

/** A call to an owner, signed by a key. */
async function atOwner(keys: Keys): Promise<number> {
  const body = JSON.stringify({ query: '{ organizations(first: 1) { totalCount } }' });
  const call = { owner: jingmen, method: 'POST', path: '/graphql', body };
  const response = await fetch(`${net.platforms?.urls[jingmen]}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...signCall(keys, localCaller, undefined, call),
    },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** `./onenet <command>`; what it printed. */
async function onenet(
  command: (args: readonly string[], usage: string) => Promise<number>,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const printed: string[] = [];
  const keep = (line: unknown) => void printed.push(String(line));
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(keep),
    vi.spyOn(console, 'error').mockImplementation(keep),
  ];
  try {
    return { code: await command(args, 'usage'), text: printed.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The same, where it must succeed. */
async function done(...of: Parameters<typeof onenet>): Promise<string> {
  const { code, text } = await onenet(...of);
  expect(code, text).toBe(0);
  return text;
}

const within = { timeout: 60_000, interval: 250 };

test('keys, tokens, secrets and sealing keys are rotated under load: nothing fails, and the old ones end', async () => {
  const keysDir = join(net.dataDir, 'keys');
  const requests = net.mongo.db(`platform_${jingmen}`).collection('service_requests');
  const requestsBefore = await requests.countDocuments();
  let { secret } = await admitted('taxation');
  let key = clientKey('pensions');
  await admitted('pensions', { key: key.jwk });
  const leader = await signedIn(leaderName);
  await expect.poll(async () => asList(await key.token()), within).toBeUndefined();
  const [oldSecret, oldKey, oldSealing] = [secret, key, await sealingKeyNow()];
  const oldToken = await bySecret('taxation', secret);
  // As somebody would who has copied the folder.
  const stolen = join(net.folder, 'stolen');
  await cp(keysDir, stolen, { recursive: true });
  const thief = await openKeys(join(stolen, 'gateway'), { issuer: 'gateway' });
  expect(await atOwner(thief)).toBe(200);

  await using load = new Load();
  load.add('a client by its secret', async () => asList(await bySecret('taxation', secret)));
  load.add('a client by its key', async () => asList(await key.token()));
  load.add('a person', async () => wholeOrWhy(await net.ask(list, {}, leader), 'members'));
  load.add('a mutation', () => submit(`轮换 ${randomUUID()}`));
  load.add('a look-up', async () => lookUp(await sealingKeyNow()), { most: 20 });
  await load.more(2);

  for (const which of [[], ['--tokens']]) {
    const rotate = ['rotate', '--keys', keysDir, '--ahead', '2', ...which];
    await done(keysCommand, ...rotate);
  }
  const overlap = { overlapSeconds: 5 };
  secret = String((await net.operate('POST', 'access/clients/taxation/rotate', overlap))['secret']);
  const newKey = clientKey('pensions');
  await net.operate('POST', 'access/clients/pensions/rotate', { ...overlap, key: newKey.jwk });
  key = newKey;
  const ezhouDb = net.mongo.db(`platform_${ezhou}`);
  await rotateSealingKey(ezhouDb, 5_000);
  expect(await lookUp(oldSealing)).toBeUndefined();
  await load.more(4);

  // The new keys sign, so what the old ones signed is only still under way.
  const current = async (part: string) =>
    (
      await onenet(
        keysCommand,
        'list',
        '--keys',
        keysDir,
        ...(part === 'tokens' ? ['--tokens'] : []),
      )
    ).text;
  await expect.poll(() => current('tokens'), within).toMatch(/LEAVING[^]*SIGNS/);
  await load.more(4);
  for (const [name, part] of [
    ['gateway', []],
    ['tokens', ['--tokens']],
  ] as const) {
    const [oldest = ''] = (await readdir(join(stolen, name))).toSorted();
    const { kid } = JSON.parse(await readFile(join(stolen, name, oldest), 'utf8')) as {
      kid: string;
    };
    const withdraw = ['withdraw', '--keys', keysDir, '--kid', kid, ...part];
    expect(await done(keysCommand, ...withdraw)).not.toContain(kid);
  }
  await expect.poll(() => atOwner(thief), within).toBe(401);
  await expect.poll(() => statusOf(bearer(oldToken)), within).toBe(401);
  expect(await bySecret('taxation', oldSecret)).toBeUndefined();
  expect(await oldKey.token()).toBeUndefined();
  expect(await lookUp(oldSealing)).toContain('BAD_INPUT');
  await load.more(2);
  await load[Symbol.asyncDispose]();
  expect(load.failures).toEqual([]);
  const mutations = load.answered.get('a mutation') ?? 0;
  expect(mutations).toBeGreaterThan(5);
  expect((await requests.countDocuments()) - requestsBefore).toBe(mutations);
});

test('an account of the province that is removed leaves an opaque id alone', async () => {
  expect(await inDatabases([leaderName])).toEqual(['province.people']);
  const people = net.mongo.db('province').collection('people');
  const id = String((await people.findOne({ name: leaderName }))?._id);
  await net.operate('DELETE', `access/people/${leaderName}`);
  expect(await inDatabases([leaderName])).toEqual([]);
  // Who has read what is still told, by the id that nobody can put a name to any more.
  expect(await inDatabases([id])).toContain('province.trail');
});

/** All that is one person's: one account, and names, numbers and texts with marks. */
class OnePerson extends Marked {
  #worker: string | undefined;

  override worker(): string {
    return (this.#worker ??= super.worker());
  }
}

/** Ids of the person's records at both platforms, all ended. */
async function personLives(person: OnePerson): Promise<readonly string[]> {
  const caller = new Caller(net.urls.gateway, net.platforms?.urls ?? {});
  const ids: string[] = [];
  const bound: Parameters<typeof story.cards>[0] = {
    call: async (...args) => {
      const answered = await caller.call<never>(...args);
      ids.push((answered as { id: string }).id);
      return answered;
    },
    callProvince: caller.callProvince.bind(caller),
    read: caller.read.bind(caller),
  };
  const site = async (code: string, placeCode: string): Promise<Site> => {
    const organization = await net.mongo
      .db(`platform_${code}`)
      .collection('organizations')
      .findOne();
    return { code, placeCode, organizationId: String(organization?._id) };
  };
  const db = net.mongo.db(`platform_${jingmen}`);
  const channel = { name: '演示', channel: 'WECHAT', placeCode: '420802', followerCount: 0 };
  await db
    .collection('media_channels')
    .insertOne({ _id: `${jingmen}:channel-wechat` as never, ...channel });
  const [cards, aid] = await Promise.all([site(jingmen, '420802'), site(ezhou, '420704')]);
  await story.requests(bound, person, cards);
  await story.cards(bound, person, cards);
  await story.content(bound, person, cards);
  await story.corrections(bound, person, cards);
  await story.aid(bound, person, aid);
  // What is under way is ended first, by the steps that count it.
  const own = { _id: { $in: ids as never[] } };
  for await (const { _id } of db.collection('members').find({ ...own, status: 'ACTIVE' })) {
    await caller.call('leaveUnion', { id: String(_id) });
  }
  const open = { ...own, status: { $in: ['SUBMITTED', 'VERIFIED', 'DISPATCHED', 'ACCEPTED'] } };
  for await (const { _id } of db.collection('service_requests').find(open)) {
    await caller.call('rejectServiceRequest', { id: String(_id) });
  }
  return ids;
}

/** Where the marks of a person are: in every database, but for MongoDB's own. */
async function inDatabases(marks: readonly string[] = allMarks): Promise<readonly string[]> {
  const found: string[] = [];
  const { databases } = await net.mongo.db().admin().listDatabases({ nameOnly: true });
  for (const { name } of databases) {
    if (['admin', 'config', 'local'].includes(name)) continue;
    for (const collection of await net.mongo.db(name).collections()) {
      for await (const row of collection.find()) {
        if (marksIn(JSON.stringify(row), marks).length === 0) continue;
        found.push(`${name}.${collection.collectionName}`);
        break;
      }
    }
  }
  return found;
}

function erase(code: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  const main = fileURLToPath(new URL('../subgraphs/platform/src/erase/main.ts', import.meta.url));
  const file = ['--erasures', join(net.folder, 'erasures.ndjson')];
  const where = ['--platform', code, '--mongodb-uri', net.mongodbUri, ...file];
  return promisify(execFile)(process.execPath, [main, ...where, ...args]);
}

/** What platforms say that they have told, as the tiers of analytics are read. */
async function told(): Promise<Record<string, string>> {
  for (const code of codes) {
    const outbox = net.mongo.db(`platform_${code}`).collection('outbox');
    await expect.poll(() => outbox.countDocuments(), within).toBe(0);
  }
  const all = await Promise.all(
    (net.platforms?.platforms ?? []).map(async ({ definition, feed }) =>
      (await feed.totals())
        .filter(({ type }) => type !== 'onenet.opening')
        .map(({ type, events, count }) => [
          `${definition.code} ${type}`,
          `${events} lines, ${count}`,
        ]),
    ),
  );
  return Object.fromEntries(all.flat()) as Record<string, string>;
}

/** Every tier has what the platforms told, once; that of minutes keeps three days, and has not all of it. */
async function countedOnce(): Promise<void> {
  const wanted = await told();
  const { analytics } = net.side ?? {};
  if (!analytics) throw new Error('Analytics does not run.');
  for (const tier of ['raw', 'hour', 'day', 'month'] as const) {
    const held = () => tierTotals(analytics.clickhouse, tier, analytics.ingest.currentEpochs());
    await expect.poll(held, { ...within, message: tier }).toEqual(wanted);
  }
}

/** Both sides of the access record at a platform. */
async function verified(code: string) {
  const token = await net.operatorToken();
  return await verify({
    access: { province: net.urls.province, token, data: net.dataDir },
    platform: code,
    url: '',
    known: '',
    fromMs: Date.now() - 3_600_000,
    toMs: Date.now(),
    underWayMs: 1_000,
  });
}

/** Until what was asked so far is in the net's record. */
async function recorded(code: string): Promise<void> {
  await expect.poll(async () => (await verified(code)).sides.pending, within).toBe(0);
}

test('a person is erased, the province’s side is lost and restored, then a platform: nothing is lost, left or counted twice', async () => {
  const person = new OnePerson();
  const ids = await personLives(person);
  const { secret, grantOf } = await admitted('social-affairs');
  await expect
    .poll(async () => asList(await bySecret('social-affairs', secret)), within)
    .toBeUndefined();
  const tokenBefore = await bySecret('social-affairs', secret);
  await countedOnce();
  await recorded(ezhou);
  expect((await verified(ezhou)).ok).toBe(true);
  expect(await inDatabases()).toContain(`platform_${jingmen}.members`);

  const [ofProvince, ofPlatform] = [join(net.folder, 'province'), join(net.folder, jingmen)];
  const where = ['--data', net.dataDir, '--mongodb-uri', net.mongodbUri];
  const run = ['--analytics', net.urls.analytics, ...where];
  await done(backup, ofProvince, ...run);
  await done(backup, ofPlatform, '--platform', jingmen, ...run);
  expect(await onenet(backup, ofProvince, ...run)).toMatchObject({ code: 2 });

  // Since the backup: somebody is erased, a grant is revoked, people ask and work.
  const reference = person.worker().replace('worker:', '');
  for (const code of codes) {
    const records = ids.filter((id) => id.startsWith(code)).flatMap((id) => ['--record', id]);
    await erase(code, '--person', reference, ...records, '--yes');
  }
  expect(await inDatabases()).toEqual([]);
  await countedOnce();
  await net.operate('POST', `access/grants/${grantOf(jingmen)}/revoke`, {});
  const scopesAt = (code: string) =>
    net.platforms?.platforms
      .find(({ definition }) => definition.code === code)
      ?.grants?.scopesOf('social-affairs', purpose, Date.now());
  await expect.poll(() => scopesAt(jingmen)?.size, within).toBe(0);
  expect(await asList(await bySecret('social-affairs', secret))).toBeUndefined();
  expect(await submit('备份之后')).toBeUndefined();
  const eventsBefore = await told();

  // Lost.
  await net.stopSide();
  for (const name of ['province', 'analytics', 'gateway']) await net.mongo.db(name).dropDatabase();
  const to = ['--data', join(net.folder, 'restored'), '--mongodb-uri', net.mongodbUri];
  const overLiving = await onenet(restore, ofProvince, ...where);
  expect([overLiving.code, overLiving.text]).toEqual([
    2,
    expect.stringContaining('is there already'),
  ]);
  const damaged = join(net.folder, 'damaged');
  await cp(ofProvince, damaged, { recursive: true });
  await writeFile(join(damaged, 'data', 'operator-token'), 'another');
  const refused = await onenet(restore, damaged, ...to);
  expect([refused.code, refused.text]).toEqual([2, expect.stringContaining('data/operator-token')]);
  const restored = await done(restore, ofProvince, ...to);
  expect(restored).toContain('grants revoked since then');
  expect(restored).toMatch(/suspended now; .*\n.*client resume --client .*social-affairs/);
  expect(await onenet(restore, ofProvince, ...to.with(1, join(net.folder, 'again')))).toMatchObject(
    {
      code: 2,
      text: expect.stringContaining('MongoDB has') as string,
    },
  );
  net.dataDir = join(net.folder, 'restored');
  await net.startSide();

  // Registry, clients and grants are as they were; what an owner saw revoked stays so.
  expect(net.side?.province.directory.revision).toBeGreaterThan(restoredLeap);
  expect(await statusOf(bearer(tokenBefore))).toBe(401);
  // Whether a client was revoked since, no store of the backup knows: none may ask until somebody says so.
  expect(await bySecret('social-affairs', secret)).toBeUndefined();
  await net.operate('POST', 'access/clients/social-affairs/resume', {});
  await expect
    .poll(async () => asList(await bySecret('social-affairs', secret)), within)
    .toBeUndefined();
  await expect.poll(() => scopesAt(ezhou)?.has('members:read'), within).toBe(true);
  expect(scopesAt(jingmen)?.size).toBe(0);
  const { data } = await net.ask(list, {}, bearer(await bySecret('social-affairs', secret)));
  const { members } = data as { members: { edges: readonly { node: { id: string } }[] } };
  expect(members.edges.filter(({ node }) => node.id.startsWith(jingmen))).toEqual([]);
  // Figures are those of before and of what has happened since, each once.
  expect(await told()).toEqual(eventsBefore);
  await countedOnce();
  // Of what was asked since the backup, owners have the record and the net has none: it says which.
  await recorded(ezhou);
  const { sides, owner, gateways } = await verified(ezhou);
  expect([owner.faults, gateways?.faults]).toEqual([[], []]);
  expect(sides.differences.map(({ kind }) => kind)).toEqual(['NOT_AT_THE_NET']);

  // A platform from its own backup: its log ends before what was read of it.
  await net.stopPlatforms();
  await net.mongo.db(`platform_${jingmen}`).dropDatabase();
  expect(await done(restore, ofPlatform, '--mongodb-uri', net.mongodbUri)).toContain('--again');
  expect(await inDatabases()).toContain(`platform_${jingmen}.members`);
  await erase(jingmen, '--again');
  await net.startPlatforms();
  await net.tellAddresses();
  expect(await told()).not.toEqual(eventsBefore);
  // The log is then as long as what was read of it, and another: its chain alone tells.
  await expect.poll(() => submit('恢复之后'), within).toBeUndefined();
  await countedOnce();

  // Nothing of the person is left anywhere, nor in what was written meanwhile.
  expect(await inDatabases()).toEqual([]);
  await net.stopSide();
  const rest = [
    ...(await places.clickhouse(join(net.dataDir, 'analytics', 'clickhouse'))),
    ...(await places.files(join(net.dataDir, 'gateway'))),
    { what: 'erasures', text: await readFile(join(net.folder, 'erasures.ndjson'), 'utf8') },
    { what: 'mongod.log', text: await readFile(join(net.folder, 'mongod.log'), 'utf8') },
  ];
  expect(rest.map(({ what }) => what)).toContain('ClickHouse onenet.raw');
  expect(rest.filter(({ text }) => marksIn(text, allMarks).length > 0)).toEqual([]);
}, 400_000);
