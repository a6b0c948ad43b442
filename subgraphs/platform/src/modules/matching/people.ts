/** Whose identity numbers are compared: the members or the hardship workers of the platform. */
import { keyedHash } from '@onenet/contract';
import type { ModuleName } from '@onenet/contract';
import type { Document, IndexDescription } from 'mongodb';
import { badInput } from '../../checks.ts';
import type { Platform } from '../../context.ts';
import type { ListedRow } from '../../rows.ts';
import type { DepartmentCheck } from '../core/department-check.ts';

export const subjects = ['MEMBERS', 'HARDSHIP_WORKERS'] as const;
export type Subject = (typeof subjects)[number];

/** Somebody with an identity number, as stored by the module that keeps them. */
export interface Person extends ListedRow {
  readonly status: string;
  readonly updatedAt: Date;
  readonly checks?: readonly DepartmentCheck[];
  readonly personal: { readonly identityNumber?: string | null };
}

interface People {
  readonly module: ModuleName;
  readonly collection: string;
  /** The status of those among whom a department's list is looked for. */
  readonly known: string;
}

export const peopleOf: Readonly<Record<Subject, People>> = {
  MEMBERS: { module: 'members', collection: 'members', known: 'ACTIVE' },
  HARDSHIP_WORKERS: { module: 'aid', collection: 'hardship_workers', known: 'REGISTERED' },
};

/** Those of whom a department is asked, beside who is known. */
const applied = 'APPLIED';

/** The statuses of those of whom the platform asks. */
export function askedStatuses(subject: Subject): string[] {
  return [applied, peopleOf[subject].known];
}

/** Serves a whole comparison without reading a record: (status, number). */
export const peopleIndex: IndexDescription = {
  key: { status: 1, 'personal.identityNumber': 1 },
  partialFilterExpression: { 'personal.identityNumber': { $type: 'string' } },
};

/** Refuses to compare those whom the platform does not keep. */
export function assertSubject({ definition }: Platform, subject: Subject): void {
  const { module } = peopleOf[subject];
  if (definition.modules.includes(module)) return;
  throw badInput(
    `\`subject: ${subject}\` is not kept by ${definition.code}: it does not offer the module ${module}.`,
  );
}

/** Somebody, by the key of a run. */
export interface HashedPerson {
  readonly id: string;
  readonly hash: string;
}

/** Rows read, and hashed, at a time: some 5 ms, so that other requests have their turn. */
const batchSize = 1_000;

/** Hashes of the people in these statuses, one after another; never all of them at once. */
export async function* hashedPeople(
  { db }: Platform,
  subject: Subject,
  key: Uint8Array,
  statuses: readonly string[],
  placeCode: string | null = null,
): AsyncGenerator<HashedPerson> {
  const people = db
    .collection<Person>(peopleOf[subject].collection)
    .find(withNumber(statuses, placeCode), {
      projection: { 'personal.identityNumber': 1 },
      batchSize,
    });
  for await (const { _id, personal } of people) {
    const { identityNumber } = personal;
    if (identityNumber != null) yield { id: _id, hash: keyedHash(key, identityNumber) };
  }
}

/** Those in these statuses, within a place if one is given, who have an identity number. */
export function withNumber(statuses: readonly string[], placeCode: string | null): Document {
  return {
    status: { $in: statuses },
    'personal.identityNumber': { $type: 'string' },
    ...(placeCode !== null && { facets: placeCode }),
  };
}
