/** Requests, as stored and listed. */
import type { ActorKind } from '@onenet/contract';
import type { Channel, RequestCategory, RequestStatus } from '@onenet/platforms';
import type { Document } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { Platform, PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { OwnedRows } from '../../owned-rows.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import {
  between,
  contains,
  inTransferFacet,
  noRows,
  present,
  type ListedRow,
  type Selection,
} from '../../rows.ts';
import { clockAt, isOpen, keepsDeadlines, openStatuses } from './life-cycle.ts';
import {
  askedValues,
  facetsAt,
  facetsOf,
  idFacet,
  isAsked,
  valueConditions,
  valueFacets,
  type AskedValues,
  type ScopeFilter,
} from '../../scope.ts';

export interface ServiceRequestDoc extends ListedRow {
  readonly title: string;
  readonly category: RequestCategory;
  readonly channel: Channel;
  readonly status: RequestStatus;
  readonly placeCode: string;
  readonly submittedAt: Date;
  readonly updatedAt: Date;
  readonly organizationId: string | null;
  readonly transferredToId: string | null;
  readonly dueAt: Date | null;
  readonly resolvedAt: Date | null;
  /** When it was resolved or rejected, as long as it is not reopened. */
  readonly closedAt: Date | null;
  readonly handler: string | null;
  readonly supervised: boolean;
  readonly reopenedCount: number;
  readonly rating: number | null;
  readonly overdueAt: Date | null;
  readonly remindedAt: Date | null;
  readonly remindedCount: number;
  readonly escalationLevel: number;
  /** When the clock escalated it, since it was last opened. */
  readonly escalatedAt: Date | null;
  readonly maskedApplicantName: string | null;
  readonly maskedApplicantPhone: string | null;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredServiceRequest extends ServiceRequestDoc {
  readonly personal: {
    readonly applicantName: string | null;
    readonly applicantPhone: string | null;
    readonly description: string | null;
    readonly person: string | null;
  };
  readonly history: readonly RequestStep[];
  readonly clockAt: Date | null;
}

export type RequestStep =
  | (StepBase & {
      readonly step: 'STATUS';
      readonly from: RequestStatus | null;
      readonly to: RequestStatus;
    })
  /** `text` is personal. */
  | (StepBase & { readonly step: 'FEEDBACK'; readonly text: string })
  | (StepBase & { readonly step: 'RATING'; readonly rating: number })
  | (StepBase & { readonly step: 'SUPERVISION' | 'REMINDER' | 'OVERDUE' })
  | (StepBase & { readonly step: 'ESCALATION'; readonly level: number })
  | (StepBase & { readonly step: 'TRANSFER'; readonly fromPlatform: string });

interface StepBase {
  readonly at: Date;
  readonly actorKind: ActorKind;
}

export const serviceRequests = 'service_requests';

/** The scope of what is personal. */
export const requestScope = 'requests:personal';

/** The facet of what is still to be done: a small part of all, and most asked for. */
export const openFacet = 'open';
const supervisedFacet = 'supervised';

export function requestFacets(
  doc: Pick<
    ServiceRequestDoc,
    'status' | 'category' | 'channel' | 'placeCode' | 'organizationId' | 'supervised'
  >,
): string[] {
  if (doc.status === 'TRANSFERRED') return [];
  const facets = facetsAt(
    doc.placeCode,
    doc.organizationId,
    isOpen(doc.status) ? openFacet : null,
    doc.supervised ? supervisedFacet : null,
    ...valueFacets(doc, ['status', 'category', 'channel']),
  );
  return doc.status === 'IN_TRANSFER' ? facets.map(inTransferFacet) : facets;
}

/** What is stored beside a request to find it by: in lists, and when the clock next moves it. */
export function requestIndexed(
  platform: Pick<Platform, 'definition'>,
  doc: Omit<ServiceRequestDoc, 'facets'>,
): Pick<StoredServiceRequest, 'facets' | 'clockAt'> {
  return { facets: requestFacets(doc), clockAt: keepsDeadlines(platform) ? clockAt(doc) : null };
}

/** Not resolved at its deadline, or resolved after it; null where there is none. */
export function isOverdue(
  { dueAt, closedAt, status }: ServiceRequestDoc,
  now: Date,
): boolean | null {
  if (!dueAt || status === 'TRANSFERRED') return null;
  return (closedAt ?? now) > dueAt;
}

export interface ServiceRequestFilter extends ScopeFilter {
  readonly statuses?: readonly RequestStatus[] | null | undefined;
  readonly categories?: readonly RequestCategory[] | null | undefined;
  readonly channels?: readonly Channel[] | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly supervised?: boolean | null | undefined;
  readonly submittedFrom?: Date | null | undefined;
  readonly submittedTo?: Date | null | undefined;
  readonly overdueNow?: boolean | null | undefined;
  readonly titleContains?: string | null | undefined;
  readonly ratingAtMost?: number | null | undefined;
  readonly escalationAtLeast?: number | null | undefined;
}

/** Requests of this platform, within a division or of an organization if one is given. */
export function requestList(
  args: ListArgs<ServiceRequestFilter>,
  { platform, now, loaders }: PlatformContext,
  within?: string,
  organizationId?: string,
): Connection<ServiceRequestDoc> {
  const { filter } = args;
  const order = listOrder('serviceRequests', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<ServiceRequestDoc>(order), args);
  const isOwned = organizationId !== undefined;
  const values = (isOwned ? valueConditions : askedValues)({
    status: filter?.statuses,
    category: filter?.categories,
    channel: filter?.channels,
  });
  // One status has a facet of its own, which is the narrower.
  const onlyOpen =
    filter?.overdueNow === true ||
    ('status' in values.where && filter?.statuses?.every(isOpen) === true);
  const selection: Selection<ServiceRequestDoc> = {
    collection: serviceRequests,
    order,
    facets: facetsOf(
      filter,
      within,
      organizationId,
      idFacet(filter?.organizationId),
      onlyOpen ? openFacet : undefined,
      filter?.supervised === true ? supervisedFacet : undefined,
      ...values.facets,
    ),
    where: requestConditions(filter, now, values),
  };
  return new Connection(
    isOwned
      ? new OwnedRows(platform.db, loaders, { ...selection, ownerField: 'organizationId' })
      : new KeysetRows(platform.db, selection),
    args,
  );
}

function requestConditions(
  filter: ServiceRequestFilter | null | undefined,
  now: Date,
  values: AskedValues,
): Document {
  const overdue = { status: { $in: openStatuses }, dueAt: { $lt: now } };
  return present({
    ...values.where,
    supervised: filter?.supervised === false ? false : undefined,
    submittedAt: between(filter?.submittedFrom, filter?.submittedTo),
    title: contains(filter?.titleContains),
    rating: filter?.ratingAtMost == null ? undefined : { $lte: filter.ratingAtMost },
    escalationLevel:
      filter?.escalationAtLeast == null ? undefined : { $gte: filter.escalationAtLeast },
    // Kept apart from `status`, which another filter may hold.
    $and: filter?.overdueNow === true ? [overdue] : undefined,
    $nor: filter?.overdueNow === false ? [overdue] : undefined,
  });
}
