/** The GraphQL server behind the sidecar: asked over kept connections, within a time, and never quoted when it fails. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Answered } from '@onenet/assertion';
import { Pool, errors } from 'undici';
import type { Dispatcher } from 'undici';
import { sendGraphqlError } from './answers.ts';
import { headersInward, headersOutward } from './headers.ts';

export interface UpstreamOptions {
  /** The platform's code, for messages. */
  readonly code: string;
  /** The GraphQL endpoint of the server behind. */
  readonly url: string;
  /** From the request's last byte to the answer's last. */
  readonly timeoutMs: number;
  readonly connections?: number;
  /** Told why an answer was replaced. */
  readonly onFailure: (reason: string) => void;
}

/** A request as it came, its body read. */
export interface Inward {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** What the sidecar says of the caller. */
  readonly headers: Readonly<Record<string, string>>;
  /** Told what is answered before any of it leaves; what it rejects with stops the answer. */
  readonly beforeAnswer: (answered: Answered) => Promise<void>;
}

export interface Upstream {
  /** Passes a request on and its answer back. Resolves when the answer is out. */
  pass(inward: Inward): Promise<void>;
  /** Rejects when the server does not answer `{ __typename }`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Shorter than the five seconds of common servers: none must close what is being sent into. */
const keepAliveMs = 4_000;
const connectMs = 2_000;
const pingMs = 2_000;
/** Bytes of an answer that are read before it begins to leave: its records can be counted in them. */
const heldBytes = 1024 * 1024;
const mediaType = /^application\/(?:graphql-response\+)?json\s*(?:;|$)/i;

export function openUpstream(options: UpstreamOptions): Upstream {
  const { code, timeoutMs, onFailure } = options;
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections ?? 64,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    connect: { timeout: connectMs },
    // One clock over the whole exchange: the signal.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    async pass({ request, response, body, headers, beforeAnswer }) {
      const { method } = request;
      if (method !== 'GET' && method !== 'POST') {
        await beforeAnswer({ status: 405 });
        response.setHeader('allow', 'GET, POST');
        sendGraphqlError(request, response, 405, 'BAD_REQUEST', 'GraphQL is asked by GET or POST.');
        return;
      }
      const refuse = async (status: 502 | 504, message: string, reason: string): Promise<void> => {
        onFailure(reason);
        await beforeAnswer({ status });
        sendGraphqlError(request, response, status, 'UNAVAILABLE', message);
      };
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const late = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([gone.signal, late]);

      const failed = async (error: unknown): Promise<void> => {
        if (gone.signal.aborted) return;
        if (late.aborted || error instanceof errors.ConnectTimeoutError) {
          const message = `The server of platform ${code} did not answer within ${timeoutMs} ms.`;
          return await refuse(504, message, `no answer within ${timeoutMs} ms`);
        }
        const message = `The server of platform ${code} cannot be reached.`;
        await refuse(502, message, String(error));
      };

      let answer: Dispatcher.ResponseData;
      try {
        answer = await pool.request({
          method,
          path: pathname + queryOf(request.url, search),
          headers: { ...headersInward(request.headers), ...headers },
          body: method === 'GET' ? null : body,
          signal,
        });
      } catch (error) {
        return await failed(error);
      }

      const fault = faultOf(answer);
      if (fault !== undefined) {
        // Read to the end, within bounds, so that the connection can be used again.
        void answer.body.dump({ limit: 128 * 1024 }).catch(() => undefined);
        return await refuse(502, `The server of platform ${code} failed.`, fault);
      }
      const rest = answer.body[Symbol.asyncIterator]();
      let held: Held;
      try {
        held = await hold(rest);
      } catch (error) {
        return await failed(error);
      }
      const isPlain = answer.headers['content-encoding'] === undefined;
      await beforeAnswer({
        status: answer.statusCode,
        answer: held.isWhole && isPlain ? held.bytes : undefined,
      });
      if (response.destroyed) return void answer.body.destroy();
      response.writeHead(answer.statusCode, headersOutward(answer.headers));
      if (held.isWhole) return void response.end(held.bytes);
      response.write(held.bytes);
      await pipeline(rest, response).catch((error: unknown) => {
        // It has begun, so it can only be broken off: the reader sees that it is cut.
        response.destroy();
        if (!gone.signal.aborted) onFailure(`the answer broke off: ${String(error)}`);
      });
    },

    async ping() {
      const answer = await pool.request({
        method: 'POST',
        path: pathname + search,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: '{"query":"{ __typename }"}',
        signal: AbortSignal.timeout(pingMs),
      });
      await answer.body.dump({ limit: 128 * 1024 });
      const fault = faultOf(answer);
      if (fault !== undefined) throw new Error(fault);
    },
    close: () => pool.destroy(),
  };
}

/** The beginning of an answer. */
interface Held {
  readonly bytes: Buffer;
  /** Nothing follows. */
  readonly isWhole: boolean;
}

async function hold(body: AsyncIterator<Buffer>): Promise<Held> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= heldBytes) {
    const next = await body.next();
    if (next.done === true) return { bytes: Buffer.concat(chunks, length), isWhole: true };
    chunks.push(next.value);
    length += next.value.byteLength;
  }
  return { bytes: Buffer.concat(chunks, length), isWhole: false };
}

/** What is no answer of a GraphQL server stays behind: an error page shows stacks, paths and versions. */
function faultOf({
  statusCode,
  headers,
}: {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
}): string | undefined {
  if (statusCode >= 500) return `status ${statusCode}`;
  if (statusCode >= 300 && statusCode < 400) return `status ${statusCode}: a redirect`;
  const type = headers['content-type'] ?? '';
  return mediaType.test(type) ? undefined : `content-type "${type}"`;
}

/** Of a GET, the query is the request's own. */
function queryOf(url: string | undefined, own: string): string {
  const at = (url ?? '').indexOf('?');
  return at === -1 ? own : (url ?? '').slice(at);
}
