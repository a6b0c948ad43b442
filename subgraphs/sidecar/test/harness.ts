/** For the sidecar's tests: fresh outboxes, a server behind that does as it is told, keys of the net, a reader. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPartKeys, signCall } from '@onenet/assertion';
import type { Keys } from '@onenet/assertion';
import type { Caller, FeedEvent } from '@onenet/contract';
import { outboxEntry, readFeed } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { inject } from 'vitest';

export const code = '420500';

export interface TestOutbox extends AsyncDisposable {
  readonly uri: string;
  /** Commits events with these ids, as the team's server would. */
  write(...ids: readonly string[]): Promise<void>;
  /** Makes the database answer nobody any more. */
  break(): Promise<void>;
}

/** For `describe.each`. */
export const outboxes = [
  { name: 'PostgreSQL', fresh: freshPostgres },
  { name: 'MongoDB', fresh: freshMongo },
] as const;

export async function freshPostgres(): Promise<TestOutbox> {
  const name = `sidecar_test_${randomUUID().slice(0, 8)}`;
  const admin = new Client(inject('postgresUri'));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUri'));
  url.pathname = name;
  const client = new Client(url.href);
  await client.connect();
  client.on('error', () => {});
  return {
    uri: url.href,
    async write(...ids) {
      await client.query(
        `INSERT INTO onenet.outbox (id, type, time)
         SELECT id, 'onenet.member.applied', now() FROM unnest($1::text[]) AS id`,
        [ids],
      );
    },
    async break() {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
        [name],
      );
    },
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => undefined);
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}

async function freshMongo(): Promise<TestOutbox> {
  const url = new URL(inject('mongodbUri'));
  url.pathname = `sidecar_test_${randomUUID().slice(0, 8)}`;
  const client = await MongoClient.connect(url.href, { writeConcern: { w: 'majority' } });
  return {
    uri: url.href,
    async write(...ids) {
      const entries = ids.map((id) =>
        outboxEntry({ id, type: 'onenet.member.applied', time: new Date() }),
      );
      await client.db().collection<(typeof entries)[number]>('outbox').insertMany(entries);
    },
    break: () => Promise.reject(new Error('Only PostgreSQL is broken in the tests.')),
    async [Symbol.asyncDispose]() {
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

export interface Behind extends AsyncDisposable {
  readonly url: string;
  /** The requests that came, health's own left out. */
  readonly requests: readonly (IncomingMessage & { readonly text: string })[];
}

/** A server behind; without a listener it answers as GraphQL does. */
export async function serverBehind(listener?: RequestListener): Promise<Behind> {
  const requests: (IncomingMessage & { text: string })[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (text !== '{"query":"{ __typename }"}') requests.push(Object.assign(request, { text }));
      if (listener) return listener(request, response);
      response.setHeader('content-type', 'application/json');
      response.end('{"data":{"__typename":"Query"}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export interface TestKeys extends AsyncDisposable {
  /** The JWK set, for --trust. */
  readonly file: string;
  /** Headers of one call, a POST's type among them, on behalf of `caller` unless another is given. */
  sign(
    call: { method: string; path: string; body: string },
    as?: Caller,
  ): Readonly<Record<string, string>>;
  /** A `fetch` that signs each call. */
  readonly fetch: typeof fetch;
  /** Signed by the province, and not by the gateway. */
  readonly fetchAsProvince: typeof fetch;
}

export const caller: Caller = {
  client: 'social-security',
  person: null,
  roles: ['leader'],
  platform: null,
  scopes: ['member:read'],
  purpose: 'benefits',
};

/** Keys as the gateway has them. */
export async function netKeys(): Promise<TestKeys> {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-sidecar-'));
  const dir = join(folder, 'keys');
  const gateway = await openPartKeys(dir, 'gateway');
  const province = await openPartKeys(dir, 'province');
  const file = join(folder, 'jwks.json');
  await writeFile(file, JSON.stringify(gateway.publicJwks()));
  const signBy =
    (keys: Keys): TestKeys['sign'] =>
    (call, as = caller) => ({
      ...(call.method === 'POST' && { 'content-type': 'application/json' }),
      ...signCall(keys, as, { kind: 'OFFICER', reference: 'desk-3' }, { owner: code, ...call }),
    });
  return {
    file,
    sign: signBy(gateway),
    fetch: signedFetch(signBy(gateway)),
    fetchAsProvince: signedFetch(signBy(province)),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

function signedFetch(sign: TestKeys['sign']): typeof fetch {
  return (input, init = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const { method = 'GET', body } = init;
    const text = typeof body === 'string' ? body : '';
    const headers = new Headers(init.headers);
    const signed = sign({ method, path: pathname + search, body: text });
    for (const [name, value] of Object.entries(signed)) headers.set(name, value);
    return fetch(input, { ...init, headers });
  };
}

/** Every event of the feed, each answer's chain verified. */
export async function readAll(
  url: string,
  fetchIt: typeof fetch = fetch,
): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  let position: { after: number; head?: string } = { after: 0 };
  for (;;) {
    const answer = await readFeed({ url: `${url}/events`, code, fetch: fetchIt, ...position });
    if (answer.kind !== 'batch') throw new Error(`no batch: ${JSON.stringify(answer)}`);
    if (answer.lines.length === 0) return events;
    for (const line of answer.lines) {
      if (line.kind === 'rejected') throw new Error(`${line.sequence}: ${line.reason}`);
      events.push(line.event);
    }
    position = { after: answer.last, head: answer.head };
  }
}
