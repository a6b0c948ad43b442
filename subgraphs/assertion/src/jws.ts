/** Compact JWS (RFC 7515): header, payload and signature, each in base64url, with dots between. */
import type { KeyObject } from 'node:crypto';
import { algorithms, signBytes, verifyBytes, type Algorithm } from './jwk.ts';
import { readPayload, type Payload } from './payload.ts';

/** Says what the JWS is for, so that none made for another use passes (RFC 8725, 3.11). */
const type = 'onenet-assertion+jwt';

/** Characters that an assertion may have: a header must fit among others. */
const maxLength = 8192;

/** A private key, ready to sign. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly key: KeyObject;
}

/** An assertion, taken apart and not believed yet. */
export interface UnverifiedJws {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly payload: Payload;
  /** What the signature is over. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export function signJws({ kid, alg, key }: SigningKey, payload: Payload): string {
  const signed = `${encode({ alg, kid, typ: type })}.${encode(payload)}`;
  const signature = signBytes(alg, Buffer.from(signed, 'latin1'), key);
  return `${signed}.${signature.toString('base64url')}`;
}

/** Takes an assertion apart; undefined when it is none. */
export function parseJws(text: string): UnverifiedJws | undefined {
  if (text.length > maxLength) return undefined;
  const [, head = '', body = '', end = ''] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? [];
  const signature = Buffer.from(end, 'base64url');
  // Of the last character some bits are not used: one signature is written in one way only.
  if (signature.toString('base64url') !== end) return undefined;
  const header = decode(head) as { kid?: unknown; alg?: unknown; typ?: unknown } | undefined;
  const payload = readPayload(decode(body));
  const alg = algorithms.find((known) => known === header?.alg);
  const kid = header?.kid;
  if (!payload || !alg || header?.typ !== type || typeof kid !== 'string') return undefined;
  return { kid, alg, payload, signed: Buffer.from(`${head}.${body}`, 'latin1'), signature };
}

/** Whether a key of this algorithm signed it: the key decides the algorithm, never the header. */
export function isSignedBy(
  jws: UnverifiedJws,
  { alg, key }: { readonly alg: Algorithm; readonly key: KeyObject },
): boolean {
  return jws.alg === alg && verifyBytes(alg, jws.signed, key, jws.signature);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

function decode(text: string): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
