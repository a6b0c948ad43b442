/** Comparisons with departments, as stored and listed. */
import type { DepartmentDefinition } from '@onenet/platforms';
import { badInput } from '../../checks.ts';
import { Connection } from '../../connection.ts';
import type { Platform, PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, noRows, present, type ListedRow, type Row } from '../../rows.ts';
import { facetsAt, facetsOf, isAsked, seatOf, type ScopeFilter } from '../../scope.ts';
import type { Subject } from './people.ts';

export const runStatuses = ['OPEN', 'COMPLETED', 'FAILED'] as const;
export type RunStatus = (typeof runStatuses)[number];

export const runDirections = ['DEPARTMENT_ASKS', 'PLATFORM_ASKS', 'CLIENT_LOOKS_UP'] as const;
/** Those of contract 1.1. */
export const runDirectionsBefore = ['DEPARTMENT_ASKS', 'PLATFORM_ASKS'] as const;
export type RunDirection = (typeof runDirections)[number];

export interface MatchRunDoc extends ListedRow {
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly status: RunStatus;
  readonly direction: RunDirection;
  readonly subject: Subject;
  /** Null of a look-up. */
  readonly department: string | null;
  /** Of a look-up: the client that asked. */
  readonly client: string | null;
  /** Of a run in which the platform asks. */
  readonly question: string | null;
  /** Only people who lie within; null: all of the platform's. */
  readonly placeCode: string | null;
  readonly asked: number | null;
  readonly matched: number | null;
  readonly endedAt: Date | null;
  readonly simulated: boolean;
}

/** What is kept of a run's key: enough to refuse it a second time. */
export interface UsedKey extends Row {
  /** `_id`: SHA-256 of the key, base64url. */
  readonly run: string;
  /**
   * Which of the hashes matched, by their position in the list that was sent: an answer that can be given
   * again to who sends the same list again, and says nothing of anybody without it.
   */
  readonly matched: readonly number[] | null;
}

/** What is kept of a look-up. */
export interface LookupDoc extends Row {
  /** `_id`: SHA-256 of the key, base64url. */
  readonly run: string;
  readonly client: string;
  /** SHA-256 of what was asked: the hashes themselves are not kept. */
  readonly list: string;
  readonly at: Date;
  /** By the position of their hash in the list that was sent; null while it is looked for, and when its minutes are over. */
  readonly found: readonly { readonly position: number; readonly personId: string }[] | null;
}

/** What is kept of a department, or of a client that looks people up. */
export interface DepartmentState extends Row {
  /** When it was first compared with. */
  readonly connectedAt: Date | null;
  /** The day of its last list, in Asia/Shanghai, and how many it sent on it. */
  readonly day: string;
  readonly lists: number;
}

/** People of a run who were answered for, until that is written to their records. */
export interface AnsweredPeople extends Row {
  readonly run: string;
  readonly matched: readonly string[];
  readonly others: readonly string[];
}

export const matchRuns = 'match_runs';
export const matchKeys = 'match_keys';
export const matchDepartments = 'match_departments';
export const matchAnswers = 'match_answers';
export const matchLookups = 'match_lookups';

export function runFacets(platform: Pick<Platform, 'definition'>, placeCode: string | null) {
  return facetsAt(placeCode ?? seatOf(platform));
}

/** One of the platform's departments, by its code. */
export function departmentOf({ definition }: Platform, code: string): DepartmentDefinition {
  const { departments = [] } = definition;
  const found = departments.find((each) => each.code === code);
  if (found) return found;
  const known = departments.map((each) => each.code).join(', ');
  throw badInput(
    `\`department: "${code.slice(0, 40)}"\` is none that ${definition.code} compares data with: ${known || 'there are none'}.`,
  );
}

export interface MatchRunFilter extends ScopeFilter {
  readonly statuses?: readonly RunStatus[] | null | undefined;
  readonly directions?: readonly RunDirection[] | null | undefined;
  readonly subjects?: readonly Subject[] | null | undefined;
  readonly departments?: readonly string[] | null | undefined;
  readonly startedFrom?: Date | null | undefined;
  readonly startedTo?: Date | null | undefined;
}

/** Comparisons of this platform, within a division if one is given. */
export function matchRunList(
  args: ListArgs<MatchRunFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<MatchRunDoc> {
  const { filter } = args;
  const order = listOrder('matchRuns', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<MatchRunDoc>(order), args);
  const rows = new KeysetRows<MatchRunDoc>(platform.db, {
    collection: matchRuns,
    order,
    facets: facetsOf(filter, within),
    where: present({
      status: filter?.statuses && { $in: filter.statuses },
      direction: filter?.directions && { $in: filter.directions },
      subject: filter?.subjects && { $in: filter.subjects },
      department: filter?.departments && { $in: filter.departments },
      startedAt: between(filter?.startedFrom, filter?.startedTo),
    }),
  });
  return new Connection(rows, args);
}
