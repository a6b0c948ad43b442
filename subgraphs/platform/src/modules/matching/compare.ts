/** A department asks which people of its list the platform knows: by hashes under a key of this run alone. */
import { NetError } from '@onenet/contract';
import { MongoServerError } from 'mongodb';
import { assertThisPlatform, newId } from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { assertHashes, countOfToday, keyIdOf, openKey } from './bounds.ts';
import { assertSubject, hashedPeople, peopleOf, type Subject } from './people.ts';
import { beginRun, completeRun, runsOf } from './runs.ts';
import { departmentOf, matchKeys, type MatchRunDoc, type UsedKey } from './store.ts';

/** Hashes of one list. */
const maxHashes = 5_000;

/** Lists of one department on one day: whoever holds a key can try numbers, so lists are few. */
export const listsPerDay = 20;

/** Lists of all departments together on one day. */
export const listsPerDayOfAll = 100;

export interface CompareListInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly department: string;
  readonly subject: Subject;
  readonly sealedKey: string;
  readonly hashes: readonly string[];
}

export interface ListComparison {
  readonly _id: string;
  readonly run: MatchRunDoc;
  readonly matched: readonly string[] | null;
}

/**
 * Records the run, compares, and records what it found: two transactions with the work between them. The
 * same call again finds the run: when it has ended, its answer is put together from the positions that
 * are kept and the list that came again; when it has not, because its process died or still works, it is
 * compared here, and whoever is first records it.
 */
export async function compareList(
  agency: Agency,
  input: CompareListInput,
): Promise<ListComparison> {
  const { platform } = agency;
  const { department, subject, hashes } = input;
  const { _id } = await runCommand('compareList', agency, input, (transaction) =>
    begin(transaction, input),
  );
  if ((await runOf(platform, _id)).status === 'OPEN') {
    const key = await openKey(platform, input.sealedKey);
    const matched = await positionsOf(platform, subject, key, hashes);
    await runCommand('compareList', agency, {}, async (transaction) => {
      const found = { asked: hashes.length, matched: matched.length };
      const run = { _id, department, placeCode: null };
      if (await completeRun(transaction, run, found)) {
        const { session } = transaction;
        await keys(platform).updateOne({ run: _id }, { $set: { matched } }, { session });
      }
      return {};
    });
  }
  const used = await keys(platform).findOne({ run: _id });
  return {
    _id,
    run: await runOf(platform, _id),
    matched: used?.matched?.flatMap((position) => hashes[position] ?? []) ?? null,
  };
}

async function begin(
  transaction: Transaction,
  input: CompareListInput,
): Promise<{ readonly _id: string }> {
  const { platform, session } = transaction;
  assertThisPlatform(platform, input.platform);
  const department = departmentOf(platform, input.department).code;
  assertSubject(platform, input.subject);
  assertHashes(input.hashes, maxHashes);
  const key = await openKey(platform, input.sealedKey);
  await countOfToday(transaction, department, 'lists', listsPerDay);
  await countOfToday(transaction, allDepartments, 'lists', listsPerDayOfAll);
  const _id = newId(platform, 'match');
  await claimKey(platform, session, key, _id);
  const { subject } = input;
  const run = { direction: 'DEPARTMENT_ASKS', question: null, placeCode: null } as const;
  await beginRun(transaction, { _id, subject, department, ...run });
  return { _id };
}

/** Which of the hashes are those of people that the platform knows: their positions, in the order given. */
async function positionsOf(
  platform: Platform,
  subject: Subject,
  key: Uint8Array,
  hashes: readonly string[],
): Promise<readonly number[]> {
  const wanted = new Map(hashes.map((hash, position) => [hash, position]));
  const found: number[] = [];
  for await (const { hash } of hashedPeople(platform, subject, key, [peopleOf[subject].known])) {
    const position = wanted.get(hash);
    if (position === undefined) continue;
    found.push(position);
    // The same number may stand in two records: it matches once.
    wanted.delete(hash);
    if (wanted.size === 0) break;
  }
  return found.toSorted((a, b) => a - b);
}

/** Counted beside each department; no department has this code. */
const allDepartments = 'ALL';

/** Keeps the key's hash: a key that was used before would let two lists be laid over each other. */
async function claimKey(
  platform: Platform,
  session: Transaction['session'],
  key: Uint8Array,
  run: string,
): Promise<void> {
  const _id = keyIdOf(key);
  const used = await keys(platform).findOne({ _id }, { session });
  if (used) throw keyUsed();
  try {
    await keys(platform).insertOne({ _id, run, matched: null }, { session });
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11_000) throw keyUsed();
    throw error;
  }
}

function keyUsed(): NetError {
  return new NetError(
    'CONFLICT',
    '`sealedKey` was used for another run: take 32 new random bytes.',
  );
}

function keys({ db }: Platform) {
  return db.collection<UsedKey>(matchKeys);
}

async function runOf(platform: Platform, id: string): Promise<MatchRunDoc> {
  const run = await runsOf(platform).findOne({ _id: id });
  if (!run) throw notFound(id, platform);
  return run;
}
