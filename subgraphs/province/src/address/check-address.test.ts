/** Addresses that are not what they seem: each is refused by its code, and by nothing that lies behind it. */
import { describe, expect, test } from 'vitest';
import { checkAddress, type AddressPolicy } from './check-address.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'union.gov.cn': ['114.114.114.114'],
  'both.gov.cn': ['114.114.114.114', '10.0.0.7'],
  'inner.gov.cn': ['192.168.1.1'],
  'meta.gov.cn': ['169.254.169.254'],
  'six.gov.cn': ['2400:3200::1'],
  'mapped.gov.cn': ['::ffff:10.0.0.1'],
  localhost: ['127.0.0.1', '::1'],
};

const production: AddressPolicy = {
  development: false,
  allowHosts: [],
  resolve: async (host) => {
    const found = names[host];
    if (!found) throw new Error(`ENOTFOUND ${host}`);
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  },
};
const development: AddressPolicy = { ...production, development: true };
const government: AddressPolicy = { ...production, allowHosts: ['*.gov.cn'] };

async function verdict(url: string, policy: AddressPolicy): Promise<string> {
  return checkAddress(url, policy).then(
    (checked) => checked.url,
    (error: unknown) =>
      error instanceof Error && 'code' in error
        ? String(error.code)
        : `unexpected: ${String(error)}`,
  );
}

test.each([
  ['https://union.gov.cn', 'https://union.gov.cn'],
  ['https://union.gov.cn:8443/onenet/', 'https://union.gov.cn:8443/onenet'],
  ['HTTPS://UNION.gov.cn.', 'https://union.gov.cn.'],
  ['http://six.gov.cn', 'http://six.gov.cn'],
  ['http://[2400:3200::1]:80', 'http://[2400:3200::1]'],
  ['http://114.114.114.114', 'http://114.114.114.114'],
  // Text that is no plain base URL.
  ['', 'URL_INVALID'],
  ['union.gov.cn', 'URL_INVALID'],
  ['http://', 'URL_INVALID'],
  [' http://union.gov.cn', 'URL_INVALID'],
  ['http://union.gov.cn\n.evil.cn', 'URL_INVALID'],
  ['http://union.gov.cn\\@127.0.0.1', 'URL_INVALID'],
  ['http://ｕｎｉｏｎ.gov.cn', 'URL_INVALID'],
  ['http://127。0。0。1', 'URL_INVALID'],
  ['http://union.gov.cn?to=http://127.0.0.1', 'URL_INVALID'],
  ['http://union.gov.cn#@127.0.0.1', 'CREDENTIALS'],
  ['http://union.gov.cn#127.0.0.1', 'URL_INVALID'],
  ['http://union.gov.cn:99999', 'URL_INVALID'],
  [`http://union.gov.cn/${'a'.repeat(500)}`, 'URL_INVALID'],
  ['http://union.gov.cn:0', 'PORT'],
  ['http://127.0.0.1:0', 'PORT'],
  ['ftp://union.gov.cn', 'SCHEME'],
  ['file:///etc/passwd', 'SCHEME'],
  ['gopher://union.gov.cn', 'SCHEME'],
  ['javascript:alert(1)', 'SCHEME'],
  ['http://user@union.gov.cn', 'CREDENTIALS'],
  ['http://user:secret@union.gov.cn', 'CREDENTIALS'],
  ['http://union.gov.cn@127.0.0.1', 'CREDENTIALS'],
  ['http://@127.0.0.1', 'CREDENTIALS'],
  // This machine, in every way that it can be written.
  ['http://127.0.0.1', 'NOT_PUBLIC'],
  ['http://127.1', 'NOT_PUBLIC'],
  ['http://0x7f.1', 'NOT_PUBLIC'],
  ['http://0177.0.0.1', 'NOT_PUBLIC'],
  ['http://2130706433', 'NOT_PUBLIC'],
  ['http://0x7f000001', 'NOT_PUBLIC'],
  ['http://017700000001', 'NOT_PUBLIC'],
  ['http://127.0.0.1.', 'NOT_PUBLIC'],
  ['http://0.0.0.0', 'NOT_PUBLIC'],
  ['http://0', 'NOT_PUBLIC'],
  ['http://[::1]', 'NOT_PUBLIC'],
  ['http://[::]', 'NOT_PUBLIC'],
  ['http://[::ffff:127.0.0.1]', 'NOT_PUBLIC'],
  ['http://[::ffff:7f00:1]', 'NOT_PUBLIC'],
  ['http://[::127.0.0.1]', 'NOT_PUBLIC'],
  ['http://localhost', 'NOT_PUBLIC'],
  ['http://localhost.', 'NOT_PUBLIC'],
  ['http://LOCALHOST', 'NOT_PUBLIC'],
  ['http://%6c%6f%63alhost', 'NOT_PUBLIC'],
  // Networks that are not the public one.
  ['http://10.1.2.3', 'NOT_PUBLIC'],
  ['http://172.31.255.255', 'NOT_PUBLIC'],
  ['http://192.168.0.1', 'NOT_PUBLIC'],
  ['http://3232235521', 'NOT_PUBLIC'],
  ['http://169.254.169.254/latest/meta-data', 'NOT_PUBLIC'],
  ['http://100.100.100.200', 'NOT_PUBLIC'],
  ['http://224.0.0.1', 'NOT_PUBLIC'],
  ['http://255.255.255.255', 'NOT_PUBLIC'],
  ['http://[fe80::1]', 'NOT_PUBLIC'],
  ['http://[fd00::1]', 'NOT_PUBLIC'],
  ['http://[ff02::1]', 'NOT_PUBLIC'],
  ['http://[64:ff9b::7f00:1]', 'NOT_PUBLIC'],
  ['http://[2002:7f00:1::]', 'NOT_PUBLIC'],
  ['http://[fd00:ec2::254]', 'NOT_PUBLIC'],
  // Names that lead there, also when only one of their addresses does.
  ['http://inner.gov.cn', 'NOT_PUBLIC'],
  ['http://meta.gov.cn', 'NOT_PUBLIC'],
  ['http://both.gov.cn', 'NOT_PUBLIC'],
  ['http://mapped.gov.cn', 'NOT_PUBLIC'],
  ['http://nowhere.gov.cn', 'NAME_UNRESOLVED'],
])('%s: %s', async (url, wanted) => {
  expect(await verdict(url, production)).toBe(wanted);
});

describe('in development', () => {
  test.each([
    ['http://127.0.0.1:4024', 'http://127.0.0.1:4024'],
    ['http://localhost:4024/', 'http://localhost:4024'],
    ['http://[::1]:4024', 'http://[::1]:4024'],
    ['http://10.0.0.7', 'http://10.0.0.7'],
    ['http://127.0.0.1:0', 'PORT'],
    ['http://a:b@127.0.0.1', 'CREDENTIALS'],
    ['file:///etc/passwd', 'SCHEME'],
  ])('%s: %s', async (url, wanted) => {
    expect(await verdict(url, development)).toBe(wanted);
  });
});

describe('with *.gov.cn allowed', () => {
  test.each([
    ['https://union.gov.cn', 'https://union.gov.cn'],
    ['https://gov.cn', 'HOST_NOT_ALLOWED'],
    ['https://evilgov.cn', 'HOST_NOT_ALLOWED'],
    ['https://union.gov.cn.evil.cn', 'HOST_NOT_ALLOWED'],
    ['https://114.114.114.114', 'HOST_NOT_ALLOWED'],
    ['https://inner.gov.cn', 'NOT_PUBLIC'],
  ])('%s: %s', async (url, wanted) => {
    expect(await verdict(url, government)).toBe(wanted);
  });
});

test('what a name leads to stays out of the refusal', async () => {
  const refusal = await checkAddress('http://inner.gov.cn', production).catch((error: unknown) =>
    String(error),
  );
  expect(refusal).not.toContain('192.168');
});
