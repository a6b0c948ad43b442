/** Facets that an older version of this program stored: made anew before lists rely on what they did not say. */
import type { ModuleName } from '@onenet/contract';
import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import type { CollectionPlan } from './module.ts';
import { offeredModules } from './modules/modules.ts';
import type { ListedRow, Row } from './rows.ts';
import { settingsOf } from './settings.ts';

/** What facets say, by number: raised when some collection's say more than before. 2: values of fields. */
const version = 2;
const stateId = 'facets';
const batchSize = 1_000;

interface FacetsState extends Row {
  readonly version: number;
}

/** Looks at every record once for each version; an empty database has nothing to look at. Safe to repeat. */
export async function ensureFacets(db: Db, modules: readonly ModuleName[]): Promise<void> {
  const states = settingsOf<FacetsState>(db);
  const state = await states.findOne({ _id: stateId });
  if (state?.version === version) return;
  for (const { name, facets } of offeredModules(modules).flatMap((each) => each.collections)) {
    if (facets) await renew(db.collection<ListedRow>(name), facets);
  }
  await states.updateOne({ _id: stateId }, { $set: { version } }, { upsert: true });
}

/** One that somebody changes meanwhile has its new facets already. */
async function renew(
  collection: Collection<ListedRow>,
  facetsOf: NonNullable<CollectionPlan['facets']>,
): Promise<void> {
  let changes: AnyBulkWriteOperation<ListedRow>[] = [];
  const write = async (): Promise<void> => {
    if (changes.length > 0) await collection.bulkWrite(changes, { ordered: false });
    changes = [];
  };
  for await (const row of collection.find({}, { projection: { personal: 0, history: 0 } })) {
    const facets = facetsOf(row as never);
    const { _id, facets: stored } = row;
    if (facets.join(' ') === stored.join(' ')) continue;
    changes.push({ updateOne: { filter: { _id, facets: stored }, update: { $set: { facets } } } });
    if (changes.length === batchSize) await write();
  }
  await write();
}
