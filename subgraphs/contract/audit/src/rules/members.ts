/** What the module `members` asks beyond the core. */
import { mutationCall, mutationQuery } from '../inputs.ts';
import { NotChecked, must, type Rule } from '../rule.ts';
import { cameIn, dataOf } from '../server.ts';

export const memberRules: readonly Rule[] = [
  {
    id: 'members.M1',
    level: 'MUST',
    title: 'A member counts from acceptance, not from application',
    module: 'members',
    writes: true,
    async check(server) {
      const find = (name: string) =>
        server.offered.fields('Mutation').find((field) => field.name === name);
      const [apply, accept] = [find('applyForMembership'), find('acceptMember')];
      const application = apply && (await mutationCall(server, apply, 'member-apply'));
      const acceptance = accept && (await mutationCall(server, accept, 'member-accept'));
      if (!application || !acceptance) throw new NotChecked('the mutations are not offered');
      const applied = await server.ask(mutationQuery(application, 'id status joinedAt'), {
        variables: { input: application.input },
        actor: server.actor('WORKER'),
      });
      const { member } = dataOf(applied)['applyForMembership'] as { member: Member };
      must(
        member.status === 'APPLIED' && member.joinedAt === null,
        applied.sent,
        () => cameIn(applied),
        'status APPLIED, and no joinedAt.',
      );
      const accepted = await server.ask(mutationQuery(acceptance, 'id status joinedAt'), {
        variables: { input: { ...acceptance.input, id: member.id } },
        actor: server.actor('OFFICER'),
      });
      const { member: joined } = dataOf(accepted)['acceptMember'] as { member: Member };
      must(
        joined.status === 'ACTIVE' && joined.joinedAt !== null,
        accepted.sent,
        () => cameIn(accepted),
        'status ACTIVE, and joinedAt.',
      );
    },
  },
];

interface Member {
  readonly id: string;
  readonly status: string;
  readonly joinedAt: string | null;
}
