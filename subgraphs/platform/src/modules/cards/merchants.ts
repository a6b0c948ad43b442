/** Merchants who give holders a discount: stored, listed, added, closed. */
import {
  assertThisPlatform,
  badInput,
  checkedLabel,
  checkedText,
  newId,
  servedPlace,
} from '../../checks.ts';
import { runCommand, type Agency } from '../../command.ts';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import { assertStep } from '../../life-cycle.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder } from '../../order.ts';
import { ownRecord } from '../../own-record.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { contains, noRows, present, type ListedRow, type Selection } from '../../rows.ts';
import { facetsAt, facetsOf, isAsked, type ScopeFilter } from '../../scope.ts';

export type MerchantStatus = 'OPEN' | 'CLOSED';

export interface MerchantDoc extends ListedRow {
  readonly name: string;
  readonly updatedAt: Date;
  readonly status: MerchantStatus;
  readonly placeCode: string;
  readonly category: string;
  readonly discountPercent: number;
  readonly simulated: boolean;
}

export const merchants = 'card_merchants';

export function merchantFacets({ placeCode }: Pick<MerchantDoc, 'placeCode'>): string[] {
  return facetsAt(placeCode);
}

export interface MerchantFilter extends ScopeFilter {
  readonly statuses?: readonly MerchantStatus[] | null | undefined;
  readonly category?: string | null | undefined;
  readonly nameContains?: string | null | undefined;
}

/** Merchants of this platform, within a division if one is given. */
export function merchantList(
  args: ListArgs<MerchantFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<MerchantDoc> {
  const { filter } = args;
  const order = listOrder('merchants', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<MerchantDoc>(order), args);
  const selection: Selection<MerchantDoc> = {
    collection: merchants,
    order,
    facets: facetsOf(filter, within),
    where: present({
      status: filter?.statuses && { $in: filter.statuses },
      category: filter?.category,
      name: contains(filter?.nameContains),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

export interface AddMerchantInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly name: string;
  readonly placeCode: string;
  readonly category: string;
  readonly discountPercent: number;
}

export function addMerchant(agency: Agency, input: AddMerchantInput): Promise<MerchantDoc> {
  return runCommand('addMerchant', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const { discountPercent } = input;
    if (discountPercent < 0 || discountPercent > 100) {
      throw badInput(`\`discountPercent: ${discountPercent}\` is no percentage: from 0 to 100.`);
    }
    const merchant: MerchantDoc = {
      _id: newId(platform, 'merchant'),
      name: checkedText('name', input.name, 100),
      updatedAt: now,
      status: 'OPEN',
      placeCode,
      category: checkedLabel('category', input.category, 50),
      discountPercent,
      simulated,
      facets: merchantFacets({ placeCode }),
    };
    await platform.db.collection<MerchantDoc>(merchants).insertOne(merchant, { session });
    transaction.emit('onenet.merchant.opened', eventData(merchant));
    return merchant;
  });
}

export interface MerchantStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
}

export function closeMerchant(agency: Agency, input: MerchantStepInput): Promise<MerchantDoc> {
  return runCommand('closeMerchant', agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const merchant = await ownRecord<MerchantDoc>(transaction, merchants, input.id);
    assertStep(platform, 'closeMerchant', merchant.status);
    const set = { status: 'CLOSED', updatedAt: now } as const;
    await platform.db
      .collection<MerchantDoc>(merchants)
      .updateOne({ _id: merchant._id }, { $set: set }, { session });
    transaction.emit('onenet.merchant.closed', eventData(merchant));
    return { ...merchant, ...set };
  });
}

function eventData({ placeCode, category }: MerchantDoc) {
  return { place: placeCode, category };
}
