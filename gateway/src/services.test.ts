/** The province's own subgraphs over HTTP: who acts is told to them, and a mutation without an answer has no known outcome. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localCaller, type NetSnapshot } from '@onenet/contract';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OperationReport, type RequestContext } from './context.ts';
import { createTransport } from './owners/transport.ts';
import { createServiceDataSource } from './services.ts';

const transport = createTransport();
const log = pino({ level: 'silent' });
/** Short, since one test waits for its end; long for what does answer. */
const deadlineMs = 1_000;
const source = createServiceDataSource({ name: 'province', transport, log });
const seen: IncomingHttpHeaders[] = [];
let answer: (response: ServerResponse) => void;
let url: string;
const server = createServer((request, response) => {
  seen.push(request.headers);
  request.resume().on('end', () => answer(response));
});

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});
beforeEach(() => {
  seen.length = 0;
  answer = (response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"data":{"startTransfer":{"transfer":null}}}');
  };
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await transport.close();
});

const start = `mutation Start($input: StartTransferInput!) {
  startTransfer(input: $input) { transfer { id } }
  again: startTransfer(input: { recordId: "420100:R-1", idempotencyKey: "k2" }) { transfer { id } }
  ended: cancelTransfer(input: { id: "t", idempotencyKey: $key }) { transfer { id } }
}`;
const variables = { input: { recordId: '420100:R-1', idempotencyKey: 'k1' }, key: 'k3' };

function process(query: string, at = url, change: Partial<RequestContext> = {}) {
  const net = { services: { province: at, analytics: at } } as unknown as NetSnapshot;
  const context: RequestContext = {
    requestId: 'test',
    caller: localCaller,
    net,
    netNow: () => net,
    deadlineAt: performance.now() + deadlineMs,
    completeness: 'BEST_EFFORT',
    signal: new AbortController().signal,
    report: new OperationReport(),
    ...change,
  };
  return source.process({ request: { query, variables }, context } as never);
}

test('who acts is told to it; where nobody is asserted, nobody', async () => {
  await process(start, url, { actor: { kind: 'OFFICER', reference: 'desk-3' } });
  await process(start);
  expect(seen.map((headers) => headers['onenet-actor'])).toEqual(['officer:desk-3', undefined]);
});

test.for([
  ['hangs', () => undefined],
  ['breaks off', (response: ServerResponse) => response.destroy()],
  ['says nothing that can be read', (response: ServerResponse) => response.end('<html>')],
] as const)('a mutation at a service that %s: sent once, its outcome not known', async (row) => {
  [, answer] = row;
  const { data, errors } = await process(start);
  expect(data).toBeNull();
  const told = errors?.map(({ path, extensions }) => [path, extensions]);
  const unknown = { code: 'OUTCOME_UNKNOWN', service: 'province' };
  expect(told).toEqual([
    [['startTransfer'], { ...unknown, idempotencyKey: 'k1' }],
    [['again'], { ...unknown, idempotencyKey: 'k2' }],
    [['ended'], { ...unknown, idempotencyKey: 'k3' }],
  ]);
  expect(seen).toHaveLength(1);
});

test('a mutation that never left was not carried out; a query has no outcome to be unknown', async () => {
  const nowhere = 'http://127.0.0.1:1/graphql';
  const unsent = await process(start, nowhere);
  expect(unsent.errors?.map(({ extensions }) => extensions?.['code'])).toEqual(
    Array.from({ length: 3 }, () => 'UNAVAILABLE'),
  );
  answer = (response) => response.destroy();
  const { errors } = await process('{ transfers { nodes { id } } }');
  expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAVAILABLE']);
});
