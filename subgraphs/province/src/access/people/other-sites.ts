/** Requests that pages of other sites make browsers send, with the visitor's cookie (CSRF). */
import type { IncomingMessage } from 'node:http';
import { NetError } from '@onenet/contract';

/**
 * Refuses what a page of another origin sent. A browser says where a page is from, and no page can
 * change what it says; a request with neither header is from no browser, and nobody's page.
 */
export function refuseOtherSites(
  baseUrl: string,
  { headers }: Pick<IncomingMessage, 'headers'>,
): void {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  const origin = headers.origin;
  const isOwn =
    origin === undefined
      ? headers.cookie === undefined
      : origin === new URL(baseUrl).origin || isOwnHost(origin, headers.host, baseUrl);
  if (site === undefined && isOwn) return;
  throw new NetError('NOT_ALLOWED', 'The request comes from a page of another site.');
}

/** By another name than the one that is configured; where the net is at https, no page at http is its own. */
function isOwnHost(origin: string, host: string | undefined, baseUrl: string): boolean {
  const page = URL.parse(origin);
  const isOwnScheme = page?.protocol === 'https:' || !baseUrl.startsWith('https:');
  return page !== null && page.host === host && isOwnScheme;
}
