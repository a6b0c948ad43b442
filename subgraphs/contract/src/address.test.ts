/** What is public, and that a connection asks again: a name may lead elsewhere than when it was admitted. */
import { lookup, type LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { AddressNotPublic, isPublicAddress, publicLookup, publicOnly } from './index.ts';

test.each([
  ['114.114.114.114', true],
  ['172.15.255.255', true],
  ['172.32.0.0', true],
  ['100.128.0.0', true],
  ['2400:3200::1', true],
  ['0.0.0.0', false],
  ['10.0.0.7', false],
  ['100.100.100.200', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['198.19.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:114.114.114.114', false],
  ['64:ff9b::7f00:1', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['fd00::1', false],
  ['fe80::1', false],
  // What is no IP address is not public.
  ['', false],
  ['localhost', false],
  ['1.2.3', false],
  ['1.2.3.4/8', false],
  ['::1%lo', false],
])('%s: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

/** Looks one name up whose answers are these. */
function lookedUp(answers: readonly string[], all: boolean): Promise<unknown> {
  const found = answers.map((address): LookupAddress => ({ address, family: 4 }));
  const resolve = (_host: string, _options: object, done: (...result: unknown[]) => void) =>
    done(null, found);
  const look = publicLookup(resolve as typeof lookup);
  return new Promise((resolved) => {
    look('union.gov.cn', { all }, (error, address) => resolved(error ?? address));
  });
}

test('a name is what it leads to now, and all of that', async () => {
  const outside = '114.114.114.114';
  expect(await lookedUp([outside], false)).toBe(outside);
  expect(await lookedUp([outside], true)).toEqual([{ address: outside, family: 4 }]);
  expect(await lookedUp(['10.0.0.7'], true)).toBeInstanceOf(AddressNotPublic);
  expect(await lookedUp([outside, '10.0.0.7'], false)).toBeInstanceOf(AddressNotPublic);
  expect(await lookedUp([], true)).toBeInstanceOf(Error);
});

test('an address that needs no lookup is checked all the same', async () => {
  const connected: string[] = [];
  const connect = publicOnly<{ readonly hostname: string }>(() => ({ hostname }, done) => {
    connected.push(hostname);
    done(new Error('connected'), null);
  });
  const outcome = (hostname: string): Promise<unknown> =>
    new Promise((resolved) => connect({ hostname }, (...[error]) => resolved(error)));
  expect(await outcome('127.0.0.1')).toBeInstanceOf(AddressNotPublic);
  expect(await outcome('::1')).toBeInstanceOf(AddressNotPublic);
  expect(await outcome('114.114.114.114')).toEqual(new Error('connected'));
  expect(await outcome('union.gov.cn')).toEqual(new Error('connected'));
  expect(connected).toEqual(['114.114.114.114', 'union.gov.cn']);
});
