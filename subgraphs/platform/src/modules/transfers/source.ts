/** A transfer at its source: the record is offered, and departs or comes back. Each step is one transaction, once for each transfer. */
import { NetError, parseId, seal } from '@onenet/contract';
import type { Document } from 'mongodb';
import { badInput } from '../../checks.ts';
import { changeAnswers, runCommand, type Agency, type Transaction } from '../../command.ts';
import { wrongState } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { endCorrectionsOf } from '../corrections/commands.ts';
import { otherPlatform, sealedOffer } from './envelope.ts';
import {
  answerOf,
  checkedTransferId,
  findSide,
  sideId,
  transferRefused,
  transfersOf,
  type TransferAnswer,
  type TransferDoc,
  type TransferState,
} from './store.ts';
import type { Subject, Transferable } from './subject.ts';
import { eventData, ownRecord, recordsOf } from './subjects.ts';

export interface SourceInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly transferId: string;
}

export interface OfferInput extends SourceInput {
  readonly to: string;
  readonly sealingKey: string;
  readonly dueAt: Date;
}

/** Out of the lists, and sealed to the target. What is sealed is kept nowhere here: it is made again for whoever asks again. */
export async function offerTransfer(agency: Agency, input: OfferInput) {
  const answer = await runCommand('offerTransfer', agency, input, async (transaction) => {
    const { platform, now } = transaction;
    const { subject, record, side } = await sideOf(transaction, input);
    if (side) {
      if (side.other === input.to || side.state !== 'OFFERED') return answerOf(side);
      throw conflict(side, `is offered to ${side.other}`);
    }
    otherPlatform(platform, 'to', input.to);
    // A key that nothing can be sealed to is refused before anything changes.
    await seal(input.sealingKey, {});
    if (input.dueAt <= now) {
      throw badInput(
        `\`dueAt: ${input.dueAt.toISOString()}\` is not after now, ${now.toISOString()}.`,
      );
    }
    if (!subject.offeredIn.includes(record.status)) {
      throw wrongState(platform, 'offerTransfer', subject.type, record.status);
    }
    await subject.beforeOffer?.(transaction, record);
    await setStatus(transaction, subject, record, 'IN_TRANSFER');
    transaction.emit(subject.events.offered, eventData(subject, record));
    return keep(transaction, input, {
      state: 'OFFERED',
      kind: subject.kind,
      other: input.to,
      statusBefore: record.status,
    });
  });
  return {
    ...answer,
    sealed: answer.state === 'OFFERED' ? await sealedOffer(agency.platform, input) : null,
  };
}

/** It lives at the target: a tombstone stays, and nothing of a person. */
export function completeTransfer(
  agency: Agency,
  input: SourceInput & { readonly transferredToId: string },
): Promise<TransferAnswer> {
  return runCommand('completeTransfer', agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const { subject, record, side } = await sideOf(transaction, input);
    const { transferredToId } = input;
    const target = parseId(transferredToId).platform;
    if (side?.state === 'COMPLETED' && leadsTo(record) === transferredToId) return answerOf(side);
    if (side?.state !== 'OFFERED') throw transferRefused('completeTransfer', side?.state ?? null);
    if (target !== side.other) {
      throw badInput(
        `\`transferredToId: "${transferredToId}"\` is no record of ${side.other}, to which it was offered.`,
      );
    }
    const tombstone = subject.tombstone(record, transferredToId, now);
    await recordsOf(platform, subject).replaceOne({ _id: record._id }, tombstone, { session });
    await changeAnswers(transaction, [record._id], { answer: shownOf(tombstone) });
    await subject.afterDeparture?.(transaction, record._id);
    if (platform.definition.modules.includes('corrections')) {
      await endCorrectionsOf(transaction, record._id);
    }
    transaction.emit(subject.events.departed, eventData(subject, record));
    return move(transaction, side, 'COMPLETED');
  });
}

/** As it was before the offer. An offer that never came is not taken any more, should it come late. */
export function withdrawTransfer(agency: Agency, input: SourceInput): Promise<TransferAnswer> {
  return runCommand('withdrawTransfer', agency, input, async (transaction) => {
    const { subject, record, side } = await sideOf(transaction, input);
    if (!side) {
      const { kind } = subject;
      return keep(transaction, input, {
        state: 'WITHDRAWN',
        kind,
        other: null,
        statusBefore: null,
      });
    }
    if (side.state === 'WITHDRAWN') return answerOf(side);
    if (side.state !== 'OFFERED' || side.statusBefore === null) {
      throw transferRefused('withdrawTransfer', side.state);
    }
    await setStatus(transaction, subject, record, side.statusBefore);
    transaction.emit(subject.events.returned, eventData(subject, record));
    return move(transaction, side, 'WITHDRAWN');
  });
}

/** The record, and what is known of its transfer: one of another record is none of it. */
async function sideOf(transaction: Transaction, { id, transferId }: SourceInput) {
  const { platform, session } = transaction;
  const found = await ownRecord(transaction, id);
  const side = await findSide(platform.db, 'SOURCE', checkedTransferId(transferId), session);
  if (side && side.recordId !== id) throw conflict(side, 'is of another record');
  return { ...found, side };
}

async function setStatus(
  { platform, session, now }: Transaction,
  subject: Subject,
  record: Transferable,
  status: string,
): Promise<void> {
  const changed = { ...record, status };
  const set = { status, updatedAt: now, ...subject.indexed(platform, changed) };
  await recordsOf(platform, subject).updateOne({ _id: record._id }, { $set: set }, { session });
}

async function keep(
  { platform, session, now }: Transaction,
  { id, transferId }: SourceInput,
  side: Pick<TransferDoc, 'state' | 'kind' | 'other' | 'statusBefore'>,
): Promise<TransferAnswer> {
  const _id = sideId('SOURCE', transferId);
  const kept = { _id, transferId, recordId: id, at: now, ...side };
  await transfersOf(platform.db).insertOne(kept, { session });
  return answerOf(kept);
}

async function move(
  { platform, session, now }: Transaction,
  side: TransferDoc,
  state: TransferState,
): Promise<TransferAnswer> {
  await transfersOf(platform.db).updateOne(
    { _id: side._id },
    { $set: { state, at: now } },
    { session },
  );
  return answerOf({ ...side, state });
}

/** What of a record a mutation answers. */
function shownOf(record: Transferable): Document {
  const hidden = Object.keys(publicProjection);
  return Object.fromEntries(Object.entries(record).filter(([name]) => !hidden.includes(name)));
}

function leadsTo(record: Transferable): unknown {
  return 'transferredToId' in record ? record.transferredToId : null;
}

function conflict({ transferId }: TransferDoc, what: string): NetError {
  return new NetError('CONFLICT', `The transfer "${transferId}" ${what}: take a new id.`);
}
