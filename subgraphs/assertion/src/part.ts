/** The edge of a part of the net (the province, analytics): GraphQL is answered to whom the gateway signed for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  NetError,
  callerHeader,
  decodeCaller,
  isOnThisMachine,
  localCaller,
  type Actor,
  type Caller,
} from '@onenet/contract';
import type { Guard } from './guard.ts';
import { readBody, refuseNotJson, sendRefusal } from './http.ts';

/** Who asks a part of the net. */
export interface Asker {
  readonly caller: Caller;
  /** Who performs a mutation. */
  readonly actor: Actor | undefined;
  /** The network address of the call. */
  readonly from: string | null;
}

/** Answers GraphQL over HTTP, as GraphQL Yoga does. */
export interface GraphqlHandler {
  fetch(request: Request, asker: Asker): Response | Promise<Response>;
}

export interface PartOptions {
  readonly guard: Guard;
  readonly handler: GraphqlHandler;
  /**
   * Whether there are keys. Without them, in development, this machine's own word is all that there is;
   * with them, what it sends unsigned is asked by itself, whomever it names.
   */
  readonly hasKeys: boolean;
}

const maxBytes = 16 * 1024 * 1024;

/**
 * Whether a GET may be answered: it is signed by a part of the net, or made on this machine. What may
 * not is refused here.
 */
export async function admitRead(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method = 'GET', url = '/', headers, socket } = request;
  const { remoteAddress } = socket;
  // Whether or not it signs, and by keys that this part has.
  if (isOnThisMachine(remoteAddress, (name) => headers[name]?.toString())) return true;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body: noBody });
  if (admission.kind === 'ADMITTED') return true;
  sendRefusal(request, response, admission);
  return false;
}

const noBody = new Uint8Array();

/** Answers one request, if the guard admits it. */
export async function answerPart(
  { guard, handler, hasKeys }: PartOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (refuseNotJson(request, response)) return;
  const { method = 'GET', url = '/', headers, socket } = request;
  const body = await readBody(request, maxBytes);
  if (body === undefined) return;
  if (body === 'tooLarge') throw new NetError('TOO_LARGE', `The body has over ${maxBytes} bytes.`);
  const { remoteAddress } = socket;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body });
  if (admission.kind === 'REFUSED') return sendRefusal(request, response, admission);
  const { issuer, actor } = admission;
  const named = hasKeys ? undefined : headers[callerHeader]?.toString();
  const unsigned = named === undefined ? localCaller : decodeCaller(named);
  const caller = issuer === null ? unsigned : admission.caller;
  if (!caller) throw new NetError('BAD_REQUEST', `${callerHeader} names no caller.`);
  const isRead = method === 'GET' || method === 'HEAD';
  const asked = new Request(new URL(url.replace(/^\/+/, '/'), 'http://part'), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name === 'connection'
        ? []
        : [[name, value.toString()] as [string, string]],
    ),
    body: isRead ? null : new Uint8Array(body),
  });
  const answered = await handler.fetch(asked, { caller, actor, from: remoteAddress ?? null });
  const answer = Buffer.from(await answered.arrayBuffer());
  response.writeHead(answered.status, {
    ...Object.fromEntries(answered.headers),
    'content-length': answer.byteLength,
  });
  response.end(answer);
}
