/** What the gateway serves beside GraphQL: health, metrics, the live stream, the dashboard. Long, since one gateway serves them all. */
import { once, setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { callerHeader, decodeCaller } from '@onenet/contract';
import { Agent, createServer, get as httpGet } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, startSmallNet, type SmallNet } from './small-net.fixture.ts';

let dir: string;
let net: SmallNet;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dashboard-'));
  await mkdir(join(dir, '_app/immutable'), { recursive: true });
  await writeFile(join(dir, 'index.html'), '<!doctype html>home');
  await writeFile(
    join(dir, '200.html'),
    '<html lang="zh"><link href="/a.css"><script src="/a.js">shell',
  );
  await writeFile(join(dir, '_app/immutable/a.js'), 'let a');
  await writeFile(join(dir, '_app/immutable/a.js.br'), brotliCompressSync('let a'));
  net = await startSmallNet({ dashboardDir: dir });
});
afterAll(async () => {
  await net[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(net.url + path, { headers });

test('health and metrics', async () => {
  expect(await (await get('/health/live')).json()).toEqual({ status: 'live' });
  const ready = await get('/health/ready');
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', revision: 1 }]);
  await post(net, { query: '{ platforms { code } }' });
  const metrics = await (await get('/metrics')).text();
  expect(metrics).toContain('onenet_requests_total{kind="query",outcome="OK"} 1');
});

test('the schema of the envelope names what the envelope has', async () => {
  const schema = (await (await get('/schemas/envelope.v1.json')).json()) as {
    readonly properties: object;
    readonly $defs: { readonly gathered: { readonly properties: object } };
  };
  const query = '{ serviceRequest(id: "420100:half") { id } }';
  const { body } = await post(net, { query }, { 'onenet-plan': 'true' });
  const { onenet } = body.extensions;
  expect(Object.keys(schema.properties)).toEqual(Object.keys(onenet));
  const [gathered] = onenet['gathered'] as readonly object[];
  expect(Object.keys(schema.$defs.gathered.properties)).toEqual(Object.keys(gathered ?? {}));
});

test('the dashboard: pages fall back to the shell, hashed files are kept, others are asked for again', async () => {
  const html = { accept: 'text/html' };
  const home = await get('/', html);
  expect([home.status, await home.text()]).toEqual([200, '<!doctype html>home']);
  expect(home.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(home.headers.get('cache-control')).toBe('no-cache');
  const again = await get('/', { ...html, 'if-none-match': home.headers.get('etag') ?? '' });
  expect(again.status).toBe(304);
  for (const encoding of ['br', 'gzip']) {
    const compressed = await get('/', { ...html, 'accept-encoding': encoding });
    expect(compressed.headers.get('content-encoding')).toBe(encoding);
    expect(await compressed.text()).toBe('<!doctype html>home');
  }
  const plain = await get('/', { ...html, 'accept-encoding': 'identity' });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await plain.text()).toBe('<!doctype html>home');
  // Where its files are from here, and for which path it was asked: a proxy may have put us under another.
  const shell = (path: string) => get(path, html).then((response) => response.text());
  expect(await shell('/platform/420100')).toBe(
    '<html data-path="/platform/420100" lang="zh"><link href="../a.css"><script src="../a.js">shell',
  );
  expect(await shell('/requests')).toContain('href="./a.css"');
  expect(await shell('/%22%3E%3Cscript%3E')).toContain('data-path="/%22%3E%3Cscript%3E"');
  const script = await get('/_app/immutable/a.js', { 'accept-encoding': 'br' });
  expect(script.headers.get('content-encoding')).toBe('br');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect(await script.text()).toBe('let a');
});

test.each([
  '/missing.js',
  '/..%2f..%2fetc%2fpasswd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/%00',
  '/quiet',
])('what is not there is a JSON 404: %s', async (path) => {
  const response = await get(path);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'NOT_FOUND' } }],
  });
});

test('an address that cannot be decoded is refused', async () => {
  expect((await get('/%ff')).status).toBe(400);
});

test('a target that is no address is refused, and is no incident', async () => {
  const { hostname: host, port } = new URL(net.url);
  const request = httpGet({ host, port, path: 'http://[/' });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.resume().statusCode).toBe(400);
  expect(net.lines.filter(({ msg }) => msg === 'unexpected error')).toEqual([]);
});

test('the live stream is passed on as it comes, and ends upstream when the browser leaves', async () => {
  expect((await get('/live')).status).toBe(503);
  let asked = '';
  const left = Promise.withResolvers<void>();
  const analytics = createServer((request, response) => {
    asked = `${request.url} ${String(request.headers['last-event-id'])}`;
    response.once('close', () => left.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('id: a.2\nevent: change\ndata: {}\n\n');
  });
  analytics.listen(0, '127.0.0.1');
  await once(analytics, 'listening');
  const url = `http://127.0.0.1:${(analytics.address() as AddressInfo).port}/graphql`;
  net.tell({ services: { province: url, analytics: url } });
  await expect.poll(() => net.generations.current?.net.services.analytics).toBe(url);

  const leave = new AbortController();
  const headers = { 'last-event-id': 'a.1' };
  const stream = await fetch(`${net.url}/live`, { headers, signal: leave.signal });
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const first = await stream.body?.getReader().read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe('id: a.2\nevent: change\ndata: {}\n\n');
  // Where the browser was when it was cut off, analytics must know.
  expect(asked).toBe('/live a.1');
  leave.abort();
  await left.promise;
  analytics.close();
  analytics.closeAllConnections();
});

test('the live stream ends with the session of who listens', async () => {
  const analytics = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const beat = setInterval(() => response.write(': still here\n\n'), 100);
    response.once('close', () => clearInterval(beat));
  });
  analytics.listen(0, '127.0.0.1');
  await once(analytics, 'listening');
  const url = `http://127.0.0.1:${(analytics.address() as AddressInfo).port}/graphql`;
  net.tell({ services: { province: url, analytics: url } });
  await expect.poll(() => net.generations.current?.net.services.analytics).toBe(url);

  const value = net.sessions.signIn({});
  const stream = await get('/live', { cookie: `onenet-session=${value}` });
  let isOver = false;
  const reading = (async () => {
    for await (const _ of stream.body ?? []);
  })().catch(() => undefined);
  void reading.then(() => (isOver = true));
  // Whoever is still signed in hears on, over several looks.
  await sleep(2500);
  expect(isOver).toBe(false);
  net.sessions.signOut(value);
  await expect.poll(() => isOver, { timeout: 10_000 }).toBe(true);
  analytics.close();
  analytics.closeAllConnections();
});

test('a brief is passed on in its reader’s name, with its own policy; a refusal is said as analytics says it', async () => {
  let callers: (string | undefined)[] = [];
  const analytics = createServer((request, response) => {
    callers.push(decodeCaller(String(request.headers[callerHeader]))?.client);
    if (request.url === '/briefs/month-2026-10.html?lang=en') {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': 5,
        'content-security-policy': "default-src 'none'",
        'content-disposition': 'inline; filename="month-2026-10.html"',
        'x-inner': 'stays',
      });
      response.end('brief');
      return;
    }
    const refusal = { code: 'NOT_ALLOWED', message: 'A platform’s team sees its own.' };
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: refusal }));
  });
  analytics.listen(0, '127.0.0.1');
  await once(analytics, 'listening');
  const url = `http://127.0.0.1:${(analytics.address() as AddressInfo).port}/graphql`;
  net.tell({ services: { province: url, analytics: url } });
  await expect.poll(() => net.generations.current?.net.services.analytics).toBe(url);
  const page = await get('/briefs/month-2026-10.html?lang=en');
  expect([page.status, await page.text(), page.headers.get('x-inner')]).toEqual([
    200,
    'brief',
    null,
  ]);
  expect(page.headers.get('content-security-policy')).toBe("default-src 'none'");
  expect(page.headers.get('content-disposition')).toContain('month-2026-10.html');
  const refused = await get('/briefs/month-2026-10-420100.html');
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    {
      errors: [{ message: 'A platform’s team sees its own.', extensions: { code: 'NOT_ALLOWED' } }],
    },
  ]);
  expect(callers).toEqual(['local', 'local']);
  callers = [];
  expect((await fetch(`${net.url}/briefs/a.html`, { method: 'POST' })).status).toBe(400);
  const bearer = { authorization: `Bearer ${await net.issuer.token()}` };
  expect([401, 403]).toContain((await get('/briefs/a.html', bearer)).status);
  expect(callers).toEqual([]);
  analytics.close();
  analytics.closeAllConnections();
});

test('three hundred listen through the gateway, and each gets what is told', async () => {
  const upstream = new Set<ServerResponse>();
  const analytics = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    response.once('close', () => upstream.delete(response));
    upstream.add(response);
  });
  analytics.listen(0, '127.0.0.1');
  await once(analytics, 'listening');
  const url = `http://127.0.0.1:${(analytics.address() as AddressInfo).port}/graphql`;
  net.tell({ services: { province: url, analytics: url } });
  await expect.poll(() => net.generations.current?.net.services.analytics).toBe(url);

  const leave = new AbortController();
  setMaxListeners(0, leave.signal);
  let told = 0;
  for (let n = 0; n < 300; n++) {
    const request = httpGet(`${net.url}/live`, { agent: new Agent(), signal: leave.signal });
    request.on('error', () => undefined);
    request.on('response', (response) => {
      response.on('error', () => undefined).once('data', () => (told += 1));
    });
  }
  await expect.poll(() => upstream.size, { timeout: 20_000 }).toBe(300);
  for (const response of upstream) response.write('id: a.1\nevent: change\ndata: {}\n\n');
  await expect.poll(() => told, { timeout: 20_000 }).toBe(300);
  // Beside so many streams a question is still answered.
  expect((await get('/health/ready')).status).toBe(200);
  leave.abort();
  await expect.poll(() => upstream.size, { timeout: 20_000 }).toBe(0);
  analytics.close();
});
