/** An owner directory as the province serves it, of one snapshot that never changes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetSnapshot } from '@onenet/contract';

/** Serves `GET /net` on loopback until the process ends; resolves with the base URL. */
export async function serveDirectory(net: NetSnapshot): Promise<string> {
  const body = JSON.stringify(net);
  const server = createServer((request, response) => {
    if (request.url?.includes(`after=${net.revision}`)) {
      setTimeout(() => response.writeHead(204).end(), 20_000).unref();
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
