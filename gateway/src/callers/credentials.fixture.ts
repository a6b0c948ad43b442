/** Credentials for tests: an issuer of access tokens with its own keys, people with sessions, and a client. */
import type { Caller, NetClient } from '@onenet/contract';
import { SignJWT, exportJWK, generateKeyPair, type JWK } from 'jose';
import { createHash, randomBytes } from 'node:crypto';

/** A client with whatever the test is about. */
export function someClient(change: Partial<NetClient> = {}): NetClient {
  return {
    id: 'social-security',
    name: '社保',
    nameEn: 'Social security',
    scopes: ['members:read', 'requests:read'],
    purposes: ['pension-review'],
    mode: 'FILTER',
    variant: 'PARTNER',
    adHoc: true,
    limits: { perSecond: 1000, burst: 1000, perDay: 1_000_000, concurrent: 100 },
    platform: null,
    notBefore: 0,
    ...change,
  };
}

export interface TokenWishes {
  readonly client?: string;
  readonly scope?: string;
  /** Claims that stand in place of the usual ones; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, string>>;
}

/** An authorization server, as far as its tokens and keys go. */
export class TestIssuer {
  readonly #keys: { readonly kid: string; readonly key: CryptoKey; readonly jwk: JWK }[] = [];

  /** Makes another key, which signs from now on; those before stay published. */
  async rotate(): Promise<void> {
    const kid = `key-${this.#keys.length + 1}`;
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' };
    this.#keys.push({ kid, key: privateKey, jwk });
  }

  /** Takes the oldest key back. */
  withdraw(): void {
    this.#keys.shift();
  }

  jwks(): { readonly keys: readonly JWK[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  /** A token that holds for ten minutes, unless the wishes make it otherwise. */
  token({ client = 'social-security', scope = '', claims, header }: TokenWishes = {}) {
    const last = this.#keys.at(-1);
    if (!last) throw new Error('The issuer has no key: rotate it.');
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: 'onenet',
      aud: 'onenet',
      sub: client,
      client_id: client,
      scope,
      jti: randomBytes(8).toString('hex'),
      iat: now,
      exp: now + 600,
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: last.kid, ...header })
      .sign(last.key);
  }
}

export async function testIssuer(): Promise<TestIssuer> {
  const issuer = new TestIssuer();
  await issuer.rotate();
  return issuer;
}

/** Who is signed in, by the hash of the cookie. */
export class TestSessions {
  readonly #callers = new Map<string, Caller>();

  /** Signs somebody in; the cookie's value. */
  signIn(person: Partial<Caller>): string {
    const value = randomBytes(32).toString('base64url');
    this.#callers.set(hashOf(value), {
      client: 'dashboard',
      person: 'p-1',
      roles: ['leader'],
      platform: null,
      scopes: [],
      purpose: null,
      ...person,
    });
    return value;
  }

  signOut(value: string): void {
    this.#callers.delete(hashOf(value));
  }

  find(hash: string): Caller | undefined {
    return this.#callers.get(hash);
  }
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
