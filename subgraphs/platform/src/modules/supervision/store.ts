/** Supervisions, as stored and listed. */
import type { Document } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import { facetsAt, facetsOf, idFacet, isAsked, type ScopeFilter } from '../../scope.ts';

export const supervisionStatuses = ['ASKED', 'ANSWERED', 'RETURNED', 'CLOSED'] as const;
export type SupervisionStatus = (typeof supervisionStatuses)[number];

export const supervisionSubjects = ['REQUEST', 'FIGURE'] as const;
export type SupervisionSubject = (typeof supervisionSubjects)[number];

export const supervisionResults = ['SETTLED', 'IN_HAND', 'EXPLAINED'] as const;
export type SupervisionResult = (typeof supervisionResults)[number];

export interface SupervisionDoc extends ListedRow {
  readonly askedAt: Date;
  readonly updatedAt: Date;
  readonly status: SupervisionStatus;
  readonly subject: SupervisionSubject;
  readonly office: string;
  readonly requestId: string | null;
  readonly metric: string | null;
  readonly periodFrom: Date | null;
  readonly periodTo: Date | null;
  readonly value: number | null;
  readonly placeCode: string;
  /** The last one: of the asking, or of a return. */
  readonly question: string;
  readonly dueAt: Date;
  /** The last one; it stays when it is returned, until there is another. */
  readonly answer: string | null;
  readonly result: SupervisionResult | null;
  /** Null while an answer is due. */
  readonly answeredAt: Date | null;
  readonly closedAt: Date | null;
  readonly returnedCount: number;
  /** When the question was put last: what an answer's time is counted from. */
  readonly putAt: Date;
  readonly simulated: boolean;
}

export const supervisions = 'supervisions';

/** Those in which an answer is due. */
const unansweredStatuses: readonly SupervisionStatus[] = ['ASKED', 'RETURNED'];

/** The facet of what is to be answered. */
const unansweredFacet = 'unanswered';

export function supervisionFacets(
  doc: Pick<SupervisionDoc, 'placeCode' | 'requestId' | 'status'>,
): string[] {
  return facetsAt(doc.placeCode, doc.requestId, isUnanswered(doc.status) ? unansweredFacet : null);
}

/** Not answered at its deadline, or answered after it; closed without an answer, it was none from then on. */
export function isOverdue({ dueAt, answeredAt, closedAt }: SupervisionDoc, now: Date): boolean {
  return (answeredAt ?? closedAt ?? now) > dueAt;
}

export interface SupervisionFilter extends ScopeFilter {
  readonly statuses?: readonly SupervisionStatus[] | null | undefined;
  readonly subjects?: readonly SupervisionSubject[] | null | undefined;
  readonly requestId?: string | null | undefined;
  readonly metric?: string | null | undefined;
  readonly overdueNow?: boolean | null | undefined;
  readonly askedFrom?: Date | null | undefined;
  readonly askedTo?: Date | null | undefined;
}

/** Supervisions of this platform, within a division if one is given. */
export function supervisionList(
  args: ListArgs<SupervisionFilter>,
  { platform, now }: PlatformContext,
  within?: string,
): Connection<SupervisionDoc> {
  const { filter } = args;
  const order = listOrder('supervisions', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<SupervisionDoc>(order), args);
  const onlyUnanswered =
    filter?.overdueNow === true || filter?.statuses?.every(isUnanswered) === true;
  const selection: Selection<SupervisionDoc> = {
    collection: supervisions,
    order,
    facets: facetsOf(
      filter,
      within,
      idFacet(filter?.requestId),
      onlyUnanswered ? unansweredFacet : undefined,
    ),
    where: conditions(filter, now),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

function isUnanswered(status: SupervisionStatus): boolean {
  return unansweredStatuses.includes(status);
}

function conditions(filter: SupervisionFilter | null | undefined, now: Date): Document {
  const overdue = { status: { $in: unansweredStatuses }, dueAt: { $lt: now } };
  return present({
    status: filter?.statuses && { $in: filter.statuses },
    subject: filter?.subjects && { $in: filter.subjects },
    metric: filter?.metric,
    askedAt: between(filter?.askedFrom, filter?.askedTo),
    // Kept apart from `status`, which another filter may hold.
    $and: filter?.overdueNow === true ? [overdue] : undefined,
    $nor: filter?.overdueNow === false ? [overdue] : undefined,
  });
}
