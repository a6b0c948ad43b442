/** Whose word on a caller's address is believed. */
import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { callerAddress, clientAddressHeader, proxiesAt } from './caller-address.ts';

const proxies = proxiesAt(['10.1.2.0/24', '2001:db8::1']);
const from = (remoteAddress: string, named?: string) => {
  const headers = named === undefined ? {} : { [clientAddressHeader]: named };
  return callerAddress(
    { headers, socket: { remoteAddress } } as unknown as IncomingMessage,
    proxies,
  );
};

test.each([
  ['this machine', '127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['this machine, as IPv6 has it', '::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['a gateway of the network', '10.1.2.9', '198.51.100.7', '198.51.100.7'],
  ['a gateway', '2001:db8::1', '2001:db8::7', '2001:db8::7'],
  ['anybody else', '203.0.113.5', '198.51.100.7', '203.0.113.5'],
  ['a neighbour of the network', '10.1.3.9', '198.51.100.7', '10.1.3.9'],
  ['a gateway that names no address', '10.1.2.9', 'unknown', '10.1.2.9'],
])('%s', (_, remote, named, expected) => {
  expect(from(remote, named)).toBe(expected);
  expect(from(remote)).toBe(remote.replace('::ffff:', ''));
});

test.each(['gateway', '10.1.2.0/33', '10.1.2.0/x', '10.1.2/24', ''])('%s is no proxy', (given) => {
  expect(() => proxiesAt([given])).toThrow('is no');
});
