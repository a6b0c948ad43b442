/** Cards and their uses, as stored and listed. */
import type { CardFunction } from '@onenet/platforms';
import type { IndexDescription } from 'mongodb';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { between, noRows, present, type ListedRow, type Row, type Selection } from '../../rows.ts';
import {
  askedValues,
  facetsAt,
  facetsOf,
  idFacet,
  isAsked,
  valueFacets,
  type ScopeFilter,
} from '../../scope.ts';

export type CardStatus = 'ACTIVE' | 'LOST' | 'REPLACED' | 'CANCELLED';

export interface CardDoc extends ListedRow {
  readonly issuedAt: Date;
  readonly updatedAt: Date;
  readonly status: CardStatus;
  readonly kind: string;
  readonly functions: readonly CardFunction[];
  readonly memberId: string | null;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly replacedById: string | null;
  readonly firstUsedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly useCount: number;
  readonly discountFen: number;
  readonly maskedHolderName: string | null;
  readonly maskedNumber: string;
  readonly simulated: boolean;
}

/** What is stored beside, and left out of every read but that of a personal field. */
export interface StoredCard extends CardDoc {
  readonly personal: {
    readonly holderName: string | null;
    readonly number: string;
    /** Whose it is: what the platform knows its member by. */
    readonly person: string | null;
    readonly notes: readonly { readonly at: Date; readonly text: string }[];
  };
}

/** One use of a card. */
export interface CardUseDoc extends Row {
  readonly cardId: string;
  readonly at: Date;
  readonly function: CardFunction;
  readonly merchantId: string | null;
  readonly amountFen: number | null;
  readonly discountFen: number;
  readonly simulated: boolean;
}

export const cards = 'cards';
export const cardUses = 'card_uses';

/** Those that can be used, or could again: at most one of a kind per member. */
export const liveStatuses: readonly CardStatus[] = ['ACTIVE', 'LOST'];

/** What the lists' own indexes do not serve, or forbid. */
export const cardIndexes: readonly IndexDescription[] = [
  {
    name: 'one_live_card',
    key: { memberId: 1, kind: 1 },
    unique: true,
    // Cards without a member, of which there may be a million, are not in it.
    partialFilterExpression: { memberId: { $type: 'string' }, status: { $in: liveStatuses } },
  },
  { name: 'card_number', key: { 'personal.number': 1 }, unique: true },
];

const usedFacet = 'used';

export function cardFacets(
  doc: Pick<
    CardDoc,
    'status' | 'kind' | 'placeCode' | 'organizationId' | 'memberId' | 'firstUsedAt'
  >,
): string[] {
  return facetsAt(
    doc.placeCode,
    doc.organizationId,
    doc.memberId,
    doc.firstUsedAt === null ? null : usedFacet,
    ...valueFacets(doc, ['status', 'kind']),
  );
}

export interface CardFilter extends ScopeFilter {
  readonly statuses?: readonly CardStatus[] | null | undefined;
  readonly kinds?: readonly string[] | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
  readonly used?: boolean | null | undefined;
  readonly issuedFrom?: Date | null | undefined;
  readonly issuedTo?: Date | null | undefined;
}

/** Cards of this platform, within a division if one is given. */
export function cardList(
  args: ListArgs<CardFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<CardDoc> {
  const { filter } = args;
  const order = listOrder('cards', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<CardDoc>(order), args);
  const values = askedValues({ status: filter?.statuses, kind: filter?.kinds });
  const selection: Selection<CardDoc> = {
    collection: cards,
    order,
    facets: facetsOf(
      filter,
      within,
      idFacet(filter?.memberId),
      idFacet(filter?.organizationId),
      ...values.facets,
      filter?.used === true ? usedFacet : undefined,
    ),
    where: present({
      ...values.where,
      useCount: filter?.used === false ? 0 : undefined,
      issuedAt: between(filter?.issuedFrom, filter?.issuedTo),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}
