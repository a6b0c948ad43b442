/** The vendor's server over the vendor's gateway, as a generation needs them: nothing listens, nothing is reported, nothing is cached twice. */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { parseDateTime } from '@onenet/contract';
import {
  Kind,
  isScalarType,
  valueFromASTUntyped,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { Logger } from 'pino';
import type { OperationReport, RequestContext } from './context.ts';
import type { Fetched } from './fetched.ts';
import { noteQueryPlan } from './owners/time.ts';
import { presentError } from './present.ts';
import type { QueryPlans } from './query-plans.ts';
import { isWarming } from './warm.ts';

export interface VendorOptions {
  /** What the stock gateway loads. */
  readonly sdl: string;
  readonly dataSource: (subgraph: string) => GraphQLDataSource;
  readonly plans: QueryPlans;
  /** What was parsed, validated and narrowed before, by its hash. */
  readonly documentOf: (hash: string) => DocumentNode | undefined;
  /** Where a request collects what its fetches brought. */
  readonly fetched: FetchedByReport;
  readonly log: Logger;
}

/** By what a request's context and the server's copy of it share. */
export type FetchedByReport = WeakMap<OperationReport, Fetched>;

export interface VendorServer {
  readonly server: ApolloServer<RequestContext>;
  readonly schema: GraphQLSchema;
}

/** Loads a supergraph; one that does not load is thrown. */
export async function startVendorServer(options: VendorOptions): Promise<VendorServer> {
  const { sdl, dataSource, plans, documentOf, fetched, log } = options;
  const vendorLog = log.child({ part: 'apollo' }, { level: 'warn' });
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    buildService: ({ name }) => silentWhileWarming(dataSource(name)),
    queryPlannerConfig: { cache: plans },
    experimental_didResolveQueryPlan: (resolved) => {
      const { queryPlan, requestContext } = resolved;
      // The fan-out shares the time that is left among the waves that the plan has still to come.
      noteQueryPlan(requestContext.context, queryPlan);
      requestContext.context.plan?.watch(resolved.serviceMap);
      fetched.get(reportOf(requestContext.context))?.collect(resolved);
    },
    logger: vendorLog,
  });
  const schema = schemaCatcher();
  const server = new ApolloServer<RequestContext>({
    gateway,
    logger: vendorLog,
    nodeEnv: 'production',
    introspection: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    // What is executed was prepared before: by its hash the server finds it.
    documentStore: {
      get: async (key) => documentOf(key.slice(key.lastIndexOf(':') + 1)),
      set: async () => undefined,
      delete: async () => undefined,
    },
    formatError: (formatted, cause) => presentError(formatted, cause, log),
    plugins: [
      schema.plugin,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  readDateTimes(schema.get());
  return { server, schema: schema.get() };
}

/** A data source that is not asked by what is planned in advance, mutations above all. */
function silentWhileWarming(source: GraphQLDataSource): GraphQLDataSource {
  return {
    process: async (call) => {
      const isForNobody = 'context' in call && isWarming(reportOf(call.context));
      return isForNobody ? { data: {} } : source.process(call);
    },
  };
}

function reportOf(context: object): OperationReport {
  return (context as RequestContext).report;
}

/** A moment that is none is refused with its place in the document, before an owner is asked. */
function readDateTimes(schema: GraphQLSchema): void {
  const type = schema.getType('DateTime');
  if (!isScalarType(type)) return;
  type.parseValue = (value) => {
    parseDateTime(value);
    return value;
  };
  type.parseLiteral = (node) => {
    parseDateTime(node.kind === Kind.STRING ? node.value : undefined);
    return valueFromASTUntyped(node);
  };
}

/** The schema that the server was given by the gateway. */
function schemaCatcher(): {
  readonly plugin: ApolloServerPlugin<RequestContext>;
  readonly get: () => GraphQLSchema;
} {
  let schema: GraphQLSchema | undefined;
  return {
    plugin: {
      serverWillStart: async () => ({
        schemaDidLoadOrUpdate: ({ apiSchema }) => {
          schema = apiSchema;
        },
      }),
    },
    get: () => {
      if (!schema) throw new Error('The gateway has loaded no schema.');
      return schema;
    },
  };
}
