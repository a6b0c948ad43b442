/** How a platform tells whether two files are of one identity number: by a hash that only itself can make. */
import { randomBytes } from 'node:crypto';
import { identityHash } from '@onenet/contract';
import type { Binary, Db } from 'mongodb';
import type { Row } from '../../rows.ts';
import { settingsOf } from '../../settings.ts';
import { hardshipWorkers, type StoredHardshipWorker } from './hardship.ts';

interface IdentityKey extends Row {
  readonly key: Binary;
  /** Whether the files that came without a hash, those of the first load, have got one. */
  readonly hashed: boolean;
}

const keyId = 'identity-key';

/** The hash of a number, at this platform: what the index compares, and what a message of it may hold. */
export async function ownIdentityHash(db: Db, number: string): Promise<string> {
  const { key, hashed } = await ownKey(db);
  if (!hashed) await hashFirstFiles(db, key.value());
  return identityHash(key.value(), number);
}

async function ownKey(db: Db): Promise<IdentityKey> {
  const found = await settingsOf<IdentityKey>(db).findOneAndUpdate(
    { _id: keyId },
    { $setOnInsert: { key: randomBytes(32) as unknown as Binary, hashed: false } },
    { upsert: true, returnDocument: 'after' },
  );
  if (!found) throw new Error(`${db.databaseName} has no key for identity numbers.`);
  return found;
}

/** Safe to repeat, and to do from several sides: the same number has the same hash. */
async function hashFirstFiles(db: Db, key: Uint8Array): Promise<void> {
  const files = db.collection<StoredHardshipWorker>(hardshipWorkers);
  const without = files.find(
    { 'personal.identityNumber': { $type: 'string' }, 'personal.identityHash': null },
    { projection: { 'personal.identityNumber': 1 } },
  );
  const updates = [];
  for await (const { _id, personal } of without) {
    const hash = identityHash(key, personal.identityNumber ?? '');
    updates.push({
      updateOne: { filter: { _id }, update: { $set: { 'personal.identityHash': hash } } },
    });
  }
  if (updates.length > 0) await files.bulkWrite(updates, { ordered: false });
  await settingsOf<IdentityKey>(db).updateOne({ _id: keyId }, { $set: { hashed: true } });
}
