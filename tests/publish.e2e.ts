/** Publishing: what is in order is admitted; what is not changes nothing for anybody, and says what and where. Long, because each kind of nonsense is tried. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformSdl } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistryNet, type RegistryNet, type Report } from './fixtures/registry-net.ts';

const code = '422800';
const sdl = platformSdl(['core', 'organizations', 'requests', 'members', 'content']);
let net: RegistryNet;
let token: string;
let url: string;

beforeAll(async () => {
  net = await startRegistryNet([code, '429021']);
  token = await net.token(code);
  url = net.platformUrls[code] ?? '';
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
});

test('a registered platform becomes a connected one, by the steps in order', async () => {
  expect(await net.owner(code)).toMatchObject({ connection: 'REGISTERED', version: 0 });
  const report = await net.publish(code, { url, sdl }, token);
  expect(report).toMatchObject({ status: 200, admitted: true, version: 1 });
  expect(report.steps).toEqual(
    ['VALID', 'CONFORMS', 'ADDITIONS', 'BREAKING', 'ADDRESS', 'PROBE'].map((step) => ({
      step,
      ok: true,
      findings: [],
    })),
  );
  expect(await net.owner(code)).toMatchObject({
    connection: 'CONNECTED',
    version: 1,
    graphqlUrl: `${url}/graphql`,
    contractVersion: '1.2',
    lacks: [],
  });
});

test('a token that is revoked while its publish is under way admits nothing', async () => {
  const issued = await net.call('POST', `${code}/tokens`);
  let revoking: Promise<unknown> | undefined;
  // The platform itself, behind something that gives the operator the time to act.
  await using slow = await serve(async (request, response) => {
    revoking ??= net.call('DELETE', `${code}/tokens/${String(issued.body['id'])}`);
    await revoking;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = 'GET' } = request;
    const passed = Object.entries(request.headers).filter(([name]) =>
      /^(accept|content-type|onenet-.*)$/.test(name),
    );
    const answer = await fetch(`${url}${request.url}`, {
      method,
      headers: Object.fromEntries(passed) as Record<string, string>,
      ...(method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    });
    const head = Object.fromEntries(answer.headers);
    delete head['content-length'];
    delete head['content-encoding'];
    response.writeHead(answer.status, head).end(Buffer.from(await answer.arrayBuffer()));
  });
  const answer = await unchanged(() =>
    net.call('POST', `${code}/versions`, { url: slow.url, sdl }, String(issued.body['token'])),
  );
  expect(answer).toMatchObject({ status: 401, body: { error: { code: 'TOKEN_REQUIRED' } } });
});

test('without an SDL the address is asked for it', async () => {
  const report = await net.publish(code, { url }, token);
  expect(report).toMatchObject({ status: 200, admitted: true, version: 2 });
});

test('what is taken away is refused while who uses it is unknown, and admitted when it is named', async () => {
  const without = platformSdl(['core', 'organizations', 'requests', 'members']);
  const refused = await unchanged(() => net.publish(code, { url, sdl: without }, token));
  expect(lastStep(refused)).toMatchObject({
    step: 'BREAKING',
    findings: [
      { code: 'REMOVED_USE_UNKNOWN', message: expect.stringContaining('--accept content') },
    ],
  });
  // Named, it goes on to the probe, where the platform still serves it.
  for (const accepted of [{ accept: ['content'] }, { acceptBreaking: true }]) {
    const named = await unchanged(() =>
      net.publish(code, { url, sdl: without, ...accepted }, token),
    );
    expect(named.steps.find(({ step }) => step === 'BREAKING')).toMatchObject({
      ok: true,
      findings: [{ code: 'REMOVED_ACCEPTED' }],
    });
    expect(lastStep(named)).toMatchObject({ step: 'PROBE', ok: false });
    expect(lastStep(named)?.findings[0]).toMatchObject({ code: 'SDL_DIFFERS' });
  }
});

test('a third publish at once is refused, of this platform alone, until one is over', async () => {
  const held: (() => void)[] = [];
  await using slow = await serve((_, response) => {
    held.push(() => response.writeHead(500).end());
  });
  const both = [1, 2].map(() => net.publish(code, { url: slow.url, sdl }, token));
  await expect.poll(() => held.length, { timeout: 30_000 }).toBe(2);
  const noted = await net.db.collection('trail').countDocuments();
  const third = await unchanged(() =>
    net.call('POST', `${code}/versions`, { url: slow.url, sdl }, token),
  );
  expect(third).toMatchObject({ status: 429, body: { error: { code: 'TOO_MANY' } } });
  expect(await net.db.collection('trail').countDocuments()).toBe(noted);
  const other = await net.publish('429021', { url: 'nonsense' }, await net.token('429021'));
  expect(other).toMatchObject({ status: 422 });
  for (const answer of held) answer();
  for (const report of await Promise.all(both)) expect(report).toMatchObject({ status: 422 });
  expect(await net.publish(code, { url: 'nonsense', sdl }, token)).toMatchObject({ status: 422 });
});

describe('nonsense changes nothing for anybody, and is told what and where', () => {
  const withRoot = (field: string) => `${sdl}\nextend type Query { ${field} }`;
  test.each([
    ['no GraphQL', 'type Query {\n  a: Int', 'VALID', 'SYNTAX', undefined],
    ['an unknown type', withRoot('p422800Fund: Fund'), 'VALID', 'NOT_VALID', undefined],
    ['a megabyte and more', `${sdl}#${'x'.repeat(1024 * 1024)}`, 'VALID', 'TOO_LARGE', undefined],
    ['brackets without end', `type Query { a: ${'['.repeat(50_000)}`, 'VALID', 'SYNTAX', undefined],
    [
      'a type that is not the contract’s',
      sdl.replace(/(\bserviceRequest\([^)]*\): )\w+/, '$1Int'),
      'CONFORMS',
      expect.any(String),
      'Query.serviceRequest',
    ],
    [
      'another’s prefix',
      withRoot('p420800Fund: Int'),
      'ADDITIONS',
      expect.stringContaining('PREFIX'),
      'Query.p420800Fund',
    ],
    ['no prefix', withRoot('fund: Int'), 'ADDITIONS', 'PREFIX', 'Query.fund'],
  ])('%s', async (_name, wrong, step, finding, coordinate) => {
    const report = await unchanged(() => net.publish(code, { url, sdl: wrong }, token));
    expect(report).toMatchObject({ status: 422, admitted: false, version: null });
    expect(lastStep(report)).toMatchObject({ step, ok: false });
    const [first] = lastStep(report)?.findings ?? [];
    expect(first).toMatchObject({ code: finding, message: expect.any(String) });
    if (coordinate !== undefined) expect(first?.coordinate).toBe(coordinate);
  });

  test('addresses: none, dead, elsewhere, redirecting, another platform’s', async () => {
    await using away = await serve((_, response) =>
      response.writeHead(302, { location: url }).end(),
    );
    await using page = await serve((_, response) => response.end('<html>secret</html>'));
    const dead = await serve(() => undefined);
    await dead[Symbol.asyncDispose]();
    for (const [address, step, finding] of [
      ['nonsense', 'ADDRESS', 'URL_INVALID'],
      ['ftp://127.0.0.1', 'ADDRESS', 'SCHEME'],
      ['http://a:b@127.0.0.1', 'ADDRESS', 'CREDENTIALS'],
      [dead.url, 'PROBE', 'NO_ANSWER'],
      [away.url, 'PROBE', 'REDIRECT'],
      [page.url, 'PROBE', 'NO_GRAPHQL'],
      [net.platformUrls['429021'] ?? '', 'PROBE', 'FOREIGN_PLATFORM'],
    ]) {
      const report = await unchanged(() => net.publish(code, { url: address, sdl }, token));
      expect(lastStep(report), address).toMatchObject({ step, findings: [{ code: finding }] });
      expect(JSON.stringify(report)).not.toContain('secret');
    }
  });

  test('an address that another platform has', async () => {
    const other = await net.token('429021');
    const taken = net.platformUrls['429021'] ?? '';
    expect(await net.publish('429021', { url: taken }, other)).toMatchObject({ admitted: true });
    const report = await unchanged(() => net.publish(code, { url: `${taken}/`, sdl }, token));
    expect(lastStep(report)).toMatchObject({ step: 'ADDRESS', findings: [{ code: 'TAKEN' }] });
  });

  test('outside development, this machine', async () => {
    const production = await net.start({ development: false });
    const before = await net.net();
    const response = await fetch(`${production.url}/registry/platforms/${code}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ url, sdl }),
    });
    await production.stop();
    const report = (await response.json()) as Report;
    expect(lastStep(report)).toMatchObject({ step: 'ADDRESS', findings: [{ code: 'NOT_PUBLIC' }] });
    expect(await net.net()).toBe(before);
  });

  test('tokens: none, wrong, revoked, another platform’s', async () => {
    const foreign = await net.token('420100');
    const revoked = await net.call('POST', `${code}/tokens`);
    await net.call('DELETE', `${code}/tokens/${String(revoked.body['id'])}`);
    for (const [wrong, status, error] of [
      ['', 401, 'TOKEN_REQUIRED'],
      ['x', 401, 'TOKEN_REQUIRED'],
      [token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')), 401, 'TOKEN_REQUIRED'],
      [String(revoked.body['token']), 401, 'TOKEN_REQUIRED'],
      [foreign, 403, 'NOT_ALLOWED'],
    ] as const) {
      const before = await net.net();
      expect(await net.call('POST', `${code}/versions`, { url, sdl }, wrong)).toMatchObject({
        status,
        body: { error: { code: error } },
      });
      expect(await net.net()).toBe(before);
    }
  });

  test.each([
    ['no JSON', '{"url":', 400, 'BAD_REQUEST'],
    ['no object', '[]', 400, 'BAD_INPUT'],
    ['no address', '{}', 400, 'BAD_INPUT'],
    ['a misspelt option', '{"url":"http://127.0.0.1:1","accpet":["x"]}', 400, 'BAD_INPUT'],
    ['two megabytes and more', `{"url":"${'x'.repeat(2 * 1024 * 1024)}"}`, 413, 'TOO_LARGE'],
  ])('a body: %s', async (_name, body, status, error) => {
    const before = await net.net();
    const answer = await net.call('POST', `${code}/versions`, body, token);
    expect(answer).toMatchObject({ status, body: { error: { code: error } } });
    expect(await net.net()).toBe(before);
  });
});

test('every refused attempt is in the audit trail, and nothing of it in what everybody reads', async () => {
  const refused = await net.db.collection('trail').countDocuments({ action: 'REFUSED' });
  expect(refused).toBeGreaterThan(15);
  const { data } = await net.ask(
    `{ registryEvents(platform: "${code}", first: 200) {
      nodes { action by version platform { code } steps { step ok findings } }
    } }`,
  );
  const text = JSON.stringify(data);
  expect(text).toContain('"action":"REFUSED"');
  expect(text).toContain('"findings":["FOREIGN_PLATFORM"]');
  expect(text).not.toContain('127.0.0.1');
  expect(text).not.toContain(token);
});

async function unchanged<T>(act: () => Promise<T>): Promise<T> {
  const before = await net.net();
  const result = await act();
  expect(await net.net()).toBe(before);
  return result;
}

function lastStep({ steps }: Report) {
  return steps.at(-1);
}

interface Served extends AsyncDisposable {
  readonly url: string;
}

async function serve(listener: (...call: Parameters<RequestListener>) => unknown): Promise<Served> {
  const server: Server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
