/** Sessions: a random cookie, kept as its hash; it ends when it is not used, and in any case after a week. */
import { randomBytes } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { hashOf } from '../../registry/tokens.ts';
import type { AccessStore } from '../store.ts';
import type { PersonDocument } from './person.ts';

export interface SessionDocument {
  /** SHA-256 of the cookie's value, hexadecimal. */
  readonly _id: string;
  readonly person: string;
  readonly createdAt: Date;
  /** To the minute. */
  readonly usedAt: Date;
  /** When it ends if it is not used; MongoDB removes it some time after. */
  readonly expiresAt: Date;
}

/** A session that holds, and whose it is. */
export interface LiveSession {
  readonly person: PersonDocument;
  readonly expiresAt: Date;
}

/** Without use. */
export const idleMs = 8 * 60 * 60_000;
export const mostMs = 7 * 24 * 60 * 60_000;
/** How exactly its last use is known. */
const usedEveryMs = 60_000;

/** Begins a session of somebody who has just proved who it is; the cookie's value, which is kept nowhere. */
export async function beginSession(
  { sessions, people }: AccessStore,
  { _id: person, password }: PersonDocument,
): Promise<{ readonly value: string; readonly expiresAt: Date }> {
  const value = randomBytes(32).toString('base64url');
  const _id = hashOf(value);
  const now = new Date();
  const expiresAt = new Date(now.getTime() + idleMs);
  await sessions.insertOne({ _id, person, createdAt: now, usedAt: now, expiresAt });
  // Who changed the password meanwhile ended the sessions that there were: this one must not be left.
  if (await people.findOne({ _id: person, password })) return { value, expiresAt };
  await sessions.deleteOne({ _id });
  throw new NetError('CREDENTIALS_INVALID', 'The account has changed meanwhile: sign in again.');
}

/** The session of a cookie's hash, which is thereby used; undefined when it does not hold. */
export async function useSession(
  { sessions, people }: AccessStore,
  hash: string,
  now = new Date(),
): Promise<LiveSession | undefined> {
  const session = await sessions.findOne({ _id: hash, expiresAt: { $gt: now } });
  const person = session && (await people.findOne({ _id: session.person }));
  if (!person) return undefined;
  if (now.getTime() - session.usedAt.getTime() < usedEveryMs) {
    return { person, expiresAt: session.expiresAt };
  }
  const end = Math.min(now.getTime() + idleMs, session.createdAt.getTime() + mostMs);
  const expiresAt = new Date(end);
  await sessions.updateOne({ _id: hash }, { $set: { usedAt: now, expiresAt } });
  return { person, expiresAt };
}

export async function endSession({ sessions }: AccessStore, hash: string): Promise<void> {
  await sessions.deleteOne({ _id: hash });
}

export async function endSessionsOf({ sessions }: AccessStore, person: string): Promise<void> {
  await sessions.deleteMany({ person });
}
