/** Asks the province's own subgraphs: over pooled HTTP, within the request's deadline, so that one that is down costs its fields alone. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { signCall, type Signer } from '@onenet/assertion';
import {
  NetError,
  actorHeader,
  callerHeader,
  encodeCaller,
  type NetSnapshot,
} from '@onenet/contract';
import {
  Kind,
  OperationTypeNode,
  parse,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLFormattedError,
} from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from './context.ts';
import { isObject } from './http-request.ts';
import { timeFor } from './owners/time.ts';
import { TransportError, type Transport } from './owners/transport.ts';

export interface ServiceOptions {
  readonly name: keyof NetSnapshot['services'];
  readonly transport: Transport;
  /** Absent: the service takes the word of its own machine. */
  readonly signer?: Signer | undefined;
  readonly log: Logger;
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
        // What never left was not carried out.
        const sent = !(error instanceof TransportError) || error.sent;
        return { data: null, errors: unavailable(options.name, request, positions, sent) };
      }
    },
  };
}

async function ask(
  { name, transport, signer, maxBytes = 16 * 1024 * 1024 }: ServiceOptions,
  { query, operationName }: ServiceRequest,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
): Promise<ServiceAnswer> {
  const body = JSON.stringify({ query, variables, ...(operationName && { operationName }) });
  const url = context.net.services[name];
  const exchange = transport.post(
    url,
    // The province's own, by its configuration.
    'ANY',
    body,
    headersOf(context, signer, { service: name, url, body }),
    maxBytes,
  );
  // A caller who gives a question more time means it: figures of a busy machine are late, not missing.
  const waitMs = timeFor(context, query ?? '');
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

/** What a service is told of the caller: signed for it, where there are keys. */
function headersOf(
  { caller, actor }: RequestContext,
  signer: Signer | undefined,
  { service, url, body }: { readonly service: ServiceOptions['name']; url: string; body: string },
): readonly string[] {
  const common = ['content-type', 'application/json', 'accept', 'application/json'];
  if (signer) {
    const { pathname, search } = new URL(url);
    const call = { owner: `onenet:${service}`, method: 'POST', path: pathname + search, body };
    return [...common, ...Object.entries(signCall(signer, caller, actor, call)).flat()];
  }
  const told = [...common, callerHeader, encodeCaller(caller)];
  return actor ? [...told, actorHeader, `${actor.kind.toLowerCase()}:${actor.reference}`] : told;
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

/** One error for each root field, or for each entity that was asked for. Of a mutation that was sent the outcome is not known. */
function unavailable(
  service: string,
  { query, variables = {} }: ServiceRequest,
  positions: readonly number[] | undefined,
  sent: boolean,
): GraphQLFormattedError[] {
  const errorAt = (path: (string | number)[], { message, extensions }: NetError) => ({
    message,
    path,
    extensions,
  });
  const down = new NetError('UNAVAILABLE', undefined, { service });
  if (positions) return positions.map((_, i) => errorAt(['_entities', i], down));
  const { kind, fields } = rootFields(query ?? '');
  return fields.map((field) => {
    const path = [(field.alias ?? field.name).value];
    if (kind !== OperationTypeNode.MUTATION || !sent) return errorAt(path, down);
    const details = { service, idempotencyKey: keyOf(field, variables) };
    return errorAt(path, new NetError('OUTCOME_UNKNOWN', unknownText, details));
  });
}

const unknownText = 'The province did not answer in time: ask again with the same idempotency key.';

function rootFields(query: string): {
  readonly kind: OperationTypeNode | undefined;
  readonly fields: readonly FieldNode[];
} {
  const operation = parse(query).definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const selections = operation?.selectionSet.selections ?? [];
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD);
  return { kind: operation?.operation, fields };
}

/** The key by which a mutation may be asked again, as its caller gave it. */
function keyOf(
  { arguments: given = [] }: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  const input = given.find(({ name }) => name.value === 'input');
  const value: unknown = input && valueFromASTUntyped(input.value, variables);
  return isObject(value) ? (value['idempotencyKey'] ?? null) : null;
}
