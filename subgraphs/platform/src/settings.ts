/** What a platform keeps about itself, one document each: how far its first load is, and the feed's secret for counting people. */
import type { Collection, Db } from 'mongodb';
import type { Row } from './rows.ts';

export const settings = 'settings';

/** The collection, for one kind of setting. */
export function settingsOf<Setting extends Row>(db: Db): Collection<Setting> {
  return db.collection<Setting>(settings);
}
