/** Opening balances as events. */
import type { ReferenceRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { eventWrite } from '../../writes.ts';

export function* openingWrites(record: ReferenceRecord): Generator<Write> {
  if (record.type !== 'Opening') return;
  const { measure, of, kind, value, asOf, placeCode, category, channel } = record;
  yield eventWrite({ simulated: false }, 'onenet.opening', asOf, {
    place: placeCode,
    ...(category !== null && { category }),
    ...(channel !== null && { channel }),
    opening: { measure, ...(of && { of }), value, asOf: asOf.toISOString(), kind },
  });
}
