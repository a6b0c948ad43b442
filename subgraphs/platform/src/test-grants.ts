/** For tests: a province that tells a platform what it has granted. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetGrant } from '@onenet/contract';

export interface TestGrants extends AsyncDisposable {
  /** What a platform takes as the province's address. */
  readonly url: string;
}

/** Serves one list of grants, which does not change. */
export async function testGrants(grants: readonly NetGrant[]): Promise<TestGrants> {
  const server = createServer((request, response) => {
    const isKnown = new URL(request.url ?? '', 'http://province').searchParams.has('after');
    // Who knows the list waits for news, and there are none.
    if (!isKnown) response.end(JSON.stringify({ revision: 1, grants }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
