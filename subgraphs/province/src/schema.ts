/** The subgraph `province` and its GraphQL over HTTP. */
import { randomUUID } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Asker } from '@onenet/assertion';
import { NetError, errorCodes, isNetErrorCode } from '@onenet/contract';
import { GraphQLError, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { peopleResolvers, type PeopleParts } from './access/people/graphql.ts';
import { catalogueResolvers } from './catalogue/graphql.ts';
import type { Directory } from './directory.ts';
import { divisionResolvers } from './divisions.ts';
import { grantResolvers, type GrantContext, type GrantParts } from './grants/graphql.ts';
import { platformResolvers } from './platforms.ts';
import { registryResolvers } from './registry/graphql.ts';
import type { Registry } from './registry/registry.ts';
import { provinceSdl } from './supergraph.ts';
import { transferResolvers } from './transfers/graphql.ts';
import type { TransferContext, TransferParts } from './transfers/graphql.ts';

/** Answers GraphQL at `/graphql` to whom the guard admits. */
export function createGraphql(
  directory: Directory,
  registry: Registry,
  transfers: TransferParts,
  grants: GrantParts,
  people: PeopleParts,
) {
  const ofRegistry = registryResolvers(directory, registry);
  const ofPlatforms = platformResolvers(directory);
  const ofDivisions = divisionResolvers(directory);
  const ofTransfers = transferResolvers(transfers);
  const ofGrants = grantResolvers(grants);
  const ofCatalogue = catalogueResolvers(directory);
  const ofPeople = peopleResolvers(people);
  const schema = buildSubgraphSchema({
    typeDefs: parse(provinceSdl),
    resolvers: {
      ...ofRegistry,
      ...ofTransfers,
      ...ofGrants,
      ...ofCatalogue,
      ...ofPeople,
      Query: {
        ...ofPlatforms.Query,
        ...ofDivisions.Query,
        ...ofRegistry.Query,
        ...ofTransfers.Query,
        ...ofGrants.Query,
        ...ofCatalogue.Query,
        ...ofPeople.Query,
      },
      Mutation: { ...ofTransfers.Mutation, ...ofGrants.Mutation },
      Platform: { ...ofPlatforms.Platform, ...ofRegistry.Platform },
      Division: ofDivisions.Division,
    },
  });
  return createYoga<Asker, TransferContext & GrantContext>({
    schema,
    // Who asks is the guard's word.
    context: ({ caller, actor, from }) => ({ caller, actor, from }),
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    // Only programs ask here: no page of another site may read an answer, or ask by a form with files.
    cors: false,
    multipart: false,
    logging: false,
    maskedErrors: { maskError: (error) => showableError(error) },
    plugins: [codesForRefusals],
  });
}

/** Gives a code of the table to what graphql-js and the server say of a document or its variables. */
const codesForRefusals: Plugin = {
  onResultProcess: (event) => {
    const { result } = event;
    if (Array.isArray(result) || !('errors' in result) || !result.errors) return;
    const errors = result.errors.map((error: GraphQLError) =>
      isNetErrorCode(error.extensions['code']) ? error : refusedDocument(error),
    );
    event.setResult({ ...result, errors });
  },
};

/** Lets through what was meant to be seen; anything else goes out as a code and an incident's id. */
function showableError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) {
    if (error.originalError instanceof NetError) return error;
    if (error.originalError === undefined) return refusedDocument(error);
  }
  const incident = randomUUID();
  console.error(`province: incident ${incident}:`, error);
  const path = error instanceof GraphQLError ? (error.path ?? null) : null;
  return new GraphQLError(errorCodes.INTERNAL.message, {
    path,
    extensions: { code: 'INTERNAL', incident },
  });
}

function refusedDocument(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...error.extensions, code: 'BAD_REQUEST' },
  });
}
