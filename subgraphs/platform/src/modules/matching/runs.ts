/** A run's beginning and its ends: each one transaction, each at most once. */
import type { ClientSession, Collection } from 'mongodb';
import type { Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { seatOf } from '../../scope.ts';
import {
  matchDepartments,
  matchRuns,
  runFacets,
  type DepartmentState,
  type MatchRunDoc,
} from './store.ts';

/** Minutes after which a run that has not ended has failed: its process died. */
export const openMinutes = 15;

export function runsOf({ db }: Platform): Collection<MatchRunDoc> {
  return db.collection<MatchRunDoc>(matchRuns);
}

export type RunDraft = Pick<
  MatchRunDoc,
  '_id' | 'direction' | 'subject' | 'department' | 'question' | 'placeCode'
> & { readonly client?: string };

/** Records that a run began. */
export async function beginRun(
  { platform, session, now, simulated }: Transaction,
  draft: RunDraft,
): Promise<void> {
  const run: MatchRunDoc = {
    client: null,
    ...draft,
    startedAt: now,
    updatedAt: now,
    status: 'OPEN',
    asked: null,
    matched: null,
    endedAt: null,
    simulated,
    facets: runFacets(platform, draft.placeCode),
  };
  await runsOf(platform).insertOne(run, { session });
}

/** Records what a run found, and tells of it; false when it had ended before. */
export async function completeRun(
  transaction: Transaction,
  run: Pick<MatchRunDoc, '_id' | 'placeCode'> & { readonly department: string },
  counts: RunCounts,
): Promise<boolean> {
  const { platform } = transaction;
  const { asked, matched } = counts;
  if (!(await endRun(transaction, run._id, counts))) return false;
  const data = { place: run.placeCode ?? seatOf(platform), category: run.department };
  if (await isFirstWith(transaction, run.department)) {
    transaction.emit('onenet.matching.connected', data);
  }
  transaction.emit('onenet.matching.compared', { ...data, value: asked });
  transaction.emit('onenet.matching.matched', { ...data, value: matched });
  return true;
}

interface RunCounts {
  readonly asked: number;
  readonly matched: number;
}

/** Records what a run found, without a word of it in the feed; false when it had ended before. */
export async function endRun(
  { platform, session, now }: Transaction,
  id: string,
  { asked, matched }: RunCounts,
): Promise<boolean> {
  const { modifiedCount } = await runsOf(platform).updateOne(
    { _id: id, status: 'OPEN' },
    { $set: { status: 'COMPLETED', asked, matched, endedAt: now, updatedAt: now } },
    { session },
  );
  return modifiedCount > 0;
}

/** Records that the other side did not answer. */
export async function failRun(
  platform: Platform,
  id: string,
  now: Date,
  session?: ClientSession,
): Promise<void> {
  await runsOf(platform).updateOne(
    { _id: id, status: 'OPEN' },
    { $set: { status: 'FAILED', endedAt: now, updatedAt: now } },
    session ? { session } : {},
  );
}

async function isFirstWith(
  { platform, session, now }: Transaction,
  department: string,
): Promise<boolean> {
  const departments = platform.db.collection<DepartmentState>(matchDepartments);
  const state = await departments.findOne({ _id: department }, { session });
  if (state?.connectedAt != null) return false;
  await departments.updateOne(
    { _id: department },
    { $set: { connectedAt: now }, $setOnInsert: { day: '', lists: 0 } },
    { session, upsert: true },
  );
  return true;
}
