/** Who is believed to be on this machine. */
import { expect, test } from 'vitest';
import { isOnThisMachine } from './caller.ts';

const here = { host: '127.0.0.1:4000' };

test.each([
  ['a program', '127.0.0.1', { host: '127.0.0.1:4000' }, true],
  ['a browser', '::ffff:127.0.0.1', { host: 'localhost:4000' }, true],
  ['IPv6', '::1', { host: '[::1]:4000' }, true],
  ['another machine', '10.0.0.7', { host: 'localhost:4000' }, false],
  ['a proxy', '127.0.0.1', { host: 'localhost', 'x-forwarded-for': '203.0.113.7' }, false],
  ['a standard proxy', '127.0.0.1', { host: 'localhost', forwarded: 'for=203.0.113.7' }, false],
  ['a proxy that names itself', '127.0.0.1', { host: 'localhost', via: '1.1 cache' }, false],
  ['nginx', '127.0.0.1', { host: '127.0.0.1', 'x-real-ip': '203.0.113.7' }, false],
  ['a name that was rebound', '127.0.0.1', { host: 'pages.example:4000' }, false],
  ['a request without a host', '127.0.0.1', {}, false],
  ['a page of its own', '127.0.0.1', { ...here, origin: 'http://localhost:5173' }, true],
  ['an address typed in', '127.0.0.1', { ...here, 'sec-fetch-site': 'none' }, true],
  ['a page of another site', '127.0.0.1', { ...here, origin: 'https://pages.example' }, false],
  ['a page of no site', '127.0.0.1', { ...here, origin: 'null' }, false],
  ['a page named like us', '127.0.0.1', { ...here, origin: 'http://localhost.example' }, false],
  ['an image of another site', '127.0.0.1', { ...here, 'sec-fetch-site': 'cross-site' }, false],
])('%s', (_, address, headers: Readonly<Record<string, string>>, isHere) => {
  expect(isOnThisMachine(address, (name) => headers[name])).toBe(isHere);
});
