/** Grants, as stored and listed. */
import type { Channel } from '@onenet/platforms';
import type { IndexDescription } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
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
import type { AidForm } from './forms.ts';

export type AidGrantStatus =
  | 'APPLIED'
  | 'APPROVED'
  | 'PAID'
  | 'COMPLETED'
  | 'REJECTED'
  | 'RETURNED';

export interface AidGrantDoc extends ListedRow {
  readonly appliedAt: Date;
  readonly updatedAt: Date;
  readonly status: AidGrantStatus;
  readonly form: AidForm;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly programmeId: string;
  readonly fundId: string | null;
  readonly hardshipWorkerId: string | null;
  readonly requestedFen: number | null;
  readonly amountFen: number | null;
  readonly approvedAt: Date | null;
  readonly givenAt: Date | null;
  readonly maskedName: string | null;
  readonly maskedPhone: string | null;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredGrant extends AidGrantDoc {
  readonly personal: {
    readonly name: string | null;
    readonly phone: string | null;
    readonly reason: string | null;
    /** Who applied, if a worker did. */
    readonly person: string | null;
    readonly paymentReference: string | null;
    readonly notes: readonly { readonly at: Date; readonly text: string }[];
  };
}

export const grants = 'aid_grants';

export const grantIndexes: readonly IndexDescription[] = [
  {
    name: 'one_grant_per_payment',
    key: { 'personal.paymentReference': 1 },
    unique: true,
    partialFilterExpression: { 'personal.paymentReference': { $type: 'string' } },
  },
];

export function grantFacets(
  doc: Pick<
    AidGrantDoc,
    'placeCode' | 'programmeId' | 'fundId' | 'hardshipWorkerId' | 'status' | 'form' | 'channel'
  >,
): string[] {
  const values = valueFacets(doc, ['status', 'form', 'channel']);
  return facetsAt(doc.placeCode, doc.programmeId, doc.fundId, doc.hardshipWorkerId, ...values);
}

export interface AidGrantFilter extends ScopeFilter {
  readonly statuses?: readonly AidGrantStatus[] | null | undefined;
  readonly forms?: readonly AidForm[] | null | undefined;
  readonly channels?: readonly Channel[] | null | undefined;
  readonly programmeId?: string | null | undefined;
  readonly fundId?: string | null | undefined;
  readonly hardshipWorkerId?: string | null | undefined;
  readonly appliedFrom?: Date | null | undefined;
  readonly appliedTo?: Date | null | undefined;
}

/** Grants of this platform, within a division if one is given. */
export function grantList(
  args: ListArgs<AidGrantFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<AidGrantDoc> {
  const { filter } = args;
  const order = listOrder('aidGrants', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<AidGrantDoc>(order), args);
  const values = askedValues({
    status: filter?.statuses,
    form: filter?.forms,
    channel: filter?.channels,
  });
  const selection: Selection<AidGrantDoc> = {
    collection: grants,
    order,
    facets: facetsOf(
      filter,
      within,
      idFacet(filter?.hardshipWorkerId),
      idFacet(filter?.programmeId),
      idFacet(filter?.fundId),
      ...values.facets,
    ),
    where: present({
      ...values.where,
      appliedAt: between(filter?.appliedFrom, filter?.appliedTo),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}
