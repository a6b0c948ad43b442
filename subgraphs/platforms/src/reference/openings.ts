/** Opening balances: what the large figures hold beyond their records. None at scale 1. */
import type { EventTypeName } from '@onenet/contract';
import type { Channel, OpeningRecord } from '../records.ts';
import { figuresAsOf } from './calendar.ts';
import type { Site } from './site.ts';

/** What a figure holds beyond records. */
export interface Balance {
  readonly measure: EventTypeName;
  /** Of the events' values; when absent, of their number. */
  readonly of?: 'value';
  readonly kind: OpeningRecord['kind'];
  /** Before scaling. */
  readonly total: number;
  /** The whole that the total is a part of. */
  readonly figure: number;
  /** How much of it is records, where the share of the figure does not say it. */
  readonly inRecords?: number;
  readonly category?: string;
  readonly channel?: Channel;
}

/** Those of the platform's modules. */
export function* openings(site: Site, balances: readonly Balance[]): Generator<OpeningRecord> {
  let n = 0;
  for (const balance of balances) {
    const { measure, of, kind, total, figure, inRecords, category, channel } = balance;
    const value = total - (inRecords ?? site.asRecords(total, figure));
    if (value === 0) continue;
    n += 1;
    yield {
      type: 'Opening',
      id: site.id(`opening-${n}`),
      platformCode: site.code,
      measure,
      ...(of && { of }),
      kind,
      value,
      asOf: figuresAsOf,
      placeCode: site.seat,
      category: category ?? null,
      channel: channel ?? null,
    };
  }
}
