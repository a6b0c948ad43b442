/** What the module `cards` asks beyond the core: never two live ones of a kind, and one use is one discount. */
import { Maker, type Made } from '../maker.ts';
import { platformInfo } from '../platform-info.ts';
import { mustBe, mustRefuse, onlyOne, readRecord, resultOf } from '../records.ts';
import { NotChecked, type Rule } from '../rule.ts';
import type { AuditedServer } from '../server.ts';

export const cardRules: readonly Rule[] = [
  {
    id: 'cards.M1',
    level: 'MUST',
    title: 'Never two live cards of one kind for one member',
    module: 'cards',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      const member = await maker.make('Member', 'ACTIVE');
      const issue = async () => {
        const given = { memberId: member.id };
        return await maker.call(maker.step('issueCard'), undefined, 'MONEY', given);
      };
      const calls = [await issue(), await issue(), await issue()];
      const issued = await Promise.all(calls.map((call) => maker.send(call, 'id status')));
      onlyOne(issued, 'CONFLICT', 'the member has a live card of this kind');
      const [done] = issued.filter(({ errors }) => errors.length === 0);
      const id = String(done && resultOf(done, 'issueCard', 'card')['id']);

      await maker.take(maker.step('reportCardLost'), { id });
      mustRefuse(await maker.send(await issue()), 'CONFLICT', 'the lost one is to be replaced');
      const replace = await maker.call(maker.step('replaceCard'), { id });
      const replaced = await maker.send(replace, 'id status');
      const next = resultOf(replaced, replace.name, 'card');
      mustBe(replaced.sent, next, { status: 'ACTIVE' });
      const old = await readRecord(server, 'Card', id, 'status replacedById');
      mustBe(old.sent, old.record, { status: 'REPLACED', replacedById: next['id'] });
      mustRefuse(await maker.send(await issue()), 'CONFLICT', 'the new one is live');
    },
  },
  {
    id: 'cards.M2',
    level: 'MUST',
    title: 'One use is one discount',
    module: 'cards',
    writes: true,
    async check(server) {
      if (server.signer) throw new NotChecked('useCard is for the platform’s own front end');
      const maker = new Maker(server);
      const card = await maker.make('Card', 'ACTIVE');
      const add = maker.step('addMerchant');
      const merchant = await maker.take(add, undefined, 'MONEY', { discountPercent: 10 });
      const use = await usesOf(server, maker, card, merchant);

      const first = await use();
      const once = { useCount: 1, discountFen: 199 };
      const sendIt = () => maker.send(first, 'useCount discountFen');
      const used = await sendIt();
      mustBe(used.sent, resultOf(used, 'useCard', 'card'), once);
      await sendIt();
      const again = await readRecord(server, 'Card', card.id, 'useCount discountFen');
      mustBe(`${used.sent}, twice with one key`, again.record, once);

      const others = [await use(), await use(), await use(), await use(), await use()];
      await Promise.all(others.map((call) => maker.send(call)));
      const all = await readRecord(server, 'Card', card.id, 'useCount discountFen');
      const wanted = { useCount: 6, discountFen: 6 * 199 };
      mustBe(`${used.sent}, and five at once, each with its key`, all.record, wanted);

      const has = await readRecord(server, 'Card', card.id, 'functions');
      const functions = (has.record['functions'] ?? []) as readonly string[];
      const other = server.offered.enumValues('CardFunction').find((f) => !functions.includes(f));
      if (other !== undefined) {
        const call = await use({ function: other });
        mustRefuse(await maker.send(call), 'BAD_INPUT', `the card does not have ${other}`);
      }
      const withoutMerchant = await use({ merchantId: null });
      mustRefuse(await maker.send(withoutMerchant), 'BAD_INPUT', 'somebody gives the discount');
    },
  },
];

/** 19.99 yuan at a merchant who takes a tenth off. */
async function usesOf(server: AuditedServer, maker: Maker, card: Made, merchant: Made) {
  const { cardKinds } = await platformInfo(server);
  const all = cardKinds.flatMap(({ functions }) => functions);
  const discount = all.includes('DISCOUNT') ? { function: 'DISCOUNT' } : {};
  return async (different: Readonly<Record<string, unknown>> = {}) =>
    await maker.call(maker.step('useCard'), card, 'MONEY', {
      ...discount,
      merchantId: merchant.id,
      amountFen: 1_999,
      ...different,
    });
}
