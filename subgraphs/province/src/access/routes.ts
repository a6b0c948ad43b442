/** Which paths are the authorization server's, and how its answers leave. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetError } from '@onenet/contract';
import { answerError, answerJson } from '../answer.ts';
import type { Access } from './access.ts';
import { answerAccess } from './http.ts';
import { answerOauth } from './oauth/http.ts';
import { answerSession } from './people/http.ts';

/** Answers what is under its paths; false for any other path. */
export function answerAccessPaths(
  access: Access,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { pathname } = url;
  const fail = (error: unknown): void => {
    const seconds = error instanceof NetError ? error.details['retryAfterSeconds'] : undefined;
    if (typeof seconds === 'number') response.setHeader('retry-after', seconds);
    answerError(response, error);
  };
  if (isBelow(pathname, '/access')) {
    answerAccess(access.http, url, request).then(
      ({ status, body }) => answerJson(response, status, body),
      fail,
    );
    return true;
  }
  if (isBelow(pathname, '/session')) {
    answerSession(access.session, url, request).then(({ status, body, cookies, location }) => {
      if (cookies) response.setHeader('set-cookie', cookies);
      if (location !== undefined) response.setHeader('location', location);
      answerJson(response, status, body);
    }, fail);
    return true;
  }
  return answerOauth(access.oauth, pathname, request, response);
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
