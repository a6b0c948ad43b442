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
      : origin === new URL(baseUrl).origin || URL.parse(origin)?.host === headers.host;
  if (site === undefined && isOwn) return;
  throw new NetError('NOT_ALLOWED', 'The request comes from a page of another site.');
}
