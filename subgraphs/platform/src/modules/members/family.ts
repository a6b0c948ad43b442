/** Who of a member's family shares in what the union offers families. */
import { randomUUID } from 'node:crypto';
import { NetError } from '@onenet/contract';
import type { FamilyRelation } from '@onenet/platforms';
import type { UpdateFilter } from 'mongodb';
import { badInput, checkedText } from '../../checks.ts';
import { notFound, runCommand, type Agency, type Transaction } from '../../command.ts';
import { assertStep } from '../../life-cycle.ts';
import { publicProjection } from '../../loaders.ts';
import { maskedName } from '../../mask.ts';
import { assertOwnPerson, ownRecord } from '../../own-record.ts';
import { members, mostFamily, type MemberDoc, type StoredMember } from './store.ts';

interface FamilyInput {
  readonly id: string;
  readonly idempotencyKey?: string;
}

export interface AddFamilyMemberInput extends FamilyInput {
  readonly relation: FamilyRelation;
  readonly name: string;
}

export function addFamilyMember(agency: Agency, input: AddFamilyMemberInput): Promise<MemberDoc> {
  return changeFamily('addFamilyMember', agency, input, ({ _id, family }) => {
    if (family.length >= mostFamily) {
      throw badInput(`Member "${_id}" has ${family.length} of the family: at most ${mostFamily}.`);
    }
    const name = checkedText('name', input.name, 100);
    const key = randomUUID();
    return {
      $push: {
        family: { key, relation: input.relation, maskedName: maskedName(name) },
        'personal.family': { key, name },
      },
    };
  });
}

export interface RemoveFamilyMemberInput extends FamilyInput {
  readonly key: string;
}

export function removeFamilyMember(
  agency: Agency,
  input: RemoveFamilyMemberInput,
): Promise<MemberDoc> {
  return changeFamily('removeFamilyMember', agency, input, ({ _id, family }) => {
    const { key } = input;
    if (!family.some((each) => each.key === key)) {
      throw new NetError('NOT_FOUND', `Member "${_id}" has nobody of the family by that \`key\`.`);
    }
    return { $pull: { family: { key }, 'personal.family': { key } } };
  });
}

function changeFamily(
  name: string,
  agency: Agency,
  input: FamilyInput,
  changeOf: (member: StoredMember) => UpdateFilter<StoredMember>,
): Promise<MemberDoc> {
  return runCommand(name, agency, input, async (transaction: Transaction) => {
    const { platform, session, now } = transaction;
    const member = await ownRecord<StoredMember>(transaction, members, input.id);
    assertOwnPerson(name, transaction, member.personal.person);
    assertStep(platform, name, member.status);
    const changed = await platform.db
      .collection<StoredMember>(members)
      .findOneAndUpdate(
        { _id: member._id },
        { ...changeOf(member), $set: { updatedAt: now } },
        { session, projection: publicProjection, returnDocument: 'after' },
      );
    if (!changed) throw notFound(member._id, platform);
    return changed;
  });
}
