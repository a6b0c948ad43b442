/** Canned owners of any number in one process: what one answers is executed once for each operation's text, and is the same for all but for its code. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { contractModules, encodeOwnerCursor, platformSdl } from '@onenet/contract';
import { execute, parse } from 'graphql';
import { answerParent } from '../child.ts';

const rows = 2;
const schema = buildSubgraphSchema(parse(platformSdl(contractModules.map(({ name }) => name))));
/** By code and text. */
const answers = new Map<string, Promise<string>>();
const calls = new Map<string, number>();

const server = createServer((request, response) => {
  void read(request).then(async (body) => {
    const [, code = ''] = (request.url ?? '').split('/');
    calls.set(code, (calls.get(code) ?? 0) + 1);
    const { query } = JSON.parse(body) as { query: string };
    const key = `${code} ${query}`;
    let answer = answers.get(key);
    if (!answer) answers.set(key, (answer = answerOnce(query, code)));
    response.writeHead(200, { 'content-type': 'application/json' }).end(await answer);
  });
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** `calls`: how many each owner had since it was asked last. */
answerParent(async (message: 'url' | 'calls') => {
  if (message === 'url') return { url };
  const counted = Object.fromEntries(calls);
  calls.clear();
  return counted;
});

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function answerOnce(query: string, code: string): Promise<string> {
  const edges = Array.from({ length: rows }, (_, n) => edgeOf(code, n));
  const pageInfo = {
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: edges[0]?.cursor,
    endCursor: edges.at(-1)?.cursor,
  };
  const rootValue = {
    serviceRequests: { edges, pageInfo, totalCount: edges.length },
    serviceRequest: edges[0]?.node,
  };
  return JSON.stringify(await execute({ schema, document: parse(query), rootValue }));
}

function edgeOf(code: string, n: number) {
  const submittedAt = 1_700_000_000_000 - n * 10_000_000 - Number(code.slice(1)) * 1000;
  const id = `${code}:R-${n}`;
  const at = new Date(submittedAt).toISOString();
  return {
    cursor: encodeOwnerCursor({ order: 'SUBMITTED_AT', direction: 'DESC', key: submittedAt, id }),
    node: {
      id,
      platformCode: code,
      title: `演示：工资拖欠求助，第 ${n} 件`,
      category: 'WAGES',
      channel: 'WECHAT',
      status: 'RESOLVED',
      placeCode: '420100',
      submittedAt: at,
      updatedAt: at,
    },
  };
}
