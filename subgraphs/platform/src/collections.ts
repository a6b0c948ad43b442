/** A platform's collections and indexes: each comes with its module, and only where the module is offered. */
import type { ModuleName } from '@onenet/contract';
import { ensureFeedIndexes } from '@onenet/feed';
import type { Db } from 'mongodb';
import { ensureCommandIndexes } from './command.ts';
import { offeredModules } from './modules/modules.ts';

/** Makes what is missing. Collections come first: one made inside a transaction would conflict with others. */
export async function ensureCollections(db: Db, modules: readonly ModuleName[]): Promise<void> {
  const existing = new Set(
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(nameOf),
  );
  for (const { name, indexes } of offeredModules(modules).flatMap((each) => each.collections)) {
    if (indexes.length > 0) {
      await db.collection(name).createIndexes([...indexes]);
    } else if (!existing.has(name)) {
      await db.createCollection(name);
    }
  }
  await ensureCommandIndexes({ db });
  await ensureFeedIndexes(db);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
