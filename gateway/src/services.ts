/** Asks the province's own subgraphs: over pooled HTTP, with a deadline of their own, so that one that is down costs its fields alone. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { NetError, callerHeader, encodeCaller, type NetSnapshot } from '@onenet/contract';
import { Kind, OperationTypeNode, parse, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from './context.ts';
import { isObject } from './http-request.ts';
import { timeFor } from './owners/time.ts';
import type { Transport } from './owners/transport.ts';

export interface ServiceOptions {
  readonly name: keyof NetSnapshot['services'];
  readonly transport: Transport;
  readonly log: Logger;
  /** Milliseconds, within the request's own deadline. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

type ServiceRequest = Parameters<GraphQLDataSource<RequestContext>['process']>[0]['request'];

interface ServiceAnswer {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
}

/** A data source for one of the province's subgraphs. */
export function createServiceDataSource(
  options: ServiceOptions,
): GraphQLDataSource<RequestContext> {
  return {
    async process({ request, context }) {
      const { variables, positions } = withoutRepeats(request.variables ?? {});
      try {
        const answer = await ask(options, request, variables, context as RequestContext);
        return positions ? repeated(answer, positions) : answer;
      } catch (error) {
        options.log.warn({ service: options.name, err: error }, 'service did not answer');
        return { data: null, errors: unavailable(options.name, request, positions) };
      }
    },
  };
}

async function ask(
  { name, transport, timeoutMs = 4000, maxBytes = 16 * 1024 * 1024 }: ServiceOptions,
  { query, operationName }: ServiceRequest,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
): Promise<ServiceAnswer> {
  const body = JSON.stringify({ query, variables, ...(operationName && { operationName }) });
  const headers = ['content-type', 'application/json', 'accept', 'application/json'];
  const exchange = transport.post(
    context.net.services[name],
    // The province's own, by its configuration.
    'ANY',
    body,
    [...headers, callerHeader, encodeCaller(context.caller)],
    maxBytes,
  );
  const waitMs = Math.min(timeoutMs, timeFor(context, query ?? ''));
  const timer = setTimeout(() => exchange.abort(), Math.max(1, waitMs));
  try {
    const { status, contentType, body: answered } = await exchange.answer;
    const answer: unknown = contentType.includes('json') && JSON.parse(answered.toString('utf8'));
    if (isObject(answer) && isAnswer(answer)) return answer;
    throw new Error(`HTTP ${status} ${contentType}, which is no GraphQL answer.`);
  } finally {
    clearTimeout(timer);
  }
}

function isAnswer(value: Readonly<Record<string, unknown>>): value is ServiceAnswer & typeof value {
  const { data, errors } = value;
  return (
    (isObject(data) || (data == null && errors !== undefined)) &&
    (errors === undefined || (Array.isArray(errors) && errors.every(isObject)))
  );
}

/** The planner sends a representation as often as it occurs: each is asked for once. */
function withoutRepeats(variables: Readonly<Record<string, unknown>>): {
  readonly variables: Readonly<Record<string, unknown>>;
  /** For each representation given, the position of the one that is asked for. */
  readonly positions: readonly number[] | undefined;
} {
  const given = variables['representations'];
  if (!Array.isArray(given)) return { variables, positions: undefined };
  const asked = new Map<string, { readonly position: number; readonly value: unknown }>();
  const positions = given.map((value: unknown) => {
    const key = JSON.stringify(value);
    const known = asked.get(key) ?? { position: asked.size, value };
    asked.set(key, known);
    return known.position;
  });
  const representations = [...asked.values()].map(({ value }) => value);
  return { variables: { ...variables, representations }, positions };
}

function repeated(answer: ServiceAnswer, positions: readonly number[]): ServiceAnswer {
  const entities = answer.data?.['_entities'];
  const errors = answer.errors?.flatMap((error) => {
    const [root, index, ...rest] = error.path ?? [];
    if (root !== '_entities' || typeof index !== 'number') return [error];
    return positions.flatMap((position, given) =>
      position === index ? [{ ...error, path: [root, given, ...rest] }] : [],
    );
  });
  return {
    data: Array.isArray(entities)
      ? // Each place gets its own copy: the gateway merges other parts into it.
        { _entities: positions.map((position) => structuredClone(entities[position])) }
      : (answer.data ?? null),
    ...(errors && { errors }),
  };
}

/** One error for each root field, or for each entity that was asked for. */
function unavailable(
  service: string,
  { query }: ServiceRequest,
  positions: readonly number[] | undefined,
): GraphQLFormattedError[] {
  const { message, extensions } = new NetError('UNAVAILABLE', undefined, { service });
  const paths = positions
    ? positions.map((_, i) => ['_entities', i])
    : rootKeys(query ?? '').map((key) => [key]);
  return paths.map((path) => ({ message, path, extensions }));
}

function rootKeys(query: string): string[] {
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION &&
    definition.operation === OperationTypeNode.QUERY
      ? definition.selectionSet.selections.flatMap((selection) =>
          selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [],
        )
      : [],
  );
}
