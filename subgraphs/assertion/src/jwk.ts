/** Keys as JWK: Ed25519 (RFC 8037), and SM2 (GB/T 32918) as kty EC with crv SM2, which Node knows by its DER alone. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** EdDSA over Ed25519, or SM2 with SM3. */
export const algorithms = ['EdDSA', 'SM2'] as const;
export type Algorithm = (typeof algorithms)[number];

/** A public key as it is published. https://www.rfc-editor.org/rfc/rfc7517 */
export type PublicJwk = {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: 'sig';
  /** Which part of the net signs with it, and no other; absent: whichever its source is trusted for. */
  readonly iss?: string;
} & PublicMembers;

type PublicMembers =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'SM2'; readonly x: string; readonly y: string };

/** A private key as it lies in the folder. */
export type PrivateJwk = PublicJwk & {
  readonly d: string;
  /** RFC 3339: from then on it signs. */
  readonly notBefore: string;
};

const sm2Spki = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d03420004', 'hex');
const sm2Pkcs8 = Buffer.from(
  '308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420',
  'hex',
);
const sm2PublicTag = Buffer.from('a14403420004', 'hex');
/** Bytes of a private number, and of each coordinate. */
const numberBytes = 32;

/** A fresh private key, named by its thumbprint. */
export function generateKey(alg: Algorithm, notBefore: Date): PrivateJwk {
  const { members, d } = alg === 'EdDSA' ? generateEd25519() : generateSm2();
  const kid = thumbprint(members);
  return { kid, alg, use: 'sig', ...members, d, notBefore: notBefore.toISOString() };
}

/** Its public part, and nothing else. */
export function publicPart(jwk: PublicJwk): PublicJwk {
  const { kid, alg } = jwk;
  return { kid, alg, use: 'sig', ...membersOf(jwk) };
}

export function privateKeyOf(jwk: PrivateJwk): KeyObject {
  const members = membersOf(jwk);
  if (members.kty === 'OKP') {
    return createPrivateKey({ key: { ...members, d: jwk.d }, format: 'jwk' });
  }
  const key = [sm2Pkcs8, bytesOf(jwk.d), sm2PublicTag, bytesOf(members.x), bytesOf(members.y)];
  return createPrivateKey({ key: Buffer.concat(key), format: 'der', type: 'pkcs8' });
}

/** Throws when the members are no key. */
export function publicKeyOf(jwk: PublicJwk): KeyObject {
  const members = membersOf(jwk);
  if (members.kty === 'OKP') return createPublicKey({ key: members, format: 'jwk' });
  const key = Buffer.concat([sm2Spki, bytesOf(members.x), bytesOf(members.y)]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/**
 * 64 bytes. Of SM2, r ‖ s over SM3 of Z ‖ data (GB/T 32918.2), where the identifier in Z is empty:
 * Node's OpenSSL takes none. A key made by `generateKeyPair` would sign ECDSA on SM2's curve instead;
 * one that is read from its DER, as all here are, signs SM2.
 */
export function signBytes(alg: Algorithm, data: Buffer, key: KeyObject): Buffer {
  return alg === 'EdDSA' ? sign(null, data, key) : numbersOf(sign('sm3', data, key));
}

export function verifyBytes(
  alg: Algorithm,
  data: Buffer,
  key: KeyObject,
  signature: Buffer,
): boolean {
  if (signature.length !== 2 * numberBytes) return false;
  if (alg === 'EdDSA') return verify(null, data, key, signature);
  return verify('sm3', data, key, derOf(signature));
}

/** Reads a published key; undefined for one of another kind or use, which is not for us. */
export function readPublicJwk(value: unknown): PublicJwk | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const jwk = value as Partial<Record<string, unknown>>;
  const { kid, kty, crv, x, y, use = 'sig', iss } = jwk;
  if (typeof kid !== 'string' || kid.length > 128 || use !== 'sig') return undefined;
  // A key whose part cannot be told is nobody's.
  if (iss !== undefined && typeof iss !== 'string') return undefined;
  if (!isNumber(x)) return undefined;
  const bound = iss === undefined ? {} : { iss };
  if (kty === 'OKP' && crv === 'Ed25519') {
    return { kid, alg: 'EdDSA', use, ...bound, kty, crv, x };
  }
  if (kty === 'EC' && crv === 'SM2' && isNumber(y)) {
    return { kid, alg: 'SM2', use, ...bound, kty, crv, x, y };
  }
  return undefined;
}

function isNumber(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{43}$/.test(value);
}

function membersOf(jwk: PublicJwk): PublicMembers {
  const { kty, crv, x } = jwk;
  return kty === 'OKP' ? { kty, crv, x } : { kty, crv, x, y: jwk.y };
}

function generateEd25519(): { readonly members: PublicMembers; readonly d: string } {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { members: { kty: 'OKP', crv: 'Ed25519', x }, d };
}

function generateSm2(): { readonly members: PublicMembers; readonly d: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const at = sm2Pkcs8.length;
  const point = at + numberBytes + sm2PublicTag.length;
  const part = (start: number): string =>
    der.subarray(start, start + numberBytes).toString('base64url');
  return {
    members: { kty: 'EC', crv: 'SM2', x: part(point), y: part(point + numberBytes) },
    d: part(at),
  };
}

/** https://www.rfc-editor.org/rfc/rfc7638: the members in this order, without spaces. */
function thumbprint(members: PublicMembers): string {
  const { kty, crv, x } = members;
  const ordered = kty === 'OKP' ? { crv, kty, x } : { crv, kty, x, y: members.y };
  return hash('sha256', JSON.stringify(ordered), 'base64url');
}

function bytesOf(number: string): Buffer {
  return Buffer.from(number, 'base64url');
}

/** SEQUENCE { INTEGER r, INTEGER s }, as OpenSSL writes it, to r ‖ s. */
function numbersOf(der: Buffer): Buffer {
  const rAt = 4;
  const rEnd = rAt + (der[rAt - 1] ?? 0);
  const numbers = Buffer.alloc(2 * numberBytes);
  for (const [i, number] of [der.subarray(rAt, rEnd), der.subarray(rEnd + 2)].entries()) {
    const digits = number.subarray(Math.max(0, number.length - numberBytes));
    digits.copy(numbers, (i + 1) * numberBytes - digits.length);
  }
  return numbers;
}

/** And back, in the one way that DER allows. */
function derOf(numbers: Buffer): Buffer {
  const integers = [numbers.subarray(0, numberBytes), numbers.subarray(numberBytes)].map(
    (number) => {
      const start = number.findIndex((byte) => byte !== 0);
      const digits = start === -1 ? number.subarray(-1) : number.subarray(start);
      // A first bit that is set would make it negative.
      const sign0 = (digits[0] ?? 0) >= 0x80 ? [Buffer.of(0)] : [];
      const value = Buffer.concat([...sign0, digits]);
      return Buffer.concat([Buffer.of(0x02, value.length), value]);
    },
  );
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}
