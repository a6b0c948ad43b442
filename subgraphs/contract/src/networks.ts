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
