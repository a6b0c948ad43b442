/** How the audit calls the server: one function, so that whoever runs it decides what may be called. */
import { request } from 'undici';

export interface SendRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** How long the whole answer may take. */
  readonly timeoutMs: number;
}

export interface SendResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One call. It follows no redirect, and rejects when no answer comes. */
export type Send = (request: SendRequest) => Promise<SendResponse>;

/** Bytes after which an answer is given up: twice what a feed may send. */
const maxBodyBytes = 16 * 1024 * 1024;

/** The default: undici, which leaves redirects alone. */
export const sendDirectly: Send = async ({ method, url, headers, body, timeoutMs }) => {
  const answer = await request(url, {
    method: method as 'GET',
    headers,
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body }),
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > maxBodyBytes) throw new Error(`The answer is over ${maxBodyBytes} bytes.`);
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks),
  };
};

/** The same as `fetch`, for what is written for it. */
export function fetchOver(send: Send, timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const { status, headers, body } = await send({
      method: init?.method ?? 'GET',
      url: input instanceof Request ? input.url : String(input),
      headers: plainHeaders(init?.headers),
      timeoutMs,
      ...(typeof init?.body === 'string' && { body: init.body }),
    });
    const bodiless = status === 204 || status === 205 || status === 304;
    return new Response(bodiless ? null : new Uint8Array(body), { status, headers });
  };
}

/** Not by `Headers`: what has none must send none. */
function plainHeaders(headers: HeadersInit | undefined): Record<string, string> {
  return Object.fromEntries(
    Array.from(new Headers(headers), ([name, value]) => [name.toLowerCase(), value]),
  );
}
