/** Stock Federation: a type per city, Apollo Server and `@apollo/gateway` as they come, or with a pooled HTTP client. */
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import type { GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { parse } from 'graphql';
import { Agent, request } from 'undici';
import { stockSdl } from './codes.ts';

/** Serves on loopback; resolves with the URL. */
export async function startStock(
  urls: Readonly<Record<string, string>>,
  pooled: boolean,
): Promise<string> {
  const composed = composeServices(
    Object.entries(urls).map(([code, url]) => ({
      name: `p${code}`,
      url,
      typeDefs: parse(stockSdl(code)),
    })),
  );
  if (!composed.supergraphSdl) throw new Error(`No composition: ${String(composed.errors)}`);
  const dispatcher = new Agent({ connections: 16 });
  const gateway = new ApolloGateway({
    supergraphSdl: composed.supergraphSdl,
    buildService: ({ url }) =>
      pooled
        ? pooledSource(url ?? '', dispatcher)
        : new RemoteGraphQLDataSource({ url: url ?? '' }),
  });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return url;
}

function pooledSource(url: string, dispatcher: Agent) {
  return {
    async process({ request: { query, variables } }: GraphQLDataSourceProcessOptions) {
      const answer = await request(url, {
        method: 'POST',
        body: JSON.stringify({ query, variables }),
        dispatcher,
        headers: { 'content-type': 'application/json' },
      });
      return (await answer.body.json()) as { data: Record<string, unknown> };
    },
  };
}
