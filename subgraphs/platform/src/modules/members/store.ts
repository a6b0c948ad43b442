/** Members, as stored and listed. */
import type { Channel, FamilyRelation, MemberKind, MemberStatus } from '@onenet/platforms';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { OwnedRows } from '../../owned-rows.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import {
  between,
  inTransferFacet,
  noRows,
  present,
  type ListedRow,
  type Selection,
} from '../../rows.ts';
import {
  askedValues,
  facetsAt,
  facetsOf,
  idFacet,
  isAsked,
  valueConditions,
  valueFacets,
  type ScopeFilter,
} from '../../scope.ts';
import type { DepartmentCheck } from '../core/department-check.ts';

export interface MemberDoc extends ListedRow {
  readonly appliedAt: Date;
  readonly updatedAt: Date;
  readonly status: MemberStatus;
  readonly kind: MemberKind;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly transferredToId: string | null;
  readonly joinedAt: Date | null;
  readonly maskedName: string | null;
  readonly maskedPhone: string | null;
  readonly maskedIdentityNumber: string | null;
  /** The QR code by which the worker applied. */
  readonly joinCodeId: string | null;
  readonly employerSize: number | null;
  /** Oldest first. */
  readonly family: readonly FamilyMember[];
  /** What departments said, newest first; of each question the last answer. */
  readonly checks: readonly DepartmentCheck[];
  readonly simulated: boolean;
}

/** Somebody of a member's family; the name itself stands with what is personal. */
export interface FamilyMember {
  /** Local to the member. */
  readonly key: string;
  readonly relation: FamilyRelation;
  readonly maskedName: string | null;
}

export const mostFamily = 20;

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredMember extends MemberDoc {
  /** When a card was last issued: written with it, so that whoever leaves at that moment conflicts with it. */
  readonly cardIssuedAt?: Date;
  readonly personal: {
    readonly name: string | null;
    readonly phone: string | null;
    readonly identityNumber: string | null;
    readonly person: string | null;
    readonly family: readonly { readonly key: string; readonly name: string }[];
    /** Notes of the steps, oldest first. */
    readonly notes: readonly { readonly at: Date; readonly text: string }[];
  };
}

export const members = 'members';

/** The scope of what is personal. */
export const memberScope = 'members:personal';

export function memberFacets(
  doc: Pick<
    MemberDoc,
    'status' | 'kind' | 'channel' | 'placeCode' | 'organizationId' | 'joinCodeId'
  >,
): string[] {
  if (doc.status === 'TRANSFERRED') return [];
  const values = valueFacets(doc, ['status', 'kind', 'channel']);
  const facets = facetsAt(doc.placeCode, doc.organizationId, doc.joinCodeId, ...values);
  return doc.status === 'IN_TRANSFER' ? facets.map(inTransferFacet) : facets;
}

export interface MemberFilter extends ScopeFilter {
  readonly statuses?: readonly MemberStatus[] | null | undefined;
  readonly kinds?: readonly MemberKind[] | null | undefined;
  readonly channels?: readonly Channel[] | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly appliedFrom?: Date | null | undefined;
  readonly appliedTo?: Date | null | undefined;
  readonly joinCodeId?: string | null | undefined;
}

/** Members of this platform, within a division or of an organization if one is given. */
export function memberList(
  args: ListArgs<MemberFilter>,
  { platform, loaders }: PlatformContext,
  within?: string,
  organizationId?: string,
): Connection<MemberDoc> {
  const { filter } = args;
  const order = listOrder('members', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<MemberDoc>(order), args);
  const isOwned = organizationId !== undefined;
  const values = (isOwned ? valueConditions : askedValues)({
    status: filter?.statuses,
    kind: filter?.kinds,
    channel: filter?.channels,
  });
  const selection: Selection<MemberDoc> = {
    collection: members,
    order,
    facets: facetsOf(
      filter,
      within,
      organizationId,
      idFacet(filter?.joinCodeId),
      idFacet(filter?.organizationId),
      ...values.facets,
    ),
    where: present({
      ...values.where,
      appliedAt: between(filter?.appliedFrom, filter?.appliedTo),
    }),
  };
  return new Connection(
    isOwned
      ? new OwnedRows(platform.db, loaders, { ...selection, ownerField: 'organizationId' })
      : new KeysetRows(platform.db, selection),
    args,
  );
}
