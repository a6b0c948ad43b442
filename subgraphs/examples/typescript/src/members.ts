/** Joining and leaving the union, and whom a member's family is. */
import { randomUUID } from 'node:crypto';
import * as checks from './checks.ts';
import type { Commands, Input, Transaction } from './commands.ts';
import type { Row } from './context.ts';
import { NetError, badInput } from './errors.ts';
import * as joinCodes from './join-codes.ts';
import { statusAfter } from './life-cycles.ts';

interface Step {
  readonly actors: readonly string[];
  readonly event: string;
}

const steps: Readonly<Record<string, Step>> = {
  acceptMember: { actors: ['OFFICER'], event: 'accepted' },
  refuseMember: { actors: ['OFFICER'], event: 'refused' },
  leaveUnion: { actors: ['WORKER', 'OFFICER'], event: 'left' },
};

const mostRelatives = 20;

export const memberCommands: Commands = {
  applyForMembership: {
    payload: 'member',
    actors: ['WORKER', 'OFFICER', 'SYSTEM'],
    command: apply,
  },
  ...Object.fromEntries(
    Object.entries(steps).map(([name, step]) => [
      name,
      {
        payload: 'member',
        actors: step.actors,
        command: (transaction, given) => take(transaction, name, step, given),
      },
    ]),
  ),
  addFamilyMember: {
    payload: 'member',
    actors: ['WORKER', 'OFFICER'],
    command: addFamilyMember,
  },
  removeFamilyMember: {
    payload: 'member',
    actors: ['WORKER', 'OFFICER'],
    command: removeFamilyMember,
  },
  issueJoinCode: { payload: 'joinCode', actors: ['OFFICER'], command: joinCodes.issue },
  revokeJoinCode: { payload: 'joinCode', actors: ['OFFICER'], command: joinCodes.revoke },
};

export const joinCodeFields = { content: joinCodes.content, svg: joinCodes.svg };

/** Takes an application; by a QR code it is the code's organization that is applied to. */
async function apply(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, actor, now } = transaction;
  const texts = given as Record<string, string | null>;
  const { kind, channel, phone, identityNumber, organizationId } = texts;
  checks.thisPlatform(platform, String(given['platform']));
  const place = checks.servedPlace(platform, String(given['placeCode']));
  const name = checks.text('name', String(given['name']), 100);
  const telephone = checks.optionalPhone('phone', phone);
  const identity = checks.optionalIdentityNumber(identityNumber);
  const size = checks.employerSize(String(kind), given['employerSize'] as number | null);
  const code = await joinCodes.appliedBy(transaction, given);
  if (organizationId != null && !code) {
    await transaction.existing('organization', 'union_org', organizationId);
  }
  const id = transaction.newId('member');
  await transaction.insert('membership', {
    id,
    applied: now,
    changed: now,
    state: 'APPLIED',
    kind,
    came_by: channel,
    area_code: place,
    org: code?.['org'] ?? organizationId ?? null,
    join_code: code?.['id'] ?? null,
    firm_size: size,
    full_name: name,
    tel: telephone,
    identity,
    person_ref: actor.kind === 'WORKER' ? actor.reference : null,
  });
  await transaction.emit('onenet.member.applied', { place, category: kind, channel });
  return transaction.existing('member', 'membership', id);
}

async function take(
  transaction: Transaction,
  name: string,
  { event }: Step,
  given: Input,
): Promise<Row> {
  const { now } = transaction;
  const note = checks.optionalText('note', given['note'] as string | null | undefined, 2_000);
  const member = await ownMember(transaction, name, given);
  const { id, placeCode, kind, channel } = member;
  const to = statusAfter(name, String(member['status']));
  await transaction.do(
    'UPDATE membership SET state = $2, changed = $3, joined = $4 WHERE id = $1',
    id,
    to,
    now,
    to === 'ACTIVE' ? now : member['joinedAt'],
  );
  if (note !== null) {
    await transaction.insert('membership_note', { membership: id, written: now, note });
  }
  await transaction.emit(`onenet.member.${event}`, { place: placeCode, category: kind, channel });
  return transaction.existing('member', 'membership', String(id));
}

async function addFamilyMember(transaction: Transaction, given: Input): Promise<Row> {
  const { id, status } = await ownMember(transaction, 'addFamilyMember', given);
  statusAfter('addFamilyMember', String(status));
  const query = 'SELECT count(*) AS n FROM relative WHERE membership = $1';
  const count = Number((await transaction.row(query, id))?.['n']);
  if (count >= mostRelatives) {
    throw badInput(`Member "${String(id)}" has ${count} of the family: at most ${mostRelatives}.`);
  }
  await transaction.insert('relative', {
    membership: id,
    key: randomUUID(),
    relation: given['relation'],
    full_name: checks.text('name', String(given['name']), 100),
  });
  return changed(transaction, id);
}

async function removeFamilyMember(transaction: Transaction, given: Input): Promise<Row> {
  const { id, status } = await ownMember(transaction, 'removeFamilyMember', given);
  statusAfter('removeFamilyMember', String(status));
  const key = String(given['key']).replaceAll('\0', '');
  const query = 'DELETE FROM relative WHERE membership = $1 AND key = $2';
  if ((await transaction.do(query, id, key)) === 0) {
    const message = `Member "${String(id)}" has nobody of the family by that \`key\`.`;
    throw new NetError('NOT_FOUND', message);
  }
  return changed(transaction, id);
}

/** The member; refused to another worker. */
async function ownMember(transaction: Transaction, name: string, given: Input): Promise<Row> {
  const id = String(given['id']);
  const member = await transaction.existing('member', 'membership', id);
  await transaction.ownPerson(name, 'membership', 'person_ref', id);
  return member;
}

async function changed(transaction: Transaction, id: unknown): Promise<Row> {
  await transaction.do('UPDATE membership SET changed = $2 WHERE id = $1', id, transaction.now);
  return transaction.existing('member', 'membership', String(id));
}
