/** Addresses and networks by which a part of the net is told whom to believe. */
import { BlockList, isIP } from 'node:net';

/** Some network addresses. */
export interface Networks {
  /** Whether there are any. */
  readonly isEmpty: boolean;
  includes(address: string | undefined): boolean;
}

/** What was given is no address, no network and not `loopback`: the message says so. */
export class NoNetwork extends Error {
  override readonly name = 'NoNetwork';
}

/** Reads addresses (`10.1.2.9`), networks (`10.1.2.0/24`) and `loopback`, which is this machine. */
export function readNetworks(given: readonly string[]): Networks {
  const list = new BlockList();
  for (const text of given) {
    for (const each of text === 'loopback' ? ['127.0.0.0/8', '::1'] : [text]) add(list, each);
  }
  return {
    isEmpty: given.length === 0,
    includes(address = '') {
      const plain = plainAddress(address);
      const family = familyOf(plain);
      return family !== undefined && list.check(plain, family);
    },
  };
}

/** An address as it is written without IPv6 around it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * Under what attempts from an address are counted: of IPv6 by its network of 64 bits, all of whose addresses
 * are one subscriber's, who could try each only once.
 */
export function countedAddress(address: string): string {
  const plain = plainAddress(address);
  if (familyOf(plain) !== 'ipv6') return plain;
  const groups = groupsOf(plain);
  // An IPv4 address, as some write it within IPv6.
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') {
    const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [, text = '', dotted] = /^([^%]*?)(\d+\.\d+\.\d+\.\d+)?(?:%.*)?$/.exec(address) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = (dotted ?? '').split('.').map(Number);
  const end = dotted === undefined ? '' : `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
  const [head = '', tail] = `${text}${end}`.split('::');
  const split = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [first, last] = [split(head), split(tail ?? '')];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].map((group) => hex(Number.parseInt(group, 16)));
}

function hex(value: number): string {
  return value.toString(16);
}

function add(list: BlockList, text: string): void {
  const [address = '', bits, more] = text.split('/');
  const family = familyOf(address);
  if (family === undefined || more !== undefined) {
    throw new NoNetwork(`${text} is no IP address, no network of them, and not loopback.`);
  }
  if (bits === undefined) list.addAddress(address, family);
  else if (isPrefix(bits, family)) list.addSubnet(address, Number(bits), family);
  else throw new NoNetwork(`${text} is no network: after / comes a number of bits.`);
}

function isPrefix(bits: string, family: 'ipv4' | 'ipv6'): boolean {
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv4' ? 32 : 128);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
