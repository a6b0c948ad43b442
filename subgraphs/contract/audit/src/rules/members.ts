/** What the module `members` asks beyond the core. */
import { Maker } from '../maker.ts';
import { mustBe, mustRefuse, readRecord, resultOf } from '../records.ts';
import { NotChecked, must, type Rule } from '../rule.ts';
import { cameIn } from '../server.ts';

export const memberRules: readonly Rule[] = [
  {
    id: 'members.M1',
    level: 'MUST',
    title: 'A member counts from acceptance, not from application',
    module: 'members',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      const apply = await maker.call(maker.step('applyForMembership'));
      const applied = await maker.send(apply, 'id status joinedAt');
      const member = resultOf(applied, apply.name, 'member');
      mustBe(applied.sent, member, { status: 'APPLIED', joinedAt: null });
      const id = String(member['id']);
      const accept = await maker.call(maker.step('acceptMember'), { id });
      const accepted = await maker.send(accept, 'id status joinedAt');
      const joined = resultOf(accepted, accept.name, 'member');
      must(
        joined['status'] === 'ACTIVE' && joined['joinedAt'] != null,
        accepted.sent,
        () => cameIn(accepted),
        'status ACTIVE, and joinedAt.',
      );
    },
  },
  {
    id: 'members.M2',
    level: 'MUST',
    title: 'A join code leads to its organization, until it ends',
    module: 'members',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      if (server.offered.fields('JoinCode').length === 0) {
        throw new NotChecked('the platform keeps a version without join codes');
      }
      const issue = await maker.call(maker.step('issueJoinCode'));
      const issued = await maker.send(issue, 'id content organizationId');
      const code = resultOf(issued, issue.name, 'joinCode');
      const [, token = ''] = /join=([^&]+)$/.exec(String(code['content'])) ?? [];
      must(token !== '', issued.sent, () => code, 'content that ends in join=<token>.');
      const apply = async (joinToken: string, channel = 'QR_CODE') => {
        const given = { joinToken, channel };
        const call = await maker.call(maker.step('applyForMembership'), undefined, 'MONEY', given);
        return await maker.send(call, 'id organizationId joinCodeId');
      };
      const applied = await apply(decodeURIComponent(token));
      const wanted = { organizationId: code['organizationId'], joinCodeId: code['id'] };
      mustBe(applied.sent, resultOf(applied, 'applyForMembership', 'member'), wanted);
      mustRefuse(await apply(`${token}x`), 'BAD_INPUT', 'nobody issued such a token');
      mustRefuse(await apply(token, 'STATION'), 'BAD_INPUT', 'who scans a code comes by QR_CODE');
      const id = String(code['id']);
      const counted = await readRecord(server, 'JoinCode', id, 'applicationCount');
      mustBe(counted.sent, counted.record, { applicationCount: 1 });
      await maker.take(maker.step('revokeJoinCode'), { id });
      mustRefuse(await apply(token), 'BAD_INPUT', 'the code is revoked');
    },
  },
];
