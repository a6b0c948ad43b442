/** What every list of hashes is held to, whoever sends it: its key, its size, and how many a day. */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { badInput } from '../../checks.ts';
import type { Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { openSealed } from '../core/sealing-key.ts';
import { matchDepartments, type DepartmentState } from './store.ts';

/** Refuses a list that is empty, too long, or has what is no hash or the same twice. */
export function assertHashes(hashes: readonly string[], most: number): void {
  if (hashes.length < 1 || hashes.length > most) {
    throw badInput(`\`hashes\` has ${hashes.length}: from 1 to ${most}.`);
  }
  const wrong = hashes.findIndex((hash) => !/^[\w-]{43}$/.test(hash));
  if (wrong !== -1) {
    throw badInput(
      `\`hashes[${wrong}]\` is no hash: base64url of HMAC-SHA-256, 43 characters without padding.`,
    );
  }
  if (new Set(hashes).size < hashes.length) {
    throw badInput('`hashes` names one of them twice: each person once.');
  }
}

/** A run's key: sealed is `{"key": "<base64url of 32 bytes>"}`. */
export async function openKey(platform: Platform, sealedKey: string): Promise<Uint8Array> {
  const sealed = await openSealed(platform, sealedKey);
  const text = typeof sealed === 'object' && sealed !== null && 'key' in sealed ? sealed.key : null;
  if (typeof text !== 'string' || !/^[\w-]{43}$/.test(text)) {
    throw badInput('`sealedKey` holds no key: seal {"key": <32 random bytes in base64url>}.');
  }
  return Buffer.from(text, 'base64url');
}

/** What is kept of a key: its hash, by which it is known when it comes again. */
export function keyIdOf(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** One more of somebody's today, or a refusal that says when again. */
export async function countOfToday(
  { platform, session, now }: Transaction,
  whose: string,
  what: 'lists' | 'look-ups',
  most: number,
): Promise<void> {
  const counts = platform.db.collection<DepartmentState>(matchDepartments);
  const day = dayOf(now);
  const state = await counts.findOne({ _id: whose }, { session });
  const made = state?.day === day ? state.lists : 0;
  if (made >= most) {
    const again = new Date(`${day}T24:00:00+08:00`).toISOString();
    throw new NetError(
      'TOO_MANY',
      `${whose} sent ${made} ${what} on ${day}, of at most ${most} a day: again from ${again} on.`,
      { again },
    );
  }
  await counts.updateOne(
    { _id: whose },
    { $set: { day, lists: made + 1 }, $setOnInsert: { connectedAt: null } },
    { session, upsert: true },
  );
}

/** The day in Asia/Shanghai, which is UTC+8 all year. */
function dayOf(time: Date): string {
  return new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
