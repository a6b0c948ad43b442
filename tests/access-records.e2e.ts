/** Who was given what: recorded on both sides, laid side by side, proved; and whatever is changed on either side is named. Long, because each change is made and found over one net. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnalytics, type Analytics } from '@onenet/analytics';
import { accessHead0, nextAccessHead } from '@onenet/assertion';
import { startGateway } from '@onenet/gateway';
import { databaseName, startPlatforms } from '@onenet/platform';
import { startProvince } from '@onenet/province';
import type { Province } from '@onenet/province';
import { MongoClient, type Collection } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { until } from '../analytics/src/fixture.ts';
import { testKeys, type TestKeys } from './fixtures/keys.ts';
import { marksIn } from './fixtures/marks.ts';
import { freePort } from './fixtures/ports.ts';
import { ask, type Answer } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const codes = ['420100', '420600'] as const;
const [wuhan] = codes;
/** In what is asked with, and in what is given. */
const marks = ['标记甲7731', '标记乙7732'] as const;
const records = makeRecords(new Random(7), 10, codes).map((record) =>
  record.type === 'Organization' ? { ...record, name: `${record.name} ${marks[0]}` } : record,
);
const query = `query Unions($name: String) {
  organizations(first: 2, filter: { nameContains: $name }) { edges { node { id name kind } } }
}`;

interface Line {
  readonly _id: number;
  readonly line: string;
  readonly head: string;
}

const stack = new AsyncDisposableStack();
const prefix = `t${randomUUID().slice(0, 8)}_`;
let mongo: MongoClient;
let keys: TestKeys;
let folder: string;
let gatewayUrl: string;
let analytics: Analytics;
let province: Province;
let operatorToken: string;
let secrets: Readonly<Record<string, string>>;

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  mongo = stack.use(await MongoClient.connect(mongodbUri));
  stack.defer(dropDatabases);
  keys = stack.use(await testKeys());
  folder = await mkdtemp(join(tmpdir(), 'access-records-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const [gatewayPort, analyticsPort, provincePort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  const hosted = await startPlatforms({
    mongodbUri,
    codes,
    basePort: 0,
    databasePrefix: prefix,
    scale: null,
    records: ({ code }) => records.filter(({ platformCode }) => platformCode === code),
    trust: [keys.jwksFile],
    unsigned: 'refuse',
    provinceUrl: `http://127.0.0.1:${provincePort}`,
  });
  stack.defer(() => hosted.stop());
  const operatorTokenFile = join(folder, 'operator-token');
  province = await startProvince({
    port: provincePort,
    host: '127.0.0.1',
    mongodbUri,
    database: `${prefix}province`,
    platformHost: '127.0.0.1',
    development: true,
    platformBasePort: 9,
    analyticsUrl: `http://127.0.0.1:${analyticsPort}`,
    gatewayUrl,
    keysDir: keys.dir,
    operatorTokenFile,
    registeredOnly: true,
  });
  stack.defer(() => province.stop());
  operatorToken = (await readFile(operatorTokenFile, 'utf8')).trim();
  for (const code of codes) {
    await province.setPlatformUrl(code, hosted.urls[code] ?? null);
    await province.setConnection(code, 'CONNECTED');
  }
  secrets = { taxation: await addClient('taxation'), pensions: await addClient('pensions') };
  const gateway = await startGateway({
    port: gatewayPort,
    provinceUrl: province.url,
    keysDir: keys.dir,
    stateDir: join(folder, 'gateway'),
    usage: { mongodbUri, database: `${prefix}gateway` },
    logLevel: 'silent',
  });
  stack.defer(() => gateway.stop());
  analytics = await startAnalytics({
    port: analyticsPort,
    host: '127.0.0.1',
    dataDir: join(folder, 'analytics'),
    mongodbUri,
    database: `${prefix}analytics`,
    provinceUrl: province.url,
    gatewayUrl,
    keysDir: keys.dir,
    log: () => undefined,
  });
  stack.defer(() => analytics.stop());
});
afterAll(() => stack.disposeAsync());

test('two clients and this machine ask; each owner and the net have it, and both agree', async () => {
  for (const client of ['taxation', 'pensions']) {
    for (let i = 0; i < 3; i++) {
      const { data, errors } = await asClient(client, query, { name: marks[0] });
      expect({ data, errors }).toMatchObject({ errors: undefined });
      expect(JSON.stringify(data)).toContain(marks[0]);
    }
  }
  expect(await ask(`${gatewayUrl}/graphql`, query, { name: marks[1] })).toMatchObject({
    data: { organizations: { edges: [] } },
  });
  // What may not be asked is in the record too.
  const refused = await ask(`${gatewayUrl}/graphql`, query, {}, { authorization: 'Bearer none' });
  expect(refused.errors?.map(({ extensions }) => extensions?.['code'])).toEqual([
    'CREDENTIALS_INVALID',
  ]);
  await settled(7);

  const [entry] = (await recordOf(wuhan).find().toArray())
    .map(({ line }) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ consumer }) => consumer === 'taxation');
  expect(entry).toMatchObject({
    v: 2,
    issuer: 'gateway',
    person: 'clerk-7',
    purpose: 'audit',
    operation: 'Unions',
    fields: expect.arrayContaining(['Organization.name', 'Query.organizations']),
    rows: 2,
  });
  const { exitCode, verdict } = await verify();
  expect(verdict).toMatchObject({
    ok: true,
    owner: { faults: [] },
    gateways: { faults: [] },
    sides: { matched: 7, pending: 0, differences: [] },
  });
  expect(exitCode).toBe(0);
});

test('each sees its own: a client, the operator, a team', async () => {
  const own = '{ accessRecords(first: 50) { edges { node { client person rows } } } }';
  const { data } = await asClient('taxation', own, {});
  expect(data?.['accessRecords']).toEqual({
    edges: Array.from({ length: 3 }, () => ({
      node: { client: 'taxation', person: 'clerk-7', rows: 4 },
    })),
  });
  const listed = await onenet('list', '--gateway', gatewayUrl, '--client', 'pensions', '--json');
  const shown = JSON.parse(listed.stdout) as { requestId: string; owners: unknown[] }[];
  expect(shown).toHaveLength(3);
  const one = await onenet('show', shown[0]?.requestId ?? '', '--gateway', gatewayUrl);
  expect(one.stdout).toMatch(/pensions[^]*Organization\.name[^]*420100 +OK +2 /);
  const { stdout } = await onenet('list', '--gateway', gatewayUrl, '--result', 'REFUSED', '--json');
  expect(JSON.parse(stdout)).toMatchObject([{ client: null, codes: ['CREDENTIALS_INVALID'] }]);

  const team = await teamToken(wuhan);
  const as = async (path: string): Promise<number> => {
    const headers = { authorization: `Bearer ${team}` };
    const response = await fetch(`${province.url}/access/${path}`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  expect(await as(`records/${wuhan}?limit=1`)).toBe(200);
  expect(await as(`calls/${wuhan}`)).toBe(200);
  for (const path of ['records/420600', 'calls/420600', 'lines', 'export?client=taxation']) {
    expect([path, await as(path)]).toEqual([path, 403]);
  }
  const { verdict } = await verify('--token', team);
  expect(verdict).toMatchObject({ ok: true, sides: { matched: 7 } });
  expect(verdict).not.toHaveProperty('gateways');
});

test('a line that is altered or removed at the owner is named', async () => {
  const lines = recordOf(wuhan);
  const known = join(folder, 'known.json');
  expect((await verify('--known', known)).exitCode).toBe(0);
  const third = await lines.findOne({ line: /"consumer":"taxation"/ }, { sort: { _id: -1 } });
  if (!third) throw new Error('There is no line.');

  const altered = third.line.replace('"taxation"', '"pensions"');
  await lines.updateOne({ _id: third._id }, { $set: { line: altered } });
  expect(await verify()).toMatchObject({
    exitCode: 1,
    verdict: {
      owner: { faults: [{ sequence: third._id, fault: expect.stringContaining('altered') }] },
      sides: { differences: [{ kind: 'OTHER_CONSUMER', ownerSequence: third._id }] },
    },
  });

  await lines.deleteOne({ _id: third._id });
  expect(await verify()).toMatchObject({
    exitCode: 1,
    verdict: {
      owner: { faults: [{ sequence: third._id, fault: `line ${third._id} is missing` }] },
      sides: { differences: [{ kind: 'NOT_AT_THE_OWNER' }] },
    },
  });
  await lines.insertOne(third);

  expect((await verify('--known', known)).exitCode).toBe(0);
});

test('a record that was written anew as a whole is named by the other side, and by a head that was kept', async () => {
  const texts = (await recordOf(wuhan).find().sort({ _id: 1 }).toArray()).map(({ line }) => line);
  // The owner's own database goes on meanwhile: what it had is served from here.
  await using record = await servedRecord();
  const known = join(folder, 'known-there.json');
  const read = ['--url', record.url, '--known', known];
  record.texts = texts;
  expect((await verify(...read)).exitCode).toBe(0);
  const place = texts.findLastIndex((text) => text.includes('"consumer":"taxation"'));
  const forged = (texts[place] ?? '').replace(
    /"leaf":"[0-9a-f]{64}"/,
    `"leaf":"${'f'.repeat(64)}"`,
  );
  record.texts = texts.toSpliced(place, 0, forged);
  expect(await verify('--url', record.url)).toMatchObject({
    exitCode: 1,
    verdict: {
      owner: { faults: [] },
      sides: { differences: [{ kind: 'NOT_AT_THE_NET', ownerSequence: place + 1 }] },
    },
  });
  expect(await verify(...read)).toMatchObject({
    exitCode: 1,
    verdict: { owner: { faults: [{ fault: expect.stringContaining('rewritten') }] } },
  });
});

/** An owner that is nothing but its record, with heads that fit whatever stands in it. */
async function servedRecord(): Promise<
  AsyncDisposable & { url: string; texts: readonly string[] }
> {
  const server = createServer((request, response) => {
    const after = Number(URL.parse(request.url ?? '', 'http://owner')?.searchParams.get('after'));
    let head = accessHead0(wuhan);
    const lines = served.texts.map((line, i) => {
      head = nextAccessHead(head, line);
      return { sequence: i + 1, line, head };
    });
    response.setHeader('onenet-last-sequence', lines.length);
    const page = lines.slice(after).map((line) => `${JSON.stringify(line)}\n`);
    response.end(page.join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    texts: [] as readonly string[],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return served;
}

test('a row that is removed or altered in ClickHouse is named', async () => {
  const { clickhouse } = analytics;
  const [row] = await clickhouse.rows<{ sequence: number; line: string }>(
    `SELECT sequence, line FROM onenet.access WHERE client = 'pensions' ORDER BY sequence LIMIT 1`,
  );
  if (!row) throw new Error('There is no row.');
  const where = `WHERE sequence = ${row.sequence} SETTINGS mutations_sync = 2`;
  await clickhouse.run(`CREATE TABLE onenet.kept AS onenet.access`);
  await clickhouse.run(`INSERT INTO onenet.kept SELECT * FROM onenet.access`);
  await clickhouse.run(
    `ALTER TABLE onenet.access UPDATE line = replaceOne(line, '"pensions"', '"taxation"') ${where}`,
  );
  expect(await verify()).toMatchObject({
    exitCode: 1,
    verdict: {
      gateways: { faults: [{ sequence: row.sequence, fault: expect.stringContaining('altered') }] },
      sides: { differences: [{ kind: 'OTHER_CONSUMER', netSequence: row.sequence }] },
    },
  });
  await clickhouse.run(`ALTER TABLE onenet.access DELETE ${where}`);
  expect(await verify()).toMatchObject({
    exitCode: 1,
    verdict: {
      gateways: {
        faults: [{ sequence: row.sequence, fault: `line ${row.sequence} is missing` }],
      },
      sides: { differences: [{ kind: 'NOT_AT_THE_NET' }] },
    },
  });
  await clickhouse.run(
    `INSERT INTO onenet.access SELECT * FROM onenet.kept WHERE sequence = ${row.sequence}`,
  );
  await clickhouse.run('DROP TABLE onenet.kept');
  expect((await verify()).exitCode).toBe(0);
});

test.each([
  ['a platform', ['--platform', wuhan]],
  ['a client', ['--client', 'taxation']],
])('the export of %s proves itself off line; a changed byte does not', async (_, whose) => {
  const file = join(folder, `${whose[1] ?? ''}.ndjson`);
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, await (await fetch(`${gatewayUrl}/.well-known/jwks.json`)).text());
  const exported = await onenet('export', ...at, ...whose, '--output', file);
  expect(exported).toMatchObject({ exitCode: 0, stderr: '' });
  const prove = (...more: readonly string[]) => onenet('verify-file', file, ...more);
  expect((await prove()).stdout).toContain('the key that it brings itself');
  expect((await prove('--keys', jwks)).stdout).toContain('one of the keys that you know');

  const text = await readFile(file, 'utf8');
  const changed = join(folder, 'changed');
  await writeFile(changed, text.replace('clerk-7', 'clerk-8'));
  expect(text).toContain('clerk-7');
  expect(await onenet('verify-file', changed)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining('not what was sealed'),
  });
});

test('nothing of what was asked with or given is in any record', async () => {
  const lines = await Promise.all(codes.map((code) => recordOf(code).find().toArray()));
  const access = await analytics.clickhouse.rows('SELECT * FROM onenet.access');
  const gateway = mongo.db(`${prefix}gateway`);
  const log = await gateway
    .collection<{ line: { buffer: Uint8Array } }>('feed_log')
    .find()
    .toArray();
  const files = await readdir(folder);
  const exports = files.filter((name) => name.endsWith('.ndjson'));
  const texts = [
    ...lines.flat().map(({ line }) => line),
    ...log.map(({ line }) => Buffer.from(line.buffer).toString('utf8')),
    JSON.stringify(access),
    ...(await Promise.all(exports.map((name) => readFile(join(folder, name), 'utf8')))),
  ];
  expect(texts.length).toBeGreaterThan(30);
  // What is searched for would be found.
  expect(marksIn(`x ${marks[0]}`, marks)).toEqual([marks[0]]);
  expect(texts.flatMap((text) => marksIn(text, marks))).toEqual([]);
});

const recordOf = (code: string): Collection<Line> =>
  mongo.db(databaseName(code, prefix)).collection<Line>('access_record');

/** Where the province is, and as whom it is asked. */
const at: string[] = [];

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `./onenet access …` */
function onenet(...args: readonly string[]): Promise<Ran> {
  const main = fileURLToPath(new URL('../scripts/onenet.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'access', ...args], (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

async function verify(...more: readonly string[]) {
  const { exitCode, stdout, stderr } = await onenet(
    'verify',
    '--platform',
    wuhan,
    '--under-way',
    '1',
    '--json',
    ...at,
    ...more,
  );
  if (stderr !== '') throw new Error(stderr);
  return { exitCode, verdict: JSON.parse(stdout) as Record<string, unknown> };
}

/** So many requests are in the net's record, and everything before now. */
async function settled(requests: number): Promise<void> {
  await until(async () => {
    const [row] = await analytics.clickhouse.rows<{ n: number }>(
      `SELECT count() AS n FROM onenet.access FINAL WHERE has(platforms, '${wuhan}')`,
    );
    return row?.n === requests;
  });
  // What the net says of itself is as old as its last long poll: until it speaks of a time that is
  // later than all of them by more than `--under-way`, a line without its counterpart may yet find it.
  const enough = Date.now() + 1_500;
  await until(async () => {
    const headers = { authorization: `Bearer ${operatorToken}` };
    const response = await fetch(`${province.url}/access/calls/${wuhan}?limit=1`, { headers });
    await response.body?.cancel();
    return Date.parse(response.headers.get('onenet-delivered-to') ?? '') > enough;
  });
}

async function addClient(id: string): Promise<string> {
  at.splice(0, at.length, '--province', province.url, '--token', operatorToken);
  const body = {
    id,
    name: id,
    nameEn: id,
    kind: 'OTHER',
    adHoc: true,
    scopes: ['organizations:read'],
    purposes: ['audit'],
  };
  return String((await operate('access/clients', body))['secret']);
}

async function teamToken(code: string): Promise<string> {
  return String((await operate(`registry/platforms/${code}/tokens`, {}))['token']);
}

async function operate(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${province.url}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function asClient(id: string, text: string, variables: object): Promise<Answer> {
  const response = await fetch(`${province.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secrets[id] ?? '',
    }),
  });
  const { access_token: token } = (await response.json()) as { readonly access_token: string };
  return await ask(
    `${gatewayUrl}/graphql`,
    text,
    { ...variables },
    {
      authorization: `Bearer ${token}`,
      'onenet-on-behalf-of': 'clerk-7',
    },
  );
}

async function dropDatabases(): Promise<void> {
  const { databases } = await mongo.db().admin().listDatabases({ nameOnly: true });
  for (const { name } of databases) {
    if (name.startsWith(prefix)) await mongo.db(name).dropDatabase();
  }
}
