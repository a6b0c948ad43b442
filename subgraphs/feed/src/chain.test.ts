import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainHead0, isChainHead, nextHead } from './chain.ts';

const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

test('the heads are those of the wire format', () => {
  const head0 = sha256('onenet-feed/1\n', '420100');
  expect(chainHead0('420100')).toBe(`sha-256:${head0.toString('hex')}`);

  const line = Buffer.from('{"name":"湖北𠮷"}', 'utf8');
  const head1 = sha256(head0, line);
  expect(nextHead(chainHead0('420100'), line)).toBe(`sha-256:${head1.toString('hex')}`);
});

test('a chain may be SM3, and stays it', () => {
  const head0 = chainHead0('420100', 'sm3');
  const digest = createHash('sm3').update('onenet-feed/1\n420100').digest();
  expect(head0).toBe(`sm3:${digest.toString('hex')}`);
  const head1 = createHash('sm3').update(digest).update('{}').digest('hex');
  expect(nextHead(head0, Buffer.from('{}'))).toBe(`sm3:${head1}`);
});

test('what is no head is refused by name', () => {
  expect(isChainHead(`sha-256:${'A'.repeat(64)}`)).toBe(false);
  expect(() => nextHead('md5:00', Buffer.from('{}'))).toThrow('"md5:00" is not a chain head');
});
