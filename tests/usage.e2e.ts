/** What consumers ask: through a gateway that is killed, into analytics, and there against whoever would take it away. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnalytics } from '@onenet/analytics';
import { moduleText, platformSdl } from '@onenet/contract';
import { startPlatforms } from '@onenet/platform';
import { platforms } from '@onenet/platforms';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { until } from '../analytics/src/fixture.ts';
import { testKeys, type TestKeys } from './fixtures/keys.ts';
import { freePort } from './fixtures/ports.ts';
import { startRegistryNet, type RegistryNet } from './fixtures/registry-net.ts';
import { ask } from './fixtures/small-net.ts';

const code = '422800';
const scope = `filter: { platforms: ["${code}"] }`;
const titles = `query Titles($n: Int) { articles(first: $n, ${scope}) { edges { node { id title } } } }`;
const requests = `query Requests($s: [RequestStatus!]) {
  serviceRequests(first: 1, filter: { platforms: ["${code}"], statuses: $s }) { edges { node { id } } }
}`;

const stack = new AsyncDisposableStack();
const mongodbUri = inject('mongodbUri');
let net: RegistryNet;
let keys: TestKeys;
let folder: string;
let gatewayUrl: string;
let analyticsUrl: string;
let gateway: ChildProcess;
let platformUrl: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usage-'));
  stack.defer(() => rm(folder, { recursive: true }));
  keys = stack.use(await testKeys());
  const ports = [await freePort(), await freePort()];
  gatewayUrl = `http://127.0.0.1:${ports[0]}`;
  analyticsUrl = `http://127.0.0.1:${ports[1]}`;
  // Nobody has asked for long here, so nobody is needed for long.
  net = stack.use(await startRegistryNet([], { analyticsUrl, keysDir: keys.dir, usageDays: 0 }));
  const prefix = net.db.databaseName.slice(0, -'province'.length);
  const hosted = await startPlatforms({
    mongodbUri,
    codes: [code],
    basePort: 0,
    databasePrefix: prefix,
    scale: null,
    trust: [keys.jwksFile],
    unsigned: 'loopback',
  });
  stack.defer(() => hosted.stop());
  for (const platform of platforms) await net.province.setConnection(platform.code, 'REGISTERED');
  platformUrl = hosted.urls[code] ?? '';
  token = await net.token(code);
  const { admitted, steps } = await net.publish(code, { url: platformUrl }, token);
  if (!admitted) throw new Error(JSON.stringify(steps));
  stack.defer(async () => {
    if (gateway.exitCode === null && gateway.signalCode === null) await end('SIGTERM');
  });
  await startGateway();
  const analytics = await startAnalytics({
    port: ports[1] ?? 0,
    host: '127.0.0.1',
    dataDir: join(folder, 'analytics'),
    mongodbUri,
    database: `${prefix}analytics`,
    provinceUrl: net.province.url,
    gatewayUrl,
    keysDir: keys.dir,
    log: () => undefined,
  });
  stack.defer(() => analytics.stop());
});
afterAll(() => stack.disposeAsync());

test('each answered operation counts once, also when the gateway is killed', async () => {
  let asked = 0;
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20; i++) {
      expect(await ask(`${gatewayUrl}/graphql`, titles, { n: 1 + (i % 3) })).toMatchObject({
        data: { articles: { edges: expect.any(Array) } },
      });
      asked++;
    }
    // It is recorded when the answer has left: what is answered next tells that it is.
    await fetch(`${gatewayUrl}/health/live`);
    await end('SIGKILL');
    await startGateway();
  }
  for (const statuses of [['SUBMITTED'], ['RESOLVED', 'RATED'], undefined]) {
    await ask(`${gatewayUrl}/graphql`, requests, { s: statuses });
  }
  await until(
    async () =>
      (await used('Query.serviceRequests')) >= 3 && (await used('Query.articles')) >= asked,
  );
  expect(await used('Query.serviceRequests')).toBe(3);
  expect(await used('Query.articles')).toBe(asked);
  expect(await used('Article.title')).toBe(asked);
  expect(await used('RequestStatus.RATED')).toBe(1);
  expect(await used('ServiceRequestFilter.statuses')).toBe(3);
  expect(await used('Article.summary')).toBe(0);
  const { topOperations } = await askAnalytics(
    '{ topOperations(first: 1) { name client requests failedShare owners } }',
  );
  expect(topOperations).toEqual([
    { name: 'Titles', client: 'local', requests: asked, failedShare: 0, owners: [code] },
  ]);
  // The same through the gateway, as metrics.
  const figures = await ask(
    `${gatewayUrl}/graphql`,
    `{
      metrics(input: {
        metrics: ["apiRequests", "apiErrors", "apiOwnerCalls", "ownerAvailability"]
        period: LAST_7_DAYS, platforms: ["${code}"], compareWith: NONE
      }) { metric value answered asked behind }
      tops(input: { metric: "apiRequests", by: CLIENT, period: LAST_7_DAYS, platforms: ["${code}"] }) {
        rows { key value }
      }
    }`,
  );
  const known = { answered: 1, asked: 1, behind: [] };
  expect(figures).toMatchObject({
    data: {
      metrics: [
        { metric: 'apiRequests', value: asked + 3, ...known },
        { metric: 'apiErrors', value: 0, ...known },
        { metric: 'apiOwnerCalls', value: asked + 3, ...known },
        { metric: 'ownerAvailability', value: 1, ...known },
      ],
      tops: { rows: [{ key: 'local', value: asked + 3 }] },
    },
  });
});

test('what is in use is not taken away, and who uses it is named; what is not, may be', async () => {
  const publish = async (...modules: Parameters<typeof platformSdl>[0]) => {
    const sdl = platformSdl(['core', 'organizations', 'requests', ...modules]);
    const report = await net.publish(code, { url: platformUrl, sdl }, token);
    return report.steps.find(({ step }) => step === 'BREAKING');
  };
  expect(await publish('members')).toMatchObject({
    ok: false,
    findings: [
      {
        code: 'REMOVED_IN_USE',
        message: expect.stringContaining('local (40 requests in 90 days)'),
      },
    ],
  });
  expect(await publish('content')).toMatchObject({
    ok: true,
    findings: [{ code: 'REMOVED_UNUSED', message: expect.stringContaining('members') }],
  });
});

test('a proposed contract is told what it breaks, for whom', async () => {
  const file = join(folder, 'content.graphql');
  const without = (...fields: readonly string[]) =>
    fields.reduce((text, field) => text.replace(`\n  ${field}: String\n`, '\n'), article);
  const article = moduleText('content');

  await writeFile(file, without('title', 'summary'));
  const breaking = await contractDiff(file, '--json');
  expect(breaking.exitCode).toBe(1);
  const { changes } = JSON.parse(breaking.stdout) as { changes: readonly object[] };
  expect(changes).toMatchObject([
    {
      kind: 'FIELD_REMOVED',
      coordinate: 'Article.title',
      offeredBy: [code],
      usedBy: [{ client: 'local', requests: 40 }],
    },
    { kind: 'FIELD_REMOVED', coordinate: 'Article.summary', offeredBy: [code], usedBy: [] },
  ]);
  expect((await contractDiff(file)).stdout).toContain('local (40 requests)');

  await writeFile(file, without('summary'));
  expect(await contractDiff(file)).toMatchObject({ exitCode: 0 });
});

/** Requests at this coordinate, by all clients. */
async function used(coordinate: string): Promise<number> {
  const { operationUsage } = await askAnalytics(
    `{ operationUsage(coordinates: ["${coordinate}"]) { requests } }`,
  );
  return (operationUsage as readonly { requests: number }[]).reduce(
    (sum, each) => sum + each.requests,
    0,
  );
}

/** Analytics itself: at the gateway the question would be a use too. */
async function askAnalytics(query: string): Promise<Record<string, unknown>> {
  const { data } = await ask(`${analyticsUrl}/graphql`, query);
  return data ?? {};
}

async function startGateway(): Promise<void> {
  const flags = {
    port: new URL(gatewayUrl).port,
    'province-url': net.province.url,
    state: join(folder, 'gateway'),
    keys: keys.dir,
    'mongodb-uri': mongodbUri,
    database: `${net.db.databaseName}_gateway`,
    'log-level': 'fatal',
  };
  const main = fileURLToPath(new URL('../gateway/src/main.ts', import.meta.url));
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  gateway = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
  await until(async () => {
    const ready = await fetch(`${gatewayUrl}/health/ready`).catch(() => undefined);
    await ready?.body?.cancel();
    return ready?.ok ?? false;
  });
}

async function end(signal: NodeJS.Signals): Promise<void> {
  const exit = once(gateway, 'exit');
  gateway.kill(signal);
  await exit;
}

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
}

function contractDiff(file: string, ...flags: readonly string[]): Promise<Ran> {
  const onenet = fileURLToPath(new URL('../scripts/onenet.ts', import.meta.url));
  const urls = ['--gateway', gatewayUrl, '--province', net.province.url];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [onenet, 'contract', 'diff', file, ...urls, ...flags],
      (error, stdout) => resolve({ exitCode: Number(error?.code ?? 0), stdout }),
    );
  });
}
