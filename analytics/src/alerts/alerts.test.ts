/** Alerts over real feeds, the real engine and real MongoDB: what opens and closes them, what does not, who sees and sets them. Long, because one net serves all of it. */
import { localCaller, type Caller } from '@onenet/contract';
import type { EventData, EventTypeName } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testNet } from '../fixture-net.ts';
import { testSnapshot, until } from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import { unsignedCalls } from '../owner-call.ts';
import { dayMs, hourMs } from '../periods.ts';
import { SelfCheck } from '../self-check.ts';
import { closeDue } from '../statistics/close.ts';
import type { ClosingSources } from '../statistics/close.ts';
import { Decisions } from '../statistics/decisions.ts';
import { History } from './history.ts';
import { noDestinations } from './destinations.ts';
import { alertResolvers } from './graphql.ts';
import { judge } from './judge.ts';
import { metricReadings } from './metric-readings.ts';
import { Outbox } from './outbox.ts';
import { knownRule } from './rules.ts';
import type { SetAlertRuleInput } from './set-rule.ts';
import { SettingsStore } from './settings.ts';
import { Alerts } from './store.ts';
import { Teller } from './teller.ts';
import { Watch } from './watch.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A Wednesday, half past ten in the morning; all that happens lies a whole hour before it at least. */
const nowMs = Date.parse('2026-03-18T10:30:00+08:00');
/** The Spring Festival's: off, and so no Tuesday like others. */
const festival = Date.parse('2026-02-17T12:00:00+08:00');
const codes = ['420100', '420500', '420600', '420700'] as const;

const cleanUp = new AsyncDisposableStack();
const platforms = new Map<string, TestPlatform>();
let sources: ClosingSources;
let selfCheck: SelfCheck;
let outbox: Outbox;
let alerts: Alerts;
let settings: SettingsStore;
let resolvers: ReturnType<typeof alertResolvers>;
const watches: Watch[] = [];

beforeAll(async () => {
  const net = cleanUp.use(await testNet(inject('mongodbUri'), codes));
  for (const platform of net.platforms) platforms.set(platform.owner.code, platform);
  sources = { ...net, decisions: new Decisions(net.db) };
  selfCheck = new SelfCheck(sources, unsignedCalls);
  outbox = new Outbox(net.db);
  alerts = new Alerts(net.db, outbox);
  settings = new SettingsStore(net.db);
  for (const store of [outbox, alerts, settings]) await store.prepare();
  resolvers = alertResolvers({
    ingest: sources.ingest,
    alerts,
    outbox,
    settings,
    changed: () => undefined,
  });
  // Nobody listens there: what is to be told waits.
  const webhooks = [{ name: 'duty', url: 'http://127.0.0.1:1', secrets: [] }];
  const teller = new Teller(outbox, () => Promise.resolve({ ...noDestinations, webhooks }));
  const log = (): void => undefined;
  for (let i = 0; i < 2; i += 1) {
    watches.push(new Watch({ sources, selfCheck, alerts, settings, teller, log }));
  }
  follow();
  await happened('420100', [
    ...events(9, 'onenet.request.overdue', nowMs - dayMs),
    ...events(12, 'onenet.request.submitted', nowMs - 2 * dayMs),
    ...events(14, 'onenet.request.submitted', nowMs - hourMs),
    // Longer than a week ago, or answers to supervisions: no request of this week.
    ...events(40, 'onenet.request.overdue', nowMs - 9 * dayMs),
    ...events(20, 'onenet.supervision.answered', nowMs - dayMs, { onTime: false }),
    ...readsOn(nowMs - dayMs, 500),
    ...weeksOf(400),
    ...readsOn(festival, 9000),
  ]);
  await happened('420500', [
    ...events(10, 'onenet.request.overdue', nowMs - dayMs),
    ...events(11, 'onenet.request.submitted', nowMs - 20 * dayMs),
    ...events(9, 'onenet.request.resolved', nowMs - dayMs, { onTime: false, value: 60 }),
    ...events(15, 'onenet.request.submitted', nowMs - hourMs),
    ...readsOn(nowMs - dayMs, 499),
    ...weeksOf(400),
  ]);
  // It is new: of three weeks nobody says what is usual.
  await happened('420600', [...readsOn(nowMs - dayMs, 5000), ...weeksOf(400).slice(0, 4)]);
  // It was not there a week ago: that it has open requests now is no growth.
  await happened('420700', events(30, 'onenet.request.submitted', nowMs - 2 * dayMs));
});
afterAll(() => cleanUp.disposeAsync());

function follow(silent: readonly string[] = []): void {
  const owners = [...platforms.values()].map(({ owner }) =>
    // Nobody listens there.
    silent.includes(owner.code) ? { ...owner, eventsUrl: 'http://127.0.0.1:1/events' } : owner,
  );
  sources.ingest.use(testSnapshot(owners));
}

function events(
  times: number,
  type: EventTypeName,
  ms: number,
  data: EventData = {},
): OutboxEntryInput[] {
  return Array.from({ length: times }, () => ({ type, time: new Date(ms), data }));
}

function readsOn(ms: number, count: number): OutboxEntryInput[] {
  return events(1, 'onenet.article.read', ms, { channel: 'WECHAT', count });
}

/** The weekday of yesterday in the eight weeks before, the last one first; without it a first day may not be whole. */
function weeksOf(count: number): OutboxEntryInput[] {
  const weeks = Array.from({ length: 8 }, (_, i) => nowMs - dayMs - (i + 1) * 7 * dayMs);
  return [...weeks.flatMap((ms) => readsOn(ms, count)), ...readsOn(nowMs - dayMs - 60 * dayMs, 1)];
}

/** All of it is in, and the feed's word that nothing earlier is to come. */
async function happened(code: string, of: readonly OutboxEntryInput[]): Promise<void> {
  const platform = platforms.get(code);
  if (!platform) throw new Error(`There is no ${code}.`);
  await platform.happened(of);
  const { lastSequence } = await platform.feed.status();
  await until(() => sources.ingest.sequenceOf(code) === lastSequence);
  await feedIs(code, ['OK', 'QUIET']);
}

async function feedIs(code: string, states: readonly string[]): Promise<void> {
  await until(() => {
    const status = sources.ingest.statuses().find(({ platform }) => platform === code);
    const isWell = status?.state === 'OK' || status?.state === 'QUIET';
    const isIn = !isWell || (status.completeTo !== null && status.sequence === status.lastSequence);
    return states.includes(status?.state ?? '') && isIn;
  });
}

async function look(ms = nowMs): Promise<void> {
  await watches[0]?.lookAtMetrics(ms);
}

async function open(): Promise<string[]> {
  const found = await alerts.open();
  return found.map(({ rule, platform, severity, value }) =>
    [rule, platform, severity, value].join(' '),
  );
}

const as = (roles: string[], platform: string | null = null): { readonly caller: Caller } => ({
  caller: { ...localCaller, client: 'dashboard', person: `${roles.join()}-1`, roles, platform },
});
const administrator = as(['administrator']);

function set(input: SetAlertRuleInput, context = administrator) {
  return resolvers.Mutation.setAlertRule(undefined, { input }, context);
}

function list(input: Record<string, unknown>, context = administrator) {
  const whole = { state: 'OPEN' as const, first: 50, ...input };
  return resolvers.Query.alerts(undefined, { input: whole }, context);
}

test('what is at its bound opens, what is just below it does not; two processes open one each', async () => {
  await Promise.all(watches.map((watch) => watch.lookAtMetrics(nowMs)));
  expect(await open()).toEqual([
    'BACKLOG_GROWS 420100 2 26',
    'UNUSUAL_HOUR_requestsSubmitted 420500 2 15',
    'UNUSUAL_DAY_reads 420100 1 500',
    'OVERDUE 420500 1 10',
  ]);
  const all = await alerts.open();
  const told = await outbox.ofAlerts(all.map(({ _id }) => _id));
  expect(told.map(({ alert }) => alert).toSorted()).toEqual(all.map(({ _id }) => _id).toSorted());
  const unusual = all.find(({ rule }) => rule === 'UNUSUAL_DAY_reads');
  // Seven weeks of 400, without that of the festival: the root of 400 is 20, and 100 are five of them.
  expect(unusual).toMatchObject({ expected: 400, spread: 20, figure: 5, about: '2026-03-17' });
});

test('what is still so is not told again, also by a process that starts anew', async () => {
  const before = (await alerts.open()).map(({ _id }) => _id);
  await watches[1]?.lookAtMetrics(nowMs + 60_000);
  expect((await alerts.open()).map(({ _id }) => _id)).toEqual(before);
  expect(await outbox.ofAlerts(before)).toHaveLength(before.length);
});

test('one more reaches the bound, and the sample', async () => {
  await happened('420100', events(1, 'onenet.request.overdue', nowMs - dayMs));
  const late = { onTime: false, value: 60 };
  await happened('420500', events(1, 'onenet.request.resolved', nowMs - dayMs, late));
  await look();
  const found = await open();
  expect(found).toContain('OVERDUE 420100 1 10');
  expect(found).toContain('LOW_ON_TIME 420500 2 0');
});

test('the overview shows what is open, the gravest first, and a team its own', async () => {
  const all = await resolvers.Query.attention(undefined, { first: 10 }, as(['leader']));
  expect(
    all.map(({ kind, platform, severity, metric }) => [kind, platform, severity, metric]),
  ).toEqual([
    ['BACKLOG_GROWS', '420100', 2, 'requestsBacklog'],
    ['LOW_ON_TIME', '420500', 2, 'onTimeRate'],
    ['UNUSUAL_HOUR', '420500', 2, 'requestsSubmitted'],
    ['OVERDUE', '420100', 1, 'requestsOverdue'],
    ['UNUSUAL_DAY', '420100', 1, 'reads'],
    ['OVERDUE', '420500', 1, 'requestsOverdue'],
  ]);
  const own = await resolvers.Query.attention(undefined, { first: 2 }, as(['team'], '420500'));
  expect(own.map(({ platform }) => platform)).toEqual(['420500', '420500']);
});

test('a city’s team neither sees nor acknowledges another’s', async () => {
  const team = as(['team'], '420500');
  const { rows } = await list({}, team);
  expect(new Set(rows.map(({ platform }) => platform))).toEqual(new Set(['420500']));
  await expect(list({ platforms: ['420100'] }, team)).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
  });
  const all = await list({});
  const others = all.rows.find(({ platform }) => platform === '420100');
  const own = all.rows.find(({ platform }) => platform === '420500');
  const acknowledge = (id = '', context = team) =>
    resolvers.Mutation.acknowledgeAlert(undefined, { id }, context);
  await expect(acknowledge(others?._id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await acknowledge(own?._id)).toMatchObject({ acknowledgedBy: 'team-1' });
  // Who was first stays.
  expect(await acknowledge(own?._id, as(['leader']))).toMatchObject({ acknowledgedBy: 'team-1' });
  await expect(list({}, as(['consumer']))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('pages hold together, and filters narrow', async () => {
  const all = (await list({})).rows.map(({ _id }) => _id);
  const paged: string[] = [];
  for (let after: string | null = null, pages = 0; pages <= all.length; pages += 1) {
    const page = await list({ first: 4, after });
    paged.push(...page.rows.map(({ _id }) => _id));
    after = page.endCursor;
    if (!page.hasNextPage) break;
  }
  expect(paged).toEqual(all);
  const grave = await list({ leastSeverity: 2, rules: ['LOW_ON_TIME'] });
  expect(grave.rows.map(({ rule }) => rule)).toEqual(['LOW_ON_TIME']);
  await expect(list({ first: 201 })).rejects.toThrow('from 1 to 200');
  await expect(list({ after: 'none' })).rejects.toMatchObject({ code: 'BAD_CURSOR' });
  await expect(list({ rules: ['OVERDU'] })).rejects.toThrow('"OVERDUE"');
});

test('an administrator sets bounds, which hold at once, for all or for one; it is known who and when', async () => {
  // 10 of 12 is within a fifth: held, and of another platform as it was.
  await set({ rule: 'OVERDUE', platform: '420100', bound: 12 });
  await look();
  expect(await open()).toContain('OVERDUE 420100 1 10');
  await set({ rule: 'OVERDUE', platform: '420100', bound: 13 });
  await look();
  const after = await open();
  expect(after).not.toContain('OVERDUE 420100 1 10');
  expect(after).toContain('OVERDUE 420500 1 10');
  const closed = await list({ state: 'CLOSED' });
  expect(closed.rows).toMatchObject([
    { rule: 'OVERDUE', platform: '420100', closedBecause: 'CLEARED', deliveries: [{}, {}] },
  ]);
  const rules = await resolvers.Query.alertRules();
  const [shown] = rules.filter(({ rule }) => rule.name === 'OVERDUE');
  if (!shown) throw new Error('There is no such rule.');
  expect(resolvers.AlertRule.platforms(shown, undefined, administrator)).toMatchObject([
    { platform: '420100', setBy: 'administrator-1', settings: { bound: 13, severity: 1 } },
  ]);
  const team = as(['team'], '420500');
  expect(resolvers.AlertRule.platforms(shown, undefined, team)).toEqual([]);
  expect(resolvers.AlertRule.setBy(shown)).toBeUndefined();
  // As it was: with null nothing of its own is left.
  const back = await set({ rule: 'OVERDUE', platform: '420100', bound: null });
  expect(resolvers.AlertRule.platforms(back, undefined, administrator)).toEqual([]);
});

test.each<[SetAlertRuleInput, string]>([
  [{ rule: 'OVERDU', bound: 1 }, 'Did you mean "OVERDUE"'],
  [{ rule: 'OVERDUE' }, 'Nothing is to be set'],
  [{ rule: 'OVERDUE', bound: 0 }, '`bound: 0` is out of range for OVERDUE: from 1 to 1000000'],
  [{ rule: 'LOW_ON_TIME', bound: 1.2 }, 'from 0.01 to 1'],
  [{ rule: 'LOW_ON_TIME', graverBound: 0.9 }, '`graverBound: 0.9` is above `bound: 0.8`'],
  [{ rule: 'OVERDUE', bound: 60 }, '`graverBound: 50` is below `bound: 60`'],
  [{ rule: 'OVERDUE', minimumSample: 5 }, 'OVERDUE has no sample'],
  [{ rule: 'OVERDUE', minimumDifference: 5 }, 'of the kind CHANGE'],
  [{ rule: 'LOW_ON_TIME', minimumSample: -1 }, 'from 0 to 1000000000'],
  [{ rule: 'OVERDUE', severity: 4 }, '`severity: 4` is out of range for OVERDUE: from 1 to 3'],
  [{ rule: 'OVERDUE', platform: '999999', bound: 5 }, 'is no platform of the net'],
  [{ rule: 'MONTH_OPEN', platform: '420100', bound: 9 }, 'MONTH_OPEN is of the net as a whole'],
  [
    { rule: 'OVERDUE', quiet: { from: '25:00', to: '07:00', daysOff: true, gravestWaits: false } },
    '`quiet.from: "25:00"` is no time of day: from 00:00 to 23:59',
  ],
])('refused, with the limit: %j', async (input, message) => {
  await expect(set(input)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(set(input)).rejects.toThrow(message);
});

test('a rule that is off closes what is open; about a day that was told there is no second alert', async () => {
  await set({ rule: 'UNUSUAL_DAY_reads', enabled: false });
  await look();
  const { rows } = await list({ state: 'CLOSED', rules: ['UNUSUAL_DAY_reads'] });
  expect(rows).toMatchObject([{ closedBecause: 'RULE_OFF' }]);
  await set({ rule: 'UNUSUAL_DAY_reads', enabled: null });
  await look();
  expect((await open()).join()).not.toContain('UNUSUAL_DAY_reads');
  expect((await list({ state: 'ALL', rules: ['UNUSUAL_DAY_reads'] })).rows).toHaveLength(1);
});

test('what becomes graver than it ever was is told once more, however many look, and is nobody’s yet', async () => {
  const of = async () => {
    const { rows } = await list({ rules: ['OVERDUE'], platforms: ['420500'], state: 'ALL' });
    expect(rows).toHaveLength(1);
    const [alert] = rows;
    if (!alert) throw new Error('It is not open.');
    const { severity, acknowledgedBy, graverAt, deliveries } = alert;
    return { severity, acknowledgedBy, graverAt, told: deliveries.map(({ event }) => event) };
  };
  const overdue = (times: number, count = 1): Promise<void> =>
    happened(
      '420500',
      Array.from({ length: times }, () => ({
        type: 'onenet.request.overdue',
        time: new Date(nowMs - dayMs),
        ...(count < 0 && { corrects: '1'.padStart(20, '0'), data: { count } }),
      })),
    );
  const { rows } = await list({ rules: ['OVERDUE'], platforms: ['420500'] });
  await resolvers.Mutation.acknowledgeAlert(undefined, { id: rows[0]?._id ?? '' }, administrator);
  await overdue(39);
  await look();
  expect(await of()).toMatchObject({ severity: 1, graverAt: undefined, told: ['alert.opened'] });
  await overdue(1);
  await Promise.all(watches.map((watch) => watch.lookAtMetrics(nowMs + 60_000)));
  const graver = {
    severity: 2,
    acknowledgedBy: null,
    graverAt: new Date(nowMs + 60_000),
    told: ['alert.opened', 'alert.graver'],
  };
  expect(await of()).toEqual(graver);
  // It swings about the second bound.
  await overdue(5, -1);
  await look(nowMs + 120_000);
  expect(await of()).toEqual({ ...graver, severity: 1 });
  await overdue(5);
  await look(nowMs + 180_000);
  expect(await of()).toEqual(graver);
  // What an administrator makes graver is graver than it was, too.
  await set({ rule: 'OVERDUE', platform: '420500', severity: 2 });
  await look(nowMs + 240_000);
  const told = [...graver.told, 'alert.graver'];
  expect(await of()).toEqual({ ...graver, severity: 3, graverAt: new Date(nowMs + 240_000), told });
  await set({ rule: 'OVERDUE', platform: '420500', severity: null });
});

test('an hour later the hour is over', async () => {
  await look(nowMs + hourMs);
  expect((await open()).join()).not.toContain('UNUSUAL_HOUR');
});

test('sums that differ open an alert, which closes when they agree', async () => {
  const { owner } = platforms.get('420600') ?? {};
  if (!owner) throw new Error('There is no 420600.');
  const [watch] = watches;
  const add = (n: number): Promise<void> =>
    sources.clickhouse.run(
      `INSERT INTO onenet.cells (tier, type, at, platform, epoch, events, total) VALUES ('hour', 'onenet.article.read', toDateTime(1, 'UTC'), '420600', 1, ${n}, ${n})`,
    );
  // Not checked is not right, and not wrong.
  await watch?.lookAtStates(nowMs);
  expect((await open()).join()).not.toContain('SELF_CHECK');
  await add(1);
  await selfCheck.check(owner);
  await watch?.lookAtStates(nowMs);
  expect(await open()).toContain('SELF_CHECK 420600 3 1');
  await add(-1);
  await selfCheck.check(owner);
  await watch?.lookAtStates(nowMs);
  expect((await open()).join()).not.toContain('SELF_CHECK');
});

test('a month that is not closed when the tenth of the next is over', async () => {
  const [watch] = watches;
  const eleventh = Date.parse('2026-02-11T00:00:00+08:00');
  await watch?.lookAtMonths(eleventh - 1);
  expect((await open()).join()).not.toContain('MONTH_OPEN');
  await watch?.lookAtMonths(eleventh);
  expect(await open()).toContain('MONTH_OPEN  2 10');
  const { rows } = await list({ rules: ['MONTH_OPEN'] });
  expect(rows).toMatchObject([{ platform: '', about: '2026-01' }]);
  expect((await list({}, as(['team'], '420500'))).rows.map(({ rule }) => rule)).not.toContain(
    'MONTH_OPEN',
  );
  await closeDue(sources, { nowMs: eleventh, mayLack: true });
  await watch?.lookAtMonths(eleventh);
  expect((await open()).join()).not.toContain('MONTH_OPEN');
});

test('the month after one that was closed late has an alert of its own', async () => {
  const [watch] = watches;
  // January is closed; February is open on the day after the tenth, and March after that, both for ever.
  const [march, april] = ['2026-03-11', '2026-04-11'].map((day) =>
    Date.parse(`${day}T00:00+08:00`),
  );
  await watch?.lookAtMonths(march ?? 0);
  const of = async (): Promise<unknown> => {
    const { rows } = await list({ rules: ['MONTH_OPEN'], state: 'ALL' });
    return rows
      .map(({ about, closedAt }) => [about, closedAt === null ? 'open' : 'closed'])
      .toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  };
  expect(await of()).toEqual([
    ['2026-01', 'closed'],
    ['2026-02', 'open'],
  ]);
  await closeDue(sources, { nowMs: march ?? 0, mayLack: true });
  await watch?.lookAtMonths(april ?? 0);
  expect(await of()).toEqual([
    ['2026-01', 'closed'],
    ['2026-02', 'closed'],
    ['2026-03', 'open'],
  ]);
  // A feed's word may be of next year by its own clock: what is not over by ours is not closed.
  await closeDue(sources, { nowMs: Date.parse('2026-04-01T00:00+08:00'), mayLack: true });
  await watch?.lookAtMonths(april ?? 0);
  expect(await of()).toContainEqual(['2026-03', 'open']);
  await closeDue(sources, { nowMs: april ?? 0, mayLack: true });
  await watch?.lookAtMonths(april ?? 0);
  expect(await of()).toContainEqual(['2026-03', 'closed']);
});

test('a silent owner opens and closes nothing of its figures: it is silent, and that is what is told', async () => {
  const before = await open();
  expect(before).toContain('LOW_ON_TIME 420500 2 0');
  follow(['420500']);
  await feedIs('420500', ['UNREACHABLE']);
  // Now it would be over, and something else would begin.
  await set({ rule: 'LOW_ON_TIME', platform: '420500', minimumSample: 500 });
  await set({ rule: 'UNUSUAL_DAY_reads', platform: '420500', bound: 2 });
  await look();
  expect(await open()).toEqual(before);
  const [watch] = watches;
  await watch?.lookAtStates(nowMs);
  await watch?.lookAtStates(nowMs + 59_000);
  const long = (await alerts.open()).find(({ rule }) => rule === 'UNREACHABLE');
  // How far it is behind may have passed the bound by the clock of the feed.
  if (long) expect(long.figure).toBeGreaterThanOrEqual(60);
  await watch?.lookAtStates(nowMs + 60_000);
  expect((await open()).join()).toMatch(/UNREACHABLE 420500 3/);
  // A process that starts anew does not know since when, and closes nothing.
  await watches[1]?.lookAtStates(nowMs + 61_000);
  expect((await open()).join()).toMatch(/UNREACHABLE 420500 3/);

  follow();
  await feedIs('420500', ['OK', 'QUIET']);
  await watch?.lookAtStates(nowMs + 70_000);
  // It must have been well for two minutes.
  await watch?.lookAtStates(nowMs + 189_000);
  expect((await open()).join()).toMatch(/UNREACHABLE/);
  await watch?.lookAtStates(nowMs + 190_000);
  expect((await open()).join()).not.toMatch(/UNREACHABLE/);
  await look();
  const after = await open();
  expect(after).not.toContain('LOW_ON_TIME 420500 2 0');
  expect(after).toContain('UNUSUAL_DAY_reads 420500 1 499');
});

test('on a holiday nothing is usual: it opens nothing, and what was about an earlier day is over', async () => {
  const rule = knownRule('UNUSUAL_DAY_reads');
  // Tomb-Sweeping Day is off on this Monday; the Monday after is one like others.
  const after = Date.parse('2026-04-07T10:30:00+08:00');
  const of = async (ms: number): Promise<string | undefined> => {
    const found = await metricReadings(sources, [rule], ['420100'], ms, new History());
    const reading = found.get(rule.name)?.get('420100');
    return reading && judge(rule, { ...rule.defaults, minimumSample: 0 }, reading);
  };
  expect(await of(nowMs)).toBe('OPEN');
  expect(await of(after)).toBe('CLOSE');
});

test('of a platform that is no longer connected nothing stays open', async () => {
  const owners = [...platforms.values()].map(({ owner }) => owner);
  const left = owners.map((owner) =>
    owner.code === '420500' ? { ...owner, connection: 'REGISTERED' as const } : owner,
  );
  sources.ingest.use(testSnapshot(left));
  await look();
  expect((await open()).join()).not.toContain('420500');
  const { rows } = await list({ state: 'CLOSED', platforms: ['420500'], rules: ['OVERDUE'] });
  expect(rows).toMatchObject([{ closedBecause: 'NOT_CONNECTED' }]);
});
