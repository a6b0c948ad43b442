/**
 * Canned owners: 17 HTTP servers in one process. Each operation's text is executed once over rows in
 * memory and answered with the same bytes from then on, so that owners cost all sides alike and next to nothing.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { contractModules, encodeOwnerCursor, platformSdl } from '@onenet/contract';
import { execute, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { cities, rowsPerOwner, stockSdl } from './codes.ts';

const urls: Record<string, string> = {};
for (const [index, code] of cities.entries()) urls[code] = await listen(code, index);
process.send?.({ urls });
process.on('disconnect', () => process.exit());

async function listen(code: string, index: number): Promise<string> {
  const contract = buildSubgraphSchema(parse(platformSdl(contractModules.map(({ name }) => name))));
  const stock = buildSubgraphSchema(parse(stockSdl(code)));
  const answers = new Map<string, Promise<string>>();
  const server = createServer((request, response) => {
    void read(request).then(async (body) => {
      const { query } = JSON.parse(body) as { query: string };
      const schema = query.includes(`p${code}ServiceRequests`) ? stock : contract;
      let answer = answers.get(query);
      if (!answer) answers.set(query, (answer = answerOnce(schema, query, code, index)));
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

async function answerOnce(
  schema: GraphQLSchema,
  query: string,
  code: string,
  index: number,
): Promise<string> {
  const edges = Array.from({ length: rowsPerOwner }, (_, n) => edge(code, index, n));
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

function edge(code: string, index: number, n: number) {
  // Newest first, owners interleaved: the merge has something to do.
  const submittedAt = 1_700_000_000_000 - n * 1_000_000 - index * 1000;
  const id = `${code}:R-${String(n).padStart(6, '0')}`;
  const iso = (offset: number) => new Date(submittedAt + offset).toISOString();
  return {
    cursor: encodeOwnerCursor({ order: 'SUBMITTED_AT', direction: 'DESC', key: submittedAt, id }),
    node: {
      id,
      title: `演示：工资拖欠求助，第 ${n} 件`,
      category: 'WAGES',
      channel: 'WECHAT',
      status: 'RESOLVED',
      placeCode: code,
      submittedAt: iso(0),
      updatedAt: iso(1000),
      organizationId: `${code}:O-1`,
      dueAt: iso(86_400_000),
      resolvedAt: iso(3_600_000),
      overdue: false,
      handler: '演示窗口',
      supervised: false,
      reopenedCount: 0,
      rating: 5,
      maskedApplicantName: '演**',
    },
  };
}
