/** What an owner can learn from its own part: that it was asked, and how many calls there may have been at most. */
import { expect, test } from 'vitest';
import { inward, someCaller, testSigner } from './fixture.ts';
import { bodyHashOf, leafHash, parseLeaf, type Leaf } from './leaf.ts';
import { signCalls, type OutwardCall } from './sign.ts';
import { hashBytes, plant, rootFrom, treeDepths } from './tree.ts';
import { randomBytes } from 'node:crypto';

const body = '{"query":"{ members { totalCount } }"}';
const callsTo = (owners: readonly string[]): OutwardCall[] =>
  owners.map((owner) => ({ owner, method: 'POST', path: '/graphql', body }));
const cities = Array.from({ length: 17 }, (_, i) => `42${String(i).padStart(2, '0')}00`);

test.each([
  [1, 5],
  [2, 5],
  [17, 5],
  [32, 5],
  [33, 8],
  [256, 8],
  [257, 12],
  [4097, 16],
])('%i calls: every leaf leads to the root, at depth %i', (count, depth) => {
  const leaves = Array.from({ length: count }, () => randomBytes(hashBytes));
  const { root, places } = plant(leaves);
  for (const [i, place] of places.entries()) {
    expect(place.path).toHaveLength(depth * hashBytes);
    expect(rootFrom(leaves[i] as Buffer, place)?.equals(root)).toBe(true);
  }
  expect(new Set(places.map(({ index }) => index)).size).toBe(count);
});

test('a tree takes from 1 to 65,536 calls', () => {
  expect(() => plant([])).toThrow('0 calls: a tree takes from 1 to 65536.');
  expect(() => plant(Array.from({ length: 65_537 }, () => Buffer.alloc(32)))).toThrow(
    '65537 calls',
  );
});

test('one call and thirty-two look alike: depth and lengths depend on the size class alone', async () => {
  await using signer = await testSigner('EdDSA');
  const shapes = [1, 2, 17, 32].map((count) => {
    const owners = Array.from({ length: count }, (_, i) => String(420_000 + i));
    const { assertion, leaves } = signCalls(signer.keys, someCaller, undefined, callsTo(owners));
    const [own = ''] = leaves;
    return [assertion.length, own.replace(/\.\d+\./, '..').length, parseLeaf(own)?.path.length];
  });
  expect(new Set(shapes.map(String)).size).toBe(1);
});

test('the place says nothing: each is as likely for the first call as for the last, alone as among 32', () => {
  const runs = 1_600;
  const expected = runs / 32;
  for (const [count, of] of [
    [1, 0],
    [17, 0],
    [17, 16],
    [32, 31],
  ] as const) {
    const counts = Array.from({ length: 32 }, () => 0);
    for (let run = 0; run < runs; run++) {
      const { places } = plant(Array.from({ length: count }, () => randomBytes(hashBytes)));
      const index = places[of]?.index ?? 0;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 31 degrees of freedom: above 80 once in 300,000 fair runs.
    expect(chiSquare, `call ${of} of ${count}`).toBeLessThan(80);
  }
});

test('who knows all that is public cannot find whom else the caller asked', async () => {
  await using signer = await testSigner('EdDSA');
  for (let run = 0; run < 50; run++) {
    const { leaves } = signCalls(signer.keys, someCaller, undefined, callsTo(cities));
    const own = parseLeaf(leaves[0] ?? '') as Leaf;
    const siblings = siblingsOf(own);
    // It has its own salt, and knows every other owner's code, and the operation, which was the same.
    for (const call of callsTo(cities)) {
      for (const salt of [own.salt, Buffer.alloc(16), own.salt.toReversed() as Buffer]) {
        const guess = leafHash(salt, { ...call, bodyHash: bodyHashOf(call.body), grant: '' });
        expect(siblings.some((sibling) => sibling.equals(guess))).toBe(false);
      }
    }
  }
});

test('whether its neighbour is an owner or padding cannot be seen, nor recognised from call to call', async () => {
  await using signer = await testSigner('EdDSA');
  const bits = { alone: 0, among: 0 };
  const seen = new Set<string>();
  const runs = 400;
  for (let run = 0; run < runs; run++) {
    for (const [who, owners] of [
      ['alone', cities.slice(0, 1)],
      ['among', cities],
    ] as const) {
      const { leaves } = signCalls(signer.keys, someCaller, undefined, callsTo(owners));
      for (const sibling of siblingsOf(parseLeaf(leaves[0] ?? '') as Leaf)) {
        seen.add(sibling.toString('hex'));
        for (const byte of sibling) bits[who] += byte.toString(2).replaceAll('0', '').length;
      }
    }
  }
  expect(seen.size).toBe(runs * 2 * 5);
  // Half of the bits are set in both; 512,000 bits each, so ten standard deviations are 3,578.
  const half = (runs * 5 * hashBytes * 8) / 2;
  expect(Math.abs(bits.alone - half)).toBeLessThan(3_578);
  expect(Math.abs(bits.among - half)).toBeLessThan(3_578);
});

test('a node is not taken for a leaf', () => {
  const leaves = Array.from({ length: 32 }, () => randomBytes(hashBytes));
  const { places } = plant(leaves);
  const [{ index, path }] = places as [(typeof places)[0]];
  // The path without its first step, from the parent: of no size class, and so no place at all.
  expect(rootFrom(leaves[0] as Buffer, { index: index >> 1, path: path.subarray(32) })).toBe(
    undefined,
  );
  expect(treeDepths.some((depth) => treeDepths.some((other) => other === depth - 1))).toBe(false);
});

test('fields that are cut elsewhere make another leaf', () => {
  const salt = Buffer.alloc(16);
  const bodyHash = bodyHashOf('');
  const one = { owner: '420500', method: 'POST', path: '/a', bodyHash, grant: '' };
  const other = { owner: '420500P', method: 'OST', path: '/a', bodyHash, grant: '' };
  expect(leafHash(salt, one).equals(leafHash(salt, other))).toBe(false);
});

test('a call that is signed again has a leaf of its own', async () => {
  await using signer = await testSigner('EdDSA');
  const [first, second] = [inward(signer.keys), inward(signer.keys)];
  expect(first.headers['onenet-leaf']).not.toBe(second.headers['onenet-leaf']);
});

function siblingsOf({ path }: Leaf): Buffer[] {
  return Array.from({ length: path.length / hashBytes }, (_, i) =>
    path.subarray(i * hashBytes, (i + 1) * hashBytes),
  );
}
