/** Tokens: random, shown once, stored as a hash; a platform may have several, each revocable. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Who } from './entry.ts';

export interface TokenDocument {
  /** Says nothing of the token. */
  readonly _id: string;
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  /** The platform for which it speaks; null: the operator. */
  readonly platform: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly createdBy: Who;
  readonly revokedAt: Date | null;
}

/** Who speaks, by a token that holds. */
export interface Principal {
  readonly kind: 'operator' | 'platform';
  /** Null: the operator, who may speak for every platform. */
  readonly platform: string | null;
  readonly token: string;
}

/** 32 random bytes as base64url: 43 characters. */
const tokenPattern = /^[\w-]{43}$/;

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function newTokenId(): string {
  return randomBytes(6).toString('hex');
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a text could be a token at all. */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** In constant time: how much of a hash agrees must not show in how long it takes. */
export function hasHash(token: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(token), 'hex'), Buffer.from(hash, 'hex'));
}

/** The token of an `Authorization` header (RFC 6750); undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}

export function whoIs({ kind, token }: Principal): Who {
  return { kind, token };
}
