/** What time alone does to requests: reminds, says what is overdue, takes it a level up. Each once, however many processes sweep. */
import type { Filter } from 'mongodb';
import { theClock, transact, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { publicProjection } from '../../loaders.ts';
import {
  applyEffects,
  escalation,
  overdueEffect,
  reminder,
  type RequestEffect,
} from './effects.ts';
import { clockStep, keepsDeadlines } from './life-cycle.ts';
import {
  requestIndexed,
  serviceRequests,
  type ServiceRequestDoc,
  type StoredServiceRequest,
} from './store.ts';

/** Requests looked up at a time. */
const batchSize = 100;
/** In one go; what is left is the next one's, so that a platform that was long away can still be stopped. */
const batchesAtMost = 10;

const beginning = new Date(0);

/** Of those that wait for the clock alone: what is closed is not in it. */
export const clockIndex = {
  name: 'clock',
  key: { clockAt: 1 },
  partialFilterExpression: { clockAt: { $gt: beginning } },
} as const;

/** Does what was due by `now`. */
export async function sweepRequests(platform: Platform, now: Date): Promise<void> {
  if (!keepsDeadlines(platform)) return;
  for (let batch = 0; batch < batchesAtMost; batch++) {
    const due = await dueRequests(platform, now)
      .project<Pick<ServiceRequestDoc, '_id' | 'simulated'>>({ simulated: 1 })
      .toArray();
    for (const { _id, simulated } of due) {
      await transact({ platform, actor: theClock, simulated, at: now }, (transaction) =>
        moveOn(transaction, _id),
      );
    }
    if (due.length < batchSize) return;
  }
}

/** Those that the clock moves next, the longest due first. */
export function dueRequests({ db }: Pick<Platform, 'db'>, now: Date) {
  return db
    .collection<StoredServiceRequest>(serviceRequests)
    .find(isDue(now), { hint: clockIndex.name })
    .sort({ clockAt: 1 })
    .limit(batchSize);
}

function isDue(now: Date): Filter<StoredServiceRequest> {
  return { clockAt: { $gt: beginning, $lte: now } };
}

/** Looked up again in the transaction: another process, or somebody's step, may have been first. */
async function moveOn(transaction: Transaction, id: string): Promise<void> {
  const { platform, session, now } = transaction;
  const requests = platform.db.collection<StoredServiceRequest>(serviceRequests);
  const request = await requests.findOne<ServiceRequestDoc>(
    { _id: id, ...isDue(now) },
    { session, projection: publicProjection },
  );
  if (!request) return;
  const effect = await effectOf(request, transaction);
  if (effect) {
    await applyEffects(transaction, request, [effect]);
  } else {
    // Nothing is to be done after all: whoever changed it last left the time as it was.
    const { clockAt } = requestIndexed(platform, request);
    await requests.updateOne({ _id: id }, { $set: { clockAt } }, { session });
  }
}

async function effectOf(
  request: ServiceRequestDoc,
  transaction: Transaction,
): Promise<RequestEffect | undefined> {
  switch (clockStep(request, transaction.now)) {
    case 'REMINDER':
      return reminder(request, transaction);
    case 'OVERDUE':
      return overdueEffect(request, transaction);
    case 'ESCALATION': {
      const effect = await escalation(request, transaction);
      return { ...effect, set: { ...effect.set, escalatedAt: transaction.now } };
    }
    case undefined:
      return undefined;
  }
}
