/** The sender calls what was checked and nothing else. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSender } from './sender.ts';

let server: Server;
let port: number;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/away') response.writeHead(302, { location: '/secret' }).end();
    else if (request.url === '/large') response.end(Buffer.alloc(17 * 1024 * 1024));
    else if (request.url !== '/silent') response.end('here');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A name that no resolver knows, pinned to this machine. */
function sender(signal = AbortSignal.timeout(20_000)) {
  const url = `http://pinned.invalid:${port}`;
  const made = createSender({ url, addresses: [{ address: '127.0.0.1', family: 4 }] }, signal);
  const get = (path: string, base = url) =>
    made.send({
      method: 'GET',
      url: `${base}${path}`,
      headers: {},
      timeoutMs: path === '/silent' ? 300 : 10_000,
    });
  return { get, close: () => made.close() };
}

test('it connects to the address that was checked, whatever the name leads to now', async () => {
  const { get, close } = sender();
  expect(await get('/')).toMatchObject({ status: 200, body: Buffer.from('here') });
  await close();
});

test('a redirect is an answer, and is not followed', async () => {
  const { get, close } = sender();
  expect((await get('/away')).status).toBe(302);
  expect(asked).not.toContain('/secret');
  await close();
});

test('another host, a silent one and one that sends too much get no further', async () => {
  const { get, close } = sender();
  await expect(get('/', 'http://127.0.0.1:1')).rejects.toThrow('is not http://pinned.invalid');
  await expect(get('/silent')).rejects.toThrow('aborted due to timeout');
  await expect(get('/large')).rejects.toThrow('exceeded max size');
  await close();
});
