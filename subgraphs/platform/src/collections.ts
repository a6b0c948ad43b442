/** A platform's collections and indexes: each comes with its module, and only where the module is offered. */
import type { ModuleName } from '@onenet/contract';
import { ensureFeedIndexes } from '@onenet/feed';
import type { Db } from 'mongodb';
import { ensureCommandIndexes } from './command.ts';
import { articles, comments, follows, likes, mediaChannels } from './modules/content/store.ts';
import { members } from './modules/members/store.ts';
import { organizations, stations } from './modules/organizations/store.ts';
import { serviceRequests } from './modules/requests/store.ts';
import { orderFields } from './order.ts';
import { listIndex } from './rows.ts';
import { settings } from './settings.ts';

interface CollectionPlan {
  readonly name: string;
  readonly indexes: readonly Record<string, 1 | '2dsphere'>[];
}

/** Module → what it stores. */
const plans: Readonly<Record<ModuleName, () => readonly CollectionPlan[]>> = {
  core: () => [{ name: settings, indexes: [] }],
  organizations: () => [
    { name: organizations, indexes: listIndexes('organizations') },
    { name: stations, indexes: [...listIndexes('stations'), { location: '2dsphere' }] },
  ],
  requests: () => [{ name: serviceRequests, indexes: listIndexes('serviceRequests') }],
  members: () => [{ name: members, indexes: listIndexes('members') }],
  content: () => [
    { name: articles, indexes: listIndexes('articles') },
    { name: comments, indexes: [listIndex('at')] },
    { name: likes, indexes: [] },
    { name: follows, indexes: [] },
    { name: mediaChannels, indexes: [] },
  ],
};

/** Makes what is missing. Collections come first: one made inside a transaction would conflict with others. */
export async function ensureCollections(db: Db, modules: readonly ModuleName[]): Promise<void> {
  const existing = new Set(
    (await db.listCollections({}, { nameOnly: true }).toArray()).map(nameOf),
  );
  for (const { name, indexes } of modules.flatMap((module) => plans[module]())) {
    if (indexes.length > 0) {
      await db.collection(name).createIndexes(indexes.map((key) => ({ key })));
    } else if (!existing.has(name)) {
      await db.createCollection(name);
    }
  }
  await ensureCommandIndexes({ db });
  await ensureFeedIndexes(db);
}

/** One index for each order. A distance is not stored: the 2dsphere index serves it. */
function listIndexes(list: string): Record<string, 1>[] {
  return orderFields(list)
    .filter((field) => field !== 'distanceMetres')
    .map(listIndex);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
