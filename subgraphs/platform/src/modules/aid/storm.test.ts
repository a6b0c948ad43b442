/** Many do everything with money at once, at random: afterwards the books balance, to the fen. */
import { NetError } from '@onenet/contract';
import { expect, test } from 'vitest';
import type { Agency } from '../../command.ts';
import { Random } from '../../simulate/random.ts';
import { eventsTold } from '../../test-mutate.ts';
import { testPlatform } from '../../test-platform.ts';
import { books } from './accounts.ts';
import { creditAidFund, openAidFund } from './fund-commands.ts';
import {
  applyForAid,
  approveAidGrant,
  payAidGrant,
  rejectAidGrant,
  returnAidGrant,
} from './grant-commands.ts';
import { grants, type AidGrantDoc } from './grants.ts';
import { startAidProgramme } from './programmes.ts';

const seed = 20_160_831;
const rounds = 10;
const atOnce = 12;

test('a storm of mutations leaves every fund with what its books say', async () => {
  await using net = await testPlatform({ modules: ['core', 'organizations', 'requests', 'aid'] });
  const { platform } = net;
  const random = new Random(seed);
  const agency: Agency = { platform, actor: { kind: 'OFFICER', reference: 'desk' }, by: null };
  const open = () => openAidFund(agency, { platform: '420100', name: '演示资金' });
  const funds = [await open(), await open()];
  const programmes = await Promise.all(
    funds.map(({ _id: fundId }) =>
      startAidProgramme(agency, { platform: '420100', name: '演示', form: 'CASH', fundId }),
    ),
  );
  for (const { _id: id } of funds) await creditAidFund(agency, { id, amountFen: 5_000 });
  const references = Array.from({ length: 40 }, (_, n) => `ref-${n}`);
  /** Mostly one that waits for the step, else any. */
  const someGrant = async (status: string): Promise<string> => {
    const all = await platform.db.collection<AidGrantDoc>(grants).find().toArray();
    const waiting = all.filter((grant) => grant.status === status);
    return random.pick(random.next() < 0.7 ? waiting : all)?._id ?? '420100:grant-none';
  };
  /** Any step on any grant, whether it fits or not. */
  const acts: readonly (() => Promise<unknown>)[] = [
    () =>
      creditAidFund(agency, {
        id: random.pick(funds)?._id ?? '',
        amountFen: 1 + random.below(4_000),
      }),
    () =>
      applyForAid(agency, {
        platform: '420100',
        programmeId: random.pick(programmes)?._id ?? '',
        name: '演示',
        amountFen: 1 + random.below(3_000),
        channel: 'STATION',
        placeCode: '420100',
      }),
    async () => approveAidGrant(agency, { id: await someGrant('APPLIED') }),
    async () =>
      payAidGrant(agency, {
        id: await someGrant('APPROVED'),
        paymentReference: random.pick(references) ?? '',
      }),
    async () => rejectAidGrant(agency, { id: await someGrant('APPLIED') }),
    async () => returnAidGrant(agency, { id: await someGrant('PAID') }),
  ];
  const weights = [1, 4, 5, 5, 1, 1].flatMap((weight, act) =>
    Array.from({ length: weight }, () => act),
  );
  const refusals = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        try {
          await acts[random.pick(weights) ?? 0]?.();
        } catch (error) {
          if (!(error instanceof NetError)) throw error;
          refusals.add(error.code);
        }
      }),
    );
  }
  // The storm was one: much was refused, and much was not.
  expect([...refusals]).toEqual(expect.arrayContaining(['WRONG_STATE', 'INSUFFICIENT_FUNDS']));
  const all = await platform.db.collection<AidGrantDoc>(grants).find().toArray();
  const sumOf = (fundId: string, status: string) =>
    all
      .filter((grant) => grant.fundId === fundId && grant.status === status)
      .reduce((sum, { amountFen }) => sum + (amountFen ?? 0), 0);
  for (const { fundId, balances, entries } of await books(platform.db)) {
    expect(entries).toEqual(balances);
    expect(balances.SOURCE).toBe(balances.AVAILABLE + balances.RESERVED + balances.PAID);
    expect(balances.RESERVED).toBe(sumOf(fundId, 'APPROVED'));
    expect(balances.PAID).toBe(sumOf(fundId, 'PAID'));
    expect(balances.AVAILABLE).toBeGreaterThanOrEqual(0);
  }
  // What the feed tells is what the books say.
  const told = (type: string) =>
    eventsTold(net).then((events) =>
      events
        .filter((event) => event.type === type)
        .reduce((sum, { data }) => sum + (data.value ?? Number.NaN), 0),
    );
  const total = (of: 'SOURCE' | 'PAID') =>
    books(platform.db).then((found) => found.reduce((sum, { balances }) => sum + balances[of], 0));
  expect(await told('onenet.fund.credited')).toBe(await total('SOURCE'));
  expect((await told('onenet.aid.paid')) - (await told('onenet.aid.returned'))).toBe(
    await total('PAID'),
  );
  expect(await told('onenet.aid.paid')).toBeGreaterThan(0);
});
