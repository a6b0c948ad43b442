/** What the clock says of grants: one whose time is over ends, and leaves the net. */
import type { Filter } from 'mongodb';
import type { Store } from '../registry/store.ts';
import type { GrantDocument } from './grant.ts';

/** Whether the clock has news of one of the grants. */
export function isAnyOver(grants: Iterable<GrantDocument>, now: Date): boolean {
  for (const { until } of grants) if (until !== null && until <= now) return true;
  return false;
}

/** Writes the end of all whose time is over; the net is told once for all of them. */
export async function endGrants(store: Store, now: Date): Promise<void> {
  const over: Filter<GrantDocument> = { status: 'LIVE', until: { $lte: now } };
  await store.transaction(async (session) => {
    const ended = await store.grants.find(over, { session }).toArray();
    if (ended.length === 0) return;
    const set = { status: 'ENDED', endedAt: now } as const;
    await store.grants.updateMany(over, { $set: set }, { session });
    for (const { _id: detail, client, platform } of ended) {
      const by = { kind: 'clock', token: null } as const;
      const about = { action: 'GRANT_ENDED', client, platform, detail } as const;
      await store.note({ ...about, by, from: null, version: null, report: null }, session);
    }
    await store.raise(session);
  });
}
