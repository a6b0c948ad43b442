/** A bound on any metric of the catalogue, per platform, and lines that are rejected: over real feeds and the real engine. */
import { localCaller } from '@onenet/contract';
import { expect, inject, test, vi } from 'vitest';
import { testNet } from '../fixture-net.ts';
import { testSnapshot, until } from '../fixture.ts';
import { metrics } from '../metrics.ts';
import { unsignedCalls } from '../owner-call.ts';
import { SelfCheck } from '../self-check.ts';
import { noDestinations } from './destinations.ts';
import { alertResolvers } from './graphql.ts';
import { Outbox } from './outbox.ts';
import { rules } from './rules.ts';
import type { SetAlertRuleInput } from './set-rule.ts';
import { SettingsStore } from './settings.ts';
import { Alerts } from './store.ts';
import { Teller } from './teller.ts';
import { Watch } from './watch.ts';

vi.setConfig({ testTimeout: 120_000 });

test('every metric of the catalogue has a rule for each side, off until it is set', () => {
  for (const { name } of metrics) {
    for (const side of ['ABOVE', 'BELOW']) {
      const rule = rules.find((each) => each.name === `${side}_${name}`);
      expect(rule?.defaults.enabled, `${side}_${name}`).toBe(false);
    }
  }
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
});

test('a bound on satisfaction of one platform, on aid of all, and a rejected line', async () => {
  const codes = ['420100', '420500'] as const;
  await using net = await testNet(inject('mongodbUri'), codes);
  const nowMs = Date.now();
  const outbox = new Outbox(net.db);
  const alerts = new Alerts(net.db, outbox);
  const settings = new SettingsStore(net.db);
  for (const store of [outbox, alerts, settings]) await store.prepare();
  const { ingest, clickhouse } = net;
  const resolvers = alertResolvers({ ingest, alerts, outbox, settings, changed: () => undefined });
  const caller = { ...localCaller, client: 'dashboard', roles: ['administrator'] as const };
  const set = (input: SetAlertRuleInput) =>
    resolvers.Mutation.setAlertRule(undefined, { input }, { caller });
  const sources = { clickhouse, ingest };
  const watch = new Watch({
    sources,
    selfCheck: new SelfCheck(sources, unsignedCalls),
    alerts,
    settings,
    teller: new Teller(outbox, () => Promise.resolve(noDestinations)),
    log: () => undefined,
  });
  const open = async (): Promise<string[]> => {
    await watch.lookAtMetrics(Date.now());
    const found = await alerts.open();
    return found
      .map(({ rule, platform, value, sample }) => `${rule} ${platform} ${value} of ${sample}`)
      .toSorted();
  };
  ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
  const time = new Date(nowMs - 60_000);
  for (const platform of net.platforms) {
    await platform.happened([
      ...Array.from({ length: 12 }, () => ({
        type: 'onenet.request.rated' as const,
        time,
        data: { value: 2 },
      })),
      ...Array.from({ length: 3 }, () => ({
        type: 'onenet.aid.paid' as const,
        time,
        data: { value: 100_000 },
      })),
    ]);
  }
  await net.allIn();
  await until(() =>
    ingest.statuses().every(({ completeTo }) => Date.parse(completeTo ?? '') > nowMs),
  );
  expect(await open()).toEqual([]);

  await set({ rule: 'BELOW_satisfaction', platform: '420500', enabled: true, bound: 3.5 });
  await set({ rule: 'ABOVE_aidAmount', enabled: true, bound: 3_000, minimumSample: 3 });
  // As it looks every minute: while a feed's word is too old nothing opens.
  await expect
    .poll(open)
    .toEqual([
      'ABOVE_aidAmount 420100 3000 of 3',
      'ABOVE_aidAmount 420500 3000 of 3',
      'BELOW_satisfaction 420500 2 of 12',
    ]);
  const { rows } = await resolvers.Query.alerts(
    undefined,
    { input: { state: 'OPEN', first: 10, rules: ['BELOW_satisfaction'] } },
    { caller },
  );
  const [shown] = rows;
  if (!shown) throw new Error('No alert.');
  expect(resolvers.Alert.textEn(shown)).toMatch(
    /: 2 points, where the bound is below 3.5 points, of 12/,
  );
  // Of fewer than the sample nothing is said, and what is off closes.
  await set({ rule: 'BELOW_satisfaction', platform: '420500', minimumSample: 50 });
  await set({ rule: 'ABOVE_aidAmount', enabled: false });
  await expect.poll(open).toEqual([]);

  const values = (sequence: number, code: string, recorded: string): string =>
    `('${code}', 1, ${sequence}, now64(3), ${recorded}, 'onenet.article.liked', 1, 'BAD_PLACE')`;
  await clickhouse.run(
    `INSERT INTO onenet.raw (platform, epoch, sequence, time, recorded, type, count, rejected) VALUES
    ${values(1_000, '420100', 'now64(3)')}, ${values(1_001, '420100', 'now64(3)')},
    ${values(1_000, '420500', 'now64(3) - INTERVAL 25 HOUR')}`,
  );
  await expect.poll(open).toEqual(['REJECTED_LINES 420100 2 of 0']);
});
