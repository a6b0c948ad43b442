/** Access tokens (RFC 9068): verified once, and remembered until they expire, so that the next call costs microseconds. */
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { hash } from 'node:crypto';
import { IssuerKeys, NoKeys } from './jwks.ts';
import { cannotTell, tokenInvalid } from './refusal.ts';

/** Whose tokens are taken. */
export interface TokenIssuer {
  /** `iss`. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** One of `aud`. */
  readonly audience: string;
  /** The claim that names the client. */
  readonly clientClaim: string;
}

/** What a token says, verified. */
export interface AccessToken {
  readonly kid: string;
  readonly client: string;
  readonly scopes: readonly string[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Never `none`, and never a shared secret: whoever knows a public key could sign with it as one. */
const algorithms = ['EdDSA', 'ES256', 'PS256', 'RS256'];
const leewaySeconds = 5;
const remembered = 10_000;

export class AccessTokens {
  readonly #issuer: TokenIssuer;
  readonly #keys: IssuerKeys;
  /** By the token's hash; the oldest use stands first. */
  readonly #verified = new Map<string, AccessToken>();

  constructor(issuer: TokenIssuer, onError: (error: unknown) => void) {
    this.#issuer = issuer;
    this.#keys = new IssuerKeys(issuer.jwksUrl, onError);
  }

  /** What the token says; one that does not hold is refused. The same object for the same token, as long as it is remembered. */
  async verify(token: string): Promise<AccessToken> {
    const key = hash('sha256', token, 'base64');
    const known = this.#verified.get(key);
    if (known) {
      this.#verified.delete(key);
      const isAlive = known.expiresAt + leewaySeconds > Date.now() / 1000;
      // Its key may have been withdrawn meanwhile: then it is verified anew, and refused.
      if (isAlive && this.#keys.has(known.kid)) {
        this.#verified.set(key, known);
        return known;
      }
    }
    const verified = await this.#verify(token);
    this.#verified.set(key, verified);
    for (const oldest of this.#verified.keys()) {
      if (this.#verified.size <= remembered) break;
      this.#verified.delete(oldest);
    }
    return verified;
  }

  async #verify(token: string): Promise<AccessToken> {
    const { issuer, audience, clientClaim } = this.#issuer;
    const { payload, protectedHeader } = await jwtVerify(token, this.#keys.find, {
      algorithms,
      issuer,
      audience,
      typ: 'at+jwt',
      clockTolerance: leewaySeconds,
      requiredClaims: ['exp', 'iat', clientClaim],
    }).catch((error: unknown) => {
      throw refusalOf(error);
    });
    const { iat = 0, exp = 0, scope } = payload;
    const client = payload[clientClaim];
    const { kid } = protectedHeader;
    if (typeof client !== 'string' || kid === undefined) throw tokenInvalid(texts.form);
    return { kid, client, scopes: scopesOf(scope), issuedAt: iat, expiresAt: exp };
  }
}

/** https://www.rfc-editor.org/rfc/rfc8693#section-4.2: one text; a token without it may ask nothing. */
function scopesOf(scope: JWTPayload['scope']): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [];
}

const texts = {
  form: 'The access token is none that is taken here: a signed JWT of type at+jwt.',
  expired: 'The access token has expired: ask for another.',
  signature: 'The signature of the access token does not hold.',
} as const;

function refusalOf(error: unknown): Error {
  if (error instanceof NoKeys) return cannotTell();
  if (error instanceof errors.JWTExpired) return tokenInvalid(texts.expired);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return tokenInvalid(`The access token is not for this net: see its ${error.claim}.`);
  }
  const isForged =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey;
  if (isForged) return tokenInvalid(texts.signature);
  if (error instanceof errors.JOSEError || error instanceof TypeError) {
    return tokenInvalid(texts.form);
  }
  return error instanceof Error ? error : new Error(String(error));
}
