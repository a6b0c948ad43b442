/** GraphQL over HTTP for the platforms of this process: who asks is the guard's word, what went wrong leaves as a code. */
import { randomUUID } from 'node:crypto';
import type { Admitted } from '@onenet/assertion';
import { NetError, isNetErrorCode } from '@onenet/contract';
import type { PlatformDefinition } from '@onenet/platforms';
import { maxRequestBytes, type Call } from '@onenet/sidecar';
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { Platform, PlatformContext } from './context.ts';
import { Loaders } from './loaders.ts';
import { platformSchema } from './schema.ts';
import { loggable } from './what-failed.ts';

/** What the guard knows of a request. */
interface HttpContext {
  readonly platform: Platform;
  readonly admitted: Admitted;
}

export type GraphQLHandler = YogaServerInstance<HttpContext, PlatformContext>;

const handlers = new Map<ReturnType<typeof platformSchema>, GraphQLHandler>();

/** A platform's handler. Platforms with the same schema share it, and its parsed documents. */
export function graphqlHandler({
  modules,
  code,
  contractVersion,
}: PlatformDefinition): GraphQLHandler {
  const schema = platformSchema(modules, code, contractVersion);
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

/** Answers an admitted request; before any of the answer leaves, the access record has it. */
export async function answerGraphQL(
  handler: GraphQLHandler,
  platform: Platform,
  admitted: Admitted,
  { request: { method = 'GET', url = '/', headers }, response, body }: Call,
): Promise<void> {
  const { Request } = handler.fetchAPI;
  const isRead = method === 'GET' || method === 'HEAD';
  const asked = new Request(`http://${platform.definition.code.toLowerCase()}${url}`, {
    method,
    headers: headers as Record<string, string>,
    body: isRead ? null : new Uint8Array(body),
  });
  const answered = await handler.fetch(asked, { platform, admitted });
  const answer = Buffer.from(await answered.arrayBuffer());
  await admitted.record({ status: answered.status, answer });
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    'content-length': answer.byteLength,
  });
  response.end(answer);
}

function contextOf({ platform, admitted: { caller, actor } }: HttpContext): PlatformContext {
  return { platform, caller, actor, now: new Date(), loaders: new Loaders(platform.db) };
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
  console.error(`incident ${id}:`, loggable(cause));
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
