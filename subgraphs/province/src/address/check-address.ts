/** Where a platform may say that it answers: checked by its text, its host and what its name leads to. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from '@onenet/contract';

/** What this province allows. */
export interface AddressPolicy {
  /** Whether private networks and this machine may be called. */
  readonly development: boolean;
  /** Host names, or `*.gov.cn` for all below; empty: any host. */
  readonly allowHosts: readonly string[];
  /** All addresses of a name; the system's resolver unless a test brings its own. */
  readonly resolve?: (host: string) => Promise<readonly HostAddress[]>;
}

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** An address that may be called, with the network addresses that were checked. */
export interface CheckedAddress {
  /** Without a slash at its end. */
  readonly url: string;
  readonly addresses: readonly HostAddress[];
}

export type AddressFault =
  | 'URL_INVALID'
  | 'SCHEME'
  | 'CREDENTIALS'
  | 'PORT'
  | 'HOST_NOT_ALLOWED'
  | 'NAME_UNRESOLVED'
  | 'NOT_PUBLIC';

/** An address is refused; the message says what to do, and nothing of what lies behind a name. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
  readonly code: AddressFault;

  constructor(code: AddressFault, message: string) {
    super(message);
    this.code = code;
  }
}

const resolveWithinMs = 5000;

/** Checks a base URL. Every address that its name has must be allowed, not only the one that answers first. */
export async function checkAddress(text: string, policy: AddressPolicy): Promise<CheckedAddress> {
  const url = parseBaseUrl(text);
  const host = hostOf(url);
  if (!isAllowedHost(host, policy.allowHosts)) {
    const allowed = policy.allowHosts.join(', ');
    throw new AddressRefused(
      'HOST_NOT_ALLOWED',
      `${host} is none of the hosts allowed: ${allowed}.`,
    );
  }
  const addresses = await addressesOf(host, policy);
  if (!policy.development && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new AddressRefused(
      'NOT_PUBLIC',
      `${host} is, or leads to, an address that is not public (this machine, a private network, ` +
        'multicast, …): give one that the whole net reaches.',
    );
  }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, addresses };
}

/** The parts of a URL that could lead elsewhere than they seem to are refused. */
export function parseBaseUrl(text: string): URL {
  const url = /^[\x21-\x7e]{1,500}$/.test(text) && !text.includes('\\') ? URL.parse(text) : null;
  if (url === null) {
    throw new AddressRefused(
      'URL_INVALID',
      'The address is no URL of at most 500 ASCII characters: write https://host[:port][/path].',
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AddressRefused('SCHEME', `The address must be http or https, and is ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    throw new AddressRefused(
      'CREDENTIALS',
      'The address must have no name, no password and no "@".',
    );
  }
  if (/[?#]/.test(text)) {
    throw new AddressRefused(
      'URL_INVALID',
      'The address must end with its path: /graphql and /events are put after it.',
    );
  }
  if (url.port === '0') throw new AddressRefused('PORT', 'The address has port 0.');
  return url;
}

/** Without brackets and without the dot that ends a fully qualified name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  return allowed.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) : host === wanted;
  });
}

async function addressesOf(host: string, policy: AddressPolicy): Promise<readonly HostAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  const resolve = policy.resolve ?? ((name) => lookup(name, { all: true, verbatim: true }));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), resolveWithinMs);
  });
  try {
    const addresses = await Promise.race([resolve(host), late]);
    if (addresses.length > 0) return addresses;
  } catch {
    // Why a name does not resolve is the resolver's own business; the answer is the same.
  } finally {
    clearTimeout(timer);
  }
  throw new AddressRefused('NAME_UNRESOLVED', `The name ${host} leads to no address.`);
}
