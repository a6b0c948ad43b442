/** What the module `aid` asks beyond the core: the books balance, and nobody is paid twice. */
import { Maker, newKey, type Made } from '../maker.ts';
import { mustBe, mustRefuse, onlyOne, readRecord } from '../records.ts';
import { must, type Rule } from '../rule.ts';
import type { AuditedServer } from '../server.ts';

export const aidRules: readonly Rule[] = [
  {
    id: 'aid.M1',
    level: 'MUST',
    title: 'A grant is never paid twice, and a fund’s books balance',
    module: 'aid',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      const fund = await maker.make('AidFund', 'OPEN');
      const credit = maker.step('creditAidFund');
      await maker.take(credit, fund, 'MONEY', { amountFen: 500 });
      await books(server, fund, {
        creditedFen: 500,
        availableFen: 500,
        reservedFen: 0,
        paidFen: 0,
      });
      const start = maker.step('startAidProgramme');
      const programme = await maker.take(start, undefined, 'MONEY', { fundId: fund.id });
      const apply = async (amountFen: number) =>
        await maker.take(maker.step('applyForAid'), undefined, 'MONEY', {
          programmeId: programme.id,
          amountFen,
        });
      const call = (name: string, grant: Pick<Made, 'id'>, given = {}) =>
        maker.call(maker.step(name), grant, 'MONEY', given);

      const grants = [await apply(300), await apply(300)];
      const approvals = await Promise.all(grants.map((each) => call('approveAidGrant', each)));
      const approved = await Promise.all(approvals.map((each) => maker.send(each, 'id status')));
      onlyOne(approved, 'INSUFFICIENT_FUNDS', 'the fund has 500, and both ask for 300');
      await books(server, fund, {
        creditedFen: 500,
        availableFen: 200,
        reservedFen: 300,
        paidFen: 0,
      });

      const grant = grants[approved.findIndex(({ errors }) => errors.length === 0)];
      if (!grant) return;
      const paymentReference = newKey(`audit-${server.run}-payment`);
      const payments = [
        await call('payAidGrant', grant, { paymentReference }),
        await call('payAidGrant', grant),
        await call('payAidGrant', grant),
      ];
      const paid = await Promise.all(payments.map((each) => maker.send(each, 'id status')));
      onlyOne(paid, 'WRONG_STATE', 'the grant is paid');
      await books(server, fund, {
        creditedFen: 500,
        availableFen: 200,
        reservedFen: 0,
        paidFen: 300,
      });

      const small = await apply(100);
      await maker.take(maker.step('approveAidGrant'), small);
      const won = payments[paid.findIndex(({ errors }) => errors.length === 0)];
      const same = { paymentReference: won?.input['paymentReference'] };
      const repeated = await maker.send(await call('payAidGrant', small, same));
      mustRefuse(repeated, 'CONFLICT', 'the reference is another payment’s');
      await maker.take(maker.step('returnAidGrant'), grant);
      await maker.take(maker.step('rejectAidGrant'), small);
      await books(server, fund, {
        creditedFen: 500,
        availableFen: 500,
        reservedFen: 0,
        paidFen: 0,
      });
    },
  },
];

async function books(
  server: AuditedServer,
  fund: Made,
  wanted: Readonly<Record<'creditedFen' | 'availableFen' | 'reservedFen' | 'paidFen', number>>,
): Promise<void> {
  const accounts = Object.keys(wanted).join(' ');
  const { sent, record } = await readRecord(
    server,
    'AidFund',
    fund.id,
    `${accounts} entries(newest: 100) { from to amountFen }`,
  );
  mustBe(sent, record, wanted);
  const entries = (record['entries'] ?? []) as readonly {
    readonly from: string;
    readonly to: string;
    readonly amountFen: number;
  }[];
  const sum = (account: string): number =>
    entries.reduce(
      (total, { from, to, amountFen }) =>
        total + (to === account ? amountFen : 0) - (from === account ? amountFen : 0),
      0,
    );
  must(
    sum('AVAILABLE') === wanted.availableFen &&
      sum('RESERVED') === wanted.reservedFen &&
      sum('PAID') === wanted.paidFen,
    sent,
    () => entries,
    `Entries that lead to ${JSON.stringify(wanted)}.`,
  );
}
