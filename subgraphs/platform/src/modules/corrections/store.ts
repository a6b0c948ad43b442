/** Corrections, as stored and listed: who asks sees its own, or all. */
import { rightsAt } from '@onenet/contract';
import type { Document } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { between, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import {
  askedValues,
  facetsAt,
  facetsOf,
  idFacet,
  isAsked,
  valueFacets,
  type ScopeFilter,
} from '../../scope.ts';

export const correctionStatuses = ['FILED', 'CONFIRMED', 'REJECTED'] as const;
export type CorrectionStatus = (typeof correctionStatuses)[number];

export const correctionKinds = ['DOUBT', 'RETURN'] as const;
export type CorrectionKind = (typeof correctionKinds)[number];

export const correctionTopics = [
  'LOW_INCOME',
  'DISABILITY',
  'DECEASED',
  'RESIDENCE',
  'SOCIAL_INSURANCE',
  'EMPLOYMENT',
  'ENTERPRISE',
  'OTHER',
] as const;
export type CorrectionTopic = (typeof correctionTopics)[number];

export interface CorrectionDoc extends ListedRow {
  readonly filedAt: Date;
  readonly updatedAt: Date;
  readonly status: CorrectionStatus;
  readonly kind: CorrectionKind;
  readonly client: string;
  readonly recordId: string;
  readonly recordType: string;
  readonly field: string | null;
  readonly topic: CorrectionTopic | null;
  readonly placeCode: string;
  readonly dueAt: Date;
  /** When it was found to be late: once. */
  readonly overdueAt: Date | null;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
  readonly simulated: boolean;
  /** Of what is to be answered: a client files the same once. */
  readonly openKey?: string;
}

export interface StoredCorrection extends CorrectionDoc {
  readonly personal: { readonly text: string | null; readonly validFrom: Date | null };
}

export const corrections = 'data_corrections';

/** The facet of what is to be answered. */
const filedFacet = 'filed';

export function correctionFacets(
  doc: Pick<CorrectionDoc, 'placeCode' | 'recordId' | 'client' | 'status'>,
): string[] {
  const filed = doc.status === 'FILED' ? filedFacet : null;
  return facetsAt(doc.placeCode, doc.recordId, filed, ...valueFacets(doc, ['client']));
}

/** Not answered at its deadline, or answered after it. */
export function isOverdue({ dueAt, answeredAt }: CorrectionDoc, now: Date): boolean {
  return (answeredAt ?? now) > dueAt;
}

/** Whether whoever asks may see what a client filed: the owner and leaders all, a client its own. */
export function maySee(
  { platform, caller }: Pick<PlatformContext, 'platform' | 'caller'>,
  { client }: Pick<CorrectionDoc, 'client'>,
): boolean {
  return seesAll({ platform, caller }) || client === caller.client;
}

function seesAll({ platform, caller }: Pick<PlatformContext, 'platform' | 'caller'>): boolean {
  return rightsAt(caller, platform.definition.code) === 'ALL';
}

/** By its id; another client's is not there. */
export async function correctionById(
  id: string,
  context: PlatformContext,
): Promise<CorrectionDoc | undefined> {
  const found = await context.loaders.record<CorrectionDoc>(corrections, id);
  return found && maySee(context, found) ? found : undefined;
}

export interface CorrectionFilter extends ScopeFilter {
  readonly statuses?: readonly CorrectionStatus[] | null | undefined;
  readonly kinds?: readonly CorrectionKind[] | null | undefined;
  readonly topics?: readonly CorrectionTopic[] | null | undefined;
  readonly client?: string | null | undefined;
  readonly recordId?: string | null | undefined;
  readonly overdueNow?: boolean | null | undefined;
  readonly filedFrom?: Date | null | undefined;
  readonly filedTo?: Date | null | undefined;
  readonly answeredFrom?: Date | null | undefined;
  readonly answeredTo?: Date | null | undefined;
}

/** Corrections of this platform, within a division if one is given. */
export function correctionList(
  args: ListArgs<CorrectionFilter>,
  context: PlatformContext,
  within?: string,
): Connection<CorrectionDoc> {
  const { filter } = args;
  const { platform, caller, now } = context;
  const order = listOrder('dataCorrections', args.orderBy);
  const own = seesAll(context) ? undefined : caller.client;
  const isOthers = own !== undefined && filter?.client != null && filter.client !== own;
  if (!isAsked(platform, filter) || isOthers) {
    return new Connection(noRows<CorrectionDoc>(order), args);
  }
  const client = own ?? filter?.client;
  const byClient = askedValues({ client: client == null ? null : [client] });
  const onlyFiled = filter?.overdueNow === true || filter?.statuses?.every(isFiled) === true;
  const selection: Selection<CorrectionDoc> = {
    collection: corrections,
    order,
    facets: facetsOf(
      filter,
      within,
      idFacet(filter?.recordId),
      ...byClient.facets,
      onlyFiled ? filedFacet : undefined,
    ),
    where: conditions(filter, now),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

function isFiled(status: CorrectionStatus): boolean {
  return status === 'FILED';
}

function conditions(filter: CorrectionFilter | null | undefined, now: Date): Document {
  const overdue = { status: 'FILED', dueAt: { $lt: now } };
  return present({
    status: filter?.statuses && { $in: filter.statuses },
    kind: filter?.kinds && { $in: filter.kinds },
    topic: filter?.topics && { $in: filter.topics },
    filedAt: between(filter?.filedFrom, filter?.filedTo),
    answeredAt: between(filter?.answeredFrom, filter?.answeredTo),
    // Kept apart from `status`, which another filter may hold.
    $and: filter?.overdueNow === true ? [overdue] : undefined,
    $nor: filter?.overdueNow === false ? [overdue] : undefined,
  });
}
