/**
 * Erases a person from a platform: finds all that is theirs, from an account, an identity number or a
 * record; leaves of each record what is not personal, so that every figure stays as it was; and forgets
 * who counted, who liked, and what was answered. Safe to repeat.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NetError } from '@onenet/contract';
import { forgetPerson } from '@onenet/feed';
import type { Document, Filter } from 'mongodb';
import { additions } from '../additions/additions.ts';
import { forgetAnswers, transact, type Transaction } from '../command.ts';
import type { Platform } from '../context.ts';
import { offeredModules } from '../modules/modules.ts';
import type { Row } from '../rows.ts';
import type { EraseMore, Erased, ErasurePlan } from './plan.ts';

/** What an erasure begins with; what belongs to it is found. */
export interface Wish {
  /** References by which the platform knows the person: those of its own accounts. */
  readonly references?: readonly string[];
  readonly identityNumbers?: readonly string[];
  /** Ids of records. */
  readonly records?: readonly string[];
}

/** A record that is the person's. */
interface FoundRecord {
  readonly id: string;
  /** Undefined: it has none. */
  readonly status: string | undefined;
  /** It must be ended first. */
  readonly isUnderWay: boolean;
}

export interface Found extends Erased {
  readonly found: readonly FoundRecord[];
}

interface PlannedCollection {
  readonly name: string;
  readonly plan: ErasurePlan;
}

/** What of the platform is the person's; nothing is changed. */
export async function findPerson(platform: Platform, wish: Wish): Promise<Found> {
  const references = new Set(wish.references);
  const numbers = new Set(wish.identityNumbers);
  const records = new Set(wish.records);
  const found = new Map<string, FoundRecord>();
  // What is found leads to more: a card to its member, a member to the account.
  for (let known = -1; known < references.size + numbers.size + records.size + found.size;) {
    known = references.size + numbers.size + records.size + found.size;
    for (const { name, plan } of plansOf(platform)) {
      const rows = platform.db
        .collection<Row>(name)
        .find<Document>(ofPerson(plan, references, numbers, records));
      for await (const row of rows) {
        const id = String(row['_id']);
        const status = row['status'] as string | undefined;
        const isUnderWay = plan.ended !== undefined && !plan.ended.includes(status ?? '');
        found.set(id, { id, status, isUnderWay });
        records.add(id);
        addText(references, row, plan.person);
        addText(numbers, row, plan.identityNumber);
      }
    }
  }
  return { references, records, found: [...found.values()] };
}

/** Erases what `findPerson` found; `WRONG_STATE`, and nothing is changed, while something is under way. */
export async function erasePerson(platform: Platform, person: Found): Promise<void> {
  const underWay = person.found.filter((each) => each.isUnderWay);
  if (underWay.length > 0) throw stillUnderWay(underWay);
  const actor = { kind: 'SYSTEM', reference: 'erasure' } as const;
  await transact({ platform, actor, simulated: false }, async (transaction) => {
    for (const planned of plansOf(platform)) await eraseRecords(transaction, planned, person);
    for (const more of moreOf(platform)) await more(transaction, person);
  });
  // After it: what is answered from now on has nothing personal.
  await forgetAnswers(platform, person.records);
  await forgetPerson(platform.db, person.references, untilNumbered);
}

/** An event that names the person may be numbered at this moment; its claims come with it. */
const untilNumbered = { forMs: 5_000, pause: () => delay(50) } as const;

function plansOf({ definition }: Platform): readonly PlannedCollection[] {
  const own = offeredModules(definition.modules).flatMap(({ collections }) => collections);
  return [...own, ...(additions.get(definition.code)?.collections ?? [])].flatMap(
    ({ name, erasure }) => (erasure ? [{ name, plan: erasure }] : []),
  );
}

function moreOf({ definition }: Platform): readonly EraseMore[] {
  return offeredModules(definition.modules).flatMap(({ eraseMore }) => eraseMore ?? []);
}

function ofPerson(
  { person, identityNumber, of }: ErasurePlan,
  references: ReadonlySet<string>,
  numbers: ReadonlySet<string>,
  records: ReadonlySet<string>,
): Filter<Row> {
  return {
    $or: [
      { _id: { $in: [...records] } },
      ...(person === undefined ? [] : [{ [person]: { $in: [...references] } }]),
      ...(identityNumber === undefined ? [] : [{ [identityNumber]: { $in: [...numbers] } }]),
      ...(of === undefined ? [] : [{ [of]: { $in: [...records] } }]),
    ],
  };
}

async function eraseRecords(
  { platform, session, now }: Transaction,
  { name, plan }: PlannedCollection,
  { records }: Erased,
): Promise<void> {
  const collection = platform.db.collection<Row>(name);
  const own: Filter<Row> = { _id: { $in: [...records] } };
  if (plan.ended) {
    // Read in the transaction: a step that was taken meanwhile stands.
    const open = { ...own, status: { $nin: [...plan.ended] } } as Filter<Row>;
    const still = await collection.find<Document>(open, { session }).toArray();
    if (still.length > 0) {
      throw stillUnderWay(
        still.map((row) => ({ id: String(row['_id']), status: row['status'] as string })),
      );
    }
  }
  await collection.updateMany(
    own,
    [
      {
        $set: {
          ...plan.left,
          updatedAt: { $cond: [{ $gt: ['$updatedAt', null] }, now, '$$REMOVE'] },
        },
      },
      ...(plan.gone ? [{ $unset: [...plan.gone] }] : []),
    ],
    { session },
  );
}

function stillUnderWay(
  records: readonly { readonly id: string; readonly status: string | undefined }[],
): NetError {
  const named = records.map(({ id, status }) => `${id} is ${status}`).join('; ');
  return new NetError(
    'WRONG_STATE',
    `Nothing was erased: ${named}. End it first by its own steps (the member leaves, the request is rejected or ` +
      'resolved, the file is closed, the grant completed or returned), so that it is counted.',
  );
}

function addText(texts: Set<string>, row: Document, path: string | undefined): void {
  const value: unknown = path
    ?.split('.')
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? (at as Document)[name] : undefined),
      row,
    );
  if (typeof value === 'string') texts.add(value);
}
