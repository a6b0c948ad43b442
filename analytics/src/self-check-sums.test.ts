/** The hourly comparison of sums on the real engine: a sum that is wrong while every count is right is found, and named. */
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testNet, type TestNet } from './fixture-net.ts';
import { generated } from './fixture-oracle.ts';
import { testSnapshot } from './fixture.ts';
import { unsignedCalls } from './owner-call.ts';
import { dayMs, shanghaiMs } from './periods.ts';
import { SelfCheck } from './self-check.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const code = '420100';
const cleanUp = new AsyncDisposableStack();
let net: TestNet;
let check: SelfCheck;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), [code]));
  const nowMs = Date.now();
  // Of these two months, and of one a year ago, which no round but by turn looks at.
  const events = generated(1_500, 1, nowMs).map((event, i) => {
    const daysAgo = i % 3 === 0 ? 365 + (i % 20) : i % 45;
    return { ...event, time: new Date(nowMs - daysAgo * dayMs - 1) };
  });
  await net.platforms[0]?.happened(events);
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
  await net.allIn();
  check = new SelfCheck(net, unsignedCalls);
});
afterAll(() => cleanUp.disposeAsync());

const dayOf = (ms: number): string => new Date(ms + shanghaiMs).toISOString().slice(0, 10);

/** A sum of a tier becomes otherwise, and no count. */
async function spoil(tier: string, measure: string, daysAgo: number, by: number): Promise<void> {
  const [place, at] = tier === 'places' ? [`'420102002'`, 'day'] : [`''`, tier];
  const start = { hour: 'toStartOfHour', day: 'toStartOfDay', month: 'toStartOfMonth' }[at];
  await net.clickhouse.run(
    `INSERT INTO onenet.cells (tier, place, type, at, platform, epoch, ${measure}) VALUES
    ('${tier}', ${place}, 'onenet.aid.paid', toDateTime(${start}(now() - ${daysAgo * 86_400}, 'Asia/Shanghai'), 'Asia/Shanghai'), '${code}', 1, ${by})`,
  );
}

test('all sums agree, and it is said of when and of how many days', async () => {
  const [owner] = net.platforms;
  if (!owner) throw new Error('No platform.');
  expect(await check.check(owner.owner)).toEqual([]);
  expect(check.result()).toMatchObject({ ok: true, sumsCheckedAt: null, daysCompared: 0 });
  expect(await check.checkSums(code)).toEqual([]);
  const { ok, sumsCheckedAt, daysCompared } = check.result();
  expect(ok).toBe(true);
  expect(Date.parse(sumsCheckedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  expect(daysCompared).toBeGreaterThanOrEqual(28);
});

test.for([
  ['hour', 'value_sum'],
  ['day', 'first_month'],
  ['places', 'value_count'],
  ['month', 'on_time_count'],
] as const)(
  'a wrong sum of %s is found where lines came, and stays until it is right',
  async ([tier, measure]) => {
    const [platform] = net.platforms;
    const comes = async (): Promise<void> => {
      await platform?.happened([
        { type: 'onenet.article.liked', time: new Date(Date.now() - 40 * dayMs) },
      ]);
      await net.allIn();
    };
    await check.checkSums(code);
    await spoil(tier, measure, 40, 5);
    await comes();
    const day = dayOf(Date.now() - 40 * dayMs);
    const isOfMonth = tier === 'month';
    const wrong = {
      platform: code,
      what: 'onenet.aid.paid',
      owner: null,
      tier,
      measure,
      day: isOfMonth ? `${day.slice(0, 7)}-01` : day,
    };
    const found = await check.checkSums(code);
    expect(found).toContainEqual(expect.objectContaining(wrong));
    const [one] = found.filter((each) => each.tier === tier);
    expect((one?.rollup ?? 0) - (one?.raw ?? 0)).toBeCloseTo(5);
    // Counts are right: so nothing of it was ever seen.
    if (platform) expect(await check.check(platform.owner)).toEqual([]);
    expect(check.result()).toMatchObject({ ok: false });
    // Nothing came on that day since, and it is still said.
    expect(await check.checkSums(code)).toContainEqual(expect.objectContaining(wrong));
    await spoil(tier, measure, 40, -5);
    expect(await check.checkSums(code)).toEqual([]);
  },
);

test('of months to which nothing comes any more each is looked at in turn', async () => {
  await spoil('hour', 'total', 370, 1);
  await spoil('day', 'value_sum', 370, 1);
  const rounds = [];
  while (rounds.length < 6) rounds.push(await check.checkSums(code));
  const found = rounds.at(-1)?.map(({ tier, measure }) => `${tier} ${measure}`);
  expect(found).toEqual(expect.arrayContaining(['hour total', 'day value_sum']));
});

test('a table beside the sums that has a line more is named too', async () => {
  await net.clickhouse.run(
    `INSERT INTO onenet.durations (platform, epoch, type, sequence) VALUES ('${code}', 1, 'onenet.request.rated', 1)`,
  );
  const found = await check.checkSums(code);
  expect(found.map(({ what }) => what)).toContainEqual(
    expect.stringMatching(/^durations: raw \d+ lines, durations \d+$/),
  );
});
