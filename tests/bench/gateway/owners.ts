/**
 * Canned owners: 17 HTTP servers in one process. Each operation's text is executed once over rows in
 * memory and answered with the same bytes from then on, so that owners cost all sides alike and next to nothing.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { contractModules, platformSdl } from '@onenet/contract';
import { execute, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { answerParent } from '../child.ts';
import { cities, stockSdl } from './codes.ts';
import { edgesOf } from './rows.ts';

const urls: Record<string, string> = {};
for (const code of cities) urls[code] = await listen(code);
answerParent(async () => ({ urls }));

async function listen(code: string): Promise<string> {
  const contract = buildSubgraphSchema(parse(platformSdl(contractModules.map(({ name }) => name))));
  const stock = buildSubgraphSchema(parse(stockSdl(code)));
  const answers = new Map<string, Promise<string>>();
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      const { query } = JSON.parse(body) as { query: string };
      const schema = query.includes(`p${code}ServiceRequests`) ? stock : contract;
      let answer = answers.get(query);
      if (!answer) answers.set(query, (answer = answerOnce(schema, query, code)));
      response.writeHead(200, { 'content-type': 'application/json' }).end(await answer);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function answerOnce(schema: GraphQLSchema, query: string, code: string): Promise<string> {
  const edges = edgesOf(code);
  const pageInfo = {
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: edges[0]?.cursor,
    endCursor: edges.at(-1)?.cursor,
  };
  const connection = { edges, pageInfo, totalCount: edges.length };
  const rootValue = { serviceRequests: connection, [`p${code}ServiceRequests`]: connection };
  return JSON.stringify(await execute({ schema, document: parse(query), rootValue }));
}
