/** Which network addresses are public, and connections to no others: a platform must not make the net call into its own network. */
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction, type Socket } from 'node:net';

/** Where an owner may answer: `ANY` is also this machine and private networks. */
export const ownerAddresses = ['PUBLIC', 'ANY'] as const;
export type OwnerAddresses = (typeof ownerAddresses)[number];

/** A host is, or leads to, an address that is not public. What it leads to stays unsaid. */
export class AddressNotPublic extends Error {
  override readonly name = 'AddressNotPublic';

  constructor(host: string) {
    super(`${host} is, or leads to, an address that is not public: no connection is made.`);
  }
}

/** IPv4 that is not for the public net (IANA's special-purpose registry, RFC 6890). */
const specialIpv4 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared with carriers; one cloud's metadata, 100.100.100.200, lies there
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, with most clouds' metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
] as const) {
  specialIpv4.addSubnet(net, prefix, 'ipv4');
}

/** Only this is given out as global unicast: all else, mapped IPv4 too, is refused unseen. */
const globalIpv6 = new BlockList();
globalIpv6.addSubnet('2000::', 3, 'ipv6');

/** What lies in there and is not public, or carries an IPv4 address inside. */
const specialIpv6 = new BlockList();
for (const [net, prefix] of [
  ['2001::', 23], // protocol assignments, Teredo among them
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: an IPv4 address inside
  ['3fff::', 20], // documentation
] as const) {
  specialIpv6.addSubnet(net, prefix, 'ipv6');
}

/** Whether an IP address is public. What is no IP address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialIpv4.check(address, 'ipv4');
    case 6:
      return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Looks a name up for one connection; refuses it unless every address that it has is public. */
export function publicLookup(resolve: typeof lookup = lookup): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = error ? [] : addresses;
      if (error || !first) done(error ?? new Error(`${host} has no address.`), []);
      else if (!addresses.every(({ address }) => isPublicAddress(address))) {
        done(new AddressNotPublic(host), []);
      } else if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/** Connects to a host, as undici's connectors do. */
type Connect<Target> = (
  target: Target,
  done: (...result: [null, Socket] | [Error, null]) => void,
) => void;

/**
 * A connector that checks at each connection: a name may lead elsewhere than when it was admitted.
 * An address needs no lookup, and is checked before one would be.
 */
export function publicOnly<Target extends { readonly hostname: string }>(
  connectorWith: (lookup: LookupFunction) => Connect<Target>,
): Connect<Target> {
  const connect = connectorWith(publicLookup());
  return (target, done) => {
    const { hostname } = target;
    if (isIP(hostname) === 0 || isPublicAddress(hostname)) connect(target, done);
    else process.nextTick(done, new AddressNotPublic(hostname), null);
  };
}
