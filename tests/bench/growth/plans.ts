/** Plans operations under a supergraph by the stock planner, without asking anybody. */
import { ApolloGateway } from '@apollo/gateway';
import { readSupergraph } from '@onenet/gateway';
import { parse } from 'graphql';

/** What is planned: lists, records with three waves, a division, additions, a mutation. */
export const operations: readonly string[] = [
  '{ serviceRequests(first: 20) { edges { node { id title place { name } platform { name } organization { name place { name } } } } totalCount } }',
  '{ serviceRequest(id: "W0000:R-0") { title transferredTo { title transferredTo { title organization { name } } } } }',
  '{ division(code: "420100") { name serviceRequests(first: 20) { edges { node { id organization { name } } } } members(first: 5) { totalCount } } }',
  '{ platforms { code organizations(first: 5) { edges { node { id w0000CardCount } } } } }',
  '{ members(first: 20) { edges { node { id w0000Card { id usesCount member { id w0001Card { id } } } w0002Card { usesCount } } } } w0000Programmes { id organization { name } } }',
  'mutation ($a: SubmitServiceRequestInput!, $b: SubmitServiceRequestInput!) { a: submitServiceRequest(input: $a) { serviceRequest { id } } b: submitServiceRequest(input: $b) { serviceRequest { place { name } } } }',
];

/** Fetches of a plan, and how many have to wait for one another: its waves. */
export interface PlanSize {
  readonly nodes: number;
  readonly fetches: number;
  readonly waves: number;
}

export interface Planner extends AsyncDisposable {
  plan(operation: string): Promise<PlanSize>;
}

type Resolved = Parameters<
  NonNullable<
    NonNullable<ConstructorParameters<typeof ApolloGateway>[0]>['experimental_didResolveQueryPlan']
  >
>[0];
type PlanNode = NonNullable<Resolved['queryPlan']['node']>;

/** Loads a supergraph as the gateway does. */
export async function startPlanner(supergraph: string): Promise<Planner> {
  let size: PlanSize | undefined;
  const gateway = new ApolloGateway({
    supergraphSdl: readSupergraph(supergraph).sdl,
    buildService: () => ({ process: async () => ({ data: {} }) }),
    experimental_didResolveQueryPlan: ({ queryPlan }) => {
      size = sizeOf(queryPlan.node);
    },
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: console.warn,
      error: console.error,
    },
  });
  const { executor } = await gateway.load();
  return {
    async plan(operation) {
      size = undefined;
      const document = parse(operation);
      const variables = operation.includes('mutation (') ? mutationInput : {};
      await executor({
        document,
        request: { query: operation, variables },
        operationName: null,
        queryHash: operation,
        context: {},
        cache: { get: async () => undefined, set: async () => undefined, delete: async () => true },
        schema: gateway.schema,
      } as unknown as Parameters<typeof executor>[0]);
      if (!size) throw new Error(`There is no plan of ${operation}.`);
      return size;
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  };
}

const input = {
  platform: 'W0000',
  idempotencyKey: 'k',
  title: 't',
  category: 'WAGES',
  channel: 'WECHAT',
  placeCode: '420100',
};
const mutationInput = { a: input, b: input };

function sizeOf(node: PlanNode | undefined): PlanSize {
  if (!node) return { nodes: 0, fetches: 0, waves: 0 };
  switch (node.kind) {
    case 'Fetch':
      return { nodes: 1, fetches: 1, waves: 1 };
    case 'Flatten': {
      const inner = sizeOf(node.node);
      return { ...inner, nodes: inner.nodes + 1 };
    }
    case 'Sequence':
    case 'Parallel': {
      const sizes = node.nodes.map((each) => sizeOf(each));
      const waves = sizes.map((each) => each.waves);
      return {
        nodes: 1 + sizes.reduce((sum, each) => sum + each.nodes, 0),
        fetches: sizes.reduce((sum, each) => sum + each.fetches, 0),
        waves: node.kind === 'Sequence' ? waves.reduce((a, b) => a + b, 0) : Math.max(0, ...waves),
      };
    }
    // What these operations do not have.
    case 'Condition':
    case 'Defer':
    case 'Subscription':
      throw new Error(`A plan node of the kind ${node.kind}.`);
  }
}
