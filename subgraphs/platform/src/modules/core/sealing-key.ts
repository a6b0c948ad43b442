/** The platform's own sealing key: made once, kept with its other secrets, and replaced while what was sealed to it can still be opened. */
import { NetError, newSealingKey, open, type SealingKey } from '@onenet/contract';
import { MongoServerError, type Db } from 'mongodb';
import type { Platform } from '../../context.ts';
import type { Row } from '../../rows.ts';
import { settingsOf } from '../../settings.ts';

interface SealingSetting extends Row, SealingKey {
  /** Those before it, the newest first, and until when each opens what was sealed to it. Absent: none was replaced. */
  readonly before?: readonly (SealingKey & { readonly until: Date })[];
}

const id = 'sealing-key';

/** The pair to whose public part others seal what only this platform may read. */
export async function sealingKeyOf({ db }: Pick<Platform, 'db'>): Promise<SealingKey> {
  return await settingOf(db);
}

/** Opens what was sealed to the platform's key, or to one that was replaced lately. */
export async function openSealed({ db }: Pick<Platform, 'db'>, text: string): Promise<unknown> {
  const { privateJwk, before = [] } = await settingOf(db);
  const still = before.filter(({ until }) => until > new Date());
  for (const earlier of [{ privateJwk }, ...still]) {
    try {
      return await open(earlier.privateJwk, text);
    } catch (error) {
      if (!(error instanceof NetError && error.code === 'BAD_INPUT')) throw error;
    }
  }
  // By none: refused as by the one that is published.
  return await open(privateJwk, text);
}

/** A new pair, published from now on; the one before opens for `keptMs` more, and is forgotten at the next rotation after that. */
export async function rotateSealingKey(db: Db, keptMs: number): Promise<SealingKey> {
  const made = await newSealingKey();
  const settings = settingsOf<SealingSetting>(db);
  for (;;) {
    const { publicJwk, privateJwk, before = [] } = await settingOf(db);
    const now = Date.now();
    const until = new Date(now + keptMs);
    const kept = before.filter((each) => each.until.getTime() > now);
    const { modifiedCount } = await settings.updateOne(
      { _id: id, publicJwk },
      { $set: { ...made, before: [{ publicJwk, privateJwk, until }, ...kept] } },
      { writeConcern: { w: 'majority' } },
    );
    // Else another process was faster: its key is one that was replaced now.
    if (modifiedCount > 0) return made;
  }
}

async function settingOf(db: Db): Promise<SealingSetting> {
  const settings = settingsOf<SealingSetting>(db);
  const known = await settings.findOne({ _id: id });
  if (known) return known;
  const made = { _id: id, ...(await newSealingKey()) };
  try {
    await settings.insertOne(made, { writeConcern: { w: 'majority' } });
    return made;
  } catch (error) {
    // Another process was first: its pair is the platform's.
    if (!(error instanceof MongoServerError && error.code === 11_000)) throw error;
    return (await settings.findOne({ _id: id }, { readConcern: 'majority' })) ?? made;
  }
}
