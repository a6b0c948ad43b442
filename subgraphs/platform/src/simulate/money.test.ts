/** Simulated cards and aid: what they bring about, all of it marked, and the books balance. */
import { expect, test } from 'vitest';
import { books } from '../modules/aid/accounts.ts';
import { eventsTold } from '../test-mutate.ts';
import { testPlatform } from '../test-platform.ts';
import { member, organization } from '../test-records.ts';
import * as aid from './aid.ts';
import * as cards from './cards.ts';
import { Random } from './random.ts';
import { Site } from './site.ts';

test('cards are used, grants paid and cadres paired, out of nothing, and all is simulated', async () => {
  const now = new Date();
  const recent = { ...member(1), appliedAt: now, joinedAt: now, decidedAt: now, simulated: true };
  await using net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'members', 'cards', 'aid'],
    records: [organization(0), organization(1), organization(2), recent],
  });
  const site = new Site(net.platform, new Random(20_160_831));
  const acts = [
    ...Object.values(cards),
    aid.applyForHardshipFile,
    aid.decideHardshipFile,
    aid.applyForAid,
    aid.advanceGrant,
    aid.pairOneCadre,
  ];
  const wanted = [
    'onenet.card.issued',
    'onenet.card.started',
    'onenet.card.used',
    'onenet.card.ended',
    'onenet.hardship.registered',
    'onenet.fund.credited',
    'onenet.aid.paid',
    'onenet.pairing.started',
  ];
  for (let missing = wanted; missing.length > 0;) {
    // Some are refused, as among people: a second card, a pairing that there is already.
    const ends = await Promise.allSettled(acts.map((act) => act(site)));
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ name: 'NetError' });
    }
    const seen = (await net.platform.feed.totals()).map(({ type }) => type);
    missing = wanted.filter((type) => !seen.includes(type));
  }
  const told = await eventsTold(net);
  const unmarked = told.filter(({ data }) => data.simulated !== true).map(({ type }) => type);
  expect(new Set(unmarked)).toEqual(new Set(['onenet.organization.founded']));
  for (const { balances, entries } of await books(net.platform.db)) {
    expect(entries).toEqual(balances);
  }
});
