/** One supergraph's server and planner: a request stays in its generation, and the old one stops after its last. */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { setImmediate as othersGoFirst } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Access } from './callers/access.ts';
import { booleansOf } from './conditions.ts';
import type { RequestContext } from './context.ts';
import type { ExecutionResult } from './envelope.ts';
import { Fetched } from './fetched.ts';
import type { GraphQLParams } from './http-request.ts';
import type { Metrics } from './metrics.ts';
import { PreparedOperations, prepare, type PreparedOperation, type Rules } from './prepared.ts';
import { QueryPlans } from './query-plans.ts';
import { readSupergraph, type Supergraph } from './supergraph.ts';
import { startVendorServer, type FetchedByReport, type VendorServer } from './vendor-server.ts';
import { Variants } from './variants.ts';
import { sampleVariables, warmLimits, warmingContext } from './warm.ts';

/** Finds the data source of a subgraph, by its name in a composed supergraph. */
export type DataSources = (subgraph: string, supergraph: DocumentNode) => GraphQLDataSource;

export interface GenerationOptions {
  /** The composed SDL. */
  readonly supergraph: string;
  /** The data source of a subgraph of this supergraph. */
  readonly dataSource: DataSources;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export class Generation {
  /** As it was composed. */
  readonly supergraph: string;
  readonly #server: VendorServer['server'];
  readonly #schema: VendorServer['schema'];
  readonly #rules: Rules;
  readonly #operations: PreparedOperations;
  readonly #plans: QueryPlans;
  readonly #fetched: FetchedByReport;
  #running = 0;
  #retired: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  private constructor(
    vendor: VendorServer,
    read: Pick<Supergraph, 'restrictions' | 'costs'> & { readonly supergraph: string },
    kept: {
      readonly operations: PreparedOperations;
      readonly plans: QueryPlans;
      readonly fetched: FetchedByReport;
    },
  ) {
    this.#server = vendor.server;
    this.#schema = vendor.schema;
    this.supergraph = read.supergraph;
    const { restrictions, costs } = read;
    this.#rules = { restrictions, costs, variants: new Variants(vendor.schema, restrictions) };
    this.#operations = kept.operations;
    this.#plans = kept.plans;
    this.#fetched = kept.fetched;
  }

  /** Loads a supergraph; one that does not load is thrown, and the generation before it stays. */
  static async start(options: GenerationOptions): Promise<Generation> {
    const { supergraph, dataSource, log, metrics } = options;
    const { sdl, document, ...read } = readSupergraph(supergraph);
    // Each part of the work holds up all requests: between the parts they have their turn.
    await othersGoFirst();
    const plans = new QueryPlans(metrics);
    const operations = new PreparedOperations();
    const fetched: FetchedByReport = new WeakMap();
    const vendor = await startVendorServer({
      sdl,
      dataSource: (name) => dataSource(name, document),
      plans,
      documentOf: (hash) => operations.document(hash),
      fetched,
      log,
    });
    return new Generation(vendor, { supergraph, ...read }, { operations, plans, fetched });
  }

  /** Holds the generation until it is disposed of: it stops after the last who does. */
  enter(): Disposable & { readonly generation: Generation } {
    this.#running++;
    return {
      generation: this,
      [Symbol.dispose]: () => {
        this.#running--;
        if (this.#running === 0) this.#retired?.resolve();
      },
    };
  }

  /**
   * Prepares and plans what the generation before is asked most, so that nobody waits for it after
   * the change. Returns how many operations.
   */
  async warmFrom(previous: Generation): Promise<number> {
    const until = performance.now() + warmLimits.ms;
    let warmed = 0;
    this.#plans.when = 'warming';
    for (const used of previous.#operations.mostUsed(warmLimits.operations)) {
      if (performance.now() >= until) break;
      await othersGoFirst();
      try {
        const { access, params } = used;
        const operation = this.#prepare(access, params, used.uses / 2);
        await this.#plan(operation);
        warmed++;
      } catch {
        // The new supergraph does not have what it asks.
      }
    }
    this.#plans.when = 'request';
    return warmed;
  }

  /** What its operations are written against. */
  get schema(): GraphQLSchema {
    return this.#schema;
  }

  /** What of it a caller may name. */
  schemaOf({ variant }: Pick<Access, 'variant'>): GraphQLSchema {
    return this.#rules.variants.schemaOf(variant);
  }

  /** The steps `document`, `limits` and `scopes`. */
  prepare(access: Access, params: GraphQLParams): PreparedOperation {
    return this.#prepare(access, params, 1);
  }

  /** The steps `plan` and `fetch`. */
  async execute(
    operation: PreparedOperation,
    variables: GraphQLParams['variables'],
    contextValue: RequestContext,
  ): Promise<ExecutionResult> {
    const { shape, introspection } = operation;
    const fetched = new Fetched();
    this.#fetched.set(contextValue.report, fetched);
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
    if (!singleResult.data) return singleResult;
    const { data, faults } = shape(fetched.tree());
    if (data) introspection?.answer(data, variables);
    // Where an error was told, it says why something is null.
    const unexplained = faults.length > 0 && !singleResult.errors;
    return {
      ...singleResult,
      data,
      ...(unexplained && { extensions: { valueCompletion: faults } }),
    };
  }

  /** Stops after the last that holds it. */
  async retire(): Promise<void> {
    this.#retired ??= Promise.withResolvers<void>();
    if (this.#running === 0) this.#retired.resolve();
    await this.#retired.promise;
    await this.#server.stop();
  }

  #prepare(access: Access, params: GraphQLParams, uses: number): PreparedOperation {
    const { query, operationName, variables } = params;
    const booleans = booleansOf(variables);
    const key = JSON.stringify([access.key, operationName, booleans, query]);
    const make = () => prepare(this.#schema, this.#rules, access, params);
    return this.#operations.get(key, uses, make, () => ({
      access,
      params: { query, operationName, variables: Object.fromEntries(booleans), extensions: {} },
    }));
  }

  /** Has an operation planned, as a request would; nobody is asked anything. */
  async #plan(operation: PreparedOperation): Promise<void> {
    const variables = sampleVariables(this.#schema, operation);
    await this.#server.executeOperation(
      {
        query: operation.text,
        variables: { ...variables },
        ...(operation.name !== null && { operationName: operation.name }),
      },
      { contextValue: warmingContext() },
    );
  }
}
