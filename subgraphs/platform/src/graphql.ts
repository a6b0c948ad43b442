/** GraphQL over HTTP for the platforms of this process: who asks is read from the headers, what went wrong leaves as a code. */
import { randomUUID } from 'node:crypto';
import {
  NetError,
  actorHeader,
  callerHeader,
  isOnThisMachine,
  isNetErrorCode,
  localCaller,
  parseActor,
  type Caller,
  type ModuleName,
} from '@onenet/contract';
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Platform, PlatformContext } from './context.ts';
import { Loaders } from './loaders.ts';
import { platformSchema } from './schema.ts';

/** What the HTTP server knows of a request. */
export interface HttpContext {
  readonly platform: Platform;
  readonly remoteAddress: string | undefined;
}

export type GraphQLHandler = YogaServerInstance<HttpContext, PlatformContext>;

/** Bytes that a request may have. */
const maxRequestBytes = 1_000_000;

const handlers = new Map<ReturnType<typeof platformSchema>, GraphQLHandler>();

/** The handler of a set of modules. Platforms that offer the same ones share it, and its parsed documents. */
export function graphqlHandler(modules: readonly ModuleName[]): GraphQLHandler {
  const schema = platformSchema(modules);
  const known = handlers.get(schema);
  if (known) return known;
  const handler = createYoga<HttpContext, PlatformContext>({
    schema,
    context: contextOf,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    multipart: false,
    cors: false,
    logging: false,
    maxRequestBodySize: maxRequestBytes,
    maskedErrors: { maskError: (error) => shown(error) },
    plugins: [{ onResultProcess: ({ result }) => oneTableOfCodes(result) }],
  });
  handlers.set(schema, handler);
  return handler;
}

function contextOf({
  request,
  platform,
  remoteAddress,
}: HttpContext & { readonly request: Request }): PlatformContext {
  // Until there are credentials, only this machine is believed.
  const trusted = isOnThisMachine(remoteAddress, (name) => request.headers.get(name));
  return {
    platform,
    caller: (trusted && parseCaller(request.headers.get(callerHeader))) || localCaller,
    actor: trusted ? parseActor(request.headers.get(actorHeader)) : undefined,
    now: new Date(),
    loaders: new Loaders(platform.db),
  };
}

/** A caller's header; what is not one says nothing. */
function parseCaller(text: string | null): Caller | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    return { ...localCaller, ...value };
  } catch {
    return undefined;
  }
}

/** An error as it leaves: with a code of the one table; an unexpected one as an id that leads to the log. */
function shown(error: unknown): GraphQLError {
  if (error instanceof NetError) {
    return new GraphQLError(error.message, { extensions: error.extensions });
  }
  if (!isGraphQLError(error)) return incident(error, undefined);
  const { originalError, extensions } = error;
  const cause = isGraphQLError(originalError) ? originalError.originalError : originalError;
  if (cause instanceof NetError) return withCode(error, cause.extensions);
  if (cause) return incident(cause, error);
  return withCode(error, { ...extensions, code: 'BAD_REQUEST' });
}

/** Requests that are no GraphQL, or not of this schema, carry codes of other tables until here. */
function oneTableOfCodes(result: unknown): void {
  for (const { errors = [] } of [result].flat() as { errors?: GraphQLError[] }[]) {
    for (const [index, error] of errors.entries()) {
      if (!isNetErrorCode(error.extensions['code'])) {
        errors[index] = withCode(error, { code: 'BAD_REQUEST' });
      }
    }
  }
}

function withCode(
  error: GraphQLError,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return new GraphQLError(error.message, {
    ...placeOf(error),
    extensions: { ...error.extensions, ...extensions },
  });
}

function incident(cause: unknown, error: GraphQLError | undefined): GraphQLError {
  const id = randomUUID();
  console.error(`incident ${id}:`, cause);
  return new GraphQLError('An unexpected error; the incident id leads to its cause.', {
    ...(error && placeOf(error)),
    extensions: { code: 'INTERNAL', incident: id },
  });
}

function placeOf({ nodes, path }: GraphQLError): GraphQLErrorOptions {
  return { ...(nodes && { nodes }), ...(path && { path }) };
}

/** By name: a schema may be made with another copy of graphql-js than this module's. */
function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError';
}
