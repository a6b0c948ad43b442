/** On behalf of, over the whole way: gateways sign, owners verify and record, keys change under load, and who asks an owner himself is refused. */
import { randomUUID } from 'node:crypto';
import { listKeys, mongoGuardStore, rotateKeys, verifyAccessRecord } from '@onenet/assertion';
import { startGateway } from '@onenet/gateway';
import { databaseName, startPlatforms } from '@onenet/platform';
import { platforms } from '@onenet/platforms';
import { startProvince } from '@onenet/province';
import type { Province } from '@onenet/province';
import { MongoClient } from 'mongodb';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testKeys, type TestKeys } from './fixtures/keys.ts';
import { freePort } from './fixtures/ports.ts';
import { ask } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const codes = ['420100', '420600', '420581'] as const;
const records = makeRecords(new Random(7), 10);
const query =
  '{ serviceRequests(first: 3) { edges { node { id } } completeness { asked answered missing { platform reason } } } }';
const whole = { asked: 3, answered: 3, missing: [] };

const stack = new AsyncDisposableStack();
const prefix = `t${randomUUID().slice(0, 8)}_`;
const lines: string[] = [];
let keys: TestKeys;
let client: MongoClient;
let province: Province;
let urls: Readonly<Record<string, string>>;
/** Two, on the same keys; the first one's JWK set is what owners trust. */
let gateways: readonly string[];

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  client = await MongoClient.connect(mongodbUri);
  stack.defer(() => client.close());
  stack.defer(dropDatabases);
  keys = stack.use(await testKeys());
  const port = await freePort();
  const hosted = await startPlatforms({
    mongodbUri,
    codes,
    basePort: 0,
    databasePrefix: prefix,
    scale: null,
    records: ({ code }) => records.filter(({ platformCode }) => platformCode === code),
    trust: [`http://127.0.0.1:${port}/.well-known/jwks.json`],
    unsigned: 'refuse',
  });
  stack.defer(() => hosted.stop());
  ({ urls } = hosted);
  province = await startProvince({
    port: 0,
    host: '127.0.0.1',
    mongodbUri,
    database: `${prefix}province`,
    platformHost: '127.0.0.1',
    development: true,
    platformBasePort: 9,
    analyticsUrl: 'http://127.0.0.1:9',
  });
  stack.defer(() => province.stop());
  for (const { code } of platforms) {
    if (urls[code] === undefined) await province.setConnection(code, 'REGISTERED');
    else await province.setPlatformUrl(code, urls[code]);
  }
  gateways = [await gateway(keys.dir, port), await gateway(keys.dir)];
});
afterAll(() => stack.disposeAsync());

async function gateway(keysDir: string | undefined, port = 0): Promise<string> {
  const started = await startGateway({
    port,
    provinceUrl: province.url,
    keysDir,
    log: pino({ level: 'info' }, { write: (line) => void lines.push(line) }),
  });
  stack.defer(() => started.stop());
  return started.url;
}

async function dropDatabases(): Promise<void> {
  for (const name of [...codes.map((code) => databaseName(code, prefix)), `${prefix}province`]) {
    await client.db(name).dropDatabase();
  }
}

async function completenessAt(url: string): Promise<unknown> {
  const { data } = await ask(`${url}/graphql`, query);
  return (data?.['serviceRequests'] as { completeness?: unknown } | null | undefined)?.completeness;
}

const storeOf = (code: string) => mongoGuardStore(client.db(databaseName(code, prefix)));

test('every gateway with the keys is answered by every owner', async () => {
  for (const url of gateways) expect(await completenessAt(url)).toEqual(whole);
});

test('who asks an owner himself is refused, by GraphQL and by the feed, whatever he says he is', async () => {
  const headers = { 'onenet-caller': 'e30', 'onenet-actor': 'officer:desk-3' };
  const asked = await fetch(`${urls['420100']}/graphql?query={__typename}`, { headers });
  expect(asked.status).toBe(401);
  expect(asked.headers.get('www-authenticate')).toBe('OneNet-Assertion');
  expect(await asked.json()).toMatchObject({
    errors: [{ extensions: { code: 'ASSERTION_REQUIRED' } }],
  });
  const feed = await fetch(`${urls['420100']}/events?after=0`, { headers });
  expect(feed.status).toBe(401);
  expect(feed.headers.get('content-type')).toBe('application/problem+json');
  expect(await feed.json()).toMatchObject({ status: 401, code: 'ASSERTION_REQUIRED' });
  expect((await fetch(`${urls['420100']}/health/ready`)).status).toBe(200);
});

test('each owner has a line for each call, in a chain, before its answer was out', async () => {
  for (const code of codes) {
    const before = await verifyAccessRecord(code, storeOf(code));
    expect(before).toMatchObject({ ok: true, lines: expect.any(Number) });
    await completenessAt(gateways[0] ?? '');
    const after = await verifyAccessRecord(code, storeOf(code));
    expect(after).toMatchObject({ ok: true, lines: before.ok ? before.lines + 1 : 0 });
    const [last] = await storeOf(code).read(before.ok ? before.lines : 0, 1);
    expect(JSON.parse(last?.line ?? '')).toMatchObject({
      issuer: 'gateway',
      consumer: 'local',
      path: '/graphql',
      status: 200,
    });
  }
});

test('keys are rotated under load, to SM2 and back: no call fails, at either gateway', async () => {
  const load = { asked: 0, running: true };
  const incomplete: unknown[] = [];
  const asking = Array.from({ length: 6 }, async (_, i) => {
    while (load.running) {
      const completeness = await completenessAt(gateways[i % 2] ?? '');
      load.asked++;
      if (JSON.stringify(completeness) !== JSON.stringify(whole)) incomplete.push(completeness);
    }
  });
  const signedBy = new Set<string>();
  for (const alg of ['SM2', 'EdDSA'] as const) {
    // Published for longer than a gateway takes to read the folder; owners that did not see it by
    // then ask for it when it first signs.
    const gatewayKeys = join(keys.dir, 'gateway');
    const added = await rotateKeys(gatewayKeys, { alg, aheadMs: 1_500 });
    const before = load.asked;
    while (!listKeys(gatewayKeys).some((key) => key.kid === added.kid && key.state === 'SIGNS')) {
      await sleep(50);
    }
    while (load.asked < before + 60 || !signedBy.has(added.kid)) {
      const [line] = (await storeOf('420100').read(load.asked - 5, 100)).toReversed();
      if (line) signedBy.add((JSON.parse(line.line) as { kid: string }).kid);
      await sleep(50);
    }
  }
  load.running = false;
  await Promise.all(asking);
  expect(incomplete).toEqual([]);
  expect(signedBy.size).toBeGreaterThanOrEqual(2);
  for (const code of codes) {
    expect(await verifyAccessRecord(code, storeOf(code))).toMatchObject({ ok: true });
  }
});

test('what was signed for one owner is not taken by another, and costs that owner’s part alone', async () => {
  await province.setPlatformUrl('420581', urls['420600'] ?? '');
  const [url = ''] = gateways;
  await expect
    .poll(() => completenessAt(url))
    .toEqual({ asked: 3, answered: 2, missing: [{ platform: '420581', reason: 'INVALID' }] });
  expect(lines.join('\n')).toContain('status 401, no data, ASSERTION_INVALID');
  await province.setPlatformUrl('420581', urls['420581'] ?? '');
  await expect.poll(() => completenessAt(url)).toEqual(whole);
});

test('a gateway whose keys nobody trusts, and one that does not sign, are answered by nobody', async () => {
  await using strange = await testKeys();
  for (const keysDir of [strange.dir, undefined]) {
    const { data, errors } = await ask(`${await gateway(keysDir)}/graphql`, query);
    expect(data).toEqual({ serviceRequests: null });
    expect(errors?.[0]?.extensions?.['code']).toBe('NOBODY_ANSWERED');
  }
});
