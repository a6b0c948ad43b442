/** What of the net's use a platform's team is told: no figure from which it could see whom else a client asked. */
import { expect, test } from 'vitest';
import { dayMs, hourMs, startOf } from '../periods.ts';
import { createGraphql } from '../schema.ts';
import { checkSight } from './sight.ts';

const callerOf = (roles: readonly string[]) => ({
  client: 'onenet',
  person: 'p',
  roles: roles as never,
  platform: '420100',
  scopes: [],
  purpose: null,
});
const nowMs = Date.parse('2026-11-30T20:00:00+08:00');
const todayMs = startOf('day', nowMs);
const textOf = (ms: number): string => new Date(ms).toISOString();
type Seen = Parameters<typeof checkSight>[1];
const asked = (of: Partial<Seen>): Seen => ({
  metrics: ['apiRequests'],
  platforms: ['420500'],
  period: 'CUSTOM',
  from: textOf(todayMs - dayMs),
  to: textOf(todayMs),
  compareWith: 'PREVIOUS_PERIOD',
  ...of,
});
const sees =
  (of: Partial<Seen>, roles: readonly string[] = ['team'], deliveredTo: string | null = null) =>
  (): void =>
    checkSight(callerOf(roles), asked(of), deliveredTo, nowMs);

test('a team is told the clients of its own platform alone', () => {
  for (const narrowed of [{ clients: ['x'] }, { by: 'CLIENT' }]) {
    expect(sees(narrowed)).toThrow('for its own platform');
    expect(sees({ ...narrowed, platforms: null })).toThrow('for its own platform');
    expect(sees({ ...narrowed, platforms: ['420100'] })).not.toThrow();
    expect(sees({ ...narrowed, platforms: null }, ['leader'])).not.toThrow();
  }
});

test('a team is told of other platforms by whole days that are over, so not at whom a client asked too', () => {
  const moment = { from: textOf(todayMs - hourMs), to: textOf(todayMs - hourMs + 1) };
  for (const platforms of [['420500'], ['420100', '420500'], null, []]) {
    for (const metrics of [['reads', 'apiRequests'], ['ownerLatencyP90']]) {
      expect(sees({ metrics, platforms })).not.toThrow();
      expect(sees({ metrics, platforms, ...moment })).toThrow(
        `whole days of Asia/Shanghai that are over and in: ask for CUSTOM from the beginning of a day to that of another, ${textOf(todayMs + 8 * hourMs).slice(0, 10)} at the latest; or with \`platforms: ["420100"]\`.`,
      );
    }
  }
  // The end of a day that is over, less its beginning: the rest of it is a moment too.
  expect(sees({ from: textOf(todayMs - dayMs + 1) })).toThrow('whole days');
  expect(sees({ to: textOf(todayMs - 1) })).toThrow('whole days');
  for (const period of ['TODAY', 'WEEK', 'LAST_7_DAYS', 'ALL'] as const) {
    expect(sees({ period, from: null, to: null })).toThrow('whole days');
  }
  expect(sees({ period: 'MONTH', from: null, to: null, at: '2020-02-01' })).not.toThrow();
  // What it is compared with is told as well.
  expect(sees({ from: textOf(todayMs - 2 * dayMs), to: textOf(todayMs - dayMs) })).not.toThrow();
  expect(sees({ grain: 'DAY' })).not.toThrow();
  for (const grain of ['HOUR', 'MINUTE', 'AUTO'] as const) {
    expect(sees({ grain })).toThrow('with a grain of DAY, WEEK or MONTH');
  }
  // A day that grows while records still come tells the same as a moment.
  expect(sees({}, ['team'], textOf(todayMs - 1))).toThrow('that are over and in');
  expect(sees({}, ['team'], textOf(todayMs))).not.toThrow();
});

test('of its own platform a team is told any moment, and everybody how fresh feeds are', () => {
  const moment = { from: textOf(todayMs - hourMs), to: textOf(todayMs - hourMs + 1) };
  expect(sees({ ...moment, platforms: ['420100'], grain: 'MINUTE' })).not.toThrow();
  expect(sees({ ...moment, metrics: ['feedLagSeconds', 'reads'] })).not.toThrow();
  for (const role of ['leader', 'administrator', 'auditor']) {
    expect(sees(moment, ['team', role])).not.toThrow();
  }
});

test('every question of the subgraph keeps to what a team is told', async () => {
  const kept = { rankings: {}, alerts: {}, briefs: {} } as never;
  const yoga = createGraphql({} as never, {} as never, kept, undefined, () => undefined);
  const period = 'period: CUSTOM, from: "2026-01-01T10:00:00Z", to: "2026-01-01T10:00:00.001Z"';
  const questions = [
    `metrics(input: {metrics: ["apiRequests"], platforms: ["420500"], ${period}}) { value }`,
    `tops(input: {metric: "apiRequests", by: PLATFORM, ${period}}) { metric }`,
    `metricTable(input: {metrics: ["apiRequests"], by: CODE, ${period}}) { totalRows }`,
    `_entities(representations: [{__typename: "Platform", code: "420500"}]) { ... on Platform { metrics(input: {metrics: ["apiRequests"], ${period}}) { value } } }`,
  ];
  for (const question of questions) {
    const answered = await yoga.fetch(
      'http://analytics/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ ${question} }` }),
      },
      { caller: callerOf(['team']) } as never,
    );
    const { errors } = (await answered.json()) as { errors?: { message: string }[] };
    expect(errors?.[0]?.message, question).toContain('by whole days of Asia/Shanghai');
  }
});
