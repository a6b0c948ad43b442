/** A platform's collections and indexes: each comes with its module, and only where the module is offered. */
import type { ModuleName } from '@onenet/contract';
import { ensureFeedIndexes } from '@onenet/feed';
import { MongoServerError, type Db } from 'mongodb';
import { ensureCommandIndexes } from './command.ts';
import type { CollectionPlan } from './module.ts';
import { offeredModules } from './modules/modules.ts';

/** Makes what is missing, before anything is written: one made inside a transaction would conflict with others. */
export async function ensureCollections(db: Db, modules: readonly ModuleName[]): Promise<void> {
  const existing = new Set(
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(nameOf),
  );
  for (const { name } of collectionsOf(modules)) {
    if (!existing.has(name)) await createCollection(db, name);
  }
  await ensureCommandIndexes({ db });
  await ensureFeedIndexes(db);
}

/**
 * Makes the indexes of records that are missing, before anything is read or commanded. After a large first
 * load: a member has some thirty entries in them, and sorted once they are made faster than one by one.
 */
export async function ensureIndexes(db: Db, modules: readonly ModuleName[]): Promise<void> {
  for (const { name, indexes } of collectionsOf(modules)) {
    if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
  }
}

/** Another process that starts beside this one may have been first. */
async function createCollection(db: Db, name: string): Promise<void> {
  try {
    await db.createCollection(name);
  } catch (error) {
    if (!(error instanceof MongoServerError && error.codeName === 'NamespaceExists')) throw error;
  }
}

function collectionsOf(modules: readonly ModuleName[]): readonly CollectionPlan[] {
  return offeredModules(modules).flatMap(({ collections }) => collections);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
