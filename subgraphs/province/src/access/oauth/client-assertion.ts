/** `private_key_jwt`: a JWT that the client signed, taken once. https://www.rfc-editor.org/rfc/rfc7523#section-3 */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  decodeProtectedHeader,
  errors,
  importJWK,
  jwtVerify,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';
import { MongoServerError } from 'mongodb';
import { holds, maxKeys, type ClientDocument } from '../client.ts';
import { assertionAlgorithms } from '../client-keys.ts';
import type { AccessStore } from '../store.ts';

export interface AssertionPolicy {
  /** What `aud` may be: the issuer or the token endpoint. */
  readonly audiences: readonly string[];
}

/** How long an assertion may still hold, seconds. */
const mostSeconds = 5 * 60;
/** MongoDB's code of an `_id` that there is already. */
const duplicateKey = 11_000;
/** How much clocks may differ, seconds. */
const leewaySeconds = 5;

type Algorithm = (typeof assertionAlgorithms)[number];

/** Whether one of the client's keys signed it, for here, for now, and for the first time. */
export async function verifyAssertion(
  store: AccessStore,
  client: ClientDocument | null,
  assertion: string,
  policy: AssertionPolicy,
  now: Date,
): Promise<boolean> {
  const header = headerOf(assertion);
  if (!header) return false;
  const { alg, kid } = header;
  const keys = (client?.keys ?? []).filter(
    ({ jwk, ...key }) =>
      holds(key, now) && fits(jwk, alg) && (kid === undefined || kid === key.kid),
  );
  let claims: JWTPayload | undefined;
  // As many keys are tried for every client, whether there is one or not.
  for (let i = 0; i < maxKeys && !claims; i++) {
    const jwk = keys[i]?.jwk ?? nobodysKey(alg);
    claims = await claimsOf(assertion, jwk, alg, client?._id, policy, now);
  }
  if (!client || !claims) return false;
  const { jti = '', exp = 0 } = claims;
  return isFirst(store, client._id, jti, exp);
}

async function claimsOf(
  assertion: string,
  jwk: JWK,
  alg: Algorithm,
  client: string | undefined,
  { audiences }: AssertionPolicy,
  now: Date,
): Promise<JWTPayload | undefined> {
  try {
    const key = (await importJWK(jwk, alg)) as CryptoKey;
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [alg],
      audience: [...audiences],
      ...(client === undefined ? {} : { issuer: client, subject: client }),
      requiredClaims: ['exp', 'jti', 'iss', 'sub', 'aud'],
      clockTolerance: leewaySeconds,
      currentDate: now,
    });
    const { exp = Infinity, iat, jti } = payload;
    const seconds = now.getTime() / 1000;
    const isTimely =
      exp - seconds <= mostSeconds + leewaySeconds &&
      (iat === undefined || iat <= seconds + leewaySeconds);
    const isNamed = typeof jti === 'string' && jti !== '' && jti.length <= 256;
    return isTimely && isNamed ? payload : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Remembers it for as long as it could be used again; false where that was done before. */
async function isFirst(
  store: AccessStore,
  client: string,
  jti: string,
  exp: number,
): Promise<boolean> {
  const id = createHash('sha256').update(`${client}\n${jti}`).digest('hex');
  const expiresAt = new Date((exp + 2 * leewaySeconds) * 1000);
  try {
    await store.tokenIds.insertOne({ _id: id, expiresAt });
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

function headerOf(
  assertion: string,
): { readonly alg: Algorithm; readonly kid: string | undefined } | undefined {
  try {
    const { alg, kid } = decodeProtectedHeader(assertion);
    const known = assertionAlgorithms.find((each) => each === alg);
    return known && { alg: known, kid };
  } catch {
    return undefined;
  }
}

/** Whether the key may make such a signature: the key decides, never the header alone. */
function fits({ kty, alg }: JWK, wanted: Algorithm): boolean {
  if (alg !== undefined) return alg === wanted;
  return kty === ktyOf[wanted];
}

const ktyOf: Readonly<Record<Algorithm, string>> = {
  EdDSA: 'OKP',
  ES256: 'EC',
  PS256: 'RSA',
  RS256: 'RSA',
};

/** A key that signed nothing, so that an unknown client costs what a wrong signature does. */
function nobodysKey(alg: Algorithm): JWK {
  return (nobodys[ktyOf[alg]] ??= makeNobodysKey(ktyOf[alg] ?? ''));
}

const nobodys: Record<string, JWK> = {};

function makeNobodysKey(kty: string): JWK {
  if (kty === 'OKP') return generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  if (kty === 'EC') {
    return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  }
  // Nobody knows its factors; making a real one would take a hundred times as long.
  const modulus = randomBytes(256);
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[255] = (modulus[255] ?? 0) | 1;
  return { kty: 'RSA', n: modulus.toString('base64url'), e: 'AQAB' };
}
