/** A fund is opened, and money comes in. */
import { assertThisPlatform, checkedText, newId, servedPlace } from '../../checks.ts';
import { runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep } from '../../life-cycle.ts';
import { ownRecord } from '../../own-record.ts';
import { move } from './accounts.ts';
import { aboveZero } from './forms.ts';
import { fundFacets, funds, type AidFundDoc } from './funds.ts';

export interface OpenAidFundInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly name: string;
  readonly placeCode?: string | null | undefined;
}

export function openAidFund(agency: Agency, input: OpenAidFundInput): Promise<AidFundDoc> {
  return runCommand('openAidFund', agency, input, async (transaction) => {
    const { platform, session, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = placeOrSeat(transaction, input.placeCode);
    const fund: AidFundDoc = {
      _id: newId(platform, 'fund'),
      name: checkedText('name', input.name, 100),
      updatedAt: now,
      status: 'OPEN',
      placeCode,
      creditedFen: 0,
      availableFen: 0,
      reservedFen: 0,
      paidFen: 0,
      simulated,
      facets: fundFacets({ placeCode }),
    };
    await platform.db.collection<AidFundDoc>(funds).insertOne(fund, { session });
    return fund;
  });
}

export interface CreditAidFundInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly amountFen: number;
}

export function creditAidFund(agency: Agency, input: CreditAidFundInput): Promise<AidFundDoc> {
  return runCommand('creditAidFund', agency, input, async (transaction) => {
    const amountFen = aboveZero('amountFen', input.amountFen);
    const fund = await ownRecord<AidFundDoc>(transaction, funds, input.id);
    assertStep(transaction.platform, 'creditAidFund', fund.status);
    await move(transaction, {
      id: newId(transaction.platform, 'credit'),
      fundId: fund._id,
      from: 'SOURCE',
      to: 'AVAILABLE',
      amountFen,
      grantId: null,
    });
    transaction.emit('onenet.fund.credited', { place: fund.placeCode, value: amountFen });
    return ownRecord<AidFundDoc>(transaction, funds, fund._id);
  });
}

/** A place that the platform serves; where none is given, its own. */
export function placeOrSeat({ platform }: Transaction, code: string | null | undefined): string {
  return servedPlace(platform, code ?? platform.definition.serves[0] ?? '');
}
