/** Sealing: what only the owner of a key may read, as compact JWE (ECDH-ES with A256GCM, P-256). */
import {
  CompactEncrypt,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';
import { NetError } from './errors.ts';

const alg = 'ECDH-ES';
const enc = 'A256GCM';

/** A key pair of one platform: JWKs of P-256. */
export interface SealingKey {
  /** As `Platform.sealingKey` gives it: JSON text, without the private part. */
  readonly publicJwk: string;
  readonly privateJwk: JWK;
}

/** A new pair. The private part stays with the platform, like its other secrets. */
export async function newSealingKey(): Promise<SealingKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { crv: 'P-256', extractable: true });
  return {
    publicJwk: JSON.stringify(await exportJWK(publicKey)),
    privateJwk: await exportJWK(privateKey),
  };
}

/** Seals `data`, as UTF-8 JSON, to a platform's public key; `BAD_INPUT` when the text is no such key. */
export async function seal(publicJwkText: string, data: object): Promise<string> {
  const key = await publicKeyOf(publicJwkText);
  return new CompactEncrypt(Buffer.from(JSON.stringify(data), 'utf8'))
    .setProtectedHeader({ alg, enc })
    .encrypt(key);
}

/** Opens what was sealed to this key; `BAD_INPUT`, without a word of it, when it cannot be opened. */
export async function open(privateJwk: JWK, text: string): Promise<unknown> {
  const key = await importJWK(privateJwk, alg);
  try {
    const { plaintext } = await compactDecrypt(text, key, {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: [enc],
    });
    return JSON.parse(Buffer.from(plaintext).toString('utf8')) as unknown;
  } catch {
    throw new NetError(
      'BAD_INPUT',
      `What is sealed cannot be opened: it is no compact JWE (${alg}, ${enc}) of JSON to this platform's sealing key.`,
    );
  }
}

async function publicKeyOf(text: string): Promise<CryptoKey | Uint8Array> {
  try {
    const jwk = JSON.parse(text) as JWK;
    // A private key in its place would seal too, and be read by everybody who passes it on.
    if (jwk.kty === 'EC' && jwk.crv === 'P-256' && jwk.d === undefined) {
      return await importJWK(jwk, alg);
    }
  } catch {
    // Not JSON, or a point that does not lie on the curve: refused below.
  }
  throw new NetError('BAD_INPUT', 'A sealing key is a public JWK of P-256, as JSON text.');
}
