/** The other side: one contract server over the union of all owners' data, under stock Federation with the same links and province. */
import { randomUUID } from 'node:crypto';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { composeServices } from '@apollo/composition';
import { contractModules, platformSdl } from '@onenet/contract';
import { decideConditions, readSupergraph } from '@onenet/gateway';
import { createLinksDataSource, linksSdl } from '@onenet/links';
import { databaseName, startPlatforms } from '@onenet/platform';
import type { ReferenceRecord } from '@onenet/platforms';
import { provinceSdl } from '@onenet/province';
import { Kind, parse, print } from 'graphql';
import { MongoClient } from 'mongodb';
import type { Answer } from '../fixtures/small-net.ts';

export interface Merged extends AsyncDisposable {
  ask(query: string, variables: Record<string, unknown>): Promise<Answer>;
}

/** Loads all records into one platform's database, and puts stock Federation before it. */
export async function startMerged(options: {
  readonly mongodbUri: string;
  readonly records: readonly ReferenceRecord[];
  readonly provinceUrl: string;
}): Promise<Merged> {
  const { mongodbUri, records, provinceUrl } = options;
  const databasePrefix = `merged${randomUUID().slice(0, 8)}_`;
  const code = '420000';
  const platforms = await startPlatforms({
    mongodbUri,
    codes: [code],
    host: '127.0.0.1',
    basePort: 0,
    databasePrefix,
    scale: null,
    // What is long overdue stays as the records have it.
    sweepMs: 0,
    records: () => records,
  });
  const urls: Readonly<Record<string, string>> = {
    municipal: `${platforms.urls[code] ?? ''}/graphql`,
    province: `${provinceUrl}/graphql`,
  };
  const gateway = new ApolloGateway({
    supergraphSdl: readSupergraph(compose()).sdl,
    buildService: ({ name }) =>
      name === 'links'
        ? createLinksDataSource()
        : new RemoteGraphQLDataSource({ url: urls[name] ?? '' }),
  });
  const server = new ApolloServer({ gateway });
  await server.start();
  return {
    ask: async (query, variables) => {
      const { body } = await server.executeOperation({
        query: decided(query, variables),
        variables,
      });
      if (body.kind !== 'single') throw new Error('The answer comes in parts.');
      return body.singleResult as Answer;
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await platforms.stop();
      const client = await MongoClient.connect(mongodbUri);
      await client.db(databaseName(code, databasePrefix)).dropDatabase();
      await client.close();
    },
  };
}

/** The stock executor loses references beside conditions (see the gateway's `conditions.ts`), so it is spared them. */
function decided(query: string, variables: Record<string, unknown>): string {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The operation comes first.');
  return print(decideConditions(document, operation, variables));
}

function compose(): string {
  const municipal = platformSdl(contractModules.map(({ name }) => name));
  const { supergraphSdl, errors } = composeServices(
    [
      { name: 'municipal', sdl: municipal },
      { name: 'links', sdl: linksSdl() },
      { name: 'province', sdl: provinceSdl },
    ].map(({ name, sdl }) => ({ name, url: `onenet:${name}`, typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(`No composition: ${String(errors)}`);
  return supergraphSdl;
}
