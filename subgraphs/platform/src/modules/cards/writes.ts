/** Reference cards, merchants and claims as documents and events. */
import type { ModuleRecord, ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedCardNumber, maskedName } from '../../mask.ts';
import { documentWrite, recordWrites } from '../../writes.ts';
import { claimFacets, claims, type CardClaimDoc } from './claims.ts';
import { merchantFacets, merchants, type MerchantDoc } from './merchants.ts';
import { cardFacets, cardUses, cards, type CardDoc, type StoredCard } from './store.ts';

/** What a record of the module becomes. */
export function* cardsWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Record') return;
  switch (record.of) {
    case 'Card':
      yield* recordWrites(cards, record, derivedOfCard(record));
      return;
    case 'CardUse':
      // A use has no events of its own: its card tells of it.
      yield documentWrite(cardUses, {
        _id: record.id,
        ...record.fields,
        simulated: record.simulated,
      });
      return;
    case 'Merchant':
      yield* recordWrites(merchants, record, {
        facets: merchantFacets(record.fields as unknown as MerchantDoc),
      });
      return;
    case 'CardClaim':
      yield* recordWrites(claims, record, {
        facets: claimFacets(record.fields as unknown as CardClaimDoc),
      });
      return;
  }
}

function derivedOfCard({ fields, personal }: ModuleRecord) {
  const { number, holderName } = personal as unknown as StoredCard['personal'];
  return {
    maskedHolderName: maskedName(holderName),
    maskedNumber: maskedCardNumber(number),
    facets: cardFacets(fields as unknown as CardDoc),
  };
}
