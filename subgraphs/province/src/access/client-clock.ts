/** What the clock says of clients: one whose time is over is revoked, and leaves the net. */
import type { Filter } from 'mongodb';
import type { Store } from '../registry/store.ts';
import { notBeforeFrom, type ClientDocument } from './client.ts';

/** Whether the clock has news of one of the clients. */
export function isAnyClientOver(clients: Iterable<ClientDocument>, now: Date): boolean {
  for (const { endsAt } of clients) if (endsAt !== undefined && endsAt <= now) return true;
  return false;
}

/** Revokes all whose time is over; the net is told once for all of them. */
export async function endClients(store: Store, now: Date): Promise<void> {
  const over: Filter<ClientDocument> = { status: { $ne: 'REVOKED' }, endsAt: { $lte: now } };
  await store.transaction(async (session) => {
    const ended = await store.clients.distinct('_id', over, { session });
    if (ended.length === 0) return;
    const set = {
      status: 'REVOKED',
      secrets: [],
      keys: [],
      notBefore: notBeforeFrom(now),
    } as const;
    await store.clients.updateMany(over, { $set: set }, { session });
    for (const client of ended) {
      const about = { action: 'CLIENT_REVOKED', client, platform: null } as const;
      const by = { kind: 'clock', token: null } as const;
      const line = { by, from: null, version: null, detail: 'its time is over', report: null };
      await store.note({ ...about, ...line }, session);
    }
    await store.raise(session);
  });
}
