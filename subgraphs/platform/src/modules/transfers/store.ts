/** What a platform keeps of transfers: one document for each transfer and side. */
import type { ClientSession, Collection, Db } from 'mongodb';
import { NetError } from '@onenet/contract';
import { badInput } from '../../checks.ts';
import type { Row } from '../../rows.ts';

export const transferStates = [
  'OFFERED',
  'ACCEPTED',
  'DECLINED',
  'COMPLETED',
  'WITHDRAWN',
] as const;
export type TransferState = (typeof transferStates)[number];

export const transferKinds = ['MEMBER', 'SERVICE_REQUEST'] as const;
export type TransferKind = (typeof transferKinds)[number];

export type Side = 'SOURCE' | 'TARGET';

/** One side. Nothing of the record's own is in it. */
export interface TransferDoc extends Row {
  /** `<side> <transferId>`: the unique key by which each step is carried out once. */
  readonly _id: string;
  readonly transferId: string;
  readonly state: TransferState;
  /** When it came to that state. */
  readonly at: Date;
  /** Null where the target closed a transfer that it was not asked to accept. */
  readonly kind: TransferKind | null;
  readonly recordId: string | null;
  /** The platform on the other side; null where nobody named it. */
  readonly other: string | null;
  /** Of an offer: the record's status before it, to which it goes back. */
  readonly statusBefore: string | null;
}

/** What is answered, without what is sealed. */
export interface TransferAnswer {
  readonly id: string;
  readonly state: TransferState;
  readonly kind: TransferKind | null;
  readonly recordId: string | null;
}

export const transfers = 'transfers';

export function transfersOf(db: Db): Collection<TransferDoc> {
  return db.collection<TransferDoc>(transfers);
}

export function sideId(side: Side, transferId: string): string {
  return `${side} ${transferId}`;
}

/** What this platform knows of a transfer as one of its sides. */
export function findSide(
  db: Db,
  side: Side,
  transferId: string,
  session?: ClientSession,
): Promise<TransferDoc | null> {
  return transfersOf(db).findOne({ _id: sideId(side, transferId) }, session ? { session } : {});
}

export function answerOf({ transferId: id, state, kind, recordId }: TransferDoc): TransferAnswer {
  return { id, state, kind, recordId };
}

/** A step that a transfer is past, or not at yet. */
export function transferRefused(
  mutation: string,
  state: TransferState | null,
  why = 'it was not offered here',
): NetError {
  const known = state === null ? why : `the transfer is ${state} here`;
  return new NetError('WRONG_STATE', `${mutation} is not possible: ${known}.`, {
    status: state,
    allowed: [],
  });
}

/** A transfer's id, as whoever carries it out gives it. */
export function checkedTransferId(id: string): string {
  if (/^[\w.:-]{1,200}$/.test(id)) return id;
  throw badInput('`transferId` is 1 to 200 letters, digits, `_`, `.`, `:` and `-`.');
}
