/**
 * Keeps what the fetches of a plan bring, so that `shape.ts` puts it into its form instead of the
 * vendor: the vendor carries out the plan, and is given `{ __typename }` to shape.
 */
import type { ApolloGateway, GraphQLDataSource } from '@apollo/gateway';
import { Kind, type OperationDefinitionNode } from 'graphql';

/** What the vendor tells of a request whose plan it is about to carry out. Its objects are the request's own. */
type Resolved = Parameters<
  NonNullable<
    NonNullable<ConstructorParameters<typeof ApolloGateway>[0]>['experimental_didResolveQueryPlan']
  >
>[0];

type JsonObject = Record<string, unknown>;

/** The data of an operation as its fetches bring it. */
export class Fetched {
  readonly #roots: JsonObject[] = [];

  /** Stands between the plan and the subgraphs. */
  collect({ operationContext, serviceMap }: Resolved): void {
    operationContext.operation = { ...operationContext.operation, selectionSet: typenameOnly };
    for (const [name, source] of Object.entries(serviceMap)) {
      serviceMap[name] = this.#keepRootsOf(source);
    }
  }

  /** All of it. What is fetched for an entity the vendor puts into the root's own objects. */
  tree(): JsonObject {
    const [first = {}, ...others] = this.#roots;
    for (const other of others) mergeInto(first, other);
    return first;
  }

  #keepRootsOf(source: GraphQLDataSource): GraphQLDataSource {
    return {
      process: async (call) => {
        const answer = await source.process(call);
        const isRoot = !('representations' in (call.request.variables ?? {}));
        if (isRoot && answer.data) this.#roots.push(answer.data);
        return answer;
      },
    };
  }
}

const typenameOnly: OperationDefinitionNode['selectionSet'] = {
  kind: Kind.SELECTION_SET,
  selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
};

/** Two subgraphs may answer fields of one root object; what both have is the same. */
function mergeInto(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    const own = Object.hasOwn(target, key) ? target[key] : undefined;
    if (isJsonObject(own) && isJsonObject(value)) mergeInto(own, value);
    else if (own === undefined) target[key] = value;
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
