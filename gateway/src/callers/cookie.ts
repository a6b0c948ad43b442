/** The session cookie: read from its header, and taken from the gateway's own pages alone. */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpRefusal } from '../http-request.ts';
import type { CallerRequest } from './callers.ts';
import type { CameFrom } from './came-from.ts';
import { notAllowed } from './refusal.ts';

export const sessionCookie = 'onenet-session';

/** The cookie's value; undefined where there is none. Of several, which a parent domain could have set, none is believed. */
export function readSessionCookie({ cookie }: IncomingHttpHeaders): string | undefined {
  if (cookie === undefined || !cookie.includes(sessionCookie)) return undefined;
  const values = cookie.split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === sessionCookie ? [value.join('=').trim()] : [];
  });
  return values.length > 1 ? '' : values[0];
}

/** Any page makes a browser send the cookie, so a request that changes something says where it comes from. */
export function checkOrigin(
  { method, headers }: CallerRequest,
  { host, isHttps }: Pick<CameFrom, 'host' | 'isHttps'>,
): void {
  if (method === 'GET' || method === 'HEAD') return;
  if (headers['sec-fetch-site'] === 'same-origin') return;
  const origin = headers.origin === undefined ? null : URL.parse(headers.origin);
  // Whoever is on the way could put a page of its own at http: it is not ours where we are at https.
  const isOurs = origin?.protocol === 'https:' || !isHttps;
  if (origin && origin.host === host && isOurs) return;
  throw notAllowed('A session is taken from the pages of this address alone.');
}

/** A link or an image of another page would ask by GET, with the cookie. */
export function checkSessionMethod(method: string | undefined): void {
  if (method === 'POST') return;
  throw new HttpRefusal(405, 'BAD_REQUEST', 'With a session, GraphQL is asked by POST.', {
    allow: 'POST',
  });
}
