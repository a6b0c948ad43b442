/** Calls as owners get them: signed together, signed again when sent again, and a refusal costs that owner's part. */
import {
  createGuard,
  openKeys,
  trustedKeys,
  type Admission,
  type GuardStore,
  type Keys,
} from '@onenet/assertion';
import { localCaller } from '@onenet/contract';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OperationReport, type RequestContext } from '../context.ts';
import { signedFor } from './assertion.ts';
import { Breakers } from './breaker.ts';
import { callOwner, type CallFrame } from './call.ts';
import { readEnvelope } from './read-answer.ts';
import { netOwner } from './testing/memory-net.ts';
import { createTransport } from './transport.ts';

let dir: string;
let keys: Keys;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onenet-keys-'));
  keys = await openKeys(dir, { issuer: 'gateway' });
  await writeFile(join(dir, 'jwks'), JSON.stringify(keys.publicJwks()));
});
afterAll(() => rm(dir, { recursive: true }));

const context = {
  caller: { ...localCaller, client: 'social-security' },
  actor: { kind: 'OFFICER', reference: 'desk-3' },
  report: new OperationReport(),
  signal: new AbortController().signal,
} as unknown as RequestContext;

const ownerAt = (code: string, url: string) =>
  netOwner({ code, url, modules: ['core'] } as unknown as Parameters<typeof netOwner>[0], []);

/** An owner that breaks off the first connections, and from then on answers with what its guard says. */
async function startOwner(breaks: number) {
  const taken = new Set<string>();
  // The guard's memory, as far as this process goes.
  const store = {
    prepare: () => Promise.resolve(),
    since: () => Promise.resolve(new Date(0)),
    see: (leaves: Parameters<GuardStore['see']>[0]) => {
      const repeated = leaves.filter(({ leaf }) => taken.has(leaf)).map(({ leaf }) => leaf);
      for (const { leaf } of leaves) taken.add(leaf);
      return Promise.resolve(new Set(repeated));
    },
  } as unknown as GuardStore;
  const trust = trustedKeys([join(dir, 'jwks')]);
  const guard = await createGuard({ code: '420100', trust, store, unsigned: 'refuse' });
  const admissions: Admission[] = [];
  const server = createServer((request, response) => {
    void admit(request).then((admission) => {
      admissions.push(admission);
      if (admissions.length <= breaks) return void request.socket.destroy();
      response.writeHead(admission.kind === 'ADMITTED' ? 200 : 401, {
        'content-type': 'application/json',
      });
      response.end('{"data":{}}');
    });
  });
  const admit = async (request: IncomingMessage): Promise<Admission> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const body = Buffer.concat(chunks);
    return await guard.admit({ method, url, headers, remoteAddress: undefined, body });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?x=1`,
    admissions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('a query whose connection broke is signed again: the owner would take it for a replay', async () => {
  await using served = await startOwner(1);
  const transport = createTransport();
  const owner = ownerAt('420100', served.url);
  const post = { owner, body: '{"query":"{ __typename }"}' };
  // Others of the same wave, whose leaves must not matter to this one.
  const others = ['420200', '420300'].map((code) => ({
    ...post,
    owner: ownerAt(code, served.url),
  }));
  const [next] = signedFor(context, [post, ...others], keys);
  const leaves: (string | undefined)[] = [];
  const headers = (): readonly string[] => {
    const sent = next?.();
    leaves.push(sent?.leaf);
    return sent?.headers ?? [];
  };
  const frame: CallFrame = {
    context,
    timeMs: 5_000,
    untilMs: performance.now() + 5_000,
    mayRepeat: true,
    underWay: new Set(),
  };
  const tools = { transport, breakers: new Breakers(), maxAnswerBytes: 10_000 };
  const answer = await callOwner(post, headers, tools, frame);
  await transport.close();
  expect(answer).toMatchObject({ status: 200 });
  expect(served.admissions).toMatchObject([
    { kind: 'ADMITTED', caller: context.caller, actor: context.actor },
    { kind: 'ADMITTED', caller: context.caller, actor: context.actor },
  ]);
  expect(leaves).toEqual([expect.any(String), expect.any(String)]);
  expect(leaves[0]).not.toBe(leaves[1]);
});

test('owners are told of the caller by the assertion alone', () => {
  const post = { owner: ownerAt('420100', 'http://127.0.0.1/graphql'), body: '{}' };
  const names = (headers: readonly string[] = []): string[] =>
    headers.filter((_, i) => i % 2 === 0);
  expect(names(signedFor(context, [post], keys)[0]?.().headers)).toEqual([
    'content-type',
    'accept',
    'onenet-assertion',
    'onenet-leaf',
  ]);
  expect(names(signedFor(context, [post], undefined)[0]?.().headers)).toEqual([
    'content-type',
    'accept',
    'onenet-caller',
    'onenet-actor',
  ]);
});

const clocks = { issuedAt: '2026-01-01T00:00:00.000Z', ownerTime: '2026-01-01T00:10:00.000Z' };
test.each([
  ['ASSERTION_REQUIRED', {}, 'status 401, no data, ASSERTION_REQUIRED', false],
  ['ASSERTION_INVALID', {}, 'status 401, no data, ASSERTION_INVALID', false],
  // What was taken may have been carried out.
  ['ASSERTION_REPLAYED', {}, 'status 401, no data, ASSERTION_REPLAYED', true],
  [
    'CLOCK_SKEW',
    clocks,
    `status 401, no data, signed ${clocks.issuedAt}, there ${clocks.ownerTime}, CLOCK_SKEW`,
    false,
  ],
  // An owner's words stay out of the log, wherever it puts them.
  ['CLOCK_SKEW', { ...clocks, ownerTime: '张三' }, 'status 401, no data, CLOCK_SKEW', false],
])('401 with %s is INVALID, and the log says why', (code, details, detail, sent) => {
  const body = JSON.stringify({ errors: [{ message: '张三', extensions: { code, ...details } }] });
  const answer = { status: 401, contentType: 'application/json', body: Buffer.from(body) };
  const failure = readEnvelope(answer);
  expect(failure).toMatchObject({ reason: 'INVALID', detail, sent });
  // It goes out as OWNER_FAILED with an incident's id: a caller can do nothing about it.
  expect(failure).not.toHaveProperty('code');
});
