/** Joining and leaving the union. */
import * as checks from './checks.ts';
import type { Commands, Input, Transaction } from './commands.ts';
import type { Row } from './context.ts';
import { NetError } from './errors.ts';

interface Step {
  readonly actors: readonly string[];
  /** The status in which it is allowed, and the one that it leads to. */
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

const steps: Readonly<Record<string, Step>> = {
  acceptMember: { actors: ['OFFICER'], from: 'APPLIED', to: 'ACTIVE', event: 'accepted' },
  refuseMember: { actors: ['OFFICER'], from: 'APPLIED', to: 'REFUSED', event: 'refused' },
  leaveUnion: { actors: ['WORKER', 'OFFICER'], from: 'ACTIVE', to: 'LEFT', event: 'left' },
};

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
};

async function apply(transaction: Transaction, given: Input): Promise<Row> {
  const { platform, actor, now } = transaction;
  const { kind, channel, organizationId, phone } = given as Record<string, string | null>;
  checks.thisPlatform(platform, String(given['platform']));
  const place = checks.servedPlace(platform, String(given['placeCode']));
  const name = checks.text('name', String(given['name']), 100);
  const telephone = checks.optionalPhone('phone', phone);
  if (organizationId != null) {
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
    org: organizationId ?? null,
    full_name: name,
    tel: telephone,
    person_ref: actor.kind === 'WORKER' ? actor.reference : null,
  });
  await transaction.emit('onenet.member.applied', { place, category: kind, channel });
  return transaction.existing('member', 'membership', id);
}

async function take(
  transaction: Transaction,
  name: string,
  { from, to, event }: Step,
  given: Input,
): Promise<Row> {
  const { now } = transaction;
  const note = checks.optionalText('note', given['note'] as string | null | undefined, 2_000);
  const member = await transaction.existing('member', 'membership', String(given['id']));
  const { id, status, placeCode, kind, channel } = member;
  if (status !== from) {
    throw new NetError(
      'WRONG_STATE',
      `${name} is not possible: the member is ${String(status)}, and would have to be ${from}.`,
      { status },
    );
  }
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
