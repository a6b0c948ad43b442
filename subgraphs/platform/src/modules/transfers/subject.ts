/** What can be transferred, as transfers need to know it: one object for each kind, of the same anatomy. */
import type { EventTypeName, ModuleName } from '@onenet/contract';
import type { Channel } from '@onenet/platforms';
import type { Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import type { ListedRow } from '../../rows.ts';
import type { SealedFields } from './sealed-fields.ts';
import type { TransferKind } from './store.ts';

/** What every record that can be transferred has. */
export interface Transferable extends ListedRow {
  readonly status: string;
  readonly placeCode: string;
  readonly channel: Channel;
  readonly simulated: boolean;
}

/** Where a record that comes is put. */
export interface Placing {
  readonly id: string;
  readonly from: string;
  readonly placeCode: string;
  readonly organizationId: string | null;
}

export interface Subject<Stored extends Transferable = Transferable> {
  readonly kind: TransferKind;
  /** The contract's type. */
  readonly type: string;
  readonly module: ModuleName;
  readonly collection: string;
  /** The prefix of its ids here. */
  readonly idPrefix: string;
  readonly events: Readonly<
    Record<'offered' | 'returned' | 'departed' | 'received', EventTypeName>
  >;
  /** The statuses in which it may be offered. */
  readonly offeredIn: readonly string[];
  /** What is stored beside a record to find it by. */
  indexed(
    platform: Platform,
    record: Omit<Stored, 'facets' | 'personal' | 'history'>,
  ): Pick<Stored, 'facets'>;
  /** What its events are counted by. */
  category(record: Stored): string;
  /** What has to be said of it before it is offered. */
  beforeOffer?(transaction: Transaction, record: Stored): Promise<void>;
  /** What is sealed; `status` is that before the offer. */
  contents(record: Stored, status: string): object;
  /** The record at the target, of what was sealed; whatever does not fit is refused, and not shown. */
  received(fields: SealedFields, placing: Placing, transaction: Transaction): Stored;
  /** What stays at the source: the mandatory core. */
  tombstone(record: Stored, transferredToId: string, now: Date): Stored;
  /** What else ends with the record at the source. */
  afterDeparture?(transaction: Transaction, id: string): Promise<void>;
}
