/** How a platform is made wrong: what passes between the audit and the right one is spoilt on the way. */
import type { Send, SendRequest, SendResponse } from '@onenet/audit';

/** The body of a GraphQL request. */
export interface Asked {
  query: string;
  variables?: Record<string, unknown>;
}

type Json = Record<string, unknown>;

/** Spoils what is answered to GraphQL requests: changes the answer in place, or returns another one. */
export function answering(spoil: (answer: Json, asked: Asked) => unknown): (next: Send) => Send {
  return (next) => async (request) => {
    const response = await next(request);
    const asked = graphqlOf(request);
    const answer = asked && parsed(response.body.toString('utf8'));
    if (!asked || !answer) return response;
    return { ...response, body: Buffer.from(JSON.stringify(spoil(answer, asked) ?? answer)) };
  };
}

/** Takes what the platform refuses with a code: the mutation then answers this payload. */
export function taking(mutation: string, code: string, payload: object): (next: Send) => Send {
  return answering((answer) => {
    const refused = [...objectsIn(answer['errors'])].some((object) => object['code'] === code);
    // By its own name: where several are asked at once, they go by others.
    const isAsked = isObject(answer['data']) && mutation in answer['data'];
    return refused && isAsked ? { data: { [mutation]: payload } } : undefined;
  });
}

/** Spoils what is asked, before the platform sees it. */
export function asking(
  spoil: (asked: Asked, headers: Record<string, string>) => void,
): (next: Send) => Send {
  return (next) => async (request) => {
    const asked = graphqlOf(request);
    if (!asked) return await next(request);
    const headers = { ...request.headers };
    spoil(asked, headers);
    return await next({ ...request, headers, body: JSON.stringify(asked) });
  };
}

/** Spoils calls of one path that are no GraphQL; undefined passes the call on as it is. */
export function calling(
  path: string,
  spoil: (request: SendRequest, next: Send) => Promise<SendResponse> | undefined,
): (next: Send) => Send {
  return (next) => async (request) =>
    (new URL(request.url).pathname === path ? spoil(request, next) : undefined) ??
    (await next(request));
}

/** Every object of an answer, wherever it stands. */
export function* objectsIn(value: unknown): Generator<Json> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item);
  else if (typeof value === 'object' && value !== null) {
    yield value as Json;
    for (const member of Object.values(value)) yield* objectsIn(member);
  }
}

/** Changes a field wherever it stands in the data. */
export function field(name: string, change: (value: unknown) => unknown): (next: Send) => Send {
  return answering((answer) => {
    for (const object of objectsIn(answer['data'])) {
      if (object[name] != null) object[name] = change(object[name]);
    }
  });
}

function graphqlOf(request: SendRequest): Asked | undefined {
  if (request.method !== 'POST' || !new URL(request.url).pathname.endsWith('/graphql')) {
    return undefined;
  }
  const body = parsed(request.body ?? '');
  const isPlain = typeof body?.['query'] === 'string' && isObject(body['variables'] ?? {});
  return isPlain ? (body as unknown as Asked) : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
