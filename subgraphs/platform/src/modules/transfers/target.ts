/** A transfer at its target: accepted once, or closed for ever. */
import { NetError } from '@onenet/contract';
import { assertThisPlatform, newId, servedPlace, serves } from '../../checks.ts';
import { runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertOrganization } from '../organizations/store.ts';
import { openedOffer, otherPlatform } from './envelope.ts';
import {
  answerOf,
  checkedTransferId,
  findSide,
  sideId,
  transferRefused,
  transfersOf,
  type TransferAnswer,
  type TransferDoc,
} from './store.ts';
import { eventData, offeredSubject, recordsOf } from './subjects.ts';

export interface TargetInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly transferId: string;
}

export interface AcceptInput extends TargetInput {
  readonly from: string;
  readonly sealed: string;
  readonly acceptBy: Date;
  readonly placeCode?: string | null | undefined;
  readonly organizationId?: string | null | undefined;
}

/** Makes the record: from now on it is this platform's. */
export function acceptTransfer(agency: Agency, input: AcceptInput): Promise<TransferAnswer> {
  return runCommand('acceptTransfer', agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const side = await sideOf(transaction, input);
    if (side?.state === 'ACCEPTED') return answerOf(side);
    if (side) throw transferRefused('acceptTransfer', side.state);
    if (now >= input.acceptBy) {
      const until = `it was to be accepted by ${input.acceptBy.toISOString()}`;
      throw transferRefused('acceptTransfer', null, until);
    }
    const from = otherPlatform(platform, 'from', input.from);
    const { kind, record: fields } = await openedOffer(platform, input);
    const subject = offeredSubject(platform, kind);
    if (!subject) {
      throw new NetError('NOT_OFFERED', `Platform ${platform.definition.code} takes no ${kind}.`);
    }
    const organizationId = input.organizationId ?? null;
    if (organizationId !== null) await assertOrganization(transaction, organizationId);
    const placeCode =
      input.placeCode == null
        ? placeHere(platform, fields.text('placeCode', 12))
        : servedPlace(platform, input.placeCode);
    const id = newId(platform, subject.idPrefix);
    const record = subject.received(fields, { id, from, placeCode, organizationId }, transaction);
    await recordsOf(platform, subject).insertOne(record, { session });
    transaction.emit(subject.events.received, eventData(subject, record));
    return keep(transaction, input, { state: 'ACCEPTED', kind, recordId: id, other: from });
  });
}

/** Closes the transfer, unless it was accepted before: then it stays so, and the answer says it. */
export function declineTransfer(agency: Agency, input: TargetInput): Promise<TransferAnswer> {
  return runCommand('declineTransfer', agency, input, async (transaction) => {
    const side = await sideOf(transaction, input);
    if (side) return answerOf(side);
    return keep(transaction, input, { state: 'DECLINED', kind: null, recordId: null, other: null });
  });
}

function sideOf(
  { platform, session }: Transaction,
  input: TargetInput,
): Promise<TransferDoc | null> {
  assertThisPlatform(platform, input.platform);
  return findSide(platform.db, 'TARGET', checkedTransferId(input.transferId), session);
}

/** Its key is unique: of two at the same time one is run again, and finds what the other did. */
async function keep(
  { platform, session, now }: Transaction,
  { transferId }: TargetInput,
  side: Pick<TransferDoc, 'state' | 'kind' | 'recordId' | 'other'>,
): Promise<TransferAnswer> {
  const _id = sideId('TARGET', transferId);
  const kept = { _id, transferId, at: now, statusBefore: null, ...side };
  await transfersOf(platform.db).insertOne(kept, { session });
  return answerOf(kept);
}

/** Where it lay, if that is served here; else the platform's own place. */
function placeHere(platform: Transaction['platform'], code: string): string {
  return serves(platform, code) ? code : (platform.definition.serves[0] ?? code);
}
