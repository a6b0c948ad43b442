/** A client: a third party's system that the province has admitted, as it is kept. */
import { randomBytes } from 'node:crypto';
import type { ClientLimits, NetClient, SchemaVariant, ScopeMode } from '@onenet/contract';
import { hashOf, newToken } from '../registry/tokens.ts';
import type { ClientKey } from './client-keys.ts';

/** Whose system it is. */
export const clientKinds = [
  'SOCIAL_SECURITY',
  'CIVIL_AFFAIRS',
  'PUBLIC_SECURITY',
  'TAXATION',
  'MARKET_REGULATION',
  'HEALTH',
  'EDUCATION',
  'HOUSING',
  'TRADE_UNION',
  'OTHER',
] as const;
export type ClientKind = (typeof clientKinds)[number];

/** A revoked client stays, without secrets and keys: its id is in records, and must never be another's. */
export type ClientStatus = 'ACTIVE' | 'SUSPENDED' | 'REVOKED';

export interface ClientDocument extends ClientProfile {
  /** The client's id. */
  readonly _id: string;
  readonly status: ClientStatus;
  /** Several hold at once, so that one can be replaced without a pause; oldest first. */
  readonly secrets: readonly ClientSecret[];
  /** For `private_key_jwt`. */
  readonly keys: readonly ClientKey[];
  /** Access tokens issued before are refused; seconds since 1970. */
  readonly notBefore: number;
  readonly createdAt: Date;
  /** When it is revoked by itself; absent: it is not. */
  readonly endsAt?: Date;
}

/** What the operator says of a client. */
export interface ClientProfile {
  /** In Chinese. */
  readonly name: string;
  readonly nameEn: string;
  readonly kind: ClientKind;
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
  readonly mode: ScopeMode;
  readonly variant: SchemaVariant;
  readonly adHoc: boolean;
  readonly limits: ClientLimits;
  readonly platform: string | null;
}

export interface ClientSecret {
  /** Says nothing of the secret. */
  readonly id: string;
  /** SHA-256, hexadecimal: of 256 random bits, no slower hash is needed. */
  readonly hash: string;
  readonly createdAt: Date;
  /** Null: until it is replaced. */
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
}

/** Secrets of one client that hold at once. */
export const maxSecrets = 5;
/** Keys of one client. */
export const maxKeys = 5;

/** A fresh secret; its text is shown once and kept nowhere. */
export function newSecret(now: Date): { readonly text: string; readonly secret: ClientSecret } {
  const text = newToken();
  const id = randomBytes(6).toString('hex');
  return {
    text,
    secret: { id, hash: hashOf(text), createdAt: now, expiresAt: null, lastUsedAt: null },
  };
}

/** Whether a secret or a key may be used at `now`. */
export function holds({ expiresAt }: { readonly expiresAt: Date | null }, now: Date): boolean {
  return expiresAt === null || expiresAt > now;
}

/** The first second whose tokens are good, when those issued until now are not. */
export function notBeforeFrom(now: Date): number {
  return Math.floor(now.getTime() / 1000) + 1;
}

/** The client as the net knows it: nothing of it is secret. */
export function netClientOf(client: ClientDocument): NetClient {
  const { _id: id, name, nameEn, scopes, purposes, mode, variant, adHoc } = client;
  const { limits, platform, notBefore } = client;
  return {
    id,
    name,
    nameEn,
    scopes,
    purposes,
    mode,
    variant,
    adHoc,
    limits,
    platform,
    notBefore,
  };
}

/** The client as the operator is shown it: its secrets by id and times, without their hashes. */
export function shownClient(client: ClientDocument): object {
  const { kind, status, secrets, keys, createdAt } = client;
  return {
    ...netClientOf(client),
    kind,
    status,
    secrets: secrets.map(withoutHash),
    keys,
    createdAt,
  };
}

function withoutHash({ id, createdAt, expiresAt, lastUsedAt }: ClientSecret): object {
  return { id, createdAt, expiresAt, lastUsedAt };
}
