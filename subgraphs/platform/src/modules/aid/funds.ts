/** Funds, as stored and listed. */
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { contains, noRows, present, type ListedRow } from '../../rows.ts';
import { facetsAt, facetsOf, isAsked, type ScopeFilter } from '../../scope.ts';

export interface AidFundDoc extends ListedRow {
  readonly name: string;
  readonly updatedAt: Date;
  readonly status: 'OPEN';
  readonly placeCode: string;
  readonly creditedFen: number;
  readonly availableFen: number;
  readonly reservedFen: number;
  readonly paidFen: number;
  readonly simulated: boolean;
}

export const funds = 'aid_funds';

export function fundFacets({ placeCode }: Pick<AidFundDoc, 'placeCode'>): string[] {
  return facetsAt(placeCode);
}

export interface AidFundFilter extends ScopeFilter {
  readonly nameContains?: string | null | undefined;
}

/** Funds of this platform, within a division if one is given. */
export function fundList(
  args: ListArgs<AidFundFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<AidFundDoc> {
  const { filter } = args;
  const order = listOrder('aidFunds', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<AidFundDoc>(order), args);
  const rows = new KeysetRows<AidFundDoc>(platform.db, {
    collection: funds,
    order,
    facets: facetsOf(filter, within),
    where: present({ name: contains(filter?.nameContains) }),
  });
  return new Connection(rows, args);
}
