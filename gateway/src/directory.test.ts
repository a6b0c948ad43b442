/** The owner directory: followed as it changes, kept on disk, and never replaced by what is none. */
import type { NetSnapshot } from '@onenet/contract';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Directory } from './directory.ts';

const net: NetSnapshot = {
  version: 1,
  revision: 3,
  contractVersion: '1.0',
  supergraph: 'type Query { a: Int }',
  services: { province: 'http://127.0.0.1:1/graphql', analytics: 'http://127.0.0.1:1/graphql' },
  owners: [],
};

let stateDir: string;
let dispatcher: Agent;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'directory-'));
  dispatcher = new Agent();
});
afterEach(async () => {
  await dispatcher.destroy();
  await rm(stateDir, { recursive: true });
});

test('a change is told to listeners, and the last snapshot outlives the province', async () => {
  const province = await startProvince(JSON.stringify(net));
  const directory = await open(province.url);
  expect((await directory.first()).revision).toBe(3);
  const seen: number[] = [];
  directory.onChange(({ revision }) => seen.push(revision));
  province.tell(JSON.stringify({ ...net, revision: 4 }));
  await expect.poll(() => seen).toEqual([4]);
  await expect.poll(kept).toBe(4);
  await directory.close();
  await province.close();

  const later = await open(province.url);
  expect((await later.first()).revision).toBe(4);
  await later.close();
});

test('what is no snapshot is not taken', async () => {
  const province = await startProvince(JSON.stringify(net));
  const directory = await open(province.url);
  await directory.first();
  province.tell(JSON.stringify({ ...net, revision: 4, owners: [{ code: 'x' }] }));
  await expect.poll(() => province.asked()).toBeGreaterThan(2);
  province.tell('<html>');
  const before = province.asked();
  await expect.poll(() => province.asked()).toBeGreaterThan(before);
  expect(directory.current().revision).toBe(3);
  // A restored registry may tell a lower revision: it is news all the same.
  province.tell(JSON.stringify({ ...net, revision: 1 }));
  await expect.poll(() => directory.current().revision).toBe(1);
  await directory.close();
  await province.close();
});

function open(provinceUrl: string): Promise<Directory> {
  return Directory.open({ provinceUrl, stateDir, dispatcher, log: pino({ level: 'silent' }) });
}

async function kept(): Promise<number | undefined> {
  const text = await readFile(join(stateDir, 'net.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as Partial<NetSnapshot>).revision;
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
