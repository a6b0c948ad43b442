/** A net in memory: owners over HTTP behind the real gateway, planner and composition, with a tiny province. */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  contractModules,
  contractVersion,
  coordinatesOf,
  localCaller,
  municipalSdl,
  platformSdl,
  references,
  type ContractVersion,
  type NetClient,
  type NetGrant,
  type NetOwner,
  type NetSnapshot,
} from '@onenet/contract';
import { composedReferences, createLinksDataSource, linksSdl } from '@onenet/links';
import { additionsSubgraph, composeSupergraph, type PlatformAdditions } from '@onenet/province';
import { execute, parse, type GraphQLFormattedError } from 'graphql';
import { ApolloServer } from '@apollo/server';
import { additionsSchema } from '../../additions/additions-schema.ts';
import { createAdditionsDataSource } from '../../additions/data-source.ts';
import { OperationReport, type RequestContext } from '../../context.ts';
import { readSupergraph } from '../../supergraph.ts';
import { MemoryLedger } from '../../quota/ledger.ts';
import { Quotas } from '../../quota/quotas.ts';
import { Breakers } from '../breaker.ts';
import { Budgets } from '../budget.ts';
import { createMunicipalDataSource } from '../data-source.ts';
import { noteQueryPlan } from '../time.ts';
import { createTransport } from '../transport.ts';
import type { MemoryOwner } from './memory-owner.ts';

const provinceText = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { platform(code: ID!): Platform platforms: [Platform!]! division(code: ID!): Division }
  type Platform @key(fields: "code") { code: ID! name: String! }
  type Division @key(fields: "code") { code: ID! name: String! }
`;

/** A client's answer. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  readonly report: OperationReport;
}

export interface MemoryNet extends AsyncDisposable {
  /** By code; a test may change what the directory says of one. */
  readonly owners: Map<string, NetOwner>;
  /** What the directory says of third parties; a test may change it, also while a request is under way. */
  readonly clients: NetClient[];
  readonly grants: NetGrant[];
  ask(
    query: string,
    variables?: Record<string, unknown>,
    context?: Partial<RequestContext> & { readonly deadlineMs?: number },
  ): Promise<Answer>;
}

/** What an owner on 1.1 does not have of the contract; and two elements more, for what 1.2 has none of. */
export const lackedBy11: readonly string[] = [
  ...newerThan('1.1'),
  'ServiceRequest.history(newest:)',
  'ServiceRequestOrderField.CATEGORY',
];

function newerThan(version: ContractVersion): readonly string[] {
  const modules = contractModules.map(({ name }) => name);
  const of = (kept: ContractVersion): readonly string[] =>
    coordinatesOf(buildSubgraphSchema(parse(platformSdl(modules, kept))));
  const there = new Set(of(version));
  return of(contractVersion).filter((coordinate) => !there.has(coordinate));
}

/** What a directory says of an owner. */
export function netOwner(
  owner: Pick<MemoryOwner, 'code' | 'url' | 'modules' | 'version'>,
  serves: readonly string[],
): NetOwner {
  return {
    code: owner.code,
    name: owner.code,
    nameEn: owner.code,
    kind: 'CITY',
    parent: null,
    connection: 'CONNECTED',
    graphqlUrl: owner.url,
    eventsUrl: owner.url,
    addresses: 'ANY',
    serves,
    modules: owner.modules,
    contractVersion: owner.version,
    version: 1,
    lacks: owner.version === contractVersion ? [] : lackedBy11,
    additions: [],
    scope: { above: [] },
  };
}

/** Puts a gateway before owners, with what they add to the contract; `now` is the clock of their budgets. */
export async function startMemoryNet(
  all: readonly NetOwner[],
  additions: readonly PlatformAdditions[] = [],
  now: () => number = () => performance.now(),
): Promise<MemoryNet> {
  const owners = new Map(all.map((owner) => [owner.code, owner]));
  const clients: NetClient[] = [];
  const grants: NetGrant[] = [];
  const transport = createTransport();
  const snapshot = (): NetSnapshot => ({
    version: 1,
    revision: 1,
    contractVersion,
    supergraph: '',
    services: { province: 'http://x.invalid', analytics: 'http://x.invalid' },
    clients: [...clients],
    grants: [...grants],
    owners: [...owners.values()],
  });
  const breakers = new Breakers();
  const budgets = new Budgets(
    new Quotas({ ledger: new MemoryLedger(now), now, onError: (error) => console.error(error) }),
  );
  const { sdl, document } = readSupergraph(compose(additions));
  const sources: Readonly<Record<string, GraphQLDataSource>> = {
    municipal: createMunicipalDataSource({ transport, breakers, budgets }),
    additions: createAdditionsDataSource({
      schema: additionsSchema(document),
      transport,
      breakers,
    }),
    links: createLinksDataSource(composedReferences(document)),
    province: provinceSource(owners),
  };
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    buildService: ({ name }) => sources[name] as GraphQLDataSource,
    experimental_didResolveQueryPlan: ({ requestContext, queryPlan }) =>
      noteQueryPlan(requestContext.context, queryPlan),
  });
  const server = new ApolloServer<RequestContext & Record<string, unknown>>({ gateway });
  await server.start();
  return {
    owners,
    clients,
    grants,
    async ask(query, variables = {}, { deadlineMs = 5000, ...context } = {}) {
      const report = new OperationReport();
      const { body } = await server.executeOperation(
        { query, variables },
        {
          contextValue: {
            requestId: 'test',
            caller: localCaller,
            net: snapshot(),
            netNow: snapshot,
            deadlineAt: performance.now() + deadlineMs,
            completeness: 'BEST_EFFORT',
            signal: new AbortController().signal,
            report,
            ...context,
          },
        },
      );
      if (body.kind !== 'single') throw new Error('The answer comes in parts.');
      const { data, errors, extensions } = structuredClone(body.singleResult);
      return { data, errors, extensions, report };
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await transport.close();
    },
  };
}

/** The supergraph of the contract, a tiny province, and what owners add. */
export function compose(owners: readonly PlatformAdditions[]): string {
  const additions = additionsSubgraph(owners);
  return composeSupergraph([
    ...(additions ? [additions] : []),
    { name: 'municipal', sdl: municipalSdl() },
    { name: 'links', sdl: linksSdl([...references(), ...(additions?.references ?? [])]) },
    { name: 'province', sdl: provinceText },
  ]);
}

type Source = ReturnType<typeof createMunicipalDataSource>;

/** Answers for the tiny province. */
export function provinceSource(owners: ReadonlyMap<string, unknown>): Pick<Source, 'process'> {
  const named = {
    __resolveReference: ({ code }: { code: string }) => ({ code, name: `name of ${code}` }),
  };
  const schema = buildSubgraphSchema({
    typeDefs: parse(provinceText),
    resolvers: { Platform: named, Division: named },
  });
  const one = ({ code }: { code: string }): unknown => ({ code, name: `name of ${code}` });
  const rootValue = {
    platform: one,
    division: one,
    platforms: () => [...owners.keys()].map((code) => one({ code })),
  };
  return {
    async process({ request }) {
      const { data, errors } = await execute({
        schema,
        document: parse(request.query ?? ''),
        variableValues: request.variables ?? {},
        rootValue,
      });
      return {
        data: data ?? null,
        ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}),
      };
    },
  };
}
