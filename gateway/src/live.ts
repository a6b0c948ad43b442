/** Passes on analytics' live stream (server-sent events), so that a browser needs one address. */
import { analyticsCode, signCall, type Signer } from '@onenet/assertion';
import { NetError, localCaller } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { request as ask, type Dispatcher } from 'undici';
import { HttpRefusal } from './http-request.ts';

/** What it takes to ask analytics. */
export interface LiveSource {
  /** Address of one of its paths. */
  readonly analyticsUrl: string;
  readonly dispatcher: Dispatcher;
  /** Without it analytics must believe this machine. */
  readonly signer: Signer | undefined;
}

/** What ends a stream, beside its two ends. */
export interface LiveEnds {
  readonly stop: AbortSignal;
  /** Rejects when who listens may not (any more): a session that has ended must not be told on. */
  readonly mayListen: () => Promise<void>;
}

/** How often it is looked whether who listens still may. */
const lookEveryMs = 2000;

/** The gateway itself asks; for whom it may, it has looked. */
const asGateway = { ...localCaller, client: 'gateway' };

/** Streams until either side ends. A refusal of analytics is `UNAVAILABLE`. */
export async function proxyLive(
  { analyticsUrl, dispatcher, signer }: LiveSource,
  request: IncomingMessage,
  response: ServerResponse,
  { stop, mayListen }: LiveEnds,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const search = request.url?.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
  const lastEventId = request.headers['last-event-id'];
  const signal = AbortSignal.any([gone.signal, stop]);
  const url = new URL(`/live${search}`, analyticsUrl);
  const call = { owner: analyticsCode, method: 'GET', path: url.pathname + url.search, body: '' };
  const { statusCode, body } = await ask(url, {
    dispatcher,
    signal,
    headers: {
      accept: 'text/event-stream',
      ...(signer && signCall(signer, asGateway, undefined, call)),
      ...(typeof lastEventId === 'string' && { 'last-event-id': lastEventId }),
    },
    headersTimeout: 5000,
    // A heartbeat comes every 15 seconds.
    bodyTimeout: 45_000,
  }).catch(() => {
    throw unavailable();
  });
  if (statusCode !== 200) {
    await body.dump();
    throw unavailable();
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // A buffering proxy would hold events back.
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  const looking = setInterval(() => {
    mayListen().catch((error: unknown) => {
      // Whether it may could not be told where the province is away: then it goes on.
      if (error instanceof HttpRefusal && error.status === 401) gone.abort();
    });
  }, lookEveryMs);
  try {
    await pipeline(body, response, { signal });
  } catch {
    // Either side has left, which is how a stream ends: the browser comes back by itself.
    response.destroy();
  } finally {
    clearInterval(looking);
  }
}

function unavailable(): NetError {
  return new NetError('UNAVAILABLE', undefined, { service: 'analytics' });
}
