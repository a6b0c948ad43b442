/** One record, checked against the data of every department that can be asked. */
import { randomBytes, randomUUID } from 'node:crypto';
import { identityHash } from '@onenet/contract';
import type { Document } from 'mongodb';
import { badInput, newId } from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { assertStep } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import type { CheckOutcome, DepartmentCheck } from '../core/department-check.ts';
import { sayFailure } from './ask.ts';
import { askHashes } from './departments.ts';
import { writeChecks } from './outcomes.ts';
import { peopleOf, type Person, type Subject } from './people.ts';
import { beginRun, completeRun, failRun } from './runs.ts';
import { departmentOf } from './store.ts';

export interface VerifyInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly departments?: readonly string[] | null | undefined;
}

/** One question to one department: a run about one person. */
interface Question {
  readonly _id: string;
  readonly department: string;
  readonly question: string;
}

const placeCode = null;

/** Checks a member. */
export function verifyMember<Doc>(agency: Agency, input: VerifyInput): Promise<Doc> {
  return verify('verifyMember', 'MEMBERS', agency, input);
}

/** Checks a hardship worker's file. */
export function verifyHardshipWorker<Doc>(agency: Agency, input: VerifyInput): Promise<Doc> {
  return verify('verifyHardshipWorker', 'HARDSHIP_WORKERS', agency, input);
}

/** Records the runs, asks without a transaction, and writes all answers at once. */
async function verify<Doc>(
  mutation: 'verifyMember' | 'verifyHardshipWorker',
  subject: Subject,
  agency: Agency,
  input: VerifyInput,
): Promise<Doc> {
  const { platform } = agency;
  const attempt = randomUUID();
  let identityNumber: string | null = null;
  const begun = await runCommand(mutation, agency, input, async (transaction) => {
    const person = await personOf(transaction, subject, input.id);
    assertStep(platform, mutation, person.status);
    identityNumber = person.personal.identityNumber ?? null;
    const questions = questionsOf(platform, input.departments);
    for (const { _id, department, question } of identityNumber === null ? [] : questions) {
      const direction = 'PLATFORM_ASKS';
      await beginRun(transaction, { _id, direction, subject, department, question, placeCode });
    }
    return { attempt, questions };
  });
  // Asked with this key before: the record has what has become of it.
  if (begun.attempt === attempt) {
    const outcomes = await Promise.all(
      begun.questions.map((question) => outcomeOf(platform, question, identityNumber)),
    );
    await runCommand(mutation, agency, {}, (transaction) =>
      end(transaction, subject, input.id, begun.questions, outcomes),
    );
  }
  const found = await collection(platform, subject).findOne(
    { _id: input.id },
    { projection: publicProjection },
  );
  if (!found) throw notFound(input.id, platform);
  return found as unknown as Doc;
}

async function outcomeOf(
  platform: Platform,
  { _id: run, department, question }: Question,
  identityNumber: string | null,
): Promise<CheckOutcome> {
  if (identityNumber === null) return 'UNANSWERED';
  const key = randomBytes(32);
  const hash = identityHash(key, identityNumber);
  try {
    const known = await askHashes(platform, { run, department, question, key }, new Set([hash]));
    return known.has(hash) ? 'MATCHED' : 'NOT_MATCHED';
  } catch (error) {
    sayFailure(platform, department, error);
    return 'UNANSWERED';
  }
}

/** How each run ended, and what it said of the one person. */
async function end(
  transaction: Transaction,
  subject: Subject,
  id: string,
  questions: readonly Question[],
  outcomes: readonly CheckOutcome[],
): Promise<Document> {
  const { platform, session, now } = transaction;
  const checks: DepartmentCheck[] = [];
  for (const [index, { _id, department, question }] of questions.entries()) {
    const outcome = outcomes[index] ?? 'UNANSWERED';
    checks.push({ department, question, outcome, at: now });
    if (outcome === 'UNANSWERED') {
      await failRun(platform, _id, now, session);
    } else {
      const matched = outcome === 'MATCHED' ? 1 : 0;
      await completeRun(transaction, { _id, department, placeCode }, { asked: 1, matched });
    }
  }
  await writeChecks(platform, subject, [id], checks, session);
  return {};
}

/** Every question of the departments that were named, or of all that can be asked. */
function questionsOf(
  platform: Platform,
  named: readonly string[] | null | undefined,
): readonly Question[] {
  const { departments = [] } = platform.definition;
  const asked = named
    ? [...new Set(named)].map((code) => departmentOf(platform, code))
    : departments;
  const silent = named && asked.find(({ questions }) => questions.length === 0);
  if (silent) throw badInput(`\`departments\`: ${silent.code} only asks, and cannot be asked.`);
  const questions = asked.flatMap(({ code: department, questions: all }) =>
    all.map((question) => ({ _id: newId(platform, 'match'), department, question })),
  );
  if (questions.length > 0) return questions;
  throw badInput(`Platform ${platform.definition.code} has no department that can be asked.`);
}

async function personOf(
  { platform, session }: Transaction,
  subject: Subject,
  id: string,
): Promise<Person> {
  const person = await collection(platform, subject).findOne(
    { _id: ownId(platform, id) },
    { session, projection: { status: 1, 'personal.identityNumber': 1 } },
  );
  if (!person) throw notFound(id, platform);
  return person;
}

function collection({ db }: Platform, subject: Subject) {
  return db.collection<Person>(peopleOf[subject].collection);
}
