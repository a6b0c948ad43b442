/** Files of workers in hardship (困难职工档案), as stored and listed. */
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
import type { DepartmentCheck } from '../core/department-check.ts';

export type HardshipStatus = 'APPLIED' | 'REGISTERED' | 'REFUSED' | 'CLOSED';

export const hardshipCauses = [
  'ILLNESS',
  'DISABILITY',
  'LOW_INCOME',
  'UNEMPLOYMENT',
  'SCHOOLING',
  'DISASTER',
] as const;
export type HardshipCause = (typeof hardshipCauses)[number];

export interface HardshipWorkerDoc extends ListedRow {
  readonly appliedAt: Date;
  readonly updatedAt: Date;
  readonly status: HardshipStatus;
  readonly causes: readonly HardshipCause[];
  readonly channel: Channel;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly memberId: string | null;
  readonly registeredAt: Date | null;
  readonly closedAt: Date | null;
  /** Newest first. */
  readonly checks: readonly DepartmentCheck[];
  readonly pairingCount: number;
  readonly grantCount: number;
  readonly grantedFen: number;
  readonly maskedName: string | null;
  readonly maskedPhone: string | null;
  readonly maskedIdentityNumber: string | null;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredHardshipWorker extends HardshipWorkerDoc {
  readonly personal: {
    readonly name: string | null;
    readonly phone: string | null;
    readonly identityNumber: string | null;
    /** Of the number, with a key that is this platform's own; absent until the first application. */
    readonly identityHash?: string;
    readonly householdSize: number | null;
    readonly monthlyIncomeFen: number | null;
    readonly person: string | null;
    readonly notes: readonly { readonly at: Date; readonly text: string }[];
  };
}

export const hardshipWorkers = 'hardship_workers';

/** Files that stand: one per identity number. */
export const liveFiles: readonly HardshipStatus[] = ['APPLIED', 'REGISTERED'];

export const hardshipIndexes: readonly IndexDescription[] = [
  {
    name: 'one_live_file',
    key: { 'personal.identityHash': 1 },
    unique: true,
    partialFilterExpression: {
      'personal.identityHash': { $type: 'string' },
      status: { $in: liveFiles },
    },
  },
];

export function hardshipFacets(
  doc: Pick<HardshipWorkerDoc, 'placeCode' | 'organizationId' | 'memberId' | 'status' | 'channel'>,
): string[] {
  const values = valueFacets(doc, ['status', 'channel']);
  return facetsAt(doc.placeCode, doc.organizationId, doc.memberId, ...values);
}

export interface HardshipWorkerFilter extends ScopeFilter {
  readonly statuses?: readonly HardshipStatus[] | null | undefined;
  readonly causes?: readonly HardshipCause[] | null | undefined;
  readonly channels?: readonly Channel[] | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly paired?: boolean | null | undefined;
  readonly appliedFrom?: Date | null | undefined;
  readonly appliedTo?: Date | null | undefined;
}

/** Files of this platform, within a division if one is given. */
export function hardshipList(
  args: ListArgs<HardshipWorkerFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<HardshipWorkerDoc> {
  const { filter } = args;
  const order = listOrder('hardshipWorkers', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<HardshipWorkerDoc>(order), args);
  const values = askedValues({ status: filter?.statuses, channel: filter?.channels });
  const selection: Selection<HardshipWorkerDoc> = {
    collection: hardshipWorkers,
    order,
    facets: facetsOf(
      filter,
      within,
      idFacet(filter?.memberId),
      idFacet(filter?.organizationId),
      ...values.facets,
    ),
    where: present({
      ...values.where,
      causes: filter?.causes && { $in: filter.causes },
      pairingCount: filter?.paired == null ? undefined : filter.paired ? { $gt: 0 } : 0,
      appliedAt: between(filter?.appliedFrom, filter?.appliedTo),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}
