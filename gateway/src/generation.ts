/** One supergraph's server and planner: a request stays in its generation, and the old one stops after its last. */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { parseDateTime, type Caller } from '@onenet/contract';
import { Kind, isScalarType, valueFromASTUntyped, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { booleansOf } from './conditions.ts';
import type { OperationReport, RequestContext } from './context.ts';
import type { ExecutionResult } from './envelope.ts';
import { Fetched } from './fetched.ts';
import type { GraphQLParams } from './http-request.ts';
import { noteQueryPlan } from './owners/time.ts';
import { PreparedOperations, prepare, type PreparedOperation } from './prepared.ts';
import { presentError } from './present.ts';
import { readSupergraph, type Supergraph } from './supergraph.ts';

export interface GenerationOptions {
  /** The composed SDL. */
  readonly supergraph: string;
  /** The data source of a subgraph. It outlives the generation. */
  readonly dataSource: (subgraph: string) => GraphQLDataSource;
  readonly log: Logger;
}

export class Generation {
  readonly #server: ApolloServer<RequestContext>;
  readonly #schema: GraphQLSchema;
  readonly #access: Supergraph['access'];
  readonly #operations: PreparedOperations;
  readonly #fetched: FetchedByReport;
  #running = 0;
  #retired: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  private constructor(
    server: ApolloServer<RequestContext>,
    schema: GraphQLSchema,
    access: Supergraph['access'],
    operations: PreparedOperations,
    fetched: FetchedByReport,
  ) {
    this.#server = server;
    this.#schema = schema;
    this.#access = access;
    this.#operations = operations;
    this.#fetched = fetched;
  }

  /** Loads a supergraph; one that does not load is thrown, and the generation before it stays. */
  static async start({ supergraph, dataSource, log }: GenerationOptions): Promise<Generation> {
    const { sdl, access } = readSupergraph(supergraph);
    const vendorLog = log.child({ part: 'apollo' }, { level: 'warn' });
    const gateway = new ApolloGateway({
      supergraphSdl: sdl,
      buildService: ({ name }) => dataSource(name),
      experimental_didResolveQueryPlan: (resolved) => {
        const { queryPlan, requestContext } = resolved;
        // The fan-out shares the time that is left among the waves that the plan has still to come.
        noteQueryPlan(requestContext.context, queryPlan);
        fetched.get(reportOf(requestContext.context))?.collect(resolved);
      },
      logger: vendorLog,
    });
    const operations = new PreparedOperations();
    const fetched: FetchedByReport = new WeakMap();
    const schema = schemaCatcher();
    const server = new ApolloServer<RequestContext>({
      gateway,
      logger: vendorLog,
      nodeEnv: 'production',
      introspection: true,
      persistedQueries: false,
      stopOnTerminationSignals: false,
      includeStacktraceInErrorResponses: false,
      // What is executed was parsed, validated and narrowed before: by its hash the server finds it.
      documentStore: {
        get: async (key) => operations.document(key.slice(key.lastIndexOf(':') + 1)),
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
    return new Generation(server, schema.get(), access, operations, fetched);
  }

  /** The steps `document`, `limits` and `scopes`. */
  prepare(caller: Caller, params: GraphQLParams): PreparedOperation {
    const { query, operationName, variables } = params;
    const rights = [caller.client === 'local', caller.scopes];
    const key = JSON.stringify([rights, operationName, booleansOf(variables), query]);
    return this.#operations.get(key, () => prepare(this.#schema, this.#access, caller, params));
  }

  /** The steps `plan` and `fetch`. */
  async execute(
    operation: PreparedOperation,
    variables: GraphQLParams['variables'],
    contextValue: RequestContext,
  ): Promise<ExecutionResult> {
    const { shape } = operation;
    const fetched = new Fetched();
    if (shape) this.#fetched.set(contextValue.report, fetched);
    this.#running++;
    try {
      const { body } = await this.#server.executeOperation(
        {
          query: operation.text,
          variables: { ...variables },
          ...(operation.name !== null && { operationName: operation.name }),
        },
        { contextValue },
      );
      if (body.kind !== 'single') throw new Error('The server answered in parts.');
      const { singleResult } = body;
      if (!shape || !singleResult.data) return singleResult;
      const { data, faults } = shape(fetched.tree());
      // Where an error was told, it says why something is null.
      const unexplained = faults.length > 0 && !singleResult.errors;
      return {
        ...singleResult,
        data,
        ...(unexplained && { extensions: { valueCompletion: faults } }),
      };
    } finally {
      this.#running--;
      if (this.#running === 0) this.#retired?.resolve();
    }
  }

  /** Stops after the last running request. */
  async retire(): Promise<void> {
    this.#retired ??= Promise.withResolvers<void>();
    if (this.#running === 0) this.#retired.resolve();
    await this.#retired.promise;
    await this.#server.stop();
  }
}

/** By what a request's context and the server's copy of it share. */
type FetchedByReport = WeakMap<OperationReport, Fetched>;

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
