/** The owner directory: followed as it changes, and never replaced by what is none. */
import type { NetSnapshot } from '@onenet/contract';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Agent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Directory } from './directory.ts';

const net: NetSnapshot = {
  version: 1,
  revision: 3,
  contractVersion: '1.2',
  supergraph: 'type Query { a: Int }',
  services: { province: 'http://127.0.0.1:1/graphql', analytics: 'http://127.0.0.1:1/graphql' },
  clients: [],
  grants: [],
  owners: [],
};

let dispatcher: Agent;
beforeEach(() => {
  dispatcher = new Agent();
});
afterEach(() => dispatcher.destroy());

test('every change is told', async () => {
  const province = await startProvince(JSON.stringify(net));
  const { directory, told } = follow(province.url);
  await expect.poll(() => told).toEqual([3]);
  province.tell(JSON.stringify({ ...net, revision: 4 }));
  await expect.poll(() => told).toEqual([3, 4]);
  await directory.close();
  await province.close();
});

test('what is no snapshot is not taken', async () => {
  const province = await startProvince(JSON.stringify(net));
  const { directory, told } = follow(province.url);
  await expect.poll(() => told).toEqual([3]);
  province.tell(JSON.stringify({ ...net, revision: 4, owners: [{ code: 'x' }] }));
  await expect.poll(() => province.asked()).toBeGreaterThan(2);
  province.tell('<html>');
  const before = province.asked();
  await expect.poll(() => province.asked()).toBeGreaterThan(before);
  // A restored registry may tell a lower revision: it is news all the same.
  province.tell(JSON.stringify({ ...net, revision: 1 }));
  await expect.poll(() => told).toEqual([3, 1]);
  await directory.close();
  await province.close();
});

function follow(provinceUrl: string): { readonly directory: Directory; readonly told: number[] } {
  const told: number[] = [];
  const tell = ({ revision }: NetSnapshot): void => void told.push(revision);
  const log = pino({ level: 'silent' });
  return { directory: new Directory({ provinceUrl, dispatcher, log, tell }), told };
}

interface TestProvince {
  readonly url: string;
  tell(body: string): void;
  asked(): number;
  close(): Promise<void>;
}

/** Answers at once unless the caller knows the last thing that was told. */
async function startProvince(first: string): Promise<TestProvince> {
  let body = first;
  let asked = 0;
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    asked++;
    const after = new URL(request.url ?? '', 'http://province').searchParams.get('after');
    const answer = (): void => void response.end(body);
    if (body.includes(`"revision":${after},`)) waiting.add(answer);
    else answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell(next) {
      body = next;
      for (const answer of waiting) answer();
      waiting.clear();
    },
    asked: () => asked,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
