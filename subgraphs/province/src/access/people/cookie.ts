/** The cookie of a session. https://www.rfc-editor.org/rfc/rfc6265 */
import type { IncomingMessage } from 'node:http';
import { mostMs } from './sessions.ts';

const name = 'onenet-session';
const ticketName = 'onenet-sign-in';
const ticketPath = '/session/oidc';

/** `Secure` where browsers come by https: over http they would not keep it. */
export function sessionCookie(baseUrl: string, value: string): string {
  return `${name}=${value}; Max-Age=${mostMs / 1000}; ${attributes(baseUrl)}`;
}

export function clearedCookie(baseUrl: string): string {
  return `${name}=; Max-Age=0; ${attributes(baseUrl)}`;
}

/** Carries a sign-in elsewhere through its minutes; no page and no other path is given it. */
export function ticketCookie(baseUrl: string, value: string): string {
  return `${ticketName}=${value}; Max-Age=600; ${attributes(baseUrl, ticketPath)}`;
}

export function clearedTicket(baseUrl: string): string {
  return `${ticketName}=; Max-Age=0; ${attributes(baseUrl, ticketPath)}`;
}

export function ticketOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  return valueOf(request, ticketName);
}

/** The value that a request brings; undefined when it brings none, or two: then one was planted. */
export function sessionOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  return valueOf(request, name);
}

function valueOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  wanted: string,
): string | undefined {
  const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [, found, value] = /^\s*([\w-]+)=([\w-]{43})\s*$/.exec(pair) ?? [];
    return found === wanted && value !== undefined ? [value] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

function attributes(baseUrl: string, path = '/'): string {
  const secure = baseUrl.startsWith('https:') ? '; Secure' : '';
  return `Path=${path}; HttpOnly; SameSite=Lax${secure}`;
}
