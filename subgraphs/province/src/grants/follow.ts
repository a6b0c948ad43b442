/** `GET /registry/platforms/<code>/grants?after=<revision>&wait=<seconds>`: what an owner has granted, long-polled by the owner itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetError, isOnThisMachine } from '@onenet/contract';
import { answerJson } from '../answer.ts';
import type { Directory } from '../directory.ts';
import { readPoll, waitForChange } from '../net.ts';
import { authenticate } from '../registry/access.ts';
import { unknownPlatform, type Store } from '../registry/store.ts';

export interface FollowParts {
  readonly directory: Directory;
  readonly store: Store;
  /** Whether this machine is let in without a token. */
  readonly development: boolean;
}

/** The code in such a path; undefined: it is another one. */
export function followedPlatform(pathname: string): string | undefined {
  return /^\/registry\/platforms\/([^/]+)\/grants$/.exec(pathname)?.[1];
}

/** 200 with the revision and the live grants, or 204 when `wait` passes without another revision. */
export async function answerFollow(
  { directory, store, development }: FollowParts,
  code: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const header = (name: string) => request.headers[name]?.toString();
  const isHere = development && isOnThisMachine(request.socket.remoteAddress, header);
  if (!isHere || request.headers.authorization !== undefined) {
    const { kind, platform } = await authenticate(store, request.headers.authorization);
    if (kind !== 'operator' && platform !== code) {
      throw new NetError(
        'NOT_ALLOWED',
        `The token is ${platform}’s, and the grants are ${code}’s.`,
      );
    }
  }
  if (!directory.platform(code)) throw unknownPlatform(code.slice(0, 40));
  const poll = readPoll(request, query, '/registry/platforms/<code>/grants');
  await waitForChange(directory, poll, response);
  if (response.destroyed) return;
  const { revision } = directory;
  if (poll.after === revision) {
    response.writeHead(204, { 'cache-control': 'no-store' }).end();
    return;
  }
  answerJson(response, 200, {
    revision,
    grants: directory.grantsOf(code),
    dormant: directory.dormantGrantsOf(code),
  });
}
