/** Reads a request's body, up to a bound. */
import type { IncomingMessage } from 'node:http';

/** Bytes that a request may have, as at the reference platform. */
export const maxRequestBytes = 1_000_000;

/** The body; `tooLarge` once it is over the bound; undefined when the sender broke off. */
export async function readBody(request: IncomingMessage): Promise<Buffer | 'tooLarge' | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) return 'tooLarge';
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      if (length > maxRequestBytes) return 'tooLarge';
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, length);
}
