/** The net's word under an export: a JWS of a type of its own, so that no seal passes for an assertion, nor the other way. */
import { publicKeyOf, signBytes, verifyBytes, type PublicJwk } from './jwk.ts';
import type { SigningKey } from './jws.ts';

/** RFC 8725, 3.11. */
const type = 'onenet-access-export+jwt';

/** Signs what an export holds. */
export function sealExport({ kid, alg, key }: SigningKey, payload: object): string {
  const signed = `${encode({ alg, kid, typ: type })}.${encode(payload)}`;
  return `${signed}.${signBytes(alg, Buffer.from(signed, 'latin1'), key).toString('base64url')}`;
}

/** What a seal says, and by which of these keys it is signed; undefined when it is not. */
export function openSeal(
  seal: string,
  keys: readonly PublicJwk[],
): { readonly kid: string; readonly payload: Readonly<Record<string, unknown>> } | undefined {
  const [, head = '', body = '', end = ''] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(seal) ?? [];
  const { alg, kid, typ } = decode(head);
  const jwk = keys.find((key) => key.kid === kid);
  // The key decides the algorithm, never the header.
  if (!jwk || typ !== type || alg !== jwk.alg) return undefined;
  const signed = Buffer.from(`${head}.${body}`, 'latin1');
  const signature = Buffer.from(end, 'base64url');
  if (!verifyBytes(jwk.alg, signed, publicKeyOf(jwk), signature)) return undefined;
  const payload = decode(body);
  // No part seals in another's name.
  if (jwk.iss !== undefined && jwk.iss !== payload['iss']) return undefined;
  return { kid: jwk.kid, payload };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

function decode(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
