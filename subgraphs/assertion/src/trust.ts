/**
 * The keys that an owner trusts, and whose word each is: read from URLs or files when first needed,
 * again when one is unknown, the last good kept.
 */
import { readFile } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { publicKeyOf, readPublicJwk, type Algorithm } from './jwk.ts';
import { isSignedBy, parseJws } from './jws.ts';
import type { Keys } from './keys.ts';
import { netIssuers } from './part-keys.ts';
import type { Payload } from './payload.ts';

export interface TrustOptions {
  /** Told of a source that cannot be read, once until it can. Default: to stderr. */
  readonly onError?: (message: string) => void;
}

/** What an assertion is, by its signature alone. */
export type Verified =
  | { readonly kind: 'SIGNED'; readonly kid: string; readonly payload: Payload }
  | { readonly kind: 'INVALID'; readonly why: string }
  /** No key could be read yet, so nothing can be said. */
  | { readonly kind: 'NO_KEYS' };

export interface TrustedKeys {
  verify(assertion: string): Promise<Verified>;
}

/** Milliseconds after which keys are read again, while the known ones serve on: less than a key is published ahead. */
const refreshMs = 20_000;
/** Milliseconds between two readings because of an unknown key: a forger must not make the owner hammer the source. */
const unknownKeyMs = 1_000;
const fetchMs = 3_000;
const maxBytes = 64 * 1024;
/** Assertions that are remembered as signed: the owners of one process are sent the same one. */
const remembered = 1_000;

interface TrustedKey {
  readonly alg: Algorithm;
  readonly key: KeyObject;
  /** In whose name alone it signs, where its set says so. */
  readonly iss: string | undefined;
}

/**
 * Trusts the JWK sets at these `https:` or `http:` URLs and files: each for the parts of the net, or for
 * those that stand before it, `gateway+province=https://…`; and a key that names its part (`iss`) for
 * that part alone, lest who asks for figures could speak for a caller. Nothing is read before it is needed.
 */
export function trustedKeys(sources: readonly string[], options: TrustOptions = {}): TrustedKeys {
  const onError = options.onError ?? ((message) => console.error(message));
  const readers = sources.map((source) => new Source(source, onError));
  const signed = new Map<string, Extract<Verified, { kind: 'SIGNED' }>>();

  /** The keys of this name, each with what its source is trusted for: another source may use the name as well. */
  const keysOf = (kid: string): readonly (readonly [TrustedKey, Source])[] =>
    readers.flatMap((reader) => {
      const key = reader.keys?.get(kid);
      return key ? [[key, reader] as const] : [];
    });
  const findKeys = async (kid: string): Promise<ReturnType<typeof keysOf>> => {
    const known = keysOf(kid);
    if (known.length > 0) {
      for (const reader of readers) void reader.read(refreshMs);
      return known;
    }
    await Promise.all(readers.map((reader) => reader.read(unknownKeyMs)));
    return keysOf(kid);
  };

  return {
    async verify(assertion) {
      const before = signed.get(assertion);
      // Its key may have been withdrawn meanwhile, or bound to another part.
      if (before && keysOf(before.kid).some((key) => maySign(key, before.payload))) return before;
      const jws = parseJws(assertion);
      if (!jws) return { kind: 'INVALID', why: 'it is no assertion' };
      const found = await findKeys(jws.kid);
      if (found.length === 0) {
        if (readers.length > 0 && readers.every(({ keys }) => !keys)) return { kind: 'NO_KEYS' };
        return { kind: 'INVALID', why: 'its key is not among those that are trusted here' };
      }
      const signedBy = found.filter(([key]) => isSignedBy(jws, key));
      if (signedBy.length === 0) return { kind: 'INVALID', why: 'its signature is wrong' };
      if (!signedBy.some((key) => maySign(key, jws.payload))) {
        return { kind: 'INVALID', why: notItsOwnName };
      }
      const verified = { kind: 'SIGNED', kid: jws.kid, payload: jws.payload } as const;
      signed.set(assertion, verified);
      for (const oldest of signed.keys()) {
        if (signed.size <= remembered) break;
        signed.delete(oldest);
      }
      return verified;
    },
  };
}

const notItsOwnName = 'its key is not trusted for the part of the net that it names in iss';

/** Whether a key of a source signs in the name of the part that an assertion names. */
function maySign([key, source]: readonly [TrustedKey, Source], { iss }: Payload): boolean {
  return source.issuers.has(iss) && (key.iss === undefined || key.iss === iss);
}

/** Trusts the keys of a folder that is open here, as it is now. */
export function trustOwnKeys(keys: Pick<Keys, 'publicJwks'>): TrustedKeys {
  return {
    verify(assertion) {
      const jws = parseJws(assertion);
      if (!jws) return Promise.resolve({ kind: 'INVALID', why: 'it is no assertion' });
      const jwk = keys.publicJwks().keys.find(({ kid }) => kid === jws.kid);
      const isRight = jwk && isSignedBy(jws, { alg: jwk.alg, key: publicKeyOf(jwk) });
      if (!isRight) return Promise.resolve({ kind: 'INVALID', why: 'no key of the net signed it' });
      if (jwk.iss !== undefined && jwk.iss !== jws.payload.iss) {
        return Promise.resolve({ kind: 'INVALID', why: notItsOwnName });
      }
      return Promise.resolve({ kind: 'SIGNED', kid: jws.kid, payload: jws.payload });
    },
  };
}

/** Names of issuers before a source: no URL and no path has letters and `+` alone before its first `=`. */
const namedIssuers = /^([a-z]+(?:\+[a-z]+)*)=(.+)$/s;

/** One URL or file. */
class Source {
  /** Undefined until it was read once. */
  keys: ReadonlyMap<string, TrustedKey> | undefined;
  /** In whose name its keys may sign. */
  readonly issuers: ReadonlySet<string>;
  readonly #source: string;
  readonly #onError: (message: string) => void;
  #begunAt = -Infinity;
  #reading: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(source: string, onError: (message: string) => void) {
    const [, named, where = ''] = namedIssuers.exec(source) ?? [];
    this.#source = named === undefined ? source : where;
    this.issuers = new Set(named?.split('+') ?? netIssuers);
    this.#onError = onError;
  }

  /** Reads it, unless that was begun less than `everyMs` ago: then only its end is waited for. */
  read(everyMs: number): Promise<void> {
    if (performance.now() - this.#begunAt >= everyMs) {
      this.#begunAt = performance.now();
      this.#reading = this.#read();
    }
    return this.#reading;
  }

  async #read(): Promise<void> {
    try {
      this.keys = readSet(JSON.parse(await textOf(this.#source)));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#onError(`trusted keys at ${this.#source}: ${reasonOf(error)}`);
      this.#failing = true;
    }
  }
}

async function textOf(source: string): Promise<string> {
  if (!/^https?:/.test(source)) return await readFile(source, 'utf8');
  // A redirect could lead to keys that nobody named here.
  const response = await fetch(source, { redirect: 'error', signal: AbortSignal.timeout(fetchMs) });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}

/** https://www.rfc-editor.org/rfc/rfc7517#section-5: keys of unknown kinds are passed over. */
function readSet(set: unknown): ReadonlyMap<string, TrustedKey> {
  const keys: unknown = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : null;
  if (!Array.isArray(keys)) throw new Error('it is no JWK set');
  const read = new Map<string, TrustedKey>();
  for (const each of keys) {
    const jwk = readPublicJwk(each);
    if (jwk) read.set(jwk.kid, { alg: jwk.alg, key: publicKeyOf(jwk), iss: jwk.iss });
  }
  return read;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
