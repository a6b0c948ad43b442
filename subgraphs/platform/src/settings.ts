/** What a platform keeps about itself, one document each: its secret for counting people, how far its first load is. */
import { randomBytes } from 'node:crypto';
import type { Binary, Collection, Db } from 'mongodb';
import type { Row } from './rows.ts';

export const settings = 'settings';

/** The collection, for one kind of setting. */
export function settingsOf<Setting extends Row>(db: Db): Collection<Setting> {
  return db.collection<Setting>(settings);
}

interface PersonKey extends Row {
  readonly key: Binary;
}

/** The secret by which references of persons are counted; made once, and the same for ever. */
export async function personKey(db: Db): Promise<Buffer> {
  const made = randomBytes(32);
  const setting = await db
    .collection<{ _id: string; key: Buffer }>(settings)
    .findOneAndUpdate(
      { _id: 'person-key' },
      { $setOnInsert: { key: made } },
      { upsert: true, returnDocument: 'after', writeConcern: { w: 'majority', j: true } },
    );
  if (!setting) throw new Error(`${db.databaseName} has no person key and takes none.`);
  return Buffer.from((setting as unknown as PersonKey).key.buffer);
}
