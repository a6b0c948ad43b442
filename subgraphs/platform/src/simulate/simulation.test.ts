/** The simulation does what people do, through the commands, and says so in records and events. */
import { expect, test } from 'vitest';
import { Random } from './random.ts';
import { liveliness } from './rhythm.ts';
import { Site } from './site.ts';
import { advanceSupervision, askSupervision } from './supervision.ts';
import { testPlatform } from '../test-platform.ts';
import { organization } from '../test-records.ts';

test('activity of every module, all of it marked, and none after the stop', async () => {
  const net = await testPlatform({
    records: [organization(0)],
    // As many at any hour: the night of Hubei is quiet.
    simulatePerSecond: 400 / liveliness(new Date()),
  });
  const { db } = net.platform;
  const wanted = [
    'onenet.request.submitted',
    'onenet.request.dispatched',
    'onenet.request.resolved',
    // By the worker whose request it is.
    'onenet.request.rated',
    'onenet.member.accepted',
    'onenet.article.read',
    'onenet.article.commented',
  ];
  for (let missing = wanted; missing.length > 0;) {
    const seen = new Set((await net.platform.feed.totals()).map(({ type }) => type));
    missing = wanted.filter((type) => !seen.has(type));
  }
  const answer = await fetch(`${net.url}/events?limit=1000`);
  const events = (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { type: string; data: { simulated?: true } });
  const others = events.filter(({ data }) => data.simulated !== true);
  expect(others.map(({ type }) => type)).toEqual(['onenet.organization.founded']);
  expect(await db.collection('service_requests').countDocuments({ simulated: { $ne: true } })).toBe(
    0,
  );
  await net[Symbol.asyncDispose]();
});

test('supervisions are asked, answered, returned and closed, all of it marked', async () => {
  await using net = await testPlatform({
    modules: ['core', 'organizations', 'requests', 'supervision'],
  });
  const site = new Site(net.platform, new Random(5));
  for (let n = 0; n < 12; n++) {
    await askSupervision(site);
    for (let step = 0; step < 10; step++) await advanceSupervision(site);
  }
  await net.platform.feed.drained();
  const totals = await net.platform.feed.totals();
  expect(totals.map(({ type }) => type).toSorted()).toEqual(
    ['answered', 'asked', 'closed', 'returned'].map((step) => `onenet.supervision.${step}`),
  );
  const unmarked = { simulated: { $ne: true } };
  expect(await net.platform.db.collection('supervisions').countDocuments(unmarked)).toBe(0);
});

test('chance repeats itself', () => {
  const draw = () => {
    const random = new Random(7);
    return Array.from({ length: 5 }, () => random.below(1_000));
  };
  expect(draw()).toEqual(draw());
  const random = new Random(1);
  const choices = [{ weight: 1 }, { weight: 3 }];
  const heavy = Array.from({ length: 4_000 }, () => random.weighted(choices)).filter(
    (c) => c?.weight === 3,
  );
  expect(heavy.length / 4_000).toBeCloseTo(0.75, 1);
});

test('the day in Hubei: quiet before dawn, lively in the morning, 1 on average', () => {
  const at = (utc: string) => liveliness(new Date(`2016-08-31T${utc}:00Z`));
  expect(at('19:00')).toBeLessThan(0.3);
  expect(at('02:00')).toBeGreaterThan(1.3);
  const day = Array.from({ length: 24 * 60 }, (_, minute) => liveliness(new Date(minute * 60_000)));
  expect(day.reduce((sum, value) => sum + value, 0) / day.length).toBeCloseTo(1, 3);
});
