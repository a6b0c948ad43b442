/** From which address a call comes: the gateway before the province says so of those that it passes on. */
import { NoNetwork, plainAddress, readNetworks, type Networks } from '@onenet/contract';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { BadOption } from './bad-option.ts';

/** The gateway names here the address of whoever called it. */
export const clientAddressHeader = 'onenet-client-address';

/** The addresses at which gateways are. */
export type Proxies = Networks;

/** This machine, and the addresses or networks (`10.1.2.0/24`) that are given. */
export function proxiesAt(addresses: readonly string[]): Proxies {
  try {
    return readNetworks(['loopback', ...addresses]);
  } catch (error) {
    if (error instanceof NoNetwork) throw new BadOption(error.message);
    throw error;
  }
}

/** A header from anybody else is not believed: whoever guesses would name another address each time. */
export function callerAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  proxies: Proxies,
): string {
  const remote = plainAddress(socket.remoteAddress ?? '');
  const named = headers[clientAddressHeader];
  return proxies.includes(remote) && typeof named === 'string' && isIP(named) !== 0
    ? named
    : remote;
}
