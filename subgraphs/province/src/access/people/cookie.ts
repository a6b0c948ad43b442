/** The cookie of a session. https://www.rfc-editor.org/rfc/rfc6265 */
import type { IncomingMessage } from 'node:http';
import { mostMs } from './sessions.ts';

const name = 'onenet-session';

/** `Secure` where browsers come by https: over http they would not keep it. */
export function sessionCookie(baseUrl: string, value: string): string {
  return `${name}=${value}; Max-Age=${mostMs / 1000}; ${attributes(baseUrl)}`;
}

export function clearedCookie(baseUrl: string): string {
  return `${name}=; Max-Age=0; ${attributes(baseUrl)}`;
}

/** The value that a request brings; undefined when it brings none, or two: then one was planted. */
export function sessionOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [, value] = /^\s*onenet-session=([\w-]{43})\s*$/.exec(pair) ?? [];
    return value === undefined ? [] : [value];
  });
  return values.length === 1 ? values[0] : undefined;
}

function attributes(baseUrl: string): string {
  const secure = baseUrl.startsWith('https:') ? '; Secure' : '';
  return `Path=/; HttpOnly; SameSite=Lax${secure}`;
}
