/** The public keys by which clients authenticate (`private_key_jwt`), and which of them are taken. */
import { createPublicKey } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { calculateJwkThumbprint, type JWK } from 'jose';

/** Signature algorithms of client assertions. */
export const assertionAlgorithms = ['EdDSA', 'ES256', 'PS256', 'RS256'] as const;

/** A public key with what says when it may be used. */
export interface ClientKey {
  readonly kid: string;
  readonly jwk: JWK;
  readonly createdAt: Date;
  /** Null: until it is replaced. */
  readonly expiresAt: Date | null;
}

const leastRsaBits = 2048;

/** Checks a key that was handed in: a public one, of a kind that is taken. */
export async function parseClientKey(value: unknown, now: Date): Promise<ClientKey> {
  const jwk = publicMembers(value);
  const thumbprint = await calculateJwkThumbprint(jwk).catch(() => undefined);
  if (thumbprint === undefined) throw refused('it is not complete');
  try {
    const { modulusLength = leastRsaBits } =
      createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyDetails ?? {};
    if (modulusLength < leastRsaBits) {
      throw refused(`RSA of ${modulusLength} bits, and must have at least ${leastRsaBits}`);
    }
  } catch (error) {
    if (error instanceof NetError) throw error;
    throw refused('its numbers are no key');
  }
  const { kid = thumbprint } = jwk;
  return { kid, jwk: { ...jwk, kid }, createdAt: now, expiresAt: null };
}

/** The public members alone; a private key is refused, for then it is nobody's secret any more. */
function publicMembers(value: unknown): JWK {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused('it is no JWK (RFC 7517)');
  }
  const { kty, crv, x, y, n, e, kid, alg, ...others } = value as Readonly<Record<string, unknown>>;
  if (['d', 'p', 'q', 'k'].some((secret) => secret in others)) {
    throw refused('it is a private key: hand in its public part alone, and make another');
  }
  const texts = Object.entries({ kty, crv, x, y, n, e, kid, alg }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= 1000,
  );
  const jwk = Object.fromEntries(texts) as JWK;
  const isKnown =
    (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') ||
    (jwk.kty === 'EC' && jwk.crv === 'P-256') ||
    jwk.kty === 'RSA';
  if (!isKnown) throw refused('it is none of Ed25519, P-256 and RSA');
  if (jwk.alg !== undefined && !assertionAlgorithms.some((known) => known === jwk.alg)) {
    throw refused(`its alg is none of ${assertionAlgorithms.join(', ')}`);
  }
  if (jwk.kid !== undefined && !/^[\w.~-]{1,128}$/.test(jwk.kid)) {
    throw refused('its kid has more than letters, digits and . _ ~ -');
  }
  return jwk;
}

function refused(why: string): NetError {
  return new NetError('BAD_INPUT', `\`key\` cannot be taken: ${why}.`);
}
