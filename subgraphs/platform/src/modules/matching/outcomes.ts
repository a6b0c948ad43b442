/** What a department said of people, written to their records: each keeps the newest answer to a question. */
import type { ClientSession, Document } from 'mongodb';
import type { Platform } from '../../context.ts';
import type { DepartmentCheck } from '../core/department-check.ts';
import { askedStatuses, peopleOf, type Person, type Subject } from './people.ts';
import { runsOf } from './runs.ts';
import { matchAnswers, type AnsweredPeople, type MatchRunDoc } from './store.ts';

/** Keeps what was answered for a batch, until the whole run has ended. */
export async function keepAnswers(
  { db }: Platform,
  run: string,
  batch: number,
  { matched, others }: Pick<AnsweredPeople, 'matched' | 'others'>,
): Promise<void> {
  await db
    .collection<AnsweredPeople>(matchAnswers)
    .insertOne(
      { _id: `${run}/${batch}`, run, matched, others },
      { writeConcern: { w: 'majority' } },
    );
}

/** Writes what a completed run kept to the records, and forgets it. Safe to repeat, and to do twice at once. */
export async function applyAnswers(platform: Platform, run: MatchRunDoc): Promise<void> {
  const { department, question, endedAt: at } = run;
  if (department === null || question === null || at === null) return;
  const answers = platform.db.collection<AnsweredPeople>(matchAnswers);
  for await (const { _id, matched, others } of answers.find({ run: run._id })) {
    const check = { department, question, at };
    await writeChecks(platform, run.subject, matched, [{ ...check, outcome: 'MATCHED' }]);
    await writeChecks(platform, run.subject, others, [{ ...check, outcome: 'NOT_MATCHED' }]);
    await answers.deleteOne({ _id });
  }
}

/** Forgets what a run kept that did not come to its end: nothing is recorded of anybody. */
export async function dropAnswers({ db }: Platform, run: string): Promise<void> {
  await db.collection<AnsweredPeople>(matchAnswers).deleteMany({ run });
}

/** Ends what a process left behind: runs that are open too long, and answers that are not written yet. */
export async function sweepRuns(platform: Platform, now: Date, openMinutes: number): Promise<void> {
  const before = new Date(now.getTime() - openMinutes * 60_000);
  await runsOf(platform).updateMany(
    { status: 'OPEN', startedAt: { $lt: before } },
    { $set: { status: 'FAILED', endedAt: now, updatedAt: now } },
  );
  const left = await platform.db.collection<AnsweredPeople>(matchAnswers).distinct('run');
  for await (const run of runsOf(platform).find({ _id: { $in: left }, status: { $ne: 'OPEN' } })) {
    if (run.status === 'COMPLETED') await applyAnswers(platform, run);
    else await dropAnswers(platform, run._id);
  }
}

/** Adds checks to people who are still those of whom is asked; a newer answer to the same question stays. */
export async function writeChecks(
  { db }: Platform,
  subject: Subject,
  ids: readonly string[],
  checks: readonly DepartmentCheck[],
  session?: ClientSession,
): Promise<void> {
  if (ids.length === 0) return;
  await db.collection<Person>(peopleOf[subject].collection).updateMany(
    { _id: { $in: [...ids] }, status: { $in: askedStatuses(subject) } },
    checks.map((check) => ({ $set: withCheck(check) })),
    session ? { session } : {},
  );
}

/** In the database's words: the record's checks with this one among them, newest first. */
function withCheck(check: DepartmentCheck): Document {
  const { department, question, at } = check;
  const known = { $ifNull: ['$checks', []] };
  const same = {
    $and: [{ $eq: ['$$each.department', department] }, { $eq: ['$$each.question', question] }],
  };
  const filtered = (cond: Document) => ({ $filter: { input: known, as: 'each', cond } });
  const newer = filtered({ $and: [same, { $gte: ['$$each.at', at] }] });
  const others = filtered({ $not: [same] });
  const all = { $sortArray: { input: { $concatArrays: [[check], others] }, sortBy: { at: -1 } } };
  const isNews = { $eq: [{ $size: newer }, 0] };
  return {
    checks: { $cond: [isNews, all, known] },
    updatedAt: { $cond: [isNews, { $max: ['$updatedAt', at] }, '$updatedAt'] },
  };
}
