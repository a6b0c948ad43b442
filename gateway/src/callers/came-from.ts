/** Where a request comes from, beyond the reverse proxies whose word on it is believed. */
import { plainAddress, type Networks } from '@onenet/contract';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** A request, as far as it says where it comes from. */
export interface Came {
  readonly headers: IncomingHttpHeaders;
  /** The socket's other end. */
  readonly remoteAddress: string | undefined;
}

/** As the caller itself sent it. */
export interface CameFrom {
  readonly address: string;
  /** As in its `host`. */
  readonly host: string | undefined;
  /** Whether it is known to have come by https; what a proxy says that is not believed is not known. */
  readonly isHttps: boolean;
  /** Whether a proxy that is believed brought it. */
  readonly byProxy: boolean;
}

/**
 * What proxies say (`x-forwarded-for`, `-proto`, `-host`) is believed of those alone that the operator
 * named: anybody can write such a header. Of a chain, the last address that none of them is, is the caller's.
 */
export function cameFrom({ headers, remoteAddress }: Came, proxies: Networks): CameFrom {
  let address = plainAddress(remoteAddress ?? '');
  if (!proxies.includes(address)) {
    return { address, host: headers.host, isHttps: false, byProxy: false };
  }
  for (const hop of listed(headers['x-forwarded-for']).toReversed()) {
    if (isIP(hop) === 0) break;
    address = plainAddress(hop);
    if (!proxies.includes(address)) break;
  }
  return {
    address,
    host: listed(headers['x-forwarded-host']).at(-1) ?? headers.host,
    isHttps: listed(headers['x-forwarded-proto']).at(-1) === 'https',
    byProxy: true,
  };
}

function listed(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return header
    .toString()
    .split(',')
    .map((each) => each.trim());
}
