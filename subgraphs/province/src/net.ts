/** `GET /net?after=<revision>&wait=<seconds>`: the owner directory, long-polled. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetError } from '@onenet/contract';
import type { Directory } from './directory.ts';

/** The longest wait, in seconds: below the idle timeouts that proxies usually have. */
const maxWaitSeconds = 55;

/** What somebody who polls knows, and how long to wait for more. */
export interface Poll {
  readonly after: number | undefined;
  readonly waitSeconds: number;
}

/** 200 with the snapshot, or 204 when `wait` passes and the revision is still `after`. */
export async function answerNet(
  directory: Directory,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const poll = readPoll(request, query, '/net');
  await waitForChange(directory, poll, response);
  if (response.destroyed) return;
  response.setHeader('cache-control', 'no-store');
  if (poll.after === directory.revision) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(directory.json);
}

/** Reads what `path` takes: GET with `after` and `wait`. */
export function readPoll(request: IncomingMessage, query: URLSearchParams, path: string): Poll {
  if (request.method !== 'GET') {
    throw new NetError(
      'BAD_REQUEST',
      `${path} takes GET, and this is ${request.method ?? 'unknown'}.`,
    );
  }
  for (const name of query.keys()) {
    if (name !== 'after' && name !== 'wait') {
      throw new NetError('BAD_INPUT', `${path} takes \`after\` and \`wait\`, and no \`${name}\`.`);
    }
  }
  return {
    after: wholeNumber(query, 'after', Number.MAX_SAFE_INTEGER),
    waitSeconds: wholeNumber(query, 'wait', maxWaitSeconds) ?? 0,
  };
}

/** Waits for another revision than the known one, as long as is asked; not at all where none is known. */
export async function waitForChange(
  directory: Directory,
  { after, waitSeconds }: Poll,
  response: ServerResponse,
): Promise<void> {
  // Another revision is news even when it is lower: then the registry was restored.
  if (after === undefined || waitSeconds === 0) return;
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  const timer = setTimeout(leave, waitSeconds * 1000);
  await directory.changedFrom(after, gone.signal);
  clearTimeout(timer);
  response.off('close', leave);
}

function wholeNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const [text, second] = query.getAll(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (second === undefined && /^\d{1,16}$/.test(text) && value <= most) return value;
  throw new NetError(
    'BAD_INPUT',
    `\`${name}=${text}\` is not valid: one whole number from 0 to ${most}.`,
  );
}
