/** Joining and leaving the union: each step is one transaction, with its event. */
import {
  contractVersion,
  isAfter,
  parseIdentityNumber,
  type EventTypeName,
} from '@onenet/contract';
import type { Channel, MemberKind } from '@onenet/platforms';
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
import type { Platform } from '../../context.ts';
import { assertStep, statusAfter } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { maskedIdentityNumber, maskedName, maskedPhone } from '../../mask.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { endCardsOf } from '../cards/commands.ts';
import { assertOrganization } from '../organizations/store.ts';
import { applyBy } from './join-code-commands.ts';
import { memberFacets, members, type MemberDoc, type StoredMember } from './store.ts';

/** A mutation → its event. */
const memberEvents = {
  acceptMember: 'onenet.member.accepted',
  refuseMember: 'onenet.member.refused',
  leaveUnion: 'onenet.member.left',
} as const satisfies Record<string, EventTypeName>;

export interface ApplyInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly name: string;
  readonly phone?: string | null | undefined;
  readonly kind: MemberKind;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly organizationId?: string | null | undefined;
  readonly identityNumber?: string | null | undefined;
  readonly joinToken?: string | null | undefined;
  readonly employerSize?: number | null | undefined;
}

/** Takes an application. */
export function applyForMembership(agency: Agency, input: ApplyInput): Promise<MemberDoc> {
  return runCommand('applyForMembership', agency, input, async (transaction) => {
    const { platform, session, actor, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const name = checkedText('name', input.name, 100);
    const phone = optionalPhone('phone', input.phone);
    const identityNumber =
      input.identityNumber == null ? null : parseIdentityNumber(input.identityNumber);
    const employerSize = checkedEmployerSize(platform, input);
    const status = 'APPLIED';
    const person = actor.kind === 'WORKER' ? actor.reference : null;
    const answer = {
      _id: newId(platform, 'member'),
      appliedAt: now,
      updatedAt: now,
      status,
      kind: input.kind,
      channel: input.channel,
      placeCode,
      ...(await appliedTo(transaction, input)),
      transferredToId: null,
      joinedAt: null,
      maskedName: maskedName(name),
      maskedPhone: maskedPhone(phone),
      maskedIdentityNumber: maskedIdentityNumber(identityNumber),
      employerSize,
      family: [],
      checks: [],
      simulated,
    } as const;
    const facets = memberFacets(answer);
    const stored = {
      ...answer,
      facets,
      personal: { name, phone, identityNumber, person, family: [], notes: [] },
    };
    await collection(transaction).insertOne(stored, { session });
    transaction.emit('onenet.member.applied', eventData(answer));
    return { ...answer, facets };
  });
}

/** The organization, and the QR code that led to it. */
async function appliedTo(
  transaction: Transaction,
  { joinToken, channel, organizationId = null }: ApplyInput,
): Promise<Pick<MemberDoc, 'organizationId' | 'joinCodeId'>> {
  if (joinToken == null) {
    if (organizationId !== null) await assertOrganization(transaction, organizationId);
    return { organizationId, joinCodeId: null };
  }
  if (channel !== 'QR_CODE') {
    throw badInput(`\`channel: ${channel}\`: whoever applies by \`joinToken\` comes by QR_CODE.`);
  }
  const code = await applyBy(transaction, joinToken);
  if (organizationId !== null && organizationId !== code.organizationId) {
    throw badInput(
      `\`organizationId: "${organizationId}"\` is not that of the QR code: leave it out.`,
    );
  }
  return { organizationId: code.organizationId, joinCodeId: code._id };
}

/** Below 25 people a firm's workers join together, as members of a kind of their own. */
const mostOfMicroEnterprise = 24;
const mostOfEmployer = 1_000_000;

function checkedEmployerSize(
  { definition }: Platform,
  { kind, employerSize: size }: Pick<ApplyInput, 'kind' | 'employerSize'>,
): number | null {
  const isMicro = kind === 'MICRO_ENTERPRISE';
  const most = isMicro ? mostOfMicroEnterprise : mostOfEmployer;
  if (size == null) {
    // Before contract 1.2 nobody could say it.
    const isAsked = isMicro && isAfter(definition.contractVersion ?? contractVersion, '1.1');
    if (!isAsked) return null;
    throw badInput(`\`employerSize\` is missing: a ${kind} has from 1 to ${most} people.`);
  }
  if (size >= 1 && size <= most) return size;
  throw badInput(`\`employerSize: ${size}\` is out of range: a ${kind} has from 1 to ${most}.`);
}

export interface MemberStepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Kept with the record; personal. */
  readonly note?: string | null | undefined;
}

/** Checked and taken in: the member counts from now on. */
export function acceptMember(agency: Agency, input: MemberStepInput): Promise<MemberDoc> {
  return takeStep('acceptMember', agency, input);
}

export function refuseMember(agency: Agency, input: MemberStepInput): Promise<MemberDoc> {
  return takeStep('refuseMember', agency, input);
}

export function leaveUnion(agency: Agency, input: MemberStepInput): Promise<MemberDoc> {
  return takeStep('leaveUnion', agency, input);
}

/** What ends with a membership here, whether the member leaves or moves on. */
export async function endMembership(transaction: Transaction, id: string): Promise<void> {
  const { modules } = transaction.platform.definition;
  if (modules.includes('cards')) await endCardsOf(transaction, id);
}

function takeStep(
  name: keyof typeof memberEvents,
  agency: Agency,
  input: MemberStepInput,
): Promise<MemberDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const note = optionalText('note', input.note, 2_000);
    const member = await ownRecord<StoredMember>(transaction, members, input.id);
    assertOwnPerson(name, transaction, member.personal.person);
    const to = statusAfter(assertStep(platform, name, member.status), member.status);
    const set = { status: to, updatedAt: now, ...(to === 'ACTIVE' && { joinedAt: now }) };
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: member._id },
      {
        $set: { ...set, facets: memberFacets({ ...member, ...set }) },
        ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
    if (!changed) throw notFound(member._id, platform);
    if (to === 'LEFT') await endMembership(transaction, member._id);
    transaction.emit(memberEvents[name], eventData(member));
    return changed;
  });
}

function eventData(member: Pick<MemberDoc, 'placeCode' | 'kind' | 'channel'>) {
  return { place: member.placeCode, category: member.kind, channel: member.channel };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredMember>(members);
}
