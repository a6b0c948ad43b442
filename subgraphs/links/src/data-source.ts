/** Answers the subgraph `links` inside the gateway: an id becomes the key of what it leads to. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { keyField, references, type Reference } from '@onenet/contract';
import { execute, parse, type DocumentNode, type GraphQLFieldResolver } from 'graphql';
import { linksSdl } from './sdl.ts';

type LinkResolver = GraphQLFieldResolver<Readonly<Record<string, unknown>>, unknown>;

type LinkResolvers = Readonly<Record<string, Readonly<Record<string, LinkResolver>>>>;

/** The contract's resolvers, by type and field. */
export const linksResolvers: LinkResolvers = resolversOf(references());

/** The part of an operation that a data source reads. */
interface SubgraphRequest {
  readonly query?: string | undefined;
  readonly variables?: Record<string, unknown> | undefined;
}

interface SubgraphAnswer {
  readonly data?: Record<string, unknown> | null;
}

/** How many parsed operations are kept; plans repeat, and each has few of them. */
const keptDocuments = 1000;

/** A data source for the gateway: no port, no wait. It follows the contract's references, or those given. */
export function createLinksDataSource(found: readonly Reference[] = references()): {
  process(options: { readonly request: SubgraphRequest }): Promise<SubgraphAnswer>;
} {
  const resolvers = resolversOf(found);
  const schema = buildSubgraphSchema({ typeDefs: parse(linksSdl(found)), resolvers });
  const documents = new Map<string, DocumentNode>();
  return {
    async process({ request: { query = '', variables = {} } }) {
      const document = documents.get(query) ?? parse(query, { noLocation: true });
      if (documents.size >= keptDocuments) documents.clear();
      documents.set(query, document);
      return execute({ schema, document, variableValues: variables });
    },
  };
}

function resolversOf(found: readonly Reference[]): LinkResolvers {
  const byType: Record<string, Record<string, LinkResolver>> = {};
  for (const { owner, idField, type, as } of found) {
    const fields = (byType[owner] ??= {});
    fields[as] = (record) => {
      const id = record[idField];
      return id == null ? null : { __typename: type, [keyField(type)]: id };
    };
  }
  return byType;
}
