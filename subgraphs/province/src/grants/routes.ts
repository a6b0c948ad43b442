/** The paths at which grants are answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError, answerJson } from '../answer.ts';
import { answerFollow, followedPlatform, type FollowParts } from './follow.ts';
import { answerGrants } from './http.ts';
import type { GrantStore } from './store.ts';

/** What the paths work with. */
export interface Grants extends Pick<FollowParts, 'directory' | 'development'> {
  readonly store: GrantStore;
}

/** Answers a call to one of them; false: the path is another's. */
export function answerGrantPaths(
  { directory, development, store }: Grants,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { pathname, searchParams } = url;
  const fail = (error: unknown) => answerError(response, error);
  const followed = followedPlatform(pathname);
  if (followed !== undefined) {
    const parts = { directory, development, store: store.registry };
    answerFollow(parts, followed, searchParams, request, response).catch(fail);
    return true;
  }
  if (pathname !== '/access/grants' && !pathname.startsWith('/access/grants/')) return false;
  const parts = { store, refresh: () => directory.refresh() };
  answerGrants(parts, url, request).then(
    ({ status, body }) => answerJson(response, status, body),
    fail,
  );
  return true;
}
