/**
 * The keys of the net's parts: a folder each below one, so that a part signs by its own name alone.
 * Where parts run on different machines, each has its own private keys, and of the others' at most
 * what is public: the same files without their `d`.
 */
import { join } from 'node:path';
import {
  listKeys,
  openKeys,
  rotateKeys,
  type KeyInfo,
  type Keys,
  type KeysOptions,
} from './keys.ts';
import type { Algorithm, PublicJwk } from './jwk.ts';

/** Which parts of the net sign, and so the issuers that a source of keys is trusted for where nothing else is said. */
export const netIssuers = ['gateway', 'analytics', 'province', 'audit'] as const;
export type NetIssuer = (typeof netIssuers)[number];

/** Opens the keys of a part; makes a first one for every part that has none. What it publishes are all parts', each bound to its part. */
export async function openPartKeys(
  dir: string,
  issuer: NetIssuer,
  options: Omit<KeysOptions, 'issuer'> = {},
): Promise<Keys> {
  // All at once, so that nobody meets a key that was made after the set was read.
  const opened = await Promise.all(
    netIssuers.map(async (part) => {
      const keys = await openKeys(join(dir, part), { ...options, issuer: part });
      return [part, keys] as const;
    }),
  );
  const own = new Map<NetIssuer, Keys>(opened).get(issuer) as Keys;
  // A part that has but another's public keys says so now, and not at its first call.
  own.current();
  return {
    issuer,
    current: () => own.current(),
    publicJwks: () => ({ keys: opened.flatMap(([part, keys]) => boundTo(part, keys)) }),
  };
}

function boundTo(iss: NetIssuer, keys: Keys): readonly PublicJwk[] {
  return keys.publicJwks().keys.map((jwk) => ({ ...jwk, iss }));
}

/** Rotates the keys of every part whose private ones are here. */
export async function rotatePartKeys(
  dir: string,
  options: { readonly alg?: Algorithm; readonly aheadMs?: number } = {},
): Promise<void> {
  for (const part of netIssuers) {
    const known = listKeys(join(dir, part));
    if (known.at(-1)?.isPrivate !== false) await rotateKeys(join(dir, part), options);
  }
}

/** All parts' keys, oldest first within a part. */
export function listPartKeys(dir: string): readonly (KeyInfo & { readonly issuer: NetIssuer })[] {
  return netIssuers.flatMap((issuer) =>
    listKeys(join(dir, issuer)).map((key) => ({ ...key, issuer })),
  );
}
