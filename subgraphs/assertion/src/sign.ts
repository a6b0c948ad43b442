/** Signs a fan-out: one signature over all its calls, and for each call the leaf that its owner alone is given. */
import { randomBytes } from 'node:crypto';
import type { Actor, Caller } from '@onenet/contract';
import { signJws, type SigningKey } from './jws.ts';
import { bodyHashOf, encodeLeaf, leafHash, leafHeader, saltBytes } from './leaf.ts';
import { assertionHeader, payloadOf } from './payload.ts';
import { plant } from './tree.ts';

/** Who signs, and with what now. */
export interface Signer {
  /** Which part of the net: `iss`. */
  readonly issuer: string;
  current(): SigningKey;
}

/** A call to an owner, as it will be sent. */
export interface OutwardCall {
  /** The owner's code. */
  readonly owner: string;
  readonly method: string;
  /** As in the request line: the URL's path with its query. */
  readonly path: string;
  /** Empty where there is none. */
  readonly body: string | Uint8Array;
  /** Ids of the grants that the call rests on, joined by commas. */
  readonly grant?: string;
}

export interface SignedCalls {
  /** For `onenet-assertion`. */
  readonly assertion: string;
  /** For `onenet-leaf`, by the calls' order. A leaf serves for one sending: who sends again signs again. */
  readonly leaves: readonly string[];
  /** The leaves' hashes, hexadecimal, by the calls' order: by them the owners' access records name the calls. */
  readonly leafHashes: readonly string[];
}

/** Signs calls that are made on one caller's behalf. */
export function signCalls(
  signer: Signer,
  caller: Caller,
  actor: Actor | undefined,
  calls: readonly OutwardCall[],
  nowMs = Date.now(),
): SignedCalls {
  const salts = randomBytes(saltBytes * calls.length);
  // Owners that are asked the same share a body: it is hashed once.
  const bodyHashes = new Map<string | Uint8Array, Buffer>();
  const leaves = calls.map(({ owner, method, path, body, grant = '' }, n) => {
    let bodyHash = bodyHashes.get(body);
    if (!bodyHash) bodyHashes.set(body, (bodyHash = bodyHashOf(body)));
    const salt = salts.subarray(n * saltBytes, (n + 1) * saltBytes);
    return { salt, grant, hash: leafHash(salt, { owner, method, path, bodyHash, grant }) };
  });
  const { root, places } = plant(leaves.map((leaf) => leaf.hash));
  const payload = payloadOf(signer.issuer, nowMs, root, caller, actor);
  return {
    assertion: signJws(signer.current(), payload),
    leaves: places.map((place, n) => {
      const { salt = Buffer.alloc(0), grant = '' } = leaves[n] ?? {};
      return encodeLeaf({ ...place, salt, grant });
    }),
    leafHashes: leaves.map((leaf) => leaf.hash.toString('hex')),
  };
}

/** The headers of a single call. */
export function signCall(
  signer: Signer,
  caller: Caller,
  actor: Actor | undefined,
  call: OutwardCall,
): Readonly<Record<string, string>> {
  const { assertion, leaves } = signCalls(signer, caller, actor, [call]);
  return { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
}
