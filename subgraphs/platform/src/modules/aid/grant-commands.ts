/** A grant's life: applied for, approved, paid or completed, rejected, returned. Its money moves in the same transaction. Long, since a grant’s steps and its money are read together. */
import { NetError, type EventTypeName } from '@onenet/contract';
import type { Channel } from '@onenet/platforms';
import {
  assertThisPlatform,
  badInput,
  checkedText,
  newId,
  optionalPhone,
  optionalText,
  servedPlace,
} from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep, statusAfter, wrongState } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { move, type AidAccount } from './accounts.ts';
import { aboveZero, isWithMoney, ofMoney } from './forms.ts';
import { grantFacets, grants, type AidGrantDoc, type StoredGrant } from './grants.ts';
import {
  hardshipWorkers,
  liveFiles,
  type HardshipStatus,
  type HardshipWorkerDoc,
  type StoredHardshipWorker,
} from './hardship.ts';
import { programmes, type AidProgrammeDoc } from './programmes.ts';

export interface ApplyForAidInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly programmeId: string;
  readonly hardshipWorkerId?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly amountFen?: number | null | undefined;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly reason?: string | null | undefined;
}

export function applyForAid(agency: Agency, input: ApplyForAidInput): Promise<AidGrantDoc> {
  return runCommand('applyForAid', agency, input, async (transaction) => {
    const { platform, session, actor, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const reason = optionalText('reason', input.reason, 2_000);
    const programme = await ownRecord<AidProgrammeDoc>(transaction, programmes, input.programmeId);
    const { _id: programmeId, form, fundId, status: programmeStatus } = programme;
    if (programmeStatus !== 'OPEN')
      throw wrongState(platform, 'applyForAid', 'AidProgramme', programmeStatus);
    const requestedFen = ofMoney('amountFen', form, input.amountFen ?? null);
    if (requestedFen !== null) aboveZero('amountFen', requestedFen);
    const { hardshipWorkerId, name, phone } = await applicant(transaction, input);
    const answer = {
      _id: newId(platform, 'grant'),
      appliedAt: now,
      updatedAt: now,
      status: 'APPLIED',
      form,
      channel: input.channel,
      placeCode,
      programmeId,
      fundId,
      hardshipWorkerId,
      requestedFen,
      amountFen: null,
      approvedAt: null,
      givenAt: null,
      maskedName: maskedName(name),
      maskedPhone: maskedPhone(phone),
      simulated,
    } as const;
    const facets = grantFacets(answer);
    const person = actor.kind === 'WORKER' ? actor.reference : null;
    const personal = { name, phone, reason, person, paymentReference: null, notes: [] };
    await collection(transaction).insertOne({ ...answer, facets, personal }, { session });
    transaction.emit('onenet.aid.applied', eventData(answer));
    return { ...answer, facets };
  });
}

export interface ApproveAidGrantInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  readonly amountFen?: number | null | undefined;
}

export function approveAidGrant(agency: Agency, input: ApproveAidGrantInput): Promise<AidGrantDoc> {
  return takeStep('approveAidGrant', agency, input, async (grant, transaction) => {
    const amountFen = approvedFen(grant, input.amountFen ?? null);
    await assertFile(transaction, 'approveAidGrant', grant, liveFiles);
    if (amountFen !== null) {
      await moveOf(
        transaction,
        'approveAidGrant',
        { ...grant, amountFen },
        'AVAILABLE',
        'RESERVED',
      );
    }
    emitOf(transaction, 'onenet.aid.approved', { ...grant, amountFen });
    return { amountFen, approvedAt: transaction.now };
  });
}

export interface PayAidGrantInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Personal. */
  readonly paymentReference: string;
}

export function payAidGrant(agency: Agency, input: PayAidGrantInput): Promise<AidGrantDoc> {
  return takeStep('payAidGrant', agency, input, async (grant, transaction) => {
    assertMoney('payAidGrant', grant, true);
    await assertFile(transaction, 'payAidGrant', grant, filesToGiveTo);
    const paymentReference = checkedText('paymentReference', input.paymentReference, 100);
    await assertNewPayment(transaction, paymentReference);
    await moveOf(transaction, 'payAidGrant', grant, 'RESERVED', 'PAID');
    await countGiven(transaction, grant, 1);
    emitOf(transaction, 'onenet.aid.paid', grant, await personOf(transaction, grant));
    return { givenAt: transaction.now, 'personal.paymentReference': paymentReference };
  });
}

export interface AidGrantStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Kept with the record; personal. */
  readonly note?: string | null | undefined;
}

export function rejectAidGrant(agency: Agency, input: AidGrantStepInput): Promise<AidGrantDoc> {
  return takeStep('rejectAidGrant', agency, input, async (grant, transaction) => {
    if (grant.amountFen !== null) {
      await moveOf(transaction, 'rejectAidGrant', grant, 'RESERVED', 'AVAILABLE');
    }
    transaction.emit('onenet.aid.rejected', eventData(grant));
    return {};
  });
}

export function returnAidGrant(agency: Agency, input: AidGrantStepInput): Promise<AidGrantDoc> {
  return takeStep('returnAidGrant', agency, input, async (grant, transaction) => {
    await moveOf(transaction, 'returnAidGrant', grant, 'PAID', 'AVAILABLE');
    await countGiven(transaction, grant, -1);
    emitOf(transaction, 'onenet.aid.returned', grant);
    return {};
  });
}

export function completeAidGrant(agency: Agency, input: AidGrantStepInput): Promise<AidGrantDoc> {
  return takeStep('completeAidGrant', agency, input, async (grant, transaction) => {
    assertMoney('completeAidGrant', grant, false);
    await assertFile(transaction, 'completeAidGrant', grant, filesToGiveTo);
    await countGiven(transaction, grant, 1);
    emitOf(transaction, 'onenet.aid.completed', grant, await personOf(transaction, grant));
    return { givenAt: transaction.now };
  });
}

/** A step of a grant: what `change` gives is set with it. */
function takeStep(
  name: string,
  agency: Agency,
  input: AidGrantStepInput,
  change: (
    grant: StoredGrant,
    transaction: Transaction,
  ) => Promise<Partial<AidGrantDoc> & { readonly 'personal.paymentReference'?: string }>,
): Promise<AidGrantDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const note = optionalText('note', input.note, 2_000);
    const grant = await ownRecord<StoredGrant>(transaction, grants, input.id);
    const status = statusAfter(assertStep(platform, name, grant.status), grant.status);
    const set = await change(grant, transaction);
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: grant._id },
      {
        $set: { ...set, status, updatedAt: now, facets: grantFacets({ ...grant, status }) },
        ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
    if (!changed) throw notFound(grant._id, platform);
    return changed;
  });
}

/** What was approved is owed to whoever is no longer in hardship, and to nobody whose file was refused. */
const filesToGiveTo: readonly HardshipStatus[] = ['APPLIED', 'REGISTERED', 'CLOSED'];

async function assertFile(
  transaction: Transaction,
  mutation: string,
  { hardshipWorkerId }: AidGrantDoc,
  statuses: readonly HardshipStatus[],
): Promise<void> {
  if (hardshipWorkerId === null) return;
  const { status } = await ownRecord<StoredHardshipWorker>(
    transaction,
    hardshipWorkers,
    hardshipWorkerId,
  );
  if (statuses.includes(status)) return;
  throw wrongState(transaction.platform, mutation, 'HardshipWorker', status);
}

/** Whom a grant is for: a file's worker, or whoever name and phone say. */
async function applicant(
  transaction: Transaction,
  input: ApplyForAidInput,
): Promise<{
  readonly hardshipWorkerId: string | null;
  readonly name: string | null;
  readonly phone: string | null;
}> {
  const name = optionalText('name', input.name, 100);
  const phone = optionalPhone('phone', input.phone);
  if (input.hardshipWorkerId == null) {
    if (name === null) throw badInput('`name` is missing: there is no file to say who applies.');
    return { hardshipWorkerId: null, name, phone };
  }
  const file = await ownRecord<StoredHardshipWorker>(
    transaction,
    hardshipWorkers,
    input.hardshipWorkerId,
  );
  assertOwnPerson('applyForAid', transaction, file.personal.person);
  if (!liveFiles.includes(file.status)) {
    throw wrongState(transaction.platform, 'applyForAid', 'HardshipWorker', file.status);
  }
  return {
    hardshipWorkerId: file._id,
    name: name ?? file.personal.name,
    phone: phone ?? file.personal.phone,
  };
}

function approvedFen({ form, requestedFen }: AidGrantDoc, given: number | null): number | null {
  const amountFen = ofMoney('amountFen', form, given ?? requestedFen);
  if (amountFen === null || requestedFen === null) return null;
  aboveZero('amountFen', amountFen);
  if (amountFen <= requestedFen) return amountFen;
  throw badInput(`\`amountFen: ${amountFen}\` is more than was applied for: ${requestedFen}.`);
}

function assertMoney(mutation: string, { form }: AidGrantDoc, money: boolean): void {
  if (isWithMoney(form) === money) return;
  throw badInput(
    money
      ? `${mutation} is for forms with money: ${form} is completed, by completeAidGrant.`
      : `${mutation} is for forms without money: ${form} is paid, by payAidGrant.`,
  );
}

/** Of two that pay at once with one reference the index lets one through; the other is run again. */
async function assertNewPayment(transaction: Transaction, reference: string): Promise<void> {
  const paid = await collection(transaction).findOne(
    { 'personal.paymentReference': reference },
    { session: transaction.session, projection: { _id: 1 } },
  );
  if (!paid) return;
  throw new NetError(
    'CONFLICT',
    `\`paymentReference\` is that of another payment, of the grant "${paid._id}".`,
  );
}

/** Each step moves a grant's money at most once: its line is named by the two. */
function moveOf(
  transaction: Transaction,
  step: string,
  { _id, fundId, amountFen }: Pick<AidGrantDoc, '_id' | 'fundId' | 'amountFen'>,
  from: AidAccount,
  to: AidAccount,
): Promise<void> {
  if (fundId === null || amountFen === null) {
    throw new Error(`${step}: the grant ${_id} has no money to move.`);
  }
  return move(transaction, { id: `${_id} ${step}`, fundId, from, to, amountFen, grantId: _id });
}

/** What the programme, and the file if there is one, know of what was given. */
async function countGiven(
  { platform, session, now }: Transaction,
  { programmeId, hardshipWorkerId, amountFen }: AidGrantDoc,
  sign: 1 | -1,
): Promise<void> {
  await platform.db
    .collection<AidProgrammeDoc>(programmes)
    .updateOne(
      { _id: programmeId },
      { $inc: { grantCount: sign }, $set: { updatedAt: now } },
      { session },
    );
  if (hardshipWorkerId === null) return;
  const fen = sign * (amountFen ?? 0);
  const counted = await platform.db
    .collection<HardshipWorkerDoc>(hardshipWorkers)
    .updateOne(
      { _id: hardshipWorkerId, grantedFen: { $lte: mostFenTogether - fen } },
      { $inc: { grantCount: sign, grantedFen: fen }, $set: { updatedAt: now } },
      { session },
    );
  if (counted.matchedCount > 0) return;
  throw badInput(
    `The file "${hardshipWorkerId}" would have more than ${mostFenTogether} fen granted, which cannot be shown.`,
  );
}

/** What the contract's Int holds. */
const mostFenTogether = 2 ** 31 - 1;

/** Who is counted as helped: the file's worker, or who applied; else the grant stands for somebody. */
async function personOf(transaction: Transaction, grant: StoredGrant): Promise<string> {
  if (grant.hardshipWorkerId === null) return grant.personal.person ?? grant._id;
  const file = await ownRecord<StoredHardshipWorker>(
    transaction,
    hardshipWorkers,
    grant.hardshipWorkerId,
  );
  return file.personal.person ?? file._id;
}

function emitOf(
  transaction: Transaction,
  type: EventTypeName,
  grant: Pick<AidGrantDoc, 'placeCode' | 'form' | 'channel' | 'amountFen'>,
  person?: string,
): void {
  const value = grant.amountFen === null ? {} : { value: grant.amountFen };
  transaction.emit(type, { ...eventData(grant), ...value }, person);
}

function eventData({
  placeCode,
  form,
  channel,
}: Pick<AidGrantDoc, 'placeCode' | 'form' | 'channel'>) {
  return { place: placeCode, category: form, channel };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredGrant>(grants);
}
