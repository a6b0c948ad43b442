/** What time alone does to corrections: what passes its deadline is said to be overdue, once. */
import { theClock, transact } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { publicProjection } from '../../loaders.ts';
import { tellOverdue } from './commands.ts';
import { corrections, type CorrectionDoc } from './store.ts';

/** Of those alone that wait for the clock. */
export const clockIndex = {
  name: 'clock',
  key: { dueAt: 1 },
  partialFilterExpression: { status: 'FILED', overdueAt: null },
} as const;

/** Looked up at a time; what is left is the next round's. */
const batchSize = 100;

/** Says what has become overdue by `now`; several processes may do it at once. */
export async function sweepCorrections(platform: Platform, now: Date): Promise<void> {
  const all = platform.db.collection<CorrectionDoc>(corrections);
  const late = { status: 'FILED', overdueAt: null, dueAt: { $lt: now } } as const;
  const due = await all
    .find(late, { projection: publicProjection })
    .sort({ dueAt: 1 })
    .limit(batchSize)
    .toArray();
  for (const { _id, simulated } of due) {
    await transact({ platform, actor: theClock, simulated, at: now }, async (transaction) => {
      // Looked up again: another process, or an officer, may have been first.
      const { session } = transaction;
      const doc = await all.findOne({ _id, ...late }, { session, projection: publicProjection });
      if (doc) await tellOverdue(transaction, doc);
    });
  }
}
