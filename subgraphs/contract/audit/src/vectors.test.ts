/** The test vectors come out with this implementation, and with Node's own cryptography. */
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { vectorsFolder, verifyVectors } from './vectors.ts';

test('every case comes out', async () => {
  const results = await verifyVectors();
  expect(results.map(({ file }) => file)).toEqual([
    'cursors.json',
    'order.json',
    'chain.json',
    'assertion.json',
    'working-days.json',
    'matching.json',
    'sealing.json',
  ]);
  expect(results.flatMap(({ failures }) => failures)).toEqual([]);
  expect(Math.min(...results.map(({ cases }) => cases))).toBeGreaterThan(5);
});

test('the chain is what FEED.md says, computed by hand', () => {
  const { code, lines, heads } = read('chain') as {
    code: string;
    lines: string[];
    heads: Record<string, string[]>;
  };
  for (const [name, algorithm] of [
    ['sha-256', 'sha256'],
    ['sm3', 'sm3'],
  ] as const) {
    let digest = createHash(algorithm).update(`onenet-feed/1\n${code}`).digest();
    const computed = [digest];
    for (const line of lines) {
      digest = createHash(algorithm).update(digest).update(line, 'utf8').digest();
      computed.push(digest);
    }
    expect(heads[name]).toEqual(computed.map((head) => `${name}:${head.toString('hex')}`));
  }
});

test('the strings are in the order of their UTF-8 bytes', () => {
  const { strings } = read('order') as { strings: string[] };
  const byBytes = strings.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(byBytes).toEqual(strings);
  expect(strings.toSorted()).not.toEqual(strings);
});

test('the hashes are HMAC-SHA-256, computed by hand', () => {
  const { hashes } = read('matching') as { hashes: Record<'key' | 'number' | 'hash', string>[] };
  for (const { key, number, hash } of hashes) {
    const hmac = createHmac('sha256', Buffer.from(key, 'base64url'));
    expect(hmac.update(number.toUpperCase()).digest('base64url')).toBe(hash);
  }
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(`${vectorsFolder}${name}.json`, 'utf8'));
}
