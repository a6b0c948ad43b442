/** The vector by SM2 is what ASSERTION.md says: GB/T 32918.2 computed by hand, with an empty identifier. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { vectorsFolder } from './vectors.ts';

// GB/T 32918.5: y² = x³ + ax + b over p, with the base point G of order n.
const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const a = p - 3n;
const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const g: Point = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];

test.each([
  ['', true],
  ['1234567812345678', false],
])('with the identifier "%s": %s', (identifier, isSigned) => {
  const { signed } = JSON.parse(readFileSync(`${vectorsFolder}assertion.json`, 'utf8')) as {
    signed: { jwk: { alg: string; x: string; y: string }; assertion: string }[];
  };
  const { jwk, assertion } = signed.find((each) => each.jwk.alg === 'SM2') ?? fail();
  const [, text = '', end = ''] = /^(.+)\.([^.]+)$/.exec(assertion) ?? fail();
  const key: Point = [numberOf(jwk.x), numberOf(jwk.y)];
  const bytes = Buffer.from(end, 'base64url');
  const [r, s] = [bytes.subarray(0, 32), bytes.subarray(32)].map((each) =>
    numberOf(each.toString('base64url')),
  ) as [bigint, bigint];

  const entl = Buffer.alloc(2);
  entl.writeUInt16BE(identifier.length * 8);
  const curve = Buffer.from([a, b, ...g, ...key].map(hex).join(''), 'hex');
  const z = sm3(entl, Buffer.from(identifier), curve);
  const e = BigInt(`0x${sm3(z, Buffer.from(text)).toString('hex')}`);
  const [x] = add(times(s, g), times(mod(r + s, n), key)) ?? fail();
  expect(mod(e + x, n) === r).toBe(isSigned);
});

type Point = readonly [x: bigint, y: bigint];

function add(one: Point | null, other: Point | null): Point | null {
  if (!one || !other) return one ?? other;
  if (one[0] === other[0] && mod(one[1] + other[1]) === 0n) return null;
  const slope =
    one[0] === other[0]
      ? mod((3n * one[0] * one[0] + a) * inverse(2n * one[1]))
      : mod((other[1] - one[1]) * inverse(other[0] - one[0]));
  const x = mod(slope * slope - one[0] - other[0]);
  return [x, mod(slope * (one[0] - x) - one[1])];
}

function times(factor: bigint, point: Point): Point | null {
  let sum: Point | null = null;
  let power: Point | null = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

function mod(value: bigint, modulus = p): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** By Fermat: p is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let power = mod(value);
  for (let rest = p - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * power);
    power = mod(power * power);
  }
  return result;
}

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
}

function hex(value: bigint): string {
  return value.toString(16).padStart(64, '0');
}

function sm3(...parts: readonly Buffer[]): Buffer {
  return createHash('sm3').update(Buffer.concat(parts)).digest();
}

function fail(): never {
  throw new Error('The vectors have no assertion by SM2.');
}
