/** The platform asks a department about the people of one of its lists, and keeps the answer with each. */
import { randomBytes } from 'node:crypto';
import { assertThisPlatform, badInput, newId, servedPlace } from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { DepartmentFailure, askHashes, batchOf, type DepartmentQuestion } from './departments.ts';
import { applyAnswers, dropAnswers, keepAnswers } from './outcomes.ts';
import { assertSubject, askedStatuses, hashedPeople, peopleOf, withNumber } from './people.ts';
import type { HashedPerson, Person, Subject } from './people.ts';
import { beginRun, completeRun, failRun, runsOf } from './runs.ts';
import { departmentOf, type MatchRunDoc } from './store.ts';

export interface AskDepartmentInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly department: string;
  readonly question: string;
  readonly subject: Subject;
  readonly placeCode?: string | null | undefined;
}

/**
 * Records the run, asks without a transaction, then records how it ended. What the department says is kept
 * apart until all of it is there: a run that fails leaves nothing with anybody, and one that was completed
 * is written to the records by the sweep when this process dies in between.
 */
export async function askDepartment(
  agency: Agency,
  input: AskDepartmentInput,
): Promise<MatchRunDoc> {
  const { platform } = agency;
  const _id = newId(platform, 'match');
  const begun = await runCommand('askDepartment', agency, input, (transaction) =>
    begin(transaction, _id, input),
  );
  // Asked with this key before: the run is whatever has become of it.
  if (begun._id !== _id) return runOf(platform, begun._id);
  const question: DepartmentQuestion = {
    run: _id,
    department: input.department,
    question: input.question,
    key: randomBytes(32),
  };
  try {
    const found = await askAll(platform, input, question);
    await runCommand('askDepartment', agency, {}, async (transaction) => {
      const { department, placeCode = null } = input;
      await completeRun(transaction, { _id, department, placeCode }, found);
      return {};
    });
  } catch (error) {
    await failRun(platform, _id, new Date());
    await dropAnswers(platform, _id);
    sayFailure(platform, input.department, error);
  }
  const run = await runOf(platform, _id);
  if (run.status === 'COMPLETED') await applyAnswers(platform, run);
  // It took so long that the sweep has ended it.
  else await dropAnswers(platform, _id);
  return run;
}

/** A department's failure is a line for the operator; anything else is an error of the call. */
export function sayFailure({ definition }: Platform, department: string, error: unknown): void {
  if (!(error instanceof DepartmentFailure)) throw error;
  console.error(`platform ${definition.code}: department ${department}: ${error.message}`);
}

/** A department's question, if the department can be asked it. */
export function assertQuestion(platform: Platform, code: string, question: string): void {
  const { questions } = departmentOf(platform, code);
  if (questions.includes(question)) return;
  throw badInput(
    `\`question: "${question.slice(0, 40)}"\` cannot be asked of ${code}: ${questions.join(', ') || 'it only asks'}.`,
  );
}

async function begin(
  transaction: Transaction,
  _id: string,
  input: AskDepartmentInput,
): Promise<{ readonly _id: string }> {
  const { platform } = transaction;
  assertThisPlatform(platform, input.platform);
  const { department, question, subject } = input;
  assertQuestion(platform, department, question);
  assertSubject(platform, subject);
  const placeCode = input.placeCode == null ? null : servedPlace(platform, input.placeCode);
  const somebody = await platform.db
    .collection<Person>(peopleOf[subject].collection)
    .findOne(withNumber(askedStatuses(subject), placeCode), { projection: { _id: 1 } });
  if (!somebody) {
    const where = placeCode === null ? '' : ` in ${placeCode}`;
    throw badInput(`\`subject: ${subject}\`${where} has nobody with an identity number.`);
  }
  const direction = 'PLATFORM_ASKS';
  await beginRun(transaction, { _id, direction, subject, department, question, placeCode });
  return { _id };
}

/** Asks about everybody, a batch at a time. */
async function askAll(
  platform: Platform,
  { subject, placeCode }: AskDepartmentInput,
  question: DepartmentQuestion,
): Promise<{ readonly asked: number; readonly matched: number }> {
  let [asked, matched, batches] = [0, 0, 0];
  const ask = async (batch: readonly HashedPerson[]): Promise<void> => {
    const known = await askHashes(platform, question, new Set(batch.map(({ hash }) => hash)));
    const [yes, no] = [true, false].map((is) =>
      batch.filter(({ hash }) => known.has(hash) === is).map(({ id }) => id),
    ) as [string[], string[]];
    await keepAnswers(platform, question.run, batches, { matched: yes, others: no });
    asked += batch.length;
    matched += yes.length;
    batches += 1;
  };
  let batch: HashedPerson[] = [];
  const statuses = askedStatuses(subject);
  for await (const person of hashedPeople(platform, subject, question.key, statuses, placeCode)) {
    batch.push(person);
    if (batch.length < batchOf) continue;
    await ask(batch);
    batch = [];
  }
  if (batch.length > 0) await ask(batch);
  return { asked, matched };
}

async function runOf(platform: Platform, id: string): Promise<MatchRunDoc> {
  const run = await runsOf(platform).findOne({ _id: id });
  if (!run) throw notFound(id, platform);
  return run;
}
