/** What is missing is named by its side; what cannot be known yet is not. */
import { expect, test } from 'vitest';
import { reconcile, type NetCall, type OwnerEntry, type Span } from './reconcile.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number): string => new Date(noon + seconds * 1000).toISOString();
const span: Span = {
  fromMs: noon,
  toMs: noon + 3_600_000,
  sinceMs: noon - 3_600_000,
  deliveredToMs: noon + 3_600_000,
  underWayMs: 60_000,
};
const line: OwnerEntry = {
  sequence: 1,
  at: at(10),
  issuer: 'gateway',
  consumer: 'taxation',
  leaf: 'a',
  status: 200,
  rows: 2,
  grant: null,
};
const call: NetCall = {
  sequence: 9,
  at: at(11),
  requestId: 'r',
  client: 'taxation',
  outcome: 'OK',
  status: 200,
  rows: 2,
  grant: null,
  leaf: 'a',
};
const kinds = (...[lines, calls, other]: [OwnerEntry[], NetCall[], Partial<Span>?]): string[] =>
  reconcile(lines, calls, { ...span, ...other }).differences.map(({ kind }) => kind);

test('both have it: nothing to say', () => {
  expect(reconcile([line], [call], span)).toEqual({
    matched: 1,
    pending: 0,
    unanswered: 0,
    byOthers: {},
    differences: [],
  });
  // As before there was more in a line.
  const { rows: _, grant: __, ...old } = line;
  expect(kinds([old], [call])).toEqual([]);
});

test('one has it alone', () => {
  expect(kinds([line], [])).toEqual(['NOT_AT_THE_NET']);
  expect(kinds([], [call])).toEqual(['NOT_AT_THE_OWNER']);
  expect(kinds([line, { ...line, sequence: 2 }], [call])).toEqual(['TWICE_AT_THE_OWNER']);
});

test('they say other things of it', () => {
  expect(kinds([{ ...line, consumer: 'pensions' }], [call])).toEqual(['OTHER_CONSUMER']);
  expect(kinds([{ ...line, grant: 'g' }], [call])).toEqual(['OTHER_GRANT']);
  expect(kinds([{ ...line, rows: 3 }], [call])).toEqual(['OTHER_ROWS']);
  // Not counted on one side, or refused there as a whole.
  expect(kinds([{ ...line, rows: null }], [call])).toEqual([]);
  expect(kinds([line], [{ ...call, outcome: 'INVALID', rows: 0 }])).toEqual([]);
});

test('what is under way, waits at a gateway, or was never answered, is told apart', () => {
  const until = (deliveredToMs: number | undefined) =>
    reconcile([line], [], { ...span, deliveredToMs });
  expect(until(noon + 69_000)).toMatchObject({ pending: 1, differences: [] });
  expect(until(undefined)).toMatchObject({ pending: 1, differences: [] });
  expect(until(noon + 71_000)).toMatchObject({ pending: 0, differences: [{}] });
  for (const status of [null, 401, 503]) {
    const lost = { ...call, status };
    expect(reconcile([], [lost], span)).toMatchObject({ unanswered: 1, differences: [] });
  }
  expect(reconcile([], [{ ...call, leaf: null }], span).differences).toEqual([]);
});

test('before the net kept a record, and outside the span, nothing is missing', () => {
  expect(kinds([line], [], { sinceMs: noon + 10_000 })).toEqual([]);
  expect(kinds([{ ...line, at: at(-1) }], [])).toEqual([]);
  expect(kinds([], [{ ...call, at: at(3_600) }])).toEqual([]);
  // On both sides of its end.
  expect(kinds([{ ...line, at: at(3_599) }], [{ ...call, at: at(3_601) }])).toEqual([]);
});

test('the net’s own calls are counted, and no request is asked for', () => {
  const feed = { ...line, issuer: 'analytics', consumer: 'analytics' };
  expect(reconcile([feed, { ...feed, leaf: 'b' }], [], span)).toMatchObject({
    byOthers: { analytics: 2 },
    differences: [],
  });
});
