/** What time alone does to requests: reminds, says what is overdue, takes it a level up. Each once, however many processes sweep. */
import { MongoNetworkError, MongoServerSelectionError, type Filter } from 'mongodb';
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

/** Does what was due by `now`. One that fails does not hold up the others: it is thrown when they are done. */
export async function sweepRequests(platform: Platform, now: Date): Promise<void> {
  if (!keepsDeadlines(platform)) return;
  const failures: unknown[] = [];
  for (let batch = 0; batch < batchesAtMost; batch++) {
    const due = await dueRequests(platform, now)
      .project<Pick<ServiceRequestDoc, '_id' | 'simulated'>>({ simulated: 1 })
      .toArray();
    for (const { _id, simulated } of due) {
      try {
        await transact({ platform, actor: theClock, simulated, at: now }, (transaction) =>
          moveOn(transaction, _id),
        );
      } catch (error) {
        if (isUnreachable(error)) throw error;
        failures.push(error);
      }
    }
    if (due.length < batchSize || failures.length > 0) break;
  }
  if (failures.length > 0) throw failures[0];
}

/** The database is away: the others would only wait for it one after another. */
function isUnreachable(error: unknown): boolean {
  return error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;
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
