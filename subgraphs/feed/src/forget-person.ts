/** Erases a person from a feed's memory: the lines name nobody, but the outbox and the claims of who counted first do. */
import type { Db } from 'mongodb';
import { feedCollections } from './collections.ts';
import { keyedPerson } from './firsts.ts';
import { mongoStore } from './mongo-store.ts';

/** How long it waits for what is being numbered at this moment. */
interface Patience {
  readonly forMs: number;
  pause(): Promise<void>;
}

/**
 * What counted stays counted. Who comes back, under a new reference or the same, is somebody new: a
 * person of whom nothing is known.
 */
export async function forgetPerson(
  db: Db,
  references: ReadonlySet<string>,
  patience: Patience,
): Promise<void> {
  if (references.size === 0) return;
  const { outbox, quarantine, claims } = feedCollections(db);
  const named = { $in: [...references] };
  const waiting = await outbox.distinct('_id', { person: named });
  await outbox.updateMany({ person: named }, { $unset: { person: '' } });
  await quarantine.updateMany({ 'entry.person': named }, { $unset: { 'entry.person': '' } });
  const until = performance.now() + patience.forMs;
  while (waiting.length > 0 && performance.now() < until) {
    if ((await outbox.countDocuments({ _id: { $in: waiting } }, { limit: 1 })) === 0) break;
    await patience.pause();
  }
  const key = await personKeyOf(db);
  const hashes = [...references].map((each) => keyedPerson(key, each));
  // The keyed person ends the key of a claim; base64url has nothing that a pattern would take otherwise.
  await claims.deleteMany({ _id: new RegExp(` (?:${hashes.join('|')})$`) as never });
}

/** The secret by which a feed's database keys references of persons. */
export function personKeyOf(db: Db): Promise<Buffer> {
  return mongoStore(db).personKey();
}
