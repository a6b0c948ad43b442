/** The keys of whoever issues tokens: read from a URL when first needed, again when one is unknown, the last good ones kept. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { isObject } from '../http-request.ts';

/** Milliseconds after which they are read again, while the known ones serve on: less than a key is published ahead. */
const refreshMs = 15_000;
/** Milliseconds between two readings because of an unknown key: a forger must not make us hammer the issuer. */
const unknownKeyMs = 1_000;
const fetchMs = 3_000;
const mostBytes = 256 * 1024;

/** Nobody can be believed, because no key was read yet. */
export class NoKeys extends Error {}

export class IssuerKeys {
  readonly #url: string;
  readonly #onError: (error: unknown) => void;
  #ids: ReadonlySet<string> = new Set();
  #find: JWTVerifyGetKey | undefined;
  #begunAt = -Infinity;
  #reading: Promise<void> = Promise.resolve();

  constructor(url: string, onError: (error: unknown) => void) {
    this.#url = url;
    this.#onError = onError;
  }

  /** Whether a key is among them still. */
  has(kid: string): boolean {
    void this.#read(refreshMs);
    return this.#ids.has(kid);
  }

  /** Finds the key that a token's header names. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const { kid } = header;
    if (kid === undefined || !this.has(kid)) await this.#read(unknownKeyMs);
    if (!this.#find) throw new NoKeys();
    return this.#find(header, token);
  };

  /** Reads them, unless that was begun less than `everyMs` ago: then only its end is waited for. */
  #read(everyMs: number): Promise<void> {
    if (performance.now() - this.#begunAt >= everyMs) {
      this.#begunAt = performance.now();
      this.#reading = readSet(this.#url).then((set) => {
        this.#find = createLocalJWKSet(set);
        this.#ids = new Set(set.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])));
      }, this.#onError);
    }
    return this.#reading;
  }
}

async function readSet(url: string): Promise<JSONWebKeySet> {
  // A redirect could lead to keys that nobody named here.
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(fetchMs) });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answers ${response.status}.`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > mostBytes) throw new Error(`${url} has more than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  const set: unknown = JSON.parse(Buffer.concat(chunks, length).toString('utf8'));
  if (!isObject(set) || !Array.isArray(set['keys'])) throw new Error(`${url} is no JWK set.`);
  return { keys: set['keys'].filter(isObject) as JSONWebKeySet['keys'] };
}
