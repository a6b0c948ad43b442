/** Whose word on where a call comes from is believed: of the proxies that the operator named, and of nobody else. */
import { NoNetwork, readNetworks, type NetSnapshot } from '@onenet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpRefusal } from '../http-request.ts';
import { Attempts, withAttempts, type Identifier } from '../quota/attempts.ts';
import { post, startSmallNet, type SmallNet } from '../small-net.fixture.ts';
import { cameFrom } from './came-from.ts';
import { tokenInvalid } from './refusal.ts';

const query = '{ __typename }';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet({ local: 'open', trustedProxies: ['loopback'] });
});
afterAll(() => net[Symbol.asyncDispose]());

const proxies = readNetworks(['10.1.2.0/24', 'loopback']);

const chains: readonly (readonly [string, string, string | undefined, string])[] = [
  ['who comes without a proxy', '203.0.113.5', undefined, '203.0.113.5'],
  ['who makes up a proxy', '203.0.113.5', '198.51.100.7', '203.0.113.5'],
  ['a proxy of ours', '10.1.2.9', '198.51.100.7', '198.51.100.7'],
  ['a proxy of ours, as IPv6 has it', '::ffff:10.1.2.9', '198.51.100.7', '198.51.100.7'],
  ['two of ours', '127.0.0.1', '198.51.100.7, 10.1.2.9', '198.51.100.7'],
  [
    'who makes up others before ours',
    '10.1.2.9',
    '127.0.0.1, 10.1.2.3, 198.51.100.7',
    '198.51.100.7',
  ],
  ['a proxy of ours that says nothing', '10.1.2.9', undefined, '10.1.2.9'],
  ['a proxy of ours that says what is no address', '10.1.2.9', 'unknown', '10.1.2.9'],
];
test.each(chains)('the address of %s', (_name, remoteAddress, forwarded, address) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(cameFrom({ headers, remoteAddress }, proxies).address).toBe(address);
});

test('scheme and host are the proxy’s word as well, and not the caller’s', () => {
  const headers = {
    host: 'inside:4000',
    'x-forwarded-host': 'forged.example, onenet.example',
    'x-forwarded-proto': 'https',
  };
  expect(cameFrom({ headers, remoteAddress: '10.1.2.9' }, proxies)).toMatchObject({
    host: 'onenet.example',
    isHttps: true,
  });
  expect(cameFrom({ headers, remoteAddress: '10.1.3.9' }, proxies)).toMatchObject({
    host: 'inside:4000',
    isHttps: false,
  });
});

test.each(['proxy.example', '10.1.2.0/33', '10.1.2.0/8/8', ''])('%s is no network', (given) => {
  expect(() => readNetworks([given])).toThrow(NoNetwork);
});

test('what a proxy brings is never this machine’s, also where the proxy says nothing of itself', async () => {
  expect((await post(net, { query })).status).toBe(401);
  expect((await post(net, { query }, { 'x-forwarded-for': '127.0.0.1' })).status).toBe(401);
  expect((await fetch(`${net.url}/metrics`)).status).toBe(403);
});

test('guesses count by the caller’s address, which only a proxy can say', async () => {
  const nobody: Identifier = {
    needsNothing: () => false,
    identify: () => Promise.reject(tokenInvalid('It does not hold.')),
  };
  const statusOf = async (at: Identifier, remoteAddress: string, forwarded: string) => {
    const headers = { authorization: 'Bearer guess', 'x-forwarded-for': forwarded };
    const asked = at.identify({ method: 'POST', headers, remoteAddress }, {} as NetSnapshot);
    return await asked.catch((error: HttpRefusal) => error.status);
  };
  // A clock that stands still gives no attempt back.
  const at = withAttempts(nobody, proxies, new Attempts(() => 0));
  for (let i = 0; i < 100; i++) expect(await statusOf(at, '10.1.2.9', '198.51.100.7')).toBe(401);
  expect(await statusOf(at, '10.1.2.9', '198.51.100.7')).toBe(429);
  expect(await statusOf(at, '10.1.2.9', '198.51.100.8')).toBe(401);
  // Whoever has one address of IPv6 has more than it could try.
  for (let i = 0; i < 100; i++) await statusOf(at, '10.1.2.9', `2001:db8:1:2::${i.toString(16)}`);
  expect(await statusOf(at, '10.1.2.9', '2001:db8:1:2:ffff::1')).toBe(429);
  expect(await statusOf(at, '10.1.2.9', '2001:db8:1:3::1')).toBe(401);
  for (let i = 0; i < 100; i++) await statusOf(at, '203.0.113.5', `198.51.100.${i}`);
  expect(await statusOf(at, '203.0.113.5', '198.51.100.200')).toBe(429);
});

test('behind a proxy that is at https, a page at http is another site', async () => {
  const ask = async (origin: string): Promise<number> => {
    const { status } = await post(
      net,
      { query },
      {
        cookie: `onenet-session=${net.sessions.signIn({})}`,
        'x-forwarded-host': 'onenet.example',
        'x-forwarded-proto': 'https',
        origin,
      },
    );
    return status;
  };
  expect(await ask('https://onenet.example')).toBe(200);
  expect(await ask('http://onenet.example')).toBe(403);
  expect(await ask('https://elsewhere.example')).toBe(403);
  const told = async (headers: Record<string, string>): Promise<string | null> => {
    const response = await fetch(`${net.url}/health/live`, { headers });
    return response.headers.get('strict-transport-security');
  };
  expect(await told({ 'x-forwarded-proto': 'https' })).toContain('max-age=');
  expect(await told({})).toBeNull();
});
