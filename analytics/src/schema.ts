/** The subgraph `analytics`: resolvers that only translate, and its GraphQL over HTTP. */
import { randomUUID } from 'node:crypto';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Asker } from '@onenet/assertion';
import { NetError, errorCodes, isNetErrorCode, type Caller } from '@onenet/contract';
import { GraphQLError, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { accessRecords, accessSummary } from './access/queries.ts';
import { sightOfRecords, sightOfSummary, sightOfUse } from './access/who.ts';
import { alertResolvers } from './alerts/graphql.ts';
import type { AlertStores } from './alerts/graphql.ts';
import { Batcher } from './batcher.ts';
import { briefResolvers } from './briefs/graphql.ts';
import type { BriefParts } from './briefs/graphql.ts';
import { distribution } from './distribution.ts';
import type { DistributionInput } from './distribution.ts';
import { requestFunnel } from './funnel.ts';
import { refuseUnknown } from './known.ts';
import { metrics } from './metrics.ts';
import type { PartInput } from './part.ts';
import { rankingResolvers } from './ranking/graphql.ts';
import type { Rankings } from './ranking/graphql.ts';
import { recentEvents } from './recent.ts';
import { analyticsSdl } from './sdl.ts';
import type { SelfCheck } from './self-check.ts';
import { metricSeries } from './series.ts';
import type { MetricSeries, MetricsInput, Sources } from './series.ts';
import { statistics, type StatisticsInput } from './statistics/statistics.ts';
import { metricTable } from './table.ts';
import type { MetricTableInput } from './table.ts';
import { tops } from './tops.ts';
import type { TopsInput } from './tops.ts';
import { operationUsage, topOperations, usageStatus } from './usage/queries.ts';
import type { UsageSources } from './usage/queries.ts';
import { checkSight } from './usage/sight.ts';

/** Of one request: who asks, and entities that ask the same together. */
interface Context {
  /** By the guard's word. */
  readonly caller: Caller;
  readonly platforms: Batcher<MetricsInput, MetricSeries[]>;
  readonly divisions: Batcher<MetricsInput, MetricSeries[]>;
}

interface Entity {
  readonly code: string;
}

/** What is kept as it was once, and who makes it. */
export interface KeptParts {
  readonly rankings: Rankings;
  readonly alerts: AlertStores;
  readonly briefs: BriefParts;
}

/** Answers GraphQL at `/graphql` to whom the guard admits. */
export function createGraphql(
  sources: Sources,
  selfCheck: SelfCheck,
  kept: KeptParts,
  usage: UsageSources | undefined,
  log: (message: string, detail?: unknown) => void,
) {
  const checkUse = (caller: Caller, asked: Parameters<typeof checkSight>[1]): void =>
    checkSight(caller, asked, usage?.reader.progress.deliveredTo ?? null, Date.now());
  const rankings = rankingResolvers(sources, kept.rankings);
  const alerts = alertResolvers(kept.alerts);
  const briefs = briefResolvers(kept.briefs);
  const module = {
    typeDefs: parse(analyticsSdl),
    resolvers: {
      ...rankings,
      ...alerts,
      ...briefs,
      Mutation: {
        ...rankings.Mutation,
        ...alerts.Mutation,
        ...briefs.Mutation,
        keepState: (_: unknown, { state }: { readonly state: string }) =>
          sources.ingest.states.keep(state),
      },
      Query: {
        ...rankings.Query,
        ...alerts.Query,
        ...briefs.Query,
        metricDefinitions: () => metrics,
        metrics: async (
          _: unknown,
          { input }: { readonly input: MetricsInput },
          { caller }: Context,
        ) => {
          checkUse(caller, input);
          return (await metricSeries(sources, input, { of: 'net' }, Date.now())).get('');
        },
        requestFunnel: (_: unknown, { input }: { readonly input: PartInput }) =>
          requestFunnel(sources, input, Date.now()),
        distribution: (_: unknown, { input }: { readonly input: DistributionInput }) =>
          distribution(sources, input, Date.now()),
        tops: (_: unknown, { input }: { readonly input: TopsInput }, { caller }: Context) => {
          checkUse(caller, { ...input, metrics: [input.metric] });
          return tops(sources, input, Date.now());
        },
        metricTable: (
          _: unknown,
          { input }: { readonly input: MetricTableInput },
          { caller }: Context,
        ) => {
          checkUse(caller, input);
          return metricTable(sources, input, Date.now());
        },
        feeds: () => sources.ingest.statuses(),
        selfCheck: () => selfCheck.result(),
        recentEvents: (_: unknown, args: RecentArguments) =>
          recentEvents(
            sources,
            args.first ?? 20,
            args.platform ?? undefined,
            args.place ?? undefined,
          ),
        operationUsage: (
          _: unknown,
          args: Parameters<typeof operationUsage>[1],
          { caller }: Context,
        ) => usage && operationUsage(usage, args, sightOfUse(caller)),
        topOperations: (
          _: unknown,
          args: Parameters<typeof topOperations>[1],
          { caller }: Context,
        ) => usage && topOperations(usage, args, sightOfUse(caller)),
        accessRecords: (
          _: unknown,
          args: Parameters<typeof accessRecords>[1],
          { caller }: Context,
        ) => usage && accessRecords(usage, args, sightOfRecords(caller)),
        accessSummary: (
          _: unknown,
          args: Parameters<typeof accessSummary>[1],
          { caller }: Context,
        ) => usage && accessSummary(usage, args, sightOfSummary(caller)),
        statistics: (_: unknown, { input }: { readonly input: StatisticsInput }) =>
          statistics(sources.clickhouse, input),
        usageStatus: () => usage && usageStatus(usage, Date.now()),
      },
      Platform: {
        __resolveReference: ({ code }: Entity) => ({ code }),
        metrics: (
          { code }: Entity,
          { input }: { readonly input: MetricsInput },
          context: Context,
        ) => {
          checkUse(context.caller, { ...input, platforms: [code] });
          // One by one: the others of a batch are known.
          refuseUnknown(sources.ingest, { platforms: [code] });
          return context.platforms.load(input, code);
        },
        feed: ({ code }: Entity) =>
          sources.ingest.statuses().find((status) => status.platform === code),
      },
      Division: {
        __resolveReference: ({ code }: Entity) => ({ code }),
        metrics: (
          { code }: Entity,
          { input }: { readonly input: MetricsInput },
          context: Context,
        ) => {
          refuseUnknown(sources.ingest, { place: code });
          return context.divisions.load(input, code);
        },
      },
    },
  };
  return createYoga<Asker, Context>({
    schema: buildSubgraphSchema([module]),
    context: ({ caller }): Context => ({
      caller,
      platforms: new Batcher((input, codes) =>
        metricSeries(sources, input, { of: 'platforms', codes }, Date.now()),
      ),
      divisions: new Batcher((input, codes) =>
        metricSeries(sources, input, { of: 'divisions', codes }, Date.now()),
      ),
    }),
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    // Only programs ask here: no page of another site may read an answer, or ask by a form with files.
    cors: false,
    multipart: false,
    logging: false,
    maskedErrors: { maskError: (error) => showableError(error, log) },
    plugins: [codesForRefusals],
  });
}

interface RecentArguments {
  readonly first?: number | null;
  readonly platform?: string | null;
  readonly place?: string | null;
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
function showableError(
  error: unknown,
  log: (message: string, detail?: unknown) => void,
): GraphQLError {
  if (error instanceof GraphQLError) {
    if (error.originalError instanceof NetError) return error;
    if (error.originalError === undefined) return refusedDocument(error);
  }
  const incident = randomUUID();
  log(`incident ${incident}`, error);
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
