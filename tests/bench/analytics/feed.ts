/** Platforms that have nothing new: each says that its log is just where who asks it is. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatSequence } from '@onenet/feed';

/** Base URL; it ends with the process. */
export async function serveQuietFeeds(): Promise<string> {
  const server = createServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://feeds').searchParams;
    const after = Number(asked.get('after'));
    const answer = () =>
      response
        .writeHead(200, {
          'content-type': 'application/x-ndjson',
          'onenet-first-sequence': formatSequence(1),
          'onenet-last-sequence': formatSequence(after),
          'onenet-pending': '0',
          'onenet-quarantined': '0',
          'onenet-complete-to': new Date().toISOString(),
          'onenet-chain': asked.get('head') ?? '',
        })
        .end();
    setTimeout(answer, 1000 * Number(asked.get('wait'))).unref();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
