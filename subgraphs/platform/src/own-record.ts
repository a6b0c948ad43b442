/** Records of this platform as a transaction reads them, with what is personal of them. */
import { NetError, actorsOf } from '@onenet/contract';
import { notFound, ownId, type Transaction } from './command.ts';
import type { Row } from './rows.ts';

/** A record by its id; `NOT_FOUND` where the platform has none of this collection. */
export async function ownRecord<Doc extends Row>(
  { platform, session }: Transaction,
  collection: string,
  id: string,
): Promise<Doc> {
  const _id = ownId(platform, id);
  const found = await platform.db.collection<Row>(collection).findOne<Doc>({ _id }, { session });
  if (!found) throw notFound(_id, platform);
  return found;
}

/** A worker acts on their own record only, where it is known whose it is. */
export function assertOwnPerson(
  mutation: string,
  { actor }: Transaction,
  person: string | null,
): void {
  if (actor.kind !== 'WORKER' || person === null || person === actor.reference) return;
  const others = (actorsOf(mutation) ?? []).filter((kind) => kind !== 'WORKER');
  const who = ['the worker whose record it is', ...others].join(', ');
  throw new NetError('ACTOR_NOT_ALLOWED', `${mutation} is for ${who}: this is another worker.`);
}
