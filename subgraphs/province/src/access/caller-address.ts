/** From which address a call comes: the gateway before the province says so of those that it passes on. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { BadOption } from './bad-option.ts';

/** The gateway names here the address of whoever called it. */
export const clientAddressHeader = 'onenet-client-address';

/** The addresses at which gateways are. */
export type Proxies = BlockList;

/** This machine, and the addresses or networks (`10.1.2.0/24`) that are given. */
export function proxiesAt(addresses: readonly string[]): Proxies {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const given of addresses) {
    const [address = '', bits] = given.split('/');
    const family = familyOf(address);
    if (family === undefined)
      throw new BadOption(`${given} is no IP address and no network of them.`);
    if (bits === undefined) list.addAddress(address, family);
    else if (isPrefix(bits, family)) list.addSubnet(address, Number(bits), family);
    else throw new BadOption(`${given} is no network: after / comes a number of bits.`);
  }
  return list;
}

/** A header from anybody else is not believed: whoever guesses would name another address each time. */
export function callerAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  proxies: Proxies,
): string {
  const remote = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const family = familyOf(remote);
  const named = headers[clientAddressHeader];
  const isProxy = family !== undefined && proxies.check(remote, family);
  return isProxy && typeof named === 'string' && isIP(named) !== 0 ? named : remote;
}

function isPrefix(bits: string, family: 'ipv4' | 'ipv6'): boolean {
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv4' ? 32 : 128);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
