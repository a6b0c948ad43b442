/** The server behind, as it should be and as it should not: what passes, and what never leaves. Long, because one server serves all cases. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { encodeCaller, localCaller } from '@onenet/contract';
import { expect, test } from 'vitest';
import { code, freshPostgres, serverBehind } from '../test/harness.ts';
import { startSidecar } from './sidecar.ts';

const query = '{"query":"{ platforms: __typename }"}';

interface Beside extends AsyncDisposable {
  readonly url: string;
  readonly behind: Awaited<ReturnType<typeof serverBehind>>;
  readonly said: readonly string[];
  readonly outbox: Awaited<ReturnType<typeof freshPostgres>>;
}

async function beside(listener?: RequestListener, timeoutMs = 5_000): Promise<Beside> {
  const outbox = await freshPostgres();
  const behind = await serverBehind(listener);
  const said: string[] = [];
  const sidecar = await startSidecar({
    code,
    upstream: behind.url,
    outbox: outbox.uri,
    port: 0,
    timeoutMs,
    onError: (error) => said.push(String(error)),
  });
  return {
    url: sidecar.url,
    behind,
    said,
    outbox,
    async [Symbol.asyncDispose]() {
      await sidecar.stop();
      await behind[Symbol.asyncDispose]();
      await outbox[Symbol.asyncDispose]();
    },
  };
}

function post(
  url: string,
  headers: Record<string, string> = {},
  body: string = query,
  search = '',
) {
  return fetch(`${url}/graphql${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

test('a request reaches the server as it was sent, but for who asks', async () => {
  await using net = await beside();
  const sent = httpRequest(`${net.url}/graphql?extensions=1`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      connection: 'keep-alive, X-Of-This-Hop',
      'x-of-this-hop': '1',
      'proxy-authorization': 'Basic c2VjcmV0',
      te: 'trailers',
      'onenet-caller': Buffer.from('{"scopes":["member:read"]}').toString('base64url'),
      onenet_caller: 'forged',
      'onenet-actor': 'officer:desk-3',
      'Onenet-Anything': 'forged',
    },
  });
  sent.end(query);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  const [came] = net.behind.requests;
  expect(came?.text).toBe(query);
  expect(came?.url).toBe('/graphql?extensions=1');
  expect(came?.headers).toEqual({
    host: new URL(net.behind.url).host,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': String(query.length),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    // This machine is the platform's own front end, whatever it says of itself; its actor is believed.
    'onenet-caller': encodeCaller({ ...localCaller, platform: code }),
    'onenet-actor': 'officer:desk-3',
  });
});

test('a GET passes with its query; other methods are refused', async () => {
  await using net = await beside();
  const answer = await fetch(`${net.url}/graphql?query=%7B__typename%7D`);
  expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  expect(net.behind.requests[0]).toMatchObject({
    method: 'GET',
    url: '/graphql?query=%7B__typename%7D',
  });
  const put = await fetch(`${net.url}/graphql`, { method: 'PUT', body: query });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
});

test('only plain JSON is posted to the server behind: no form of another site, nothing that grows', async () => {
  await using net = await beside();
  for (const headers of [
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'text/plain' },
    { 'content-encoding': 'gzip' },
  ]) {
    expect((await post(net.url, headers)).status).toBe(415);
  }
  expect(net.behind.requests).toEqual([]);
});

test('an answer passes byte for byte, without cookies and what the server is made of', async () => {
  const packed = gzipSync('{"data":{"name":"宜昌"}}');
  await using net = await beside((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/graphql-response+json; charset=utf-8',
      'content-encoding': 'gzip',
      'set-cookie': 'session=1',
      server: 'uvicorn',
      'x-powered-by': 'Python 3.11.2',
      'onenet-chain': 'forged',
    });
    response.end(packed);
  });
  const answer = await post(net.url);
  expect(await answer.json()).toEqual({ data: { name: '宜昌' } });
  expect(answer.headers.get('content-type')).toBe(
    'application/graphql-response+json; charset=utf-8',
  );
  for (const name of ['set-cookie', 'server', 'x-powered-by', 'onenet-chain']) {
    expect(answer.headers.get(name)).toBeNull();
  }
});

test("a request error of the server's own passes with its status", async () => {
  await using net = await beside((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"errors":[{"message":"Syntax Error"}]}');
  });
  const answer = await post(net.url);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ errors: [{ message: 'Syntax Error' }] });
});

test.each([
  ['a stack', 500, 'text/plain', 'Traceback: /srv/app/resolvers.py line 7'],
  ['a stack as JSON', 500, 'application/json', '{"detail":"/srv/app/resolvers.py line 7"}'],
  ['a page', 200, 'text/html', '<h1>nginx/1.22 at /srv/app</h1>'],
  ['a page of an error', 404, 'text/html', '<h1>/srv/app</h1>'],
  ['a redirect', 302, 'application/json', '/srv/app'],
  ['no type', 200, '', '/srv/app'],
])('%s stays behind', async (_, status, type, text) => {
  await using net = await beside((_request, response) => {
    response.writeHead(status, {
      ...(type && { 'content-type': type }),
      location: 'http://10.0.0.1/',
    });
    response.end(text);
  });
  const answer = await post(net.url);
  const body = await answer.text();
  expect(answer.status).toBe(502);
  expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  expect(body).not.toContain('/srv/app');
  expect(answer.headers.get('location')).toBeNull();
  expect(net.said).toHaveLength(1);
});

test('what is no HTTP is 502, and so is a server that is not there', async () => {
  await using net = await beside((request) => void request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  expect((await post(net.url)).status).toBe(502);
  await net.behind[Symbol.asyncDispose]();
  const answer = await post(net.url, { accept: 'application/graphql-response+json' });
  expect(answer.status).toBe(502);
  expect(answer.headers.get('content-type')).toContain('application/graphql-response+json');
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
  expect(text).not.toContain(new URL(net.behind.url).port);
  await using again = await serverBehind();
  expect(again.requests).toEqual([]);
});

test('a server that does not answer in time is 504; one that hangs in a large answer breaks off', async () => {
  await using net = await beside((request, response) => {
    if (request.url?.includes('part') !== true) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"data":');
    if (request.url.includes('large')) response.write('x'.repeat(2_000_000));
  }, 1_000);
  const answer = await post(net.url);
  expect(answer.status).toBe(504);
  expect(await answer.json()).toEqual({
    errors: [
      {
        message: 'The server of platform 420500 did not answer within 1000 ms.',
        extensions: { code: 'UNAVAILABLE' },
      },
    ],
  });
  // Of what has not begun to leave something better can be said.
  const part = await post(net.url, {}, query, '?part');
  expect(part.status).toBe(504);
  await part.body?.cancel();
  const cut = await post(net.url, {}, query, '?part-large');
  await expect(cut.text()).rejects.toThrow('terminated');
});

test('who goes away takes the request to the server along', async () => {
  const closed = Promise.withResolvers<void>();
  await using net = await beside((_, response) => {
    response.once('close', () => closed.resolve());
    gone.abort();
  });
  const gone = new AbortController();
  const asked = fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: query,
    signal: gone.signal,
  });
  await expect(asked).rejects.toThrow('aborted');
  await closed.promise;
});

test('more than a megabyte is refused, announced or not', async () => {
  await using net = await beside();
  const large = 'x'.repeat(1_000_001);
  expect((await post(net.url, {}, large)).status).toBe(413);
  const streamed = await fetch(`${net.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(streamed.status).toBe(413);
  expect(await streamed.json()).toMatchObject({ errors: [{ extensions: { code: 'TOO_LARGE' } }] });
  expect(net.behind.requests).toEqual([]);
  expect((await post(net.url)).status).toBe(200);
});

test('ready: the outbox and the server behind answer; live: the process does', async () => {
  await using net = await beside();
  const health = async (path: string) => {
    const answer = await fetch(`${net.url}/health/${path}`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  expect(await health('ready')).toEqual([200, 'ready']);
  await net.behind[Symbol.asyncDispose]();
  expect(await health('ready')).toEqual([503, 'the server behind does not answer']);
  await net.outbox.break();
  expect(await health('ready')).toEqual([503, 'the outbox database does not answer']);
  expect(await health('live')).toEqual([200, 'live']);
  // The feed keeps trying, and says so; it leaves nothing of the cause outside.
  const events = await fetch(`${net.url}/events`);
  expect(events.status).toBe(500);
  expect(await events.json()).toMatchObject({ code: 'INTERNAL' });
});
