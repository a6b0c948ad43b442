/** An owner directory by long poll, of snapshots that a benchmark makes up. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NetSnapshot } from '@onenet/contract';

/** A province that tells what it is told. */
export interface Told {
  readonly url: string;
  /** Tells a change; the new revision. */
  tell(change: Partial<NetSnapshot>): number;
  close(): void;
}

/** `/net` by long poll. */
export async function startTold(first: NetSnapshot): Promise<Told> {
  let net = first;
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const answer = (): void => void response.end(JSON.stringify(net));
    if (request.url?.includes(`after=${net.revision}&`)) waiting.add(answer);
    else answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell(change) {
      net = { ...net, revision: net.revision + 1, ...change };
      for (const answer of waiting) answer();
      waiting.clear();
      return net.revision;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
