/** Which network addresses are public: a platform must not make the province call into its own network. */
import { BlockList, isIP } from 'node:net';

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
