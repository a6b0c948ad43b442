/** Failed attempts, counted in the database: for every process, and through restarts. */
import { createHash } from 'node:crypto';
import type { AccessStore } from './store.ts';

/** How many failures of one key are borne, and for how long they are remembered. */
export interface AttemptsLimit {
  /** What is counted. */
  readonly kind: string;
  readonly most: number;
  readonly withinMs: number;
}

/** One thing of which failures are counted. */
export interface Attempted {
  readonly limit: AttemptsLimit;
  readonly key: string;
}

/** Seconds until an attempt is heard again; undefined: it is heard now. */
export async function waitOf(
  { attempts }: AccessStore,
  attempted: readonly Attempted[],
): Promise<number | undefined> {
  const now = Date.now();
  const mostById = new Map(attempted.map((each) => [idOf(each), each.limit.most]));
  const known = await attempts.find({ _id: { $in: [...mostById.keys()] } }).toArray();
  const waits = known
    .filter(({ _id, failures, expiresAt }) => {
      return failures >= (mostById.get(_id) ?? Infinity) && expiresAt.getTime() > now;
    })
    .map(({ expiresAt }) => Math.ceil((expiresAt.getTime() - now) / 1000));
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Counts a failure of each. The time runs from the last one: who goes on trying waits on. */
export async function countFailure(
  { attempts }: AccessStore,
  attempted: readonly Attempted[],
): Promise<void> {
  const now = new Date();
  await attempts.bulkWrite(
    attempted.map((each) => {
      const isOld = { $lte: [{ $ifNull: ['$expiresAt', now] }, now] };
      const failures = { $cond: [isOld, 1, { $add: ['$failures', 1] }] };
      const expiresAt = new Date(now.getTime() + each.limit.withinMs);
      return {
        updateOne: {
          filter: { _id: idOf(each) },
          update: [{ $set: { failures, expiresAt } }],
          upsert: true,
        },
      };
    }),
    { ordered: false },
  );
}

/**
 * Counts an attempt before it is made, so that many at once are no more than as many in turn; seconds to
 * wait when too many failed. Who waits does not make the wait longer. What succeeds is to be forgotten.
 */
export async function reserveAttempt(
  { attempts }: AccessStore,
  attempted: Attempted,
): Promise<number | undefined> {
  const { most, withinMs } = attempted.limit;
  const now = new Date();
  const isOver = { $lte: [{ $ifNull: ['$expiresAt', now] }, now] };
  const isHeard = { $or: [isOver, { $lt: ['$failures', most] }] };
  const end = new Date(now.getTime() + withinMs);
  const after = await attempts.findOneAndUpdate(
    { _id: idOf(attempted) },
    [
      {
        $set: {
          failures: { $cond: [isOver, 1, { $add: ['$failures', 1] }] },
          expiresAt: { $cond: [isHeard, end, '$expiresAt'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  if (!after || after.failures <= most) return undefined;
  return Math.ceil((after.expiresAt.getTime() - now.getTime()) / 1000);
}

/** Counts one attempt less, which succeeded: those before it were failures all the same. */
export async function giveBackAttempt(
  { attempts }: AccessStore,
  attempted: Attempted,
): Promise<void> {
  const filter = { _id: idOf(attempted), failures: { $gt: 0 } };
  await attempts.updateOne(filter, { $inc: { failures: -1 } });
}

/** Forgets the failures of each. */
export async function forgetFailures(
  { attempts }: AccessStore,
  attempted: readonly Attempted[],
): Promise<void> {
  await attempts.deleteMany({ _id: { $in: attempted.map(idOf) } });
}

function idOf({ limit, key }: Attempted): string {
  return createHash('sha256').update(`${limit.kind}\n${key}`).digest('hex');
}
