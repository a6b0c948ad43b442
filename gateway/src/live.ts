/** Passes on analytics' live stream (server-sent events), so that a browser needs one address. */
import { analyticsCode, signCall, type Signer } from '@onenet/assertion';
import { NetError, localCaller } from '@onenet/contract';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { request as ask, type Dispatcher } from 'undici';

/** What it takes to ask analytics. */
export interface LiveSource {
  /** Address of one of its paths. */
  readonly analyticsUrl: string;
  readonly dispatcher: Dispatcher;
  /** Without it analytics must believe this machine. */
  readonly signer: Signer | undefined;
}

/** The gateway itself asks; for whom it may, it has looked. */
const asGateway = { ...localCaller, client: 'gateway' };

/** Streams until either side ends. A refusal of analytics is `UNAVAILABLE`. */
export async function proxyLive(
  { analyticsUrl, dispatcher, signer }: LiveSource,
  request: IncomingMessage,
  response: ServerResponse,
  stop: AbortSignal,
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
  try {
    await pipeline(body, response, { signal });
  } catch {
    // Either side has left, which is how a stream ends: the browser comes back by itself.
    response.destroy();
  }
}

function unavailable(): NetError {
  return new NetError('UNAVAILABLE', undefined, { service: 'analytics' });
}
