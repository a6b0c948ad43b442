/** On behalf of: the net signs its calls to owners, one signature a fan-out, and an owner's guard verifies them. */
export { accessHead0, nextAccessHead, verifyAccessRecord } from './access-record.ts';
export type { AccessEntry, AccessVerdict } from './access-record.ts';
export { askedBy } from './asked.ts';
export type { Asked } from './asked.ts';
export { createGuard } from './guard.ts';
export type {
  Admission,
  Admitted,
  Answered,
  Guard,
  GuardOptions,
  InwardCall,
  Refused,
  UnsignedCalls,
} from './guard.ts';
export { readBody, refuseNotJson, sendRefusal } from './http.ts';
export { algorithms, publicKeyOf } from './jwk.ts';
export type { Algorithm, PublicJwk } from './jwk.ts';
export { isSignedBy, parseJws } from './jws.ts';
export type { SigningKey, UnverifiedJws } from './jws.ts';
export { listKeys, openKeys, publishAheadMs, rotateKeys, withdrawKey } from './keys.ts';
export type { KeyInfo, KeyLife, Keys, KeysOptions } from './keys.ts';
export { bodyHashOf, leafHash, leafHeader, mostGrants, parseLeaf } from './leaf.ts';
export { mongoGuardStore } from './mongo-guard-store.ts';
export { listPartKeys, netIssuers, openPartKeys, rotatePartKeys } from './part-keys.ts';
export { admitRead, answerPart } from './part.ts';
export type { Asker } from './part.ts';
export { analyticsCode, assertionHeader, maxLifeSeconds, provinceCode } from './payload.ts';
export { followGrants } from './owner-grants.ts';
export type { FollowOptions, FollowedGrants, OwnerGrants } from './owner-grants.ts';
export { postgresGuardStore } from './postgres-guard-store.ts';
export { openSeal, sealExport } from './seal.ts';
export { signCall, signCalls } from './sign.ts';
export type { OutwardCall, SignedCalls, Signer } from './sign.ts';
export type { AccessLine, GrantList, GuardStore, SeenLeaf } from './store.ts';
export { rootFrom } from './tree.ts';
export { trustOwnKeys, trustedKeys } from './trust.ts';
export type { TrustOptions, TrustedKeys, Verified } from './trust.ts';
