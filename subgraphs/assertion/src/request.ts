/** A call's GraphQL request and its answer, as the access record needs them: without keeping a value of either. */
import { askedBy, nothingAsked, type Asked } from './asked.ts';

/** Texts that are remembered, and characters of all of them: platforms are asked few, again and again. */
const mostTexts = 1_000;
const mostCharacters = 8_000_000;

/** Bytes of an answer in which records are counted. */
const mostAnswerBytes = 1024 * 1024;

/** Reads requests, and remembers what their texts ask. */
export class Requests {
  /** The oldest use stands first. */
  readonly #known = new Map<string, Asked>();
  #characters = 0;

  /** What a call asks: by POST in its body, by GET in its address. */
  asked(method: string, url: string, body: Uint8Array): Asked {
    const { query, operationName } = method === 'GET' ? inAddress(url) : inBody(body);
    if (typeof query !== 'string') return nothingAsked;
    const name = typeof operationName === 'string' && operationName !== '' ? operationName : null;
    const key = `${name ?? ''} ${query}`;
    const known = this.#known.get(key);
    if (known) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known;
    }
    const asked = askedBy(query, name);
    this.#known.set(key, asked);
    this.#characters += key.length;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostTexts && this.#characters <= mostCharacters) break;
      this.#known.delete(oldest);
      this.#characters -= oldest.length;
    }
    return asked;
  }
}

/** How many records an answer gives; null where that cannot be told: too large, encoded, no GraphQL answer. */
export function rowsOf(asked: Asked, answer: Uint8Array | undefined): number | null {
  if (asked.document === null || answer === undefined) return null;
  if (answer.byteLength > mostAnswerBytes) return null;
  const { data } = parseObject(answer);
  return data === undefined ? null : asked.rowsIn(data);
}

interface Parameters {
  readonly query?: unknown;
  readonly operationName?: unknown;
}

function inAddress(url: string): Parameters {
  const at = url.indexOf('?');
  if (at === -1) return {};
  const given = new URLSearchParams(url.slice(at));
  return { query: given.get('query'), operationName: given.get('operationName') };
}

function inBody(body: Uint8Array): Parameters {
  return body.byteLength === 0 ? {} : parseObject(body);
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const { buffer, byteOffset, byteLength } = bytes;
    const value: unknown = JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
