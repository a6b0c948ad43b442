/** The platform's own sealing key: made once, kept with its other secrets. */
import { newSealingKey, type SealingKey } from '@onenet/contract';
import { MongoServerError } from 'mongodb';
import type { Platform } from '../../context.ts';
import type { Row } from '../../rows.ts';
import { settingsOf } from '../../settings.ts';

interface SealingSetting extends Row, SealingKey {}

const id = 'sealing-key';

/** The pair to whose public part others seal what only this platform may read. */
export async function sealingKeyOf({ db }: Pick<Platform, 'db'>): Promise<SealingKey> {
  const settings = settingsOf<SealingSetting>(db);
  const known = await settings.findOne({ _id: id });
  if (known) return known;
  const made = await newSealingKey();
  try {
    await settings.insertOne({ _id: id, ...made }, { writeConcern: { w: 'majority' } });
    return made;
  } catch (error) {
    // Another process was first: its pair is the platform's.
    if (!(error instanceof MongoServerError && error.code === 11_000)) throw error;
    return (await settings.findOne({ _id: id }, { readConcern: 'majority' })) ?? made;
  }
}
