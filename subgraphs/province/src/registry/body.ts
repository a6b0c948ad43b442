/** The JSON body of a request, within its bounds of size and time. */
import type { IncomingMessage } from 'node:http';
import { NetError } from '@onenet/contract';

const maxBodyBytes = 2 * 1024 * 1024;
const bodyWithinMs = 15_000;

/** Reads it; an empty body is an empty object. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/json\b/i.test(type)) {
    throw new NetError('BAD_REQUEST', `The body is ${type}, and must be application/json.`);
  }
  const text = (await readBounded(request)).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new NetError('BAD_REQUEST', 'The body is not JSON.');
  }
}

async function readBounded(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new NetError('TOO_LARGE', `The body has more than ${maxBodyBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => request.destroy(), bodyWithinMs);
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}
