/** Joining and leaving the union: each step is one transaction, with its event. */
import type { EventTypeName } from '@onenet/contract';
import type { Channel, MemberKind } from '@onenet/platforms';
import {
  assertThisPlatform,
  checkedText,
  newId,
  optionalPhone,
  optionalText,
  servedPlace,
} from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep, statusAfter } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { assertOrganization } from '../organizations/store.ts';
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
}

/** Takes an application. */
export function applyForMembership(agency: Agency, input: ApplyInput): Promise<MemberDoc> {
  return runCommand('applyForMembership', agency, input, async (transaction) => {
    const { platform, session, actor, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const name = checkedText('name', input.name, 100);
    const phone = optionalPhone('phone', input.phone);
    const organizationId = input.organizationId ?? null;
    if (organizationId !== null) await assertOrganization(transaction, organizationId);
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
      organizationId,
      transferredToId: null,
      joinedAt: null,
      maskedName: maskedName(name),
      maskedPhone: maskedPhone(phone),
      simulated,
    } as const;
    const facets = memberFacets(answer);
    const stored = { ...answer, facets, personal: { name, phone, person, notes: [] } };
    await collection(transaction).insertOne(stored, { session });
    transaction.emit('onenet.member.applied', eventData(answer));
    return { ...answer, facets };
  });
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

function takeStep(
  name: keyof typeof memberEvents,
  agency: Agency,
  input: MemberStepInput,
): Promise<MemberDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, now } = transaction;
    const id = ownId(platform, input.id);
    const note = optionalText('note', input.note, 2_000);
    const options = { session, projection: publicProjection };
    const member = await collection(transaction).findOne<MemberDoc>({ _id: id }, options);
    if (!member) throw notFound(id, platform);
    const to = statusAfter(assertStep(name, member.status), member.status);
    const set = { status: to, updatedAt: now, ...(to === 'ACTIVE' && { joinedAt: now }) };
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: id },
      {
        $set: { ...set, facets: memberFacets({ ...member, ...set }) },
        ...(note !== null && { $push: { 'personal.notes': { at: now, text: note } } }),
      },
      { ...options, returnDocument: 'after' },
    );
    if (!changed) throw notFound(id, platform);
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
