/** A file's life: applied for, registered or refused, closed when the hardship is over. */
import { NetError, parseIdentityNumber, type EventTypeName } from '@onenet/contract';
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
import { maskedIdentityNumber, maskedName, maskedPhone } from '../../mask.ts';
import { ownRecord } from '../../own-record.ts';
import { members, type StoredMember } from '../members/store.ts';
import { assertOrganization } from '../organizations/store.ts';
import {
  hardshipFacets,
  hardshipWorkers,
  liveFiles,
  type HardshipCause,
  type HardshipWorkerDoc,
  type StoredHardshipWorker,
} from './hardship.ts';
import { ownIdentityHash } from './identity.ts';
import { endPairingsOf } from './pairings.ts';

/** A mutation → its event. */
const hardshipEvents = {
  registerHardshipWorker: 'onenet.hardship.registered',
  refuseHardshipWorker: 'onenet.hardship.refused',
  closeHardshipFile: 'onenet.hardship.closed',
} as const satisfies Record<string, EventTypeName>;

export interface ApplyForHardshipFileInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly name: string;
  readonly phone?: string | null | undefined;
  readonly identityNumber: string;
  readonly causes: readonly HardshipCause[];
  readonly channel: Channel;
  readonly placeCode: string;
  readonly organizationId?: string | null | undefined;
  readonly memberId?: string | null | undefined;
  readonly householdSize?: number | null | undefined;
  readonly monthlyIncomeFen?: number | null | undefined;
}

export function applyForHardshipFile(
  agency: Agency,
  input: ApplyForHardshipFileInput,
): Promise<HardshipWorkerDoc> {
  return runCommand('applyForHardshipFile', agency, input, async (transaction) => {
    const { platform, session, actor, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const name = checkedText('name', input.name, 100);
    const phone = optionalPhone('phone', input.phone);
    const identityNumber = parseIdentityNumber(input.identityNumber);
    const causes = [...new Set(input.causes)];
    if (causes.length === 0) throw badInput('`causes` is empty: name at least one.');
    const householdSize = optionalCount('householdSize', input.householdSize, 1, 50);
    const monthlyIncomeFen = optionalCount('monthlyIncomeFen', input.monthlyIncomeFen, 0, 10 ** 8);
    const { organizationId = null, memberId = null } = input;
    if (organizationId !== null) await assertOrganization(transaction, organizationId);
    if (memberId !== null) {
      const { status } = await ownRecord<StoredMember>(transaction, members, memberId);
      if (status !== 'ACTIVE') throw wrongState(platform, 'applyForHardshipFile', 'Member', status);
    }
    const identityHash = await ownIdentityHash(platform.db, identityNumber);
    await assertNoLiveFile(transaction, identityHash);
    const answer = {
      _id: newId(platform, 'hardship'),
      appliedAt: now,
      updatedAt: now,
      status: 'APPLIED',
      causes,
      channel: input.channel,
      placeCode,
      organizationId,
      memberId,
      registeredAt: null,
      closedAt: null,
      checks: [],
      pairingCount: 0,
      grantCount: 0,
      grantedFen: 0,
      maskedName: maskedName(name),
      maskedPhone: maskedPhone(phone),
      maskedIdentityNumber: maskedIdentityNumber(identityNumber),
      simulated,
    } as const;
    const facets = hardshipFacets(answer);
    const personal = {
      name,
      phone,
      identityNumber,
      identityHash,
      householdSize,
      monthlyIncomeFen,
      person: actor.kind === 'WORKER' ? actor.reference : null,
      notes: [],
    };
    await collection(transaction).insertOne({ ...answer, facets, personal }, { session });
    transaction.emit('onenet.hardship.applied', hardshipEventData(answer));
    return { ...answer, facets };
  });
}

export interface HardshipWorkerStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Kept with the record; personal. */
  readonly note?: string | null | undefined;
}

export function registerHardshipWorker(
  agency: Agency,
  input: HardshipWorkerStepInput,
): Promise<HardshipWorkerDoc> {
  return takeStep('registerHardshipWorker', agency, input);
}

export function refuseHardshipWorker(
  agency: Agency,
  input: HardshipWorkerStepInput,
): Promise<HardshipWorkerDoc> {
  return takeStep('refuseHardshipWorker', agency, input);
}

/** Who is no longer in hardship is no longer looked after: the pairings end with the file. */
export function closeHardshipFile(
  agency: Agency,
  input: HardshipWorkerStepInput,
): Promise<HardshipWorkerDoc> {
  return takeStep('closeHardshipFile', agency, input);
}

function takeStep(
  name: keyof typeof hardshipEvents,
  agency: Agency,
  input: HardshipWorkerStepInput,
): Promise<HardshipWorkerDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const note = optionalText('note', input.note, 2_000);
    const file = await ownRecord<StoredHardshipWorker>(transaction, hardshipWorkers, input.id);
    const status = statusAfter(assertStep(platform, name, file.status), file.status);
    if (status === 'CLOSED') await endPairingsOf(transaction, file._id);
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: file._id },
      {
        $set: {
          status,
          updatedAt: now,
          facets: hardshipFacets({ ...file, status }),
          ...(status === 'REGISTERED' && { registeredAt: now }),
          ...(status === 'CLOSED' && { closedAt: now }),
        },
        ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
    if (!changed) throw notFound(file._id, platform);
    transaction.emit(hardshipEvents[name], hardshipEventData(file));
    return changed;
  });
}

/** Of two that apply at once the index lets one through; the other is run again, and finds the file here. */
async function assertNoLiveFile(transaction: Transaction, identityHash: string): Promise<void> {
  const live = await collection(transaction).findOne(
    { 'personal.identityHash': identityHash, status: { $in: liveFiles } },
    { session: transaction.session, projection: { status: 1 } },
  );
  if (!live) return;
  throw new NetError(
    'CONFLICT',
    `There is a file of this identity number: "${live._id}", which is ${live.status}.`,
  );
}

function optionalCount(
  field: string,
  value: number | null | undefined,
  least: number,
  most: number,
): number | null {
  if (value == null) return null;
  if (value >= least && value <= most) return value;
  // The value itself stays out of the message: it is personal.
  throw badInput(`\`${field}\` is out of range: from ${least} to ${most}.`);
}

/** Place and channel, as every event of a file has them. */
function hardshipEventData({
  placeCode,
  channel,
}: Pick<HardshipWorkerDoc, 'placeCode' | 'channel'>) {
  return { place: placeCode, channel };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredHardshipWorker>(hardshipWorkers);
}
